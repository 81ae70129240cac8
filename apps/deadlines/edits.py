"""A change of days, hours and announced years, as data: read from text, written to a record, undone. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from apps.deadlines.calendar import Period, Periods, check_periods


@dataclass(frozen=True, slots=True)
class Day:
    """What a calendar says of one date."""

    is_working: bool
    name: str


@dataclass(frozen=True, slots=True)
class Year:
    """Whether a year is announced, and by what."""

    announced: bool
    origin: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Days by date, hours by the date from which they hold (none: those of the unit above), years. In an edit
    ``None`` says that there is no such rule."""

    days: Mapping[date, Day | None] = field(default_factory=dict)
    hours: Mapping[date, Periods | None] = field(default_factory=dict)
    years: Mapping[int, Year | None] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.days or self.hours or self.years)


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of one unit's rules (``None``: those of all units): what stands before, and what shall stand."""

    unit: int | None
    before: Rules
    after: Rules

    def __bool__(self) -> bool:
        return bool(self.after)

    def reversed(self) -> "Edit":
        """The edit that takes this one back."""
        return Edit(self.unit, self.after, self.before)

    def span(self) -> tuple[date, date | None] | None:
        """The first and the last date on which working time may become different; no last one where hours change;
        ``None`` where only years are announced."""
        dates = [
            *(day for day, rule in self.after.days.items() if _works(rule) != _works(self.before.days.get(day))),
            *self.after.hours,
        ]
        if not dates:
            return None
        return min(dates), None if self.after.hours else max(dates)


def _works(day: Day | None) -> bool | None:
    return None if day is None else day.is_working


def edit_of(unit: int | None, wanted: Rules, standing: Rules) -> Edit:
    """The edit that makes ``wanted`` hold where ``standing`` does; what stands so already is left out."""

    def differing(old: Mapping[Any, Any], new: Mapping[Any, Any]) -> list[Any]:
        return sorted(key for key, value in new.items() if old.get(key) != value)

    days = differing(standing.days, wanted.days)
    hours = differing(standing.hours, wanted.hours)
    years = differing(standing.years, wanted.years)
    return Edit(
        unit,
        Rules(
            {key: standing.days.get(key) for key in days},
            {key: standing.hours.get(key) for key in hours},
            {key: standing.years.get(key) for key in years},
        ),
        Rules(
            {key: wanted.days[key] for key in days},
            {key: wanted.hours[key] for key in hours},
            {key: wanted.years[key] for key in years},
        ),
    )


def as_json(edit: Edit) -> dict[str, Any]:
    """Plain data for a record, a form or a job."""
    before, after = edit.before, edit.after
    return {
        "unit": edit.unit,
        "days": [
            {"date": key.isoformat(), "from": _day_json(before.days.get(key)), "to": _day_json(day)}
            for key, day in after.days.items()
        ],
        "hours": [
            {"date": key.isoformat(), "from": _hours_json(before.hours.get(key)), "to": _hours_json(periods)}
            for key, periods in after.hours.items()
        ],
        "years": [
            {"year": key, "from": _year_json(before.years.get(key)), "to": _year_json(year)}
            for key, year in after.years.items()
        ],
    }


def from_json(data: Mapping[str, Any]) -> Edit:
    """The edit that ``as_json`` wrote. Raises ``ValueError`` for anything else."""
    try:
        sides = [
            Rules(
                {date.fromisoformat(row["date"]): _day(row[side]) for row in data["days"]},
                {date.fromisoformat(row["date"]): _hours(row[side]) for row in data["hours"]},
                {int(row["year"]): _year(row[side]) for row in data["years"]},
            )
            for side in ("from", "to")
        ]
        unit = data["unit"]
        if unit is not None and not isinstance(unit, int):
            raise ValueError("unit is no number")
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("no change of a calendar") from error
    return Edit(unit, *sides)


def _day_json(day: Day | None) -> dict[str, Any] | None:
    return None if day is None else {"working": day.is_working, "name": day.name}


def _hours_json(periods: Periods | None) -> list[str] | None:
    if periods is None:
        return None
    return [edge.isoformat("minutes") for period in periods for edge in (period.opens, period.closes)]


def _year_json(year: Year | None) -> dict[str, Any] | None:
    return None if year is None else {"announced": year.announced, "origin": year.origin}


def _day(value: Any) -> Day | None:
    if value is None:
        return None
    name = str(value["name"])
    if not 0 < len(name) <= LONGEST_NAME:
        raise ValueError("the name of a day is empty or too long")
    return Day(bool(value["working"]), name)


def _hours(value: Any) -> Periods | None:
    if value is None:
        return None
    edges = [time.fromisoformat(edge) for edge in value]
    if len(edges) % 2 or len(edges) > 2 * MOST_PERIODS:
        raise ValueError("hours come in pairs")
    periods = tuple(Period(opens, closes) for opens, closes in zip(edges[::2], edges[1::2], strict=True))
    if periods:
        check_periods(periods)
    return periods


