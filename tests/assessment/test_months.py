"""Months, their bounds in UTC, and the moment up to which facts count."""

from datetime import UTC, date, datetime

import pytest

from apps.assessment.periods import Month


def test_bounds_are_those_of_shanghai() -> None:
    month = Month.of("2026-02")
    assert (month.first, month.last) == (date(2026, 2, 1), date(2026, 2, 28))
    assert month.begins == datetime(2026, 1, 31, 16, tzinfo=UTC)
    assert month.ends == datetime(2026, 2, 28, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("label", "back", "expected"),
    [("2026-01", 1, "2025-12"), ("2026-03", 14, "2025-01"), ("2025-12", -1, "2026-01"), ("2026-05", 0, "2026-05")],
)
def test_months_are_counted_across_years(label: str, back: int, expected: str) -> None:
    assert str(Month.of(label).back(back)) == expected


@pytest.mark.parametrize("label", ["2026-13", "2026-00", "2026-1", "26-01", "2026-01-01", "", "zehn"])
def test_what_is_no_month_is_refused(label: str) -> None:
    with pytest.raises(ValueError, match="no month"):
        Month.of(label)


def test_facts_count_until_shortly_after_the_end_or_until_now() -> None:
    month = Month.of("2026-03")
    assert month.cutoff(datetime(2026, 5, 1, tzinfo=UTC)) == datetime(2026, 3, 31, 18, tzinfo=UTC)
    assert month.cutoff(datetime(2026, 3, 10, tzinfo=UTC)) == datetime(2026, 3, 10, tzinfo=UTC)
