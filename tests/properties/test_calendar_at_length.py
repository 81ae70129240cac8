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


def random_periods(random):
    cuts = sorted(random.sample(range(DAY), 2 * random.randint(1, 3)))
    return list(zip(cuts[::2], cuts[1::2], strict=True))


def as_periods(pairs):
    return tuple(Period(time(a // 60, a % 60), time(b // 60, b % 60)) for a, b in pairs)


def random_days(random):
    """Holidays and make-up days: in one year of three a year that is known by halves or not at all."""
    span = (LAST - FIRST).days + 1
    known = random.choice([span, 365, 365 + 180])
    days = {FIRST + timedelta(random.randrange(known)): random.random() < 0.5 for _ in range(random.randrange(80))}
    # The turn of the year, with its holiday and its make-up day.
    days |= {date(2026, 1, day): False for day in (1, 2, 3) if random.random() < 0.7}
    days[date(2026, 1, 4)] = random.random() < 0.7
    return days


def minutes_of(days, hours):
    """For every minute whether it is worked, told day by day."""
    span = (LAST - FIRST).days + 1
    worked = numpy.zeros(span * DAY, dtype=bool)
    for number in range(span):
        day = FIRST + timedelta(number)
        if days.get(day, day.weekday() < 5):
            start = max(change for change in hours if change <= day)
            for opens, closes in hours[start]:
                worked[number * DAY + opens : number * DAY + closes] = True
    return worked


def random_calendar(random):
    """A calendar with random holidays, make-up days and changing hours, and for every minute whether it is worked."""
    days = random_days(random)
    hours = {FIRST: random_periods(random)}
    for _ in range(random.randrange(4)):
        hours[FIRST + timedelta(random.randrange(250, 450))] = random_periods(random)
    calendar = WorkingCalendar(
        days, hours={start: as_periods(pairs) for start, pairs in hours.items()}, first_year=2025, last_year=2026
    )
    return calendar, minutes_of(days, hours)


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
            # At most what is worked from there to the end of the calendar, or since its beginning.
            amount = random.randint(1, min(2700, int(before[-1] - before[start]), int(before[start])))
            later = int(numpy.searchsorted(before, before[start] + amount, side="left"))
            assert calendar.add_working_hours(at, amount * MINUTE) == ORIGIN + later * MINUTE
            earlier = int(numpy.searchsorted(before, before[start] - amount, side="right")) - 1
            assert calendar.subtract_working_time(at, amount * MINUTE) == ORIGIN + earlier * MINUTE


def test_the_table_of_minutes_agrees():
    ask(2000, calendars=4, seed=1)


@pytest.mark.soak
def test_the_table_of_minutes_agrees_a_million_times():
    ask(1_000_000, calendars=200, seed=2)
