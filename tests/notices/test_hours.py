"""Quiet hours and digests on Shanghai's clocks."""

from datetime import datetime, time, timedelta

import pytest

from apps.core.clock import SHANGHAI
from apps.notices.hours import Hours, after_quiet, next_digest

USUAL = Hours(time(22), time(7), (time(8, 30), time(17)))
AFTERNOON = Hours(time(12), time(14), (time(13), time(18)))
NEVER = Hours(time(0), time(0), (time(23),))


def at(text: str) -> datetime:
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("hours", "now", "then"),
    [
        (USUAL, "11-21 21:59", "11-21 21:59"),
        (USUAL, "11-21 22:00", "11-22 07:00"),
        (USUAL, "11-22 00:00", "11-22 07:00"),
        (USUAL, "11-22 06:59", "11-22 07:00"),
        (USUAL, "11-22 07:00", "11-22 07:00"),
        (USUAL, "12-31 23:30", "12-31 23:30+7.5"),
        (AFTERNOON, "11-21 11:59", "11-21 11:59"),
        (AFTERNOON, "11-21 12:00", "11-21 14:00"),
        (AFTERNOON, "11-21 14:00", "11-21 14:00"),
        (NEVER, "11-21 00:00", "11-21 00:00"),
    ],
)
def test_quiet_hours_end_in_the_morning(hours, now, then):
    moment, _, more = then.partition("+")
    assert after_quiet(at(now), hours) == at(moment) + timedelta(hours=float(more or 0))


@pytest.mark.parametrize(
    ("hours", "now", "then"),
    [
        (USUAL, "11-21 08:29", "11-21 08:30"),
        (USUAL, "11-21 08:30", "11-21 17:00"),
        (USUAL, "11-21 17:00", "11-22 08:30"),
        (USUAL, "11-21 23:00", "11-22 08:30"),
        (AFTERNOON, "11-21 10:00", "11-21 14:00"),
        (NEVER, "11-21 23:00", "11-22 23:00"),
    ],
)
def test_the_next_digest_follows_and_keeps_quiet_hours(hours, now, then):
    assert next_digest(at(now), hours) == at(then)
