"""What cannot be taken back is decided by the earlier of two clocks."""

from datetime import datetime, timedelta

import pytest
from django.db import connection

from apps.core import clock, skew
from apps.core.skew import cautious_now

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def set_clock(monkeypatch, apart: timedelta) -> None:
    class Skewed(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + apart

    monkeypatch.setattr(clock, "datetime", Skewed)
    monkeypatch.setattr(skew, "_told_at", float("-inf"))


def database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


def test_a_clock_that_runs_ahead_is_not_believed(monkeypatch, caplog):
    set_clock(monkeypatch, HOUR)
    before = database_now()
    assert before <= cautious_now() <= database_now()
    cautious_now()
    (line,) = caplog.messages
    assert line.startswith("this machine's clock is 3")
    assert line.endswith("s ahead of the database's; the earlier one counts")


def test_a_clock_that_is_behind_is_believed(monkeypatch, caplog):
    set_clock(monkeypatch, -HOUR)
    before = clock.now()
    assert before <= cautious_now() <= clock.now()
    assert caplog.messages[0].endswith("s behind the database's; the earlier one counts")


def test_clocks_that_agree_are_not_worth_a_line(caplog):
    cautious_now()
    assert caplog.messages == []


def test_a_held_clock_is_believed(caplog):
    held = clock.now() + timedelta(days=900)
    with clock.frozen(held):
        assert cautious_now() == held
    assert caplog.messages == []
