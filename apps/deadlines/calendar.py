"""Working time as pure arithmetic: days, hours, holidays and make-up working days of Shanghai.

Every working moment has a position, the working time that lies before it since the calendar began. Adding,
subtracting and measuring are arithmetic on positions, found by bisection over the working days and over the dates at
which the hours change, so no operation walks the days one by one. Moments come in and go out aware; they go out in UTC.

Rules (time limits, "Working time"): nights and holidays are not counted, make-up working days are; a year whose
holidays are not announced yet is counted by its weekends alone and ``is_known`` says so.
"""

from array import array
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


Periods = tuple[Period, ...]
DEFAULT_PERIODS: Periods = (Period(time(8, 30), time(12, 0)), Period(time(13, 30), time(18, 0)))


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


def _clock_of(micros: int) -> time:
    return (_EPOCH + timedelta(microseconds=micros)).time()


def _day_of(day: date) -> int:
    """Days since 1970."""
    return day.toordinal() - _EPOCH_ORDINAL


@dataclass(frozen=True, slots=True)
class _Hours:
    """The hours that hold from the working day numbered ``index`` on; ``before`` is the working time before it."""

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    befores: tuple[int, ...]
    length: int
    index: int
    before: int


def check_periods(periods: Periods) -> None:
    """Raises ``ValueError`` for periods that are empty, overlap, are out of order or touch."""
    edges = [_micros_of(edge) for period in periods for edge in (period.opens, period.closes)]
    if not edges or any(later <= earlier for earlier, later in pairwise(edges)):
        raise ValueError("working periods must be non-empty, in order and apart")


