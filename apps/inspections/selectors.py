"""Reading logs for lists, the phone and the API."""

import uuid
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Prefetch, QuerySet

from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.inspections.models import DailyLog, LogEntry

if TYPE_CHECKING:
    from apps.accounts.models import User

ORDER = ["-date", "-id"]


def _shown(logs: "QuerySet[DailyLog]") -> "QuerySet[DailyLog]":
    """With all that a log shows: the writer, the reviewer, the path, the entries and their cases."""
    entries = LogEntry.objects.select_related("case").order_by("sequence")
    return logs.select_related("worker", "reviewed_by", "district", "street", "community", "grid").prefetch_related(
        Prefetch("entries", queryset=entries)
    )


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
    logs = DailyLog.objects.visible_to(user)
    if unit_code:
        logs = logs.inside(unit_in_scope(user, unit_code))
    if worker:
        logs = logs.filter(worker__username=worker)
    if day is not None:
        logs = logs.filter(date=day)
    return keyset_page(_shown(logs), ORDER, cursor, size)


def log_detail(user: "User", client_id: uuid.UUID) -> DailyLog:
    """One log with all it shows. Raises ``NotVisible``."""
    log = _shown(DailyLog.objects.visible_to(user)).filter(client_id=client_id).first()
    if log is None:
        raise NotVisible
    return log
