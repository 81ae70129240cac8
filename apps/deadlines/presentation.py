"""How the clock's rules are put into words and months for the pages of administration."""

import calendar as months_of_the_world
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.presentation import WEEKDAYS_EN, WEEKDAYS_ZH, in_chinese
from apps.deadlines.calendar import WorkingCalendar
from apps.deadlines.choices import Anchor, Measure
from apps.deadlines.models import CalendarDay, CalendarYear

HOLIDAYS_EN = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明": "Tomb-sweeping Day",
    "劳动节": "Labour Day",
    "端午": "Dragon Boat Festival",
    "国庆节": "National Day",
    "中秋": "Mid-autumn Festival",
    "调休上班": "Make-up working day",
}


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of a month as it is drawn; ``kind`` is ``work``, ``rest``, ``holiday`` or ``makeup``."""

    day: int
    kind: str
    name: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its heading, its weeks from Monday (``None`` outside the month) and its working days."""

    name: str
    weeks: list[list[DayCell | None]]
    working_days: int


def tabs(active: str) -> list[dict[str, Any]]:
    """The three pages of the clock as tabs."""
    labels = {"sweeps": _("巡检记录"), "calendar": _("工作日历"), "limits": _("时限与阶梯")}
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


def months(book: WorkingCalendar, days: Iterable[CalendarDay], year: int, today: date) -> list[Month]:
    """The twelve months of ``year``."""
    named = {row.date: row for row in days}
    drawn = []
    for number in range(1, 13):
        weeks: list[list[DayCell | None]] = [
            [_cell(book, named, day, today) if day.month == number else None for day in week]
            for week in months_of_the_world.Calendar().monthdatescalendar(year, number)
        ]
        worked = sum(cell.kind in ("work", "makeup") for week in weeks for cell in week if cell)
        drawn.append(Month(_("%(number)d 月") % {"number": number}, weeks, worked))
    return drawn


def _cell(book: WorkingCalendar, named: dict[date, CalendarDay], day: date, today: date) -> DayCell:
    row = named.get(day)
    name = row.name if row else ""
    if name and not in_chinese():
        name = HOLIDAYS_EN.get(name, name)
    worked = row.is_working if row else book.is_working_day(day)
    kind = ("makeup" if worked else "holiday") if row else ("work" if worked else "rest")
    return DayCell(day.day, kind, name, day == today)


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
