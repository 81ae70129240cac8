"""Which steps a matter that was reported and answered at given moments must have got: reckoned the slow way.

The limits and ladders are those of ``spec/3-deadlines.md``, written out by hand; the calendar is walked day by day and
stretch by stretch. Nothing here asks the product.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import chinese_calendar

from apps.core.clock import SHANGHAI

HOURS = ((time(8, 30), time(12, 0)), (time(13, 30), time(18, 0)))
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Stretch = tuple[datetime, datetime]
Step = tuple[int, str, datetime]


def stretches_of(day: date) -> list[Stretch]:
    """When that day is worked in Shanghai."""
    if not chinese_calendar.is_workday(day):
        return []
    return [tuple(datetime.combine(day, clock, SHANGHAI) for clock in hours) for hours in HOURS]  # type: ignore[misc]


def stretches_from(moment: datetime) -> Iterator[Stretch]:
    """What is worked from ``moment`` on, without end."""
    day = moment.astimezone(SHANGHAI).date()
    while True:
        yield from ((max(opens, moment), closes) for opens, closes in stretches_of(day) if closes > moment)
        day += DAY


def add_hours(start: datetime, span: timedelta) -> datetime:
    """When ``span`` of working time has passed since ``start``."""
    for opens, closes in stretches_from(start):
        if span <= closes - opens:
            return opens + span
        span -= closes - opens
    raise AssertionError


def subtract_hours(end: datetime, span: timedelta) -> datetime:
    """From when ``span`` of working time remains until ``end``."""
    day = end.astimezone(SHANGHAI).date()
    while True:
        for opens, closes in reversed(stretches_of(day)):
            last = min(closes, end)
            if last > opens and span <= last - opens:
                return last - span
            span -= max(last - opens, timedelta())
        day -= DAY


def add_days(start: datetime, days: int) -> datetime:
    """The same time of day so many working days later; from the next opening where it is not working time."""
    day = start.astimezone(SHANGHAI).date()
    while not any(start <= closes for _opens, closes in stretches_of(day)):
        day += DAY
    begun = max(start, next(opens for opens, closes in stretches_of(day) if start <= closes))
    clock = begun.astimezone(SHANGHAI).timetz()
    while days:
        day += DAY
        days -= bool(stretches_of(day))
    return datetime.combine(day, clock)


def worked_between(start: datetime, end: datetime) -> timedelta:
    """How much of the time from ``start`` to ``end`` is worked."""
    passed = timedelta()
    for opens, closes in stretches_from(start):
        if opens >= end:
            return passed
        passed += min(closes, end) - opens
    raise AssertionError


@dataclass(frozen=True)
class Matter:
    """What a limit follows from; ``demand``: the street has chosen the limits of demands and disputes."""

    level: str
    urgent: bool
    complexity: str
    demand: bool

    def due(self, stage: str, start: datetime) -> datetime:
        """When the limit of handling or of the whole case ends."""
        if self.urgent:
            return start + {"handling": 24, "whole": 72}[stage] * HOUR
        if self.demand:
            return start + {"general": 7, "complex": 15, "major": 30}[self.complexity] * DAY
        days = 5 if stage == "whole" else {"community": 1, "street": 2, "agency": 3, "district": 3}[self.level]
        return add_days(start, days)

    def steps(self, stage: str, start: datetime, end: datetime) -> list[Step]:
        """The steps that fell due until ``end``: number, kind and moment."""
        due = self.due(stage, start)
        on_the_clock = self.urgent or self.demand
        share = start + (due - start) * 3 / 4 if on_the_clock else add_hours(start, worked_between(start, due) * 3 / 4)
        ladder = [("remind", share), ("yellow", subtract_hours(due, 4 * HOUR)), ("red", due)]
        if self.demand and self.complexity == "major":
            ladder.append(("committee", due + HOUR))
        ladder += [("escalate", add_days(due, 1)), ("meeting", add_days(due, 3))]
        kept: list[Step] = []
        for number, (kind, moment) in enumerate(ladder, start=1):
            if moment >= start and (not kept or moment > kept[-1][2]):
                kept.append((number, kind, moment))
        return [step for step in kept if step[2] <= end]
