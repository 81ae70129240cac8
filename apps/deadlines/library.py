"""The maintained library of holidays, as days and years of the calendar of all units."""

from datetime import date
from importlib.metadata import version

import chinese_calendar

from apps.deadlines.edits import MAKE_UP, Day, Year

LIBRARY = "chinesecalendar"
BY_HAND = "人工录入"
NOT_ANNOUNCED = "尚未公布"
YEARS_AHEAD = 10


def library_version() -> str:
    """Name and version, for the record."""
    return f"{LIBRARY} {version(LIBRARY)}"


def library_days() -> dict[date, Day]:
    """Every holiday and make-up working day the library knows."""
    days = {day: Day(False, chinese_calendar.Holiday(name).chinese) for day, name in chinese_calendar.holidays.items()}
    return days | {day: Day(True, MAKE_UP) for day in chinese_calendar.workdays}


def library_years() -> dict[int, Year]:
    """The years it knows, and the next ones as not announced."""
    known = sorted({day.year for day in library_days()})
    years = {year: Year(True, LIBRARY) for year in known}
    return years | {known[-1] + ahead: Year(False, NOT_ANNOUNCED) for ahead in range(1, YEARS_AHEAD + 1)}
