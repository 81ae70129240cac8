"""A million random questions to the working calendar, answered again from a table of every single minute."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import numpy
import pytest

from apps.core.clock import SHANGHAI
from apps.deadlines.calendar import Period, WorkingCalendar

FIRST, LAST = date(2025, 1, 1), date(2026, 12, 31)
ORIGIN = datetime(2025, 1, 1, tzinfo=SHANGHAI).astimezone(UTC)
MINUTE = timedelta(minutes=1)
DAY = 24 * 60


def random_calendar(random):
    """A calendar with random holidays, make-up days and hours, and for every minute whether it is worked."""
    span = (LAST - FIRST).days + 1
    days = {FIRST + timedelta(random.randrange(span)): random.random() < 0.5 for _ in range(random.randrange(80))}
    cuts = sorted(random.sample(range(DAY), 2 * random.randint(1, 3)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=True))
    periods = tuple(Period(time(a // 60, a % 60), time(b // 60, b % 60)) for a, b in pairs)
    worked = numpy.zeros(span * DAY, dtype=bool)
    for number in range(span):
        day = FIRST + timedelta(number)
        if days.get(day, day.weekday() < 5):
            for opens, closes in pairs:
                worked[number * DAY + opens : number * DAY + closes] = True
    return WorkingCalendar(days, periods=periods, first_year=2025, last_year=2026), worked


def ask(questions, *, calendars, seed):
    random = Random(seed)
    for _ in range(calendars):
        calendar, worked = random_calendar(random)
        before = numpy.concatenate([[0], numpy.cumsum(worked)])
        for _ in range(questions // calendars):
            start, span = random.randrange(300 * DAY, 400 * DAY), random.randrange(20 * DAY)
            at = ORIGIN + start * MINUTE
            assert calendar.working_seconds_between(at, at + span * MINUTE) == 60 * (
                before[start + span] - before[start]
            )
            amount = random.randint(1, 5 * int(calendar.hours_per_day * 60))
            later = int(numpy.searchsorted(before, before[start] + amount, side="left"))
            assert calendar.add_working_hours(at, amount * MINUTE) == ORIGIN + later * MINUTE
            earlier = int(numpy.searchsorted(before, before[start] - amount, side="right")) - 1
            assert calendar.subtract_working_time(at, amount * MINUTE) == ORIGIN + earlier * MINUTE


def test_the_table_of_minutes_agrees():
    ask(2000, calendars=4, seed=1)


@pytest.mark.soak
def test_the_table_of_minutes_agrees_a_million_times():
    ask(1_000_000, calendars=200, seed=2)
