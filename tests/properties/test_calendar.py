"""The fast calendar against a slow one that walks the clock minute by minute and day by day.

``GRIDGOV_SAMPLES`` sets how many random cases each property tries; the long run uses a million.
"""

import os
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core.clock import SHANGHAI
from apps.deadlines.calendar import Period, WorkingCalendar

SAMPLES = int(os.environ.get("GRIDGOV_SAMPLES", "300"))
FIRST = date(2025, 1, 1)
LAST = date(2026, 12, 31)
MINUTE = timedelta(minutes=1)

sampled = settings(max_examples=SAMPLES, deadline=None, suppress_health_check=list(HealthCheck))

dates = st.dates(date(2025, 6, 1), date(2026, 6, 30))
overrides = st.dictionaries(dates, st.booleans(), max_size=60)
minutes = st.integers(0, 24 * 60 - 1)
moments = st.builds(
    lambda day, minute: datetime.combine(day, time(minute // 60, minute % 60), SHANGHAI).astimezone(UTC), dates, minutes
)
edges = st.lists(minutes, min_size=2, max_size=6, unique=True).map(sorted)
hours = st.builds(
    lambda cuts: tuple(
        Period(time(low // 60, low % 60), time(high // 60, high % 60))
        for low, high in zip(cuts[::2], cuts[1::2], strict=False)
    ),
    edges,
)
calendars = st.builds(
    lambda days, periods: WorkingCalendar(days, (2025,), periods=periods, first_year=2025, last_year=2026),
    overrides,
    hours,
)


class SlowCalendar:
    """Says of one minute whether it is worked, and knows nothing else."""

    def __init__(self, calendar: WorkingCalendar, days: dict[date, bool]) -> None:
        self.periods = calendar.periods
        self.days = days

    def works(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def counts(self, moment: datetime) -> bool:
        """Whether the minute that begins at ``moment`` is working time."""
        local = moment.astimezone(SHANGHAI)
        return self.works(local.date()) and any(p.opens <= local.time() < p.closes for p in self.periods)

    def inside(self, moment: datetime) -> bool:
        """Whether ``moment`` lies in a working period, its closing moment included."""
        local = moment.astimezone(SHANGHAI)
        return self.works(local.date()) and any(p.opens <= local.time() <= p.closes for p in self.periods)

    def opening(self, moment: datetime) -> datetime:
        while not self.inside(moment):
            moment += MINUTE
        return moment

    def add_minutes(self, start: datetime, amount: int) -> datetime:
        if amount == 0:
            return self.opening(start)
        while amount:
            amount -= self.counts(start)
            start += MINUTE
        return start

    def subtract_minutes(self, end: datetime, amount: int) -> datetime:
        while amount:
            end -= MINUTE
            amount -= self.counts(end)
        return end

    def add_days(self, start: datetime, amount: int) -> datetime:
        moment = self.opening(start)
        while amount:
            moment += timedelta(days=1)
            amount -= self.works(moment.astimezone(SHANGHAI).date())
        return moment

    def minutes_between(self, start: datetime, end: datetime) -> int:
        total = 0
        while start < end:
            total += self.counts(start)
            start += MINUTE
        return total


@st.composite
def pairs(draw: st.DrawFn) -> tuple[WorkingCalendar, SlowCalendar]:
    days = draw(overrides)
    fast = WorkingCalendar(days, (2025,), periods=draw(hours), first_year=2025, last_year=2026)
    return fast, SlowCalendar(fast, days)


def a_few_days_worth(fast: WorkingCalendar, amount: int) -> int:
    """An amount of minutes cut to at most three working days, so that the slow walk ends."""
    return amount % (3 * int(fast.hours_per_day * 60) + 1)


@sampled
@given(pairs(), moments, st.integers(0, 2000))
def test_adding_working_time_agrees_with_the_slow_walk(pair, start, amount):
    fast, slow = pair
    amount = a_few_days_worth(fast, amount)
    assert fast.add_working_hours(start, timedelta(minutes=amount)) == slow.add_minutes(start, amount)


@sampled
@given(pairs(), moments, st.integers(0, 2000))
def test_subtracting_working_time_agrees_with_the_slow_walk(pair, end, amount):
    fast, slow = pair
    amount = a_few_days_worth(fast, amount)
    assert fast.subtract_working_time(end, timedelta(minutes=amount)) == slow.subtract_minutes(end, amount)


@sampled
@given(pairs(), moments, st.integers(0, 30))
def test_adding_working_days_agrees_with_the_slow_walk(pair, start, amount):
    fast, slow = pair
    assert fast.add_working_days(start, amount) == slow.add_days(start, amount)


@sampled
@given(pairs(), moments, st.integers(0, 8 * 24 * 60))
def test_measuring_agrees_with_the_slow_walk(pair, start, span):
    fast, slow = pair
    end = start + timedelta(minutes=span)
    expected = slow.minutes_between(start, end) * 60
    assert fast.working_seconds_between(start, end) == expected
    assert fast.working_seconds_between(end, start) == -expected


@sampled
@given(calendars, moments, st.decimals(min_value=0, max_value=10, places=4))
def test_adding_then_measuring_gives_the_amount_back(calendar, start, days):
    amount = days * calendar.hours_per_day
    end = calendar.add_working_hours(start, amount)
    assert calendar.working_time_between(start, end) == timedelta(microseconds=int(amount * 3_600_000_000))


@sampled
@given(calendars, moments, moments, st.decimals(min_value=Decimal("0.01"), max_value=10, places=2))
def test_a_later_start_never_ends_earlier(calendar, one, other, days):
    amount = days * calendar.hours_per_day
    earlier, later = sorted((one, other))
    assert calendar.add_working_hours(earlier, amount) <= calendar.add_working_hours(later, amount)
