"""Reading logs for lists, the phone and the API."""

import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Min, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from apps.core.clock import local
from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, bounded, finish
from apps.deadlines.choices import LimitState
from apps.deadlines.models import Limit
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.placed import PATH_RELATED, place_at
from apps.grid.scopes import covers, holds, scopes_of
from apps.inspections.choices import LOG_SUBJECT, LogState
from apps.inspections.models import DailyLog, LogEntry

if TYPE_CHECKING:
    from apps.accounts.models import User

ORDER = ["-date", "-id"]
RECENT = timedelta(days=30)


def _shown(logs: "QuerySet[DailyLog]") -> "QuerySet[DailyLog]":
    """With all that a log shows: the writer, the reviewer, the path, the entries and their cases."""
    entries = LogEntry.objects.select_related("case").order_by("sequence")
    return logs.select_related("worker", "reviewed_by", "district", "street", "community", "grid").prefetch_related(
        Prefetch("entries", queryset=entries)
    )


def logging_unit(actor: "User", unit: Unit | None = None) -> Unit:
    """The unit for which ``actor`` keeps a log: the one given, else the first on which the right is held.

    Raises ``NotAllowed`` when the person keeps no log, or none there.
    """
    scopes = scopes_of(actor, Permission.LOG_FILE)
    if not scopes:
        raise NotAllowed(_("您没有填写日志的职责。"))
    chosen = unit.pk if unit is not None else scopes[0].unit_id
    found = Unit.objects.select_related(*PATH_RELATED).get(pk=chosen)
    if unit is not None and not covers(actor, Permission.LOG_FILE, place_at(found)):
        raise NotAllowed(_("您没有填写日志的职责。"))
    return found


def unit_in_scope(user: "User", code: str, permission: Permission = Permission.LOG_VIEW) -> Unit:
    """The unit of that code. Raises ``NotVisible`` outside the scope."""
    unit = Unit.objects.visible_to(user, permission).filter(code=code).first()
    if unit is None:
        raise NotVisible
    return unit


def require_log_right(user: "User") -> None:
    """Raises ``NotAllowed`` for those who may neither read nor keep logs."""
    if not holds(user, Permission.LOG_VIEW, Permission.LOG_FILE):
        raise NotAllowed


def log_page(
    user: "User",
    *,
    unit_code: str = "",
    worker: str = "",
    day: date | None = None,
    cursor: str | None = None,
    size: int = 50,
) -> KeysetPage[DailyLog]:
    """A page of the logs that ``user`` sees, the latest day first, within a unit, of a worker (username), of a day.

    Raises ``NotAllowed``, ``NotVisible`` for a unit outside the scope, ``InvalidInput`` for a foreign cursor.
    """
    require_log_right(user)
    wanted = Q()
    if unit_code:
        unit = unit_in_scope(user, unit_code)
        wanted &= Q(**{f"{unit.kind}_id": unit.pk})
    if worker:
        wanted &= Q(worker__username=worker)
    if day is not None:
        wanted &= Q(date=day)
    keys: set[tuple[date, int]] = set()
    backwards = False
    for branch in DailyLog.objects.visible_branches(user):
        rows, backwards = bounded(branch.filter(wanted), ORDER, cursor)
        keys.update(rows.values_list("date", "pk")[: size + 1])
    order = sorted(keys, reverse=not backwards)[: size + 1]
    found = {log.pk: log for log in _shown(DailyLog.objects.filter(pk__in=[pk for _day, pk in order]))}
    return finish([found[pk] for _day, pk in order], ORDER, size, cursor, backwards)


def log_detail(user: "User", client_id: uuid.UUID) -> DailyLog:
    """One log with all it shows. Raises ``NotVisible``."""
    log = _shown(DailyLog.objects.visible_to(user)).filter(client_id=client_id).first()
    if log is None:
        raise NotVisible
    return log


def log_of_day(user: "User", day: date) -> DailyLog | None:
    """One's own log of a day with all it shows, drafts too."""
    return _shown(DailyLog.objects.visible_to(user)).filter(worker=user, date=day).first()


def logs_to_read(user: "User", at: datetime) -> tuple[int, datetime | None]:
    """How many filed logs wait to be read by the user, who answers for their grid or community, and the soonest end of
    the time for it; those of the last thirty days."""
    near = [scope for scope in scopes_of(user, Permission.LOG_REVIEW) if scope.kind in {"grid", "community"}]
    if not near:
        return 0, None
    where = Q()
    for scope in near:
        where |= Q(**{scope.column: scope.unit_id})
    first = local(at).date() - RECENT
    logs = DailyLog.objects.filter(where, state=LogState.FILED, date__gte=first).exclude(worker=user)
    ids = list(logs.order_by().values_list("pk", flat=True))
    if not ids:
        return 0, None
    limits = Limit.objects.filter(subject_kind=LOG_SUBJECT, subject_id__in=ids, state=LimitState.RUNNING)
    return len(ids), limits.aggregate(soonest=Min("due_at"))["soonest"]
