"""How calendars and their changes are put into months, words and rows."""

import calendar as months_of_the_world
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.presentation import in_chinese
from apps.deadlines import edits
from apps.deadlines.calendar import Periods, WorkingCalendar
from apps.deadlines.calendar_selectors import NamedDay
from apps.deadlines.choices import Stage
from apps.deadlines.edits import Day, Edit, Year
from apps.deadlines.models import CalendarYear, Limit, LimitChange
from apps.deadlines.preview import Move, Preview, limits_of
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import covers

if TYPE_CHECKING:
    from apps.accounts.models import User

HOLIDAYS_EN = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明": "Tomb-sweeping Day",
    "劳动节": "Labour Day",
    "端午": "Dragon Boat Festival",
    "国庆节": "National Day",
    "中秋": "Mid-autumn Festival",
    "调休上班": "Make-up working day",
    "放假": "Day off",
    "按平日": "Ordinary day",
}


@dataclass(frozen=True, slots=True)
class DayCell:
    """One day of a month as it is drawn; ``kind`` is ``work``, ``rest``, ``holiday`` or ``makeup``; ``own`` where the
    shown unit marked it itself."""

    date: date
    kind: str
    name: str
    is_today: bool
    own: bool

    @property
    def words(self) -> str:
        """What a screen reader says of it beside the date."""
        kinds = {"work": _("工作日"), "rest": _("周末"), "holiday": _("休息"), "makeup": _("上班")}
        return f"{kinds[self.kind]} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Month:
    """A month: its heading, its weeks from Monday (``None`` outside the month) and its working days."""

    name: str
    weeks: list[list[DayCell | None]]
    working_days: int


def year_rule(row: CalendarYear | None) -> Year | None:
    """A year's row as a rule."""
    return Year(row.announced, row.origin) if row else None


def months(book: WorkingCalendar, days: Iterable[NamedDay], year: int, today: date) -> list[Month]:
    """The twelve months of ``year``."""
    named = {row.date: row for row in days}
    drawn = []
    for number in range(1, 13):
        weeks: list[list[DayCell | None]] = [
            [_cell(book, named, day, today) if day.month == number else None for day in week]
            for week in months_of_the_world.Calendar().monthdatescalendar(year, number)
        ]
        worked = sum(cell.kind in ("work", "makeup") for week in weeks for cell in week if cell)
        drawn.append(Month(str(MONTHS[number]), weeks, worked))
    return drawn


def _cell(book: WorkingCalendar, named: dict[date, NamedDay], day: date, today: date) -> DayCell:
    row = named.get(day)
    worked = row.is_working if row else book.is_working_day(day)
    kind = ("makeup" if worked else "holiday") if row else ("work" if worked else "rest")
    return DayCell(day, kind, name_text(row.name) if row else "", day == today, bool(row and row.own))


def name_text(name: str) -> str:
    """A holiday's name in the language in use, where it is a common one."""
    return name if in_chinese() else HOLIDAYS_EN.get(name, name)


def periods_text(periods: Periods | None) -> str:
    """``08:30–12:00, 13:30–18:00``; in words where there are none."""
    if periods is None:
        return _("未另定")
    if not periods:
        return _("沿用上级的时段")
    return ("、" if in_chinese() else ", ").join(f"{one.opens:%H:%M}–{one.closes:%H:%M}" for one in periods)


@dataclass(frozen=True, slots=True)
class EditLine:
    """One thing that an edit changes: what, from what, to what."""

    what: str
    old: str
    new: str
    tone: str = ""


def edit_lines(edit: Edit) -> list[EditLine]:
    """The edit in words: days that follow each other and change alike stand in one line."""
    lines = []
    run: list[date] = []
    days = sorted(edit.after.days)
    for number, day in enumerate(days):
        run.append(day)
        following = days[number + 1] if number + 1 < len(days) else None
        same = (
            following == day + timedelta(days=1)
            and edit.after.days[following] == edit.after.days[day]
            and edit.before.days.get(following) == edit.before.days.get(day)
        )
        if not same:
            new = edit.after.days[day]
            tone = "" if new is None else "makeup" if new.is_working else "holiday"
            lines.append(EditLine(_run_text(run), _day_text(edit.before.days.get(day)), _day_text(new), tone))
            run = []
    for start, periods in sorted(edit.after.hours.items()):
        what = _("%(date)s 起的上班时段") % {"date": start.isoformat()}
        lines.append(EditLine(what, periods_text(edit.before.hours.get(start)), periods_text(periods)))
    for year, rule in sorted(edit.after.years.items()):
        what = _("%(year)d 年放假安排") % {"year": year}
        lines.append(EditLine(what, _year_text(edit.before.years.get(year)), _year_text(rule)))
    return lines


