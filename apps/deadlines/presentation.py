"""How the clock's rules are put into words and months for the pages of administration."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.presentation import WEEKDAYS_EN, WEEKDAYS_ZH, in_chinese
from apps.deadlines.choices import Anchor, Measure
from apps.deadlines.models import CalendarYear
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

if TYPE_CHECKING:
    from apps.grid.scopes import Person


def tabs(active: str, user: "Person | None" = None) -> list[dict[str, Any]]:
    """The pages of the clock as tabs: all for who administers the system, the calendar alone for a ``user`` who only
    keeps one."""
    labels = {"sweeps": _("巡检记录"), "calendar": _("工作日历"), "limits": _("时限与阶梯")}
    if user is not None and not holds(user, Permission.SYSTEM_MANAGE):
        labels = {"calendar": labels["calendar"]}
    return [
        {"label": label, "url": reverse(f"deadlines:{name}"), "active": name == active, "count": None}
        for name, label in labels.items()
    ]


def year_tabs(years: Iterable[CalendarYear], *, current: int) -> list[tuple[str, str]]:
    """The years to choose from: all that are announced, the first that is not, and the one shown."""
    shown: list[int] = []
    for row in years:
        if row.announced or row.year == current or not any(year > current for year in shown):
            shown.append(row.year)
    return [(str(year), str(year)) for year in shown]


def weekdays() -> list[str]:
    """The heads of a month's columns, from Monday."""
    if in_chinese():
        return [name[-1] for name in WEEKDAYS_ZH]
    return [name[:2] for name in WEEKDAYS_EN]


def unannounced_warning(years: Sequence[CalendarYear], today: date) -> int | None:
    """The present or coming year when its holidays are not announced, else ``None``."""
    for row in years:
        if row.year in (today.year, today.year + 1) and not row.announced:
            return row.year
    return None


def amount_text(amount: Decimal, measure: str) -> str:
    """``3 工作日``, ``4 工作时``, ``2 小时``."""
    number = f"{amount:f}".rstrip("0").rstrip(".") if "." in f"{amount:f}" else f"{amount:f}"
    plural = 1 if amount == 1 else 2
    words = {
        Measure.WORKING_DAYS: ngettext("%(number)s 工作日", "%(number)s 工作日", plural),
        Measure.WORKING_HOURS: ngettext("%(number)s 工作时", "%(number)s 工作时", plural),
        Measure.CALENDAR_HOURS: ngettext("%(number)s 小时", "%(number)s 小时", plural),
    }
    return words[Measure(measure)] % {"number": number}


def anchor_text(anchor: str, amount: Decimal, measure: str) -> str:
    """When a ladder step falls, in words."""
    if anchor == Anchor.SHARE:
        return _("时限用去 %(share)s%% 时") % {"share": f"{amount:f}".rstrip("0").rstrip(".")}
    if anchor == Anchor.AT_END:
        return _("到期时")
    span = {"span": amount_text(amount, measure)}
    return _("到期前 %(span)s") % span if anchor == Anchor.BEFORE_END else _("到期后 %(span)s") % span
