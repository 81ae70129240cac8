"""The only clock. Edges (views, tasks, commands) ask it once and pass the answer down as ``at``."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def is_held() -> bool:
    """Whether this context holds the clock at a moment of its choice."""
    return _frozen.get() is not None


def local(moment: datetime) -> datetime:
    """The same moment on the wall clocks of Shanghai."""
    return moment.astimezone(SHANGHAI)


def today() -> date:
    """The present calendar date in Shanghai, which is what every date column means."""
    return local(now()).date()


@contextmanager
def frozen(moment: datetime) -> Iterator[datetime]:
    """Hold the clock of this context at ``moment``; used by tests and by replays of history."""
    if moment.tzinfo is None:
        raise ValueError("the clock holds aware datetimes only")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _frozen.reset(token)