def _run_text(days: Sequence[date]) -> str:
    if len(days) == 1:
        return days[0].isoformat()
    return _("%(first)s 至 %(last)s（%(count)d 天）") % {
        "first": days[0].isoformat(),
        "last": days[-1].isoformat(),
        "count": len(days),
    }


def _day_text(day: Day | None) -> str:
    if day is None:
        return _("无标记")
    return (_("上班：%(name)s") if day.is_working else _("休息：%(name)s")) % {"name": name_text(day.name)}


def _year_text(year: Year | None) -> str:
    if year is None or not year.announced:
        return _("尚未公布")
    return _("已公布：%(origin)s") % {"origin": year.origin}


@dataclass(frozen=True, slots=True)
class MoveRow:
    """One limit that moves: its stage, place, old and new end; label and link only for who may see the matter."""

    stage: str
    unit: str
    label: str
    url: str
    old: datetime
    new: datetime


def move_rows(user: "User", moves: Iterable[LimitChange]) -> list[MoveRow]:
    """Rows of moves that were made."""
    return [_move_row(user, move.limit, move.old_due, move.new_due) for move in moves]


def _move_row(user: "User", limit: Limit, old: datetime, new: datetime) -> MoveRow:
    seen = covers(user, Permission.CASE_VIEW, limit.place)
    label = limit.subject_label if seen else limit.subject_label.split(" ")[0]
    return MoveRow(
        str(Stage(limit.stage).label), _place_text(limit), label, limit.subject_url if seen else "", old, new
    )


def _place_text(limit: Limit) -> str:
    """The lowest unit, a grid with its community, since grids are numbered in each."""
    names = [unit.name for unit in (limit.community, limit.grid) if unit is not None]
    return " › ".join(names) or limit.unit.name


def preview_context(user: "User", edit: Edit, preview: Preview) -> dict[str, Any]:
    """Everything that ``deadlines/preview.html`` says of a change and its effect; a fixed number of queries."""
    picked: list[Move] = [move for move in (preview.earliest, preview.latest) if move]
    limits = limits_of(picked + preview.examples)

    def row(move: Move | None) -> MoveRow | None:
        limit = limits.get(move[0]) if move else None
        if move is None or limit is None:
            return None
        return _move_row(user, limit, datetime.fromisoformat(move[1]), datetime.fromisoformat(move[2]))

    names = dict(Unit.objects.filter(pk__in={unit for _stage, unit in preview.groups}).values_list("pk", "name"))
    stages = [stage for stage in Stage if any(key[0] == stage for key in preview.groups)]
    table = [
        (names[unit], [preview.groups.get((stage, unit), 0) for stage in stages], total)
        for unit, total in sorted(_totals(preview).items(), key=lambda item: (-item[1], item[0]))
    ]
    return {
        "edit": edit,
        "unit": Unit.objects.filter(pk=edit.unit).first() if edit.unit else None,
        "lines": edit_lines(edit),
        "edit_json": json.dumps(edits.as_json(edit)),
        "preview": preview,
        "stages": [stage.label for stage in stages],
        "table": table,
        "earliest": row(preview.earliest),
        "latest": row(preview.latest),
        "examples": [one for move in preview.examples if (one := row(move))],
        "moved_text": ngettext("%(count)s 个在办时限改变期限", "%(count)s 个在办时限改变期限", preview.moved)
        % {"count": preview.moved},
    }


def _totals(preview: Preview) -> dict[int, int]:
    totals: dict[int, int] = {}
    for (_stage, unit), count in preview.groups.items():
        totals[unit] = totals.get(unit, 0) + count
    return totals
