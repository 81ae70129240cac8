"""When a message may go out: quiet hours and the hours of digests. Pure functions; wall clocks are Shanghai's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from apps.core.clock import SHANGHAI, local


@dataclass(frozen=True, slots=True)
class Hours:
    """Quiet from one time of day until another (the next day's where it is earlier; none where equal), and the times
    of day of digests.
    """

    quiet_from: time
    quiet_until: time
    digests: Sequence[time]


def _moment(day: datetime, of_day: time) -> datetime:
    return datetime.combine(day.date(), of_day, tzinfo=SHANGHAI)


def after_quiet(at: datetime, hours: Hours) -> datetime:
    """``at`` itself, or the end of the quiet hours in which it falls."""
    now = local(at)
    start, end = hours.quiet_from, hours.quiet_until
    if start == end:
        return at
    clock = now.time().replace(tzinfo=None)
    if start < end:
        return _moment(now, end).astimezone(UTC) if start <= clock < end else at
    if clock >= start:
        return _moment(now + timedelta(days=1), end).astimezone(UTC)
    return _moment(now, end).astimezone(UTC) if clock < end else at


def next_digest(at: datetime, hours: Hours) -> datetime:
    """The first digest after ``at``, put off to the end of the quiet hours where it falls into them."""
    now = local(at)
    later = [_moment(now + timedelta(days=days), of_day) for days in (0, 1) for of_day in sorted(hours.digests)]
    return after_quiet(min(one for one in later if one > now).astimezone(UTC), hours)
