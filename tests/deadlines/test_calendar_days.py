"""Holidays, make-up working days, nights and the unannounced year, by known dates."""

from datetime import date
from decimal import Decimal

import pytest

from apps.deadlines.calendar import OutsideCalendar, Period, WorkingCalendar
from apps.deadlines.models import CalendarDay, CalendarYear
from tests.factories.deadlines import load_rules, shanghai

pytestmark = pytest.mark.django_db


@pytest.fixture
def calendar():
    return load_rules().calendar


def test_make_up_days_of_2026_are_worked_and_there_are_248_working_days(calendar):
    for day in [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]:
        assert calendar.is_working_day(date(2026, *day)), day
    assert calendar.working_days_between(date(2026, 1, 1), date(2026, 12, 31)) == 248


def test_holidays_on_weekdays_are_not_worked(calendar):
    assert not calendar.is_working_day(date(2026, 10, 1))
    assert not calendar.is_working_day(date(2026, 2, 17))


def test_2027_is_not_announced_and_counts_by_its_weekends(calendar):
    assert calendar.is_known(2026)
    assert not calendar.is_known(2027)
    assert calendar.is_working_day(date(2027, 1, 1))
    assert not calendar.is_working_day(date(2027, 1, 2))


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-02 09:00", "2", "2026-03-02 11:00"),
        ("2026-03-02 11:00", "2", "2026-03-02 14:30"),
        ("2026-03-02 17:00", "2", "2026-03-03 09:30"),
        ("2026-03-02 22:00", "2", "2026-03-03 10:30"),
        ("2026-03-02 12:30", "0", "2026-03-02 13:30"),
        ("2026-03-02 08:30", "8", "2026-03-02 18:00"),
        ("2026-03-02 08:30", "3.5", "2026-03-02 12:00"),
        ("2026-09-30 17:00", "2", "2026-10-08 09:30"),
        ("2026-10-09 17:00", "2", "2026-10-10 09:30"),
        ("2026-12-31 17:00", "2", "2027-01-01 09:30"),
        ("2026-03-06 17:30", "0.75", "2026-03-09 08:45"),
    ],
)
def test_working_hours_skip_lunch_nights_and_holidays(calendar, start, hours, end):
    assert calendar.add_working_hours(shanghai(start), Decimal(hours)) == shanghai(end)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-03-02 09:20", 1, "2026-03-03 09:20"),
        ("2026-03-06 09:20", 1, "2026-03-09 09:20"),
        ("2026-03-06 20:00", 1, "2026-03-10 08:30"),
        ("2026-03-07 10:00", 1, "2026-03-10 08:30"),
        ("2026-03-06 12:30", 2, "2026-03-10 13:30"),
        ("2026-03-06 18:00", 1, "2026-03-09 18:00"),
        ("2026-09-29 10:00", 3, "2026-10-09 10:00"),
        ("2026-10-09 10:00", 1, "2026-10-10 10:00"),
        ("2026-12-30 16:00", 3, "2027-01-04 16:00"),
    ],
)
def test_working_days_keep_the_time_of_day(calendar, start, days, end):
    assert calendar.add_working_days(shanghai(start), days) == shanghai(end)


def test_nothing_passes_over_a_holiday(calendar):
    assert calendar.working_seconds_between(shanghai("2026-09-30 18:00"), shanghai("2026-10-08 08:30")) == 0
    assert calendar.working_seconds_between(shanghai("2026-09-30 17:00"), shanghai("2026-10-08 09:30")) == 7200


def test_naive_moments_negative_amounts_and_far_years_are_refused(calendar):
    with pytest.raises(ValueError, match="aware"):
        calendar.add_working_hours(shanghai("2026-03-02 09:00").replace(tzinfo=None), 1)
    with pytest.raises(ValueError, match="negative"):
        calendar.add_working_hours(shanghai("2026-03-02 09:00"), -1)
    with pytest.raises(ValueError, match="negative"):
        calendar.add_working_days(shanghai("2026-03-02 09:00"), -1)
    with pytest.raises(OutsideCalendar):
        calendar.is_working_day(date(2100, 1, 1))
    with pytest.raises(OutsideCalendar):
        calendar.add_working_days(shanghai("2099-12-30 09:00"), 30)


def test_periods_that_overlap_or_are_empty_are_refused():
    late = Period(shanghai("2026-03-02 10:00").time(), shanghai("2026-03-02 09:00").time())
    with pytest.raises(ValueError, match="periods"):
        WorkingCalendar({}, periods=(late,))
    with pytest.raises(ValueError, match="periods"):
        WorkingCalendar({}, periods=())


def test_days_entered_by_hand_survive_the_next_load_and_change_the_calendar():
    load_rules()
    CalendarDay.objects.create(date=date(2027, 1, 1), is_working=False, name="元旦", origin="人工")
    CalendarDay.objects.filter(date=date(2026, 10, 10)).update(is_working=False, origin="人工")
    CalendarYear.objects.filter(year=2027).update(announced=True, origin="人工")
    calendar = load_rules().calendar
    assert calendar.is_known(2027)
    assert not calendar.is_working_day(date(2027, 1, 1))
    assert not calendar.is_working_day(date(2026, 10, 10))
    assert calendar.add_working_hours(shanghai("2026-12-31 17:00"), 2) == shanghai("2027-01-04 09:30")
