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
from apps.deadlines.calendars import Calendars, OwnRules

SAMPLES = int(os.environ.get("GRIDGOV_SAMPLES", "300"))
FIRST = date(2025, 1, 1)
LAST = date(2026, 12, 31)
MINUTE = timedelta(minutes=1)

# Where each case costs a calendar of a hundred years.
rarely = settings(max_examples=max(20, SAMPLES // 20), deadline=None, suppress_health_check=list(HealthCheck))
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
# Hours that change at dates; two of them close together, so that a question often meets a change.
hours_from = st.dictionaries(st.dates(date(2025, 5, 1), date(2026, 7, 30)), hours, max_size=6)


class SlowCalendar:
    """Says of one minute whether it is worked, and knows nothing else."""

    def __init__(self, days, periods, changes):
        self.days = days
        self.periods = periods
        self.changes = sorted(changes.items())

    def works(self, day: date) -> bool:
        return self.days.get(day, day.weekday() < 5)

    def hours_on(self, day: date):
        """The hours on ``day``: those of the last change up to it."""
        held = self.periods
        for start, periods in self.changes:
            if start <= day:
                held = periods
        return held

    def counts(self, moment: datetime) -> bool:
        """Whether the minute that begins at ``moment`` is working time."""
        local = moment.astimezone(SHANGHAI)
        return self.works(local.date()) and any(p.opens <= local.time() < p.closes for p in self.hours_on(local.date()))

    def inside(self, moment: datetime) -> bool:
        """Whether ``moment`` lies in a working period, its closing moment included."""
        local = moment.astimezone(SHANGHAI)
        return self.works(local.date()) and any(
            p.opens <= local.time() <= p.closes for p in self.hours_on(local.date())
        )

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
        # Where the hours of the day reached are others, on to its next opening or, past the last, back to its closing.
        later = moment
        while later.astimezone(SHANGHAI).date() == moment.astimezone(SHANGHAI).date():
            if self.inside(later):
                return later
            later += MINUTE
        while not self.inside(moment):
            moment -= MINUTE
        return moment

    def minutes_between(self, start: datetime, end: datetime) -> int:
        total = 0
        while start < end:
            total += self.counts(start)
            start += MINUTE
        return total


@st.composite
def pairs(draw: st.DrawFn) -> tuple[WorkingCalendar, SlowCalendar]:
    days, periods, changes = draw(overrides), draw(hours), draw(hours_from)
    fast = WorkingCalendar(days, (2025,), periods=periods, hours=changes, first_year=2025, last_year=2026)
    return fast, SlowCalendar(days, periods, changes)


calendars = pairs().map(lambda pair: pair[0])


def shortest_day(slow: SlowCalendar) -> int:
    """Minutes in the shortest working day of a calendar."""

    def length(periods):
        return sum((p.closes.hour - p.opens.hour) * 60 + p.closes.minute - p.opens.minute for p in periods)

    return min(length(periods) for periods in (slow.periods, *(later for _start, later in slow.changes)))


def a_few_days_worth(slow: SlowCalendar, amount: int) -> int:
    """An amount of minutes cut to at most three of the shortest days, so that the slow walk ends."""
    return amount % (3 * shortest_day(slow) + 1)


@sampled
@given(pairs(), moments, st.integers(0, 2000))
def test_adding_working_time_agrees_with_the_slow_walk(pair, start, amount):
    fast, slow = pair
    amount = a_few_days_worth(slow, amount)
    assert fast.add_working_hours(start, timedelta(minutes=amount)) == slow.add_minutes(start, amount)


@sampled
@given(pairs(), moments, st.integers(0, 2000))
def test_subtracting_working_time_agrees_with_the_slow_walk(pair, end, amount):
    fast, slow = pair
    amount = a_few_days_worth(slow, amount)
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
@given(pairs(), moments, st.decimals(min_value=0, max_value=10, places=4))
def test_adding_then_measuring_gives_the_amount_back(pair, start, days):
    calendar, slow = pair
    amount = days * shortest_day(slow) / 60
    end = calendar.add_working_hours(start, amount)
    assert calendar.working_time_between(start, end) == timedelta(microseconds=int(amount * 3_600_000_000))


@sampled
@given(pairs(), moments, moments, st.decimals(min_value=Decimal("0.01"), max_value=10, places=2))
def test_a_later_start_never_ends_earlier(pair, one, other, days):
    calendar, slow = pair
    amount = days * shortest_day(slow) / 60
    earlier, later = sorted((one, other))
    assert calendar.add_working_hours(earlier, amount) <= calendar.add_working_hours(later, amount)
    assert calendar.add_working_days(earlier, int(days)) <= calendar.add_working_days(later, int(days))


@rarely
@given(calendars, moments)
def test_a_calendar_told_day_by_day_is_the_same_calendar(calendar, moment):
    # The periods on every day, asked one by one and given back as changes on every day, are the same calendar.
    every = {FIRST + timedelta(n): calendar.periods_on(FIRST + timedelta(n)) for n in range(730)}
    again = WorkingCalendar(
        {day: calendar.is_working_day(day) for day in every}, hours=every, first_year=2025, last_year=2026
    )
    assert again.add_working_hours(moment, 5) == calendar.add_working_hours(moment, 5)
    assert again.add_working_days(moment, 5) == calendar.add_working_days(moment, 5)


own_rules = st.builds(
    OwnRules,
    st.dictionaries(dates, st.booleans(), max_size=20),
    st.dictionaries(dates, st.one_of(hours, st.just(())), max_size=3),
)


@rarely
@given(own_rules, own_rules, own_rules, dates)
def test_what_a_unit_does_not_say_it_has_from_the_nearest_above(everybody, street, community, day):
    national = OwnRules(everybody.days, {start: periods for start, periods in everybody.hours.items() if periods})
    book = Calendars({None: national, 2: street, 3: community})
    calendar = book.at({"district_id": 1, "street_id": 2, "community_id": 3, "grid_id": 4})
    chain = [community, street, national]
    said = [own.days[day] for own in chain if day in own.days]
    assert calendar.is_working_day(day) == (said[0] if said else day.weekday() < 5)
    for own in chain:
        starts = [start for start in own.hours if start <= day]
        if starts and own.hours[max(starts)]:
            assert calendar.periods_on(day) == own.hours[max(starts)]
            break
    else:
        assert calendar.periods_on(day) == WorkingCalendar({}).periods_on(day)


def test_units_without_rules_share_their_parents_calendar():
    book = Calendars({None: OwnRules({date(2026, 1, 1): False}), 2: OwnRules({date(2026, 1, 2): False})})
    assert book.at({"district_id": 1, "street_id": None}) is book.national
    below = book.at({"district_id": 1, "street_id": 2, "community_id": 3, "grid_id": None})
    assert below is book.at({"district_id": 1, "street_id": 2}) is not book.national
    assert [below.is_working_day(date(2026, 1, day)) for day in (1, 2, 5)] == [False, False, True]