def _year(value: Any) -> Year | None:
    return None if value is None else Year(bool(value["announced"]), str(value["origin"])[:200])


# Reading what people write -------------------------------------------------------------------------------------------

MOST_PERIODS = 4
MOST_DAYS = 800
LONGEST_NAME = 40
MAKE_UP = "调休上班"
DAY_OFF = "放假"

_DATE = r"(?:(?P<{0}y>\d{{4}})\s*(?:[-/.]|年)\s*)?(?P<{0}m>\d{{1,2}})\s*(?:[-/.]|月)\s*(?P<{0}d>\d{{1,2}})\s*(?:日|号)?"
_WEEKDAY = r"\s*(?:[((]?(?:周|星期)[一二三四五六日天][))]?)?\s*"
_LINE = re.compile(
    "^"
    + _DATE.format("a")
    + _WEEKDAY
    + r"(?:(?:—+|–|~|～|\.\.|至|到|to|-{1,2})\s*"
    + r"(?:"
    + _DATE.format("b")
    + r"|(?P<only>\d{1,2})\s*(?:日|号)?)"
    + _WEEKDAY
    + r")?[\s,，:：;；]*(?P<kind>休息?|放假|班|上班|平|恢复|off|work|clear)(?:[\s,，:：]+(?P<name>.*))?$",
    re.IGNORECASE,
)
_OFF = {"休", "休息", "放假", "off"}
_ON = {"班", "上班", "work"}


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be read: its number from 1, its text, and which of ``form``, ``date``, ``order``, ``name``,
    ``twice`` or ``many`` is wrong with it."""

    number: int
    text: str
    problem: str


def read_days(text: str, year: int) -> tuple[dict[date, Day | None], list[BadLine]]:
    """Dates and ranges, one a line: ``2027-02-06 至 2027-02-12 休 春节``, ``2月20日 班``, ``5月4日 平``.

    ``year`` is meant where none is written. ``休`` is a day off, ``班`` a working day, ``平`` takes the mark away.
    """
    days: dict[date, Day | None] = {}
    bad: list[BadLine] = []
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line:
            continue
        try:
            for day, rule in _read_line(line, year):
                if day in days and days[day] != rule:
                    raise _Unreadable("twice")
                days[day] = rule
            if len(days) > MOST_DAYS:
                raise _Unreadable("many")
        except _Unreadable as problem:
            bad.append(BadLine(number, line[:80], str(problem)))
            if str(problem) == "many":
                break
    return days, bad


class _Unreadable(ValueError):
    """What is wrong with a line."""


def _read_line(line: str, year: int) -> Iterable[tuple[date, Day | None]]:
    match = _LINE.match(line)
    if match is None:
        raise _Unreadable("form")
    found = match.groupdict()
    first = last = _date(found["ay"] or year, found["am"], found["ad"])
    if found["only"]:
        last = _date(first.year, first.month, found["only"])
    elif found["bm"]:
        last = _date(found["by"] or first.year, found["bm"], found["bd"])
    if last < first:
        raise _Unreadable("order")
    if (last - first).days >= MOST_DAYS:
        raise _Unreadable("many")
    kind, name = found["kind"].lower(), (found["name"] or "").strip()
    if len(name) > LONGEST_NAME:
        raise _Unreadable("name")
    rule: Day | None = None
    if kind in _OFF:
        rule = Day(False, name or DAY_OFF)
    elif kind in _ON:
        rule = Day(True, name or MAKE_UP)
    return [(first + timedelta(days=number), rule) for number in range((last - first).days + 1)]


def _date(year: Any, month: Any, day: Any) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise _Unreadable("date") from error


_PERIOD = re.compile(r"^(\d{1,2})[:：](\d{2})\s*(?:-|–|—|~|～|至|到)\s*(\d{1,2})[:：](\d{2})$")


def read_periods(text: str) -> Periods:
    """``08:30-12:00, 13:30-18:00`` in order; nothing for nothing. Raises ``ValueError``."""
    periods = []
    for part in re.split(r"[,，;；、\n]+|(?<=\d)\s+(?=\d{1,2}[:：]\d{2}\s*[-–—~～至到])", text.strip()):
        part = part.strip()
        if not part:
            continue
        match = _PERIOD.match(part)
        if match is None:
            raise ValueError("a period looks like 08:30-12:00")
        edges = [int(number) for number in match.groups()]
        periods.append(Period(time(edges[0], edges[1]), time(edges[2], edges[3])))
    if len(periods) > MOST_PERIODS:
        raise ValueError("too many periods")
    if periods:
        check_periods(tuple(periods))
    return tuple(periods)
