"""The rules of the daily log as data (``spec/4-field.md``, Daily log): when it is due, late and sealed.

Pure functions; moments come in aware.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from apps.core.clock import SHANGHAI

FILING_GRACE: Final = timedelta(hours=2)
"""A log is due at the end of its day; one that arrives within this time after midnight is still in time."""

SEALED_AFTER: Final = timedelta(days=7)
"""A filed log can be added to until it is reviewed or this time has passed since it was filed."""

CLOCK_TOLERANCE: Final = timedelta(minutes=10)
"""A phone whose clock differs from the server's by more than this is pointed out."""

MOST_ENTRIES: Final = 50
LONGEST_TEXT: Final = 1000


def end_of_day(day: date) -> datetime:
    """Midnight at the end of ``day`` in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=SHANGHAI)


def is_late(day: date, filed_at: datetime) -> bool:
    """Whether a log of ``day`` filed at that moment is late."""
    return filed_at > end_of_day(day) + FILING_GRACE


def is_sealed(*, reviewed: bool, filed_at: datetime | None, at: datetime) -> bool:
    """Whether a log can no longer be changed."""
    return reviewed or (filed_at is not None and at > filed_at + SEALED_AFTER)


def clock_is_off(phone_at: datetime | None, server_at: datetime | None) -> bool:
    """Whether the phone's clock differs from the server's by more than is tolerated."""
    if phone_at is None or server_at is None:
        return False
    return abs(phone_at - server_at) > CLOCK_TOLERANCE
