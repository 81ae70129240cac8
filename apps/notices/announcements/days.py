"""Days as moments."""

from datetime import date, datetime, time, timedelta

from apps.core.clock import SHANGHAI


def end_of_day(day: date) -> datetime:
    """The moment at which a day is over in Shanghai."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
