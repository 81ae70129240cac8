"""From computed to reviewed, published and sealed; each step is an event in the period's chain."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_noop

from apps.accounts.models import User
from apps.assessment.choices import PeriodState
from apps.assessment.models import Period, ScoreEvent
from apps.assessment.services.running import check_right
from apps.core.audit import append_event
from apps.core.errors import NotVisible, WrongState
from apps.grid.permissions import Permission, Role
from apps.notices.services import notify

READERS = (Role.LEADER, Role.ASSESSOR, Role.DISTRICT_DISPATCHER, Role.STREET_DISPATCHER)


def review_period(*, period_id: int, actor: User, at: datetime) -> Period:
    """Somebody has looked the computed month over."""
    return _advance(period_id, actor, at, "review", {PeriodState.COMPUTED}, PeriodState.REVIEWED)


def publish_period(*, period_id: int, actor: User, at: datetime) -> Period:
    """Let the leaders see it; from now on a correction is a new version. Tells leaders and dispatchers of the district.

    Raises ``NotVisible``, ``NotAllowed``, ``WrongState``, in that order.
    """
    return _advance(
        period_id, actor, at, "publish", {PeriodState.COMPUTED, PeriodState.REVIEWED}, PeriodState.PUBLISHED
    )


def seal_period(*, period_id: int, actor: User, at: datetime) -> Period:
    """Close a published month for good."""
    return _advance(period_id, actor, at, "seal", {PeriodState.PUBLISHED}, PeriodState.SEALED)


@transaction.atomic
def _advance(
    period_id: int, actor: User, at: datetime, action: str, sources: set[PeriodState], target: PeriodState
) -> Period:
    period = Period.objects.select_for_update(of=("self",)).filter(pk=period_id).first()
    if period is None or not Period.objects.visible_to(actor).filter(pk=period_id).exists():
        raise NotVisible
    check_right(actor, Permission.SCORE_PUBLISH, period.district)
    if PeriodState(period.state) not in sources:
        raise WrongState(extra={"state": period.state})
    before, period.state = period.state, target
    if target == PeriodState.PUBLISHED:
        period.published_at = at
    period.save()
    payload = {"from": before, "to": target.value, "checksum": period.checksum}
    append_event(ScoreEvent, period, actor=actor, action=action, payload=payload, at=at)
    if target == PeriodState.PUBLISHED:
        _tell(period, at)
    return period


def _tell(period: Period, at: datetime) -> None:
    readers = User.objects.filter(
        is_active=True,
        grants__role__in=READERS,
        grants__valid_to__isnull=True,
        grants__unit__tree_id=period.district.tree_id,
    )
    notify(
        sorted(set(readers.values_list("pk", flat=True))),
        kind="score-published",
        title=gettext_noop("%(month)s 考核结果已发布"),
        params={"month": period.label},
        dedupe_key=f"period:{period.pk}:published",
        at=at,
        url=f"/leaders/?period={period.label}",
    )