class WorkingCalendar:
    """Which days are worked, at what hours, and arithmetic in working time.

    ``days`` overrides the weekday rule (Monday to Friday) for single dates; ``announced`` holds the years whose
    holidays are published; ``periods`` are the working periods of a working day, in order and apart, until the first
    date of ``hours``, which maps dates to the periods that hold from them on. Immutable.
    """

    __slots__ = ("_days", "_first", "_from", "_hours", "_last", "_starts", "announced")

    def __init__(
        self,
        days: Mapping[date, bool],
        announced: Iterable[int] = (),
        *,
        periods: Periods = DEFAULT_PERIODS,
        hours: Mapping[date, Periods] | None = None,
        first_year: int = FIRST_YEAR,
        last_year: int = LAST_YEAR,
    ) -> None:
        """Raises ``ValueError`` for periods that are empty, overlap, are out of order or touch."""
        self.announced = frozenset(announced)
        self._first = _day_of(date(first_year, 1, 1))
        self._last = _day_of(date(last_year, 12, 31))
        # Day 0 of the epoch was a Thursday, hence the shift by three.
        worked = {day for day in range(self._first, self._last + 1) if (day + 3) % 7 < 5}
        for exception, is_working in days.items():
            day = _day_of(exception)
            if self._first <= day <= self._last:
                (worked.add if is_working else worked.discard)(day)
        # An array of plain numbers: many units may have days of their own.
        self._days = array("i", sorted(worked))
        changes = [(self._first, periods)]
        for day, later in sorted((_day_of(start), later) for start, later in (hours or {}).items()):
            if day <= self._first:
                changes = [(self._first, later)]
            elif later != changes[-1][1]:
                changes.append((day, later))
        self._from = [day for day, _periods in changes]
        self._hours: list[_Hours] = []
        for day, later in changes:
            self._hours.append(self._hours_from(day, later))
        self._starts = [hours.before for hours in self._hours]

    def _hours_from(self, day: int, periods: Periods) -> _Hours:
        check_periods(periods)
        opens = tuple(_micros_of(period.opens) for period in periods)
        closes = tuple(_micros_of(period.closes) for period in periods)
        befores = [0]
        for opening, closing in zip(opens, closes, strict=True):
            befores.append(befores[-1] + closing - opening)
        length = befores.pop()
        index, before = bisect_left(self._days, day), 0
        if self._hours:
            last = self._hours[-1]
            before = last.before + (index - last.index) * last.length
        return _Hours(opens, closes, tuple(befores), length, index, before)

    def is_known(self, year: int) -> bool:
        """Whether the holidays of ``year`` are announced; if not, its weekends alone are counted as days off."""
        return year in self.announced

    def is_working_day(self, day: date) -> bool:
        """Whether ``day`` (Shanghai) is worked."""
        number = self._checked(_day_of(day))
        index = bisect_left(self._days, number)
        return index < len(self._days) and self._days[index] == number

    def hours_on(self, day: date) -> Decimal:
        """Working hours in a working day by the hours that hold on ``day``, whether or not it is worked itself."""
        return Decimal(self._hours_of(self._checked(_day_of(day))).length) / HOUR

    def periods_on(self, day: date) -> Periods:
        """The periods of a working day by the hours that hold on ``day``, whether or not it is worked itself."""
        hours = self._hours_of(self._checked(_day_of(day)))
        return tuple(
            Period(_clock_of(opens), _clock_of(closes)) for opens, closes in zip(hours.opens, hours.closes, strict=True)
        )

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
        Where the last day has other hours and that time of day lies outside them, it ends at that day's next opening
        or, after the last one, at its closing.
        """
        if days < 0:
            raise ValueError("working days cannot be negative")
        day, clock = divmod(self._opening(self._local(start)), DAY)
        last = self._day_at(bisect_left(self._days, day) + days)
        return self._utc(last * DAY + self._within(last, clock))

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from ``start`` to ``end``; negative when ``end`` comes first."""
        return timedelta(microseconds=self._position(self._local(end)) - self._position(self._local(start)))

    def working_seconds_between(self, start: datetime, end: datetime) -> int:
        """Whole working seconds from ``start`` to ``end``, rounded down."""
        return (self._position(self._local(end)) - self._position(self._local(start))) // 1_000_000

    def working_days_between(self, first: date, last: date) -> int:
        """How many of the days from ``first`` to ``last``, both included, are worked."""
        low, high = self._checked(_day_of(first)), self._checked(_day_of(last))
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

    def _hours_of(self, day: int) -> _Hours:
        return self._hours[bisect_right(self._from, day) - 1]

    def _day_at(self, index: int) -> int:
        if not 0 <= index < len(self._days):
            raise OutsideCalendar("the result lies outside the working calendar")
        return self._days[index]

    def _within(self, day: int, clock: int) -> int:
        """``clock`` if it is working time on ``day``, else that day's next opening or, past the last, its closing."""
        hours = self._hours_of(day)
        period = bisect_left(hours.closes, clock)
        return hours.closes[-1] if period == len(hours.closes) else max(clock, hours.opens[period])

    def _position(self, local: int) -> int:
        """Working time before ``local`` since the calendar's first day."""
        day, clock = divmod(local, DAY)
        hours = self._hours_of(day)
        index = bisect_left(self._days, day)
        full = hours.before + (index - hours.index) * hours.length
        if index == len(self._days) or self._days[index] != day:
            return full
        period = bisect_right(hours.opens, clock) - 1
        if period < 0:
            return full
        return full + hours.befores[period] + min(clock, hours.closes[period]) - hours.opens[period]

    def _opening(self, local: int) -> int:
        """``local`` itself when it is working time, else the next opening."""
        day, clock = divmod(local, DAY)
        index = bisect_left(self._days, day)
        if index < len(self._days) and self._days[index] == day:
            hours = self._hours_of(day)
            period = bisect_left(hours.closes, clock)
            if period < len(hours.closes):
                return day * DAY + max(clock, hours.opens[period])
            index += 1
        day = self._day_at(index)
        return day * DAY + self._hours_of(day).opens[0]

    def _earliest(self, position: int) -> int:
        """The first moment with ``position`` (above zero) working time before it."""
        hours = self._hours[bisect_left(self._starts, position) - 1]
        days, within = divmod(position - hours.before - 1, hours.length)
        period = bisect_right(hours.befores, within) - 1
        return self._day_at(hours.index + days) * DAY + hours.opens[period] + within + 1 - hours.befores[period]

    def _latest(self, position: int) -> int:
        """The last moment with ``position`` working time before it."""
        if position < 0:
            raise OutsideCalendar("the result lies outside the working calendar")
        hours = self._hours[bisect_right(self._starts, position) - 1]
        days, within = divmod(position - hours.before, hours.length)
        period = bisect_right(hours.befores, within) - 1
        return self._day_at(hours.index + days) * DAY + hours.opens[period] + within - hours.befores[period]
