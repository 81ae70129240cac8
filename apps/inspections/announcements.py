"""What this room tells the rooms below it."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import navigation
from apps.grid.permissions import Permission
from apps.grid.placed import register_placed
from apps.grid.scopes import holds
from apps.inspections.choices import LogState
from apps.inspections.models import DailyLog


def register() -> None:
    """Logs are placed rows; a draft follows a reorganisation, a filed log keeps the tree of its date."""
    register_placed(DailyLog, open_rows=Q(state=LogState.DRAFT))
    navigation.register_item("field", _("现场"), "field:today", lambda user: holds(user, Permission.LOG_FILE), order=45)
    navigation.register_item(
        "inspections", _("日志"), "inspections:logs", lambda user: holds(user, Permission.LOG_VIEW), order=50
    )
