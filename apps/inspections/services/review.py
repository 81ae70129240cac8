"""Reading and rating the logs of others."""

import logging
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.deadlines import rulebook
from apps.deadlines.choices import Stage, Urgency
from apps.deadlines.models import Limit
from apps.deadlines.rulebook import NoPolicy, Rulebook
from apps.deadlines.services import end_limit, make_limit
from apps.grid.permissions import Permission
from apps.grid.scopes import covers
from apps.inspections.choices import LOG_SUBJECT, LogState, Rating
from apps.inspections.models import DailyLog
from apps.notices.services import notify
from apps.organisation.selectors import centre_of, centres_above

if TYPE_CHECKING:
    from apps.accounts.models import User

logger = logging.getLogger(__name__)
LONGEST_COMMENT = 500
PHONE_LOG = "/field/log/"


def review_limit(
    book: Rulebook,
    *,
    log_id: int,
    client_id: uuid.UUID,
    label: str,
    place: Mapping[str, Any],
    holder_id: int,
    head_id: int | None,
    level: str,
    at: datetime,
) -> Limit:
    """The unsaved limit within which a filed log is to be read. Its desk is reminded; nobody gets a card for it."""
    return make_limit(
        book,
        stage=Stage.LOG_REVIEW,
        subject_kind=LOG_SUBJECT,
        subject_id=log_id,
        subject_label=label,
        subject_url=f"/inspections/logs/{client_id}/",
        place=place,
        holder_id=holder_id,
        head_id=head_id,
        level=level,
        category_key="",
        urgency=Urgency.NORMAL,
        at=at,
    )


def start_review(log: DailyLog, *, writer: str, at: datetime) -> None:
    """Let the time run within which the desk of the log's place reads it."""
    unit = log.unit
    desk = centre_of(unit)
    above = centres_above(desk.unit).first()
    try:
        limit = review_limit(
            rulebook.held(),
            log_id=log.pk,
            client_id=log.client_id,
            label=f"{writer} {log.date:%m-%d}",
            place=log.place,
            holder_id=desk.pk,
            head_id=above.pk if above else None,
            level=desk.unit.kind,
            at=at,
        )
    except NoPolicy:
        logger.warning("no limit policy for the review of logs; load the catalogue of limits")
        return
    limit.save(force_insert=True)


@transaction.atomic
def review_log(*, actor: "User", client_id: uuid.UUID, rating: int | None, comment: str, at: datetime) -> DailyLog:
    """Rate and comment a filed log, which seals it.

    Raises ``NotVisible``, ``NotAllowed`` (no right to review there, or one's own log), ``WrongState`` when it was
    reviewed already, ``InvalidInput`` naming ``rating`` or ``comment``; checked in that order.
    """
    log = DailyLog.objects.select_for_update(of=("self",)).filter(client_id=client_id).first()
    if log is None or not DailyLog.objects.visible_to(actor).filter(pk=log.pk).exists():
        raise NotVisible
    if log.worker_id == actor.pk:
        raise NotAllowed(_("不能审阅自己的日志。"))
    if not covers(actor, Permission.LOG_REVIEW, log.place):
        raise NotAllowed
    if log.state != LogState.FILED:
        raise WrongState(_("这份日志已经审阅。"), extra={"state": log.state})
    comment = comment.strip()
    wrong: dict[str, list[str]] = {}
    if rating not in Rating.values:
        wrong["rating"] = [_("请选择评价。")]
    if len(comment) > LONGEST_COMMENT or "\x00" in comment:
        wrong["comment"] = [_("最长 %(most)d 字。") % {"most": LONGEST_COMMENT}]
    if wrong:
        raise InvalidInput(fields=wrong)
    log.state = LogState.REVIEWED
    log.reviewed_by, log.reviewed_at, log.rating, log.comment = actor, at, rating, comment
    log.save(update_fields=["state", "reviewed_by", "reviewed_at", "rating", "comment"])
    end_limit(subject_kind=LOG_SUBJECT, subject_id=log.pk, stage=Stage.LOG_REVIEW, at=at)
    notify(
        [log.worker_id],
        kind="log.reviewed",
        title=gettext_noop("%(reviewer)s 审阅了您 %(day)s 的日志"),
        body=gettext_noop("%(comment)s") if comment else "",
        params={"reviewer": actor.name, "day": f"{log.date:%m-%d}", "comment": comment},
        url=f"{PHONE_LOG}?date={log.date}",
        dedupe_key=f"log-reviewed:{log.pk}",
        at=at,
    )
    return log
