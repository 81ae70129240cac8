"""Reading and rating the logs of others."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.grid.permissions import Permission
from apps.grid.scopes import covers
from apps.inspections.choices import LogState, Rating
from apps.inspections.models import DailyLog
from apps.notices.services import notify

if TYPE_CHECKING:
    from apps.accounts.models import User

LONGEST_COMMENT = 500
PHONE_LOG = "/field/log/"


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
