"""Pure rules of limits: when a limit ends, and when each step of its ladder falls.

No queries and no clock: everything comes in as an argument.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from apps.core.clock import local
from apps.deadlines.calendar import WorkingCalendar
from apps.deadlines.choices import Anchor, Measure

PLACE_COLUMNS = ("district_id", "street_id", "community_id", "grid_id")


@dataclass(frozen=True, slots=True)
class Rung:
    """One configured step of a ladder. ``amount`` is a percentage for ``share``, else an amount of ``measure``."""

    step: int
    kind: str
    anchor: str
    amount: Decimal
    measure: str


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step of a running limit and the moment it falls due."""

    step: int
    kind: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A step that a limit has no place for: it would fall before the start, or not after the step before it."""

    step: int
    kind: str
    moment: datetime
    before_start: bool


def add_time(calendar: WorkingCalendar, start: datetime, amount: Decimal, measure: str) -> datetime:
    """``start`` plus ``amount`` of ``measure``. Working days are whole: a fraction counts as that day's hours."""
    if measure == Measure.CALENDAR_HOURS:
        return start + _hours(amount)
    if measure == Measure.WORKING_HOURS:
        return calendar.add_working_hours(start, amount)
    whole = int(amount)
    end = calendar.add_working_days(start, whole)
    if amount == whole:
        return end
    return calendar.add_working_hours(end, (amount - whole) * calendar.hours_on(local(end).date()))


def subtract_time(calendar: WorkingCalendar, end: datetime, amount: Decimal, measure: str) -> datetime:
    """``end`` less ``amount`` of ``measure``; working days count as the hours of the day of ``end``."""
    if measure == Measure.CALENDAR_HOURS:
        return end - _hours(amount)
    hours = amount if measure == Measure.WORKING_HOURS else amount * calendar.hours_on(local(end).date())
    return calendar.subtract_working_time(end, hours)


def moved_by_pause(
    calendar: WorkingCalendar, moment: datetime, paused_at: datetime, resumed_at: datetime, measure: str
) -> datetime:
    """Where ``moment`` lands after a pause: as much time of ``measure`` later as passed during the pause."""
    if measure == Measure.CALENDAR_HOURS:
        return moment + (resumed_at - paused_at)
    paused = calendar.working_time_between(paused_at, resumed_at)
    return calendar.add_working_hours(moment, paused) if paused else moment


def plan_steps(
    calendar: WorkingCalendar, rungs: Sequence[Rung], *, start: datetime, due: datetime, measure: str
) -> list[PlannedStep]:
    """When each rung falls for a limit from ``start`` to ``due``.

    A step that would fall before the start, or not after the step before it, is left out (time limits, "Ladder").
    """
    return sort_steps(calendar, rungs, start=start, due=due, measure=measure)[0]


def sort_steps(
    calendar: WorkingCalendar, rungs: Sequence[Rung], *, start: datetime, due: datetime, measure: str
) -> tuple[list[PlannedStep], list[LeftOut]]:
    """The steps of ``plan_steps``, and those left out with the reason."""
    planned: list[PlannedStep] = []
    left_out: list[LeftOut] = []
    for rung in rungs:
        moment = _moment_of(calendar, rung, start, due, measure)
        if moment < start or (planned and moment <= planned[-1].due_at):
            left_out.append(LeftOut(rung.step, rung.kind, moment, before_start=moment < start))
        else:
            planned.append(PlannedStep(rung.step, rung.kind, moment))
    return planned, left_out


def check_rungs(rungs: Sequence[Rung]) -> None:
    """Raises ``ValueError`` when the steps of a ladder are not numbered in rising order from 1 upwards."""
    if any(later.step <= earlier.step for earlier, later in pairwise(rungs)) or any(rung.step < 1 for rung in rungs):
        raise ValueError("the steps of a ladder must be numbered in rising order")


def _moment_of(calendar: WorkingCalendar, rung: Rung, start: datetime, due: datetime, measure: str) -> datetime:
    if rung.anchor == Anchor.AT_END:
        return due
    if rung.anchor == Anchor.AFTER_END:
        return add_time(calendar, due, rung.amount, rung.measure)
    if rung.anchor == Anchor.BEFORE_END:
        return subtract_time(calendar, due, rung.amount, rung.measure)
    if measure == Measure.CALENDAR_HOURS:
        return start + _share(due - start, rung.amount)
    return calendar.add_working_hours(start, _share(calendar.working_time_between(start, due), rung.amount))


def _share(span: timedelta, percent: Decimal) -> timedelta:
    return timedelta(microseconds=int(Decimal(span // timedelta(microseconds=1)) * percent / 100))


def _hours(amount: Decimal) -> timedelta:
    return timedelta(microseconds=int(amount * 3_600_000_000))
