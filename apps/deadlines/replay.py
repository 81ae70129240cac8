"""A limit reckoned again from its beginning: where it would end and when its steps would fall by other calendars.

Pure: its history, its policy and the calendar come in as arguments. By the calendar that was in force all along the
answer is what stands already, whatever pauses and extensions came before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from apps.deadlines import reckoning
from apps.deadlines.calendar import WorkingCalendar
from apps.deadlines.choices import ChangeKind
from apps.deadlines.reckoning import PlannedStep


@dataclass(frozen=True, slots=True)
class Happening:
    """A pause, a resumption or an extension: when, and the limit's end before and after it."""

    kind: str
    at: datetime
    old_due: datetime
    new_due: datetime


@dataclass(frozen=True, slots=True)
class Course:
    """What a limit set out with and what became of it.

    ``amount`` is ``None`` where the end was agreed, by an extension or from the start: then ``due_at``, which stands
    now, stays. ``counts_from`` is what stands now.
    """

    measure: str
    amount: Decimal | None
    started_at: datetime
    due_at: datetime
    counts_from: datetime
    history: Sequence[Happening] = ()


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Where a limit ends, from where its time counts, and its whole ladder, steps taken included."""

    due_at: datetime
    counts_from: datetime
    steps: list[PlannedStep]


Plan = Callable[[datetime, datetime], list[PlannedStep]]


def replay(calendar: WorkingCalendar, course: Course, plan: Plan) -> Reckoned:
    """Reckon the course again by ``calendar``; ``plan(start, due)`` gives the ladder."""
    due = course.due_at
    if course.amount is not None:
        due = reckoning.add_time(calendar, course.started_at, course.amount, course.measure)
    counts_from = course.started_at if course.history else course.counts_from
    shifts: list[tuple[datetime, datetime]] = []
    paused_at: datetime | None = None

    def moved(moment: datetime, began: datetime, ended: datetime) -> datetime:
        return reckoning.moved_by_pause(calendar, moment, began, ended, course.measure)

    for happening in course.history:
        if happening.kind == ChangeKind.PAUSED:
            paused_at = happening.at
        elif happening.kind == ChangeKind.EXTENDED:
            shifts = []
        elif happening.kind == ChangeKind.RESUMED and paused_at is not None:
            paused_at = min(paused_at, happening.at)
            if (happening.old_due if course.amount is None else due) > paused_at:
                if course.amount is not None:
                    due = moved(due, paused_at, happening.at)
                counts_from = moved(counts_from, paused_at, happening.at)
                shifts = []
            else:
                # The end had passed: it stays, and only later steps move.
                shifts.append((paused_at, happening.at))
            paused_at = None
    steps = plan(counts_from, due)
    for began, ended in shifts:
        steps = [PlannedStep(step.step, step.kind, moved(step.due_at, began, ended)) for step in steps]
    return Reckoned(due, counts_from, steps)
