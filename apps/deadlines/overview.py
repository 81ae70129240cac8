"""The clock's lines on a district's overview: when the sweep ran, which year is not announced, which limits apply."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core import clock
from apps.core.presentation import ago_text
from apps.deadlines import presentation, selectors
from apps.grid.manage_tabs import OverviewLine
from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.grid.models import Unit


def overview_lines(user: "User", unit: "Unit") -> Iterable[OverviewLine]:
    """Three lines that lead to the clock's pages, for those who administer the system of a district."""
    if unit.kind != "district" or not covers(user, Permission.SYSTEM_MANAGE, place_at(unit)):
        return []
    at = clock.now()
    last = selectors.last_sweep()
    late = selectors.is_late(last, at=at)
    today = clock.today()
    unknown = presentation.unannounced_warning(list(selectors.calendar_years(first=today.year)), today)
    return [
        OverviewLine(
            _("时限巡检"),
            ago_text(last.started_at, at) if last else _("还没有运行"),
            reverse("deadlines:sweeps"),
            "late" if late else "",
        ),
        OverviewLine(
            _("工作日历"),
            _("%(year)d 年尚未公布") % {"year": unknown} if unknown else _("已公布"),
            reverse("deadlines:calendar"),
            "near" if unknown else "",
        ),
        OverviewLine(
            _("时限与阶梯"),
            _("启用 %(count)d 项") % {"count": selectors.rules_in_force(on=today)},
            reverse("deadlines:limits"),
        ),
    ]
