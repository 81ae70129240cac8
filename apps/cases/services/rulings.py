"""Where nobody's duty is clear: the fallback acts first, a task to rule opens, the ruling becomes a routing rule."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.cases.choices import RULING_SUBJECT, Urgency
from apps.cases.models import Case, DutyRuling
from apps.cases.routing import fallen_back, targets_of
from apps.cases.routing_catalogue import LOCK
from apps.cases.selectors.routing import agencies_meant, rules_for
from apps.cases.services.routing import Matters, Targets, check_targets, reason_of, succeed
from apps.core.clock import local
from apps.core.errors import InvalidInput, NotVisible, WrongState
from apps.core.locks import advisory_lock
from apps.deadlines import services as deadlines
from apps.deadlines.choices import Stage
from apps.deadlines.models import Limit
from apps.grid.placed import place_at
from apps.organisation.models import Agency
from apps.organisation.selectors import centre_of, dispatch_targets

if TYPE_CHECKING:
    from apps.accounts.models import User


def open_ruling(case: Case, agency: Agency, *, actor: "User", at: datetime) -> None:
    """Ask the district to rule whose duty the case's category is, where that is not asked already; inside the
    transaction of the dispatch.

    Raises ``InvalidInput`` naming ``agency`` where it is not the fallback of the case's desk.
    """
    fallback = _fallback_of(case, at=at)
    if fallback is None:
        raise InvalidInput(fields={"unclear": [_("本级没有托底单位，职责不明的请上报上级。")]})
    if agency not in fallback:
        said = _("职责不明的先派给托底单位：%(name)s。") % {"name": fallback[0].name}
        raise InvalidInput(fields={"agency": [said]})
    ruling, opened = DutyRuling.objects.get_or_create(
        district_id=case.district_id,
        category_id=case.category_id,
        ruled_at=None,
        defaults={"case": case, "agency": agency, "opened_by": actor, "opened_at": at},
    )
    if opened:
        start_ruling(ruling, at=at)


def start_ruling(ruling: DutyRuling, *, at: datetime) -> Limit:
    """The time within which the district's centre rules; its leaders hear when it has passed."""
    return deadlines.start_limit(
        stage=Stage.RULING,
        subject_kind=RULING_SUBJECT,
        subject_id=ruling.pk,
        subject_label=ruling.category.label,
        subject_url=f"/rulings/{ruling.pk}/",
        place=place_at(ruling.district),
        holder=centre_of(ruling.district),
        head=None,
        level=ruling.district.kind,
        category_key=ruling.category.key,
        urgency=Urgency.NORMAL,
        at=at,
    )


def _fallback_of(case: Case, *, at: datetime) -> list[Agency] | None:
    rules = rules_for(case.category, case.desk.unit, case.place, on=local(at).date())
    meant = dispatch_targets(case.desk).filter(agencies_meant(targets_of(rules), case.place)) if rules else []
    decision = fallen_back(rules, list(meant), case.place)
    return decision.agencies if decision else None


@transaction.atomic
def rule_on_duty(*, actor: "User", ruling_id: int, targets: Targets, because: str, at: datetime) -> DutyRuling:
    """Rule whose duty a category is: from tomorrow on the district's desk gives its cases to ``targets``, by a
    routing rule that follows the one there was.

    Raises ``NotVisible`` to those who do not sit at the district's desk, ``WrongState`` where it was ruled already,
    ``InvalidInput`` without a lead or a reason.
    """
    advisory_lock(LOCK)
    seen = DutyRuling.objects.visible_to(actor).filter(pk=ruling_id).values("pk")
    ruling = (
        DutyRuling.objects.select_for_update(of=("self",))
        .select_related("category", "district", "case")
        .filter(pk__in=seen)
        .first()
    )
    if ruling is None:
        raise NotVisible
    if ruling.ruled_at is not None:
        raise WrongState(_("已经裁定过了。"))
    if not targets.lead:
        raise InvalidInput(fields={"lead": [_("请裁定由谁主办。")]})
    check_targets(targets)
    ruling.rule = succeed(
        actor=actor,
        matters=Matters(ruling.category, level="district", unit=ruling.district),
        targets=targets,
        effective_from=local(at).date() + timedelta(days=1),
        because=reason_of(because),
        at=at,
    )
    ruling.ruled_by, ruling.ruled_at = actor, at
    ruling.save(update_fields=["rule", "ruled_by", "ruled_at"])
    deadlines.end_limits(subject_kind=RULING_SUBJECT, subject_ids=[ruling.pk], at=at)
    return ruling
