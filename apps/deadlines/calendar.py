"""Working time as pure arithmetic: days, hours, holidays and make-up working days of Shanghai.

Every working moment has a position, the working time that lies before it since the calendar began. Adding,
subtracting and measuring are arithmetic on positions, found by bisection over the working days, so no operation walks
the days one by one. Moments come in and go out aware; they go out in UTC.

Rules (time limits, "Working time"): nights and holidays are not counted, make-up working days are; a year whose
holidays are not announced yet is counted by its weekends alone and ``is_known`` says so.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise

# Shanghai has kept UTC+8 all year since 1992, so within the years below a fixed offset is exact.
OFFSET = timedelta(hours=8)
FIRST_YEAR = 1992
LAST_YEAR = 2099

MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000
DAY = 24 * HOUR
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

Hours = Decimal | int | timedelta


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of working time within a day, on the wall clock of Shanghai."""

    opens: time
    closes: time


DEFAULT_PERIODS = (Period(time(8, 30), time(12, 0)), Period(time(13, 30), time(18, 0)))


class OutsideCalendar(ValueError):
    """A moment or a result lies outside the years the calendar covers."""


def _micros_of(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1_000_000 + clock.microsecond


def _length(amount: Hours) -> int:
    """Microseconds of an amount given as hours (``Decimal`` or ``int``) or as a ``timedelta``; never negative."""
    micros = amount // MICROSECOND if isinstance(amount, timedelta) else int(amount * HOUR)
    if micros < 0:
        raise ValueError("working time cannot be negative")
    return micros


class WorkingCalendar:
    """Which days are worked, at what hours, and arithmetic in working time.

    ``days`` overrides the weekday rule (Monday to Friday) for single dates; ``announced`` holds the years whose
    holidays are published; ``periods`` are the working periods of a working day, in order and apart. Immutable.
    """

    __slots__ = ("_before", "_closes", "_day_length", "_days", "_first", "_last", "_opens", "announced", "periods")

    def __init__(
        self,
        days: Mapping[date, bool],
        announced: Iterable[int] = (),
        *,
        periods: tuple[Period, ...] = DEFAULT_PERIODS,
        first_year: int = FIRST_YEAR,
        last_year: int = LAST_YEAR,
    ) -> None:
        """Raises ``ValueError`` for periods that are empty, overlap, are out of order or touch."""
        self.periods = periods
        self.announced = frozenset(announced)
        self._opens = [_micros_of(period.opens) for period in periods]
        self._closes = [_micros_of(period.closes) for period in periods]
        edges = [edge for pair in zip(self._opens, self._closes, strict=True) for edge in pair]
        if not edges or any(later <= earlier for earlier, later in pairwise(edges)):
            raise ValueError("working periods must be non-empty, in order and apart")
        self._before = [0]
        for opens, closes in zip(self._opens, self._closes, strict=True):
            self._before.append(self._before[-1] + closes - opens)
        self._day_length = self._before.pop()
        self._first = date(first_year, 1, 1).toordinal() - _EPOCH_ORDINAL
        self._last = date(last_year, 12, 31).toordinal() - _EPOCH_ORDINAL
        # Day 0 of the epoch was a Thursday, hence the shift by three.
        worked = {day for day in range(self._first, self._last + 1) if (day + 3) % 7 < 5}
        for exception, is_working in days.items():
            day = exception.toordinal() - _EPOCH_ORDINAL
            if self._first <= day <= self._last:
                (worked.add if is_working else worked.discard)(day)
        self._days = sorted(worked)

    @property
    def hours_per_day(self) -> Decimal:
        """Working hours in one working day."""
        return Decimal(self._day_length) / HOUR

    def is_known(self, year: int) -> bool:
        """Whether the holidays of ``year`` are announced; if not, its weekends alone are counted as days off."""
        return year in self.announced

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` (Shanghai) is worked."""
        number = self._checked(day.toordinal() - _EPOCH_ORDINAL)
        index = bisect_left(self._days, number)
        return index < len(self._days) and self._days[index] == number

    def add_working_hours(self, start: datetime, hours: Hours) -> datetime:
        """The earliest moment by which ``hours`` of working time have passed since ``start``.

        A start outside working hours counts from the next opening, and zero hours from there end there.
        """
        length = _length(hours)
        local = self._local(start)
        if length == 0:
            return self._utc(self._opening(local))
        return self._utc(self._earliest(self._position(local) + length))

    def subtract_working_time(self, end: datetime, hours: Hours) -> datetime:
        """The latest moment from which ``hours`` of working time remain until ``end``; zero hours give ``end``."""
        length = _length(hours)
        local = self._local(end)
        if length == 0:
            return self._utc(local)
        return self._utc(self._latest(self._position(local) - length))

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """The same time of day on the ``days``-th working day after ``start``.

        A start outside working hours counts from the next opening; the closing moment of a period is still inside.
        """
        if days < 0:
            raise ValueError("working days cannot be negative")
        day, clock = divmod(self._opening(self._local(start)), DAY)
        return self._utc(self._day_at(bisect_left(self._days, day) + days) * DAY + clock)

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from ``start`` to ``end``; negative when ``end`` comes first."""
        return timedelta(microseconds=self._position(self._local(end)) - self._position(self._local(start)))

    def working_seconds_between(self, start: datetime, end: datetime) -> int:
        """Whole working seconds from ``start`` to ``end``, rounded down."""
        return (self._position(self._local(end)) - self._position(self._local(start))) // 1_000_000

    def working_days_between(self, first: date, last: date) -> int:
        """How many of the days from ``first`` to ``last``, both included, are worked."""
        low = self._checked(first.toordinal() - _EPOCH_ORDINAL)
        high = self._checked(last.toordinal() - _EPOCH_ORDINAL)
        return max(0, bisect_right(self._days, high) - bisect_left(self._days, low))

    def _checked(self, day: int) -> int:
        if not self._first <= day <= self._last:
            raise OutsideCalendar("the date lies outside the working calendar")
        return day

    def _local(self, moment: datetime) -> int:
        """Microseconds of the wall clock of Shanghai since 1970."""
        if moment.tzinfo is None:
            raise ValueError("working time is counted between aware datetimes only")
        micros = (moment - _EPOCH + OFFSET) // MICROSECOND
        self._checked(micros // DAY)
        return micros

    def _utc(self, local: int) -> datetime:
        return _EPOCH + timedelta(microseconds=local) - OFFSET

    def _day_at(self, index: int) -> int:
        if not 0 <= index < len(self._days):
            raise OutsideCalendar("the result lies outside the working calendar")
        return self._days[index]

    def _position(self, local: int) -> int:
        """Working time before ``local`` since the calendar's first day."""
        day, clock = divmod(local, DAY)
        index = bisect_left(self._days, day)
        full = index * self._day_length
        if index == len(self._days) or self._days[index] != day:
            return full
        period = bisect_right(self._opens, clock) - 1
        if period < 0:
            return full
        return full + self._before[period] + min(clock, self._closes[period]) - self._opens[period]

    def _opening(self, local: int) -> int:
        """``local`` itself when it is working time, else the next opening."""
        day, clock = divmod(local, DAY)
        index = bisect_left(self._days, day)
        if index < len(self._days) and self._days[index] == day:
            period = bisect_left(self._closes, clock)
            if period < len(self._closes):
                return day * DAY + max(clock, self._opens[period])
            index += 1
        return self._day_at(index) * DAY + self._opens[0]

    def _earliest(self, position: int) -> int:
        """The first moment with ``position`` (above zero) working time before it."""
        index, within = divmod(position - 1, self._day_length)
        period = bisect_right(self._before, within) - 1
        return self._day_at(index) * DAY + self._opens[period] + within + 1 - self._before[period]

    def _latest(self, position: int) -> int:
        """The last moment with ``position`` working time before it."""
        index, within = divmod(position, self._day_length)
        period = bisect_right(self._before, within) - 1
        return self._day_at(index) * DAY + self._opens[period] + within - self._before[period]
