"""Loading the room's catalogues: holidays from the maintained library, limits and ladder from ``config/catalogues``."""

from typing import Any

import chinese_calendar
from django.db import transaction

from apps.core import clock
from apps.core.catalogues import LoadReport, upsert_rows
from apps.deadlines.models import CalendarDay, CalendarYear
from apps.deadlines.rule_catalogue import load_ladders, load_limits, load_presets

LIBRARY = "chinesecalendar"
NOT_ANNOUNCED = "尚未公布"
YEARS_AHEAD = 10
MAKE_UP = "调休上班"


@transaction.atomic
def load() -> LoadReport:
    """Bring calendar, limit policies and ladder into step with their sources; repeating it changes nothing.

    Days, years, policies and ladders changed by hand are kept.
    Raises ``CatalogueError`` naming every bad line, and then loads nothing.
    """
    at = clock.now()
    reports = [load_calendar(), load_presets(), load_limits(at=at), load_ladders(at=at)]
    return LoadReport(
        sum(report.created for report in reports),
        sum(report.changed for report in reports),
        sum(report.unchanged for report in reports),
        sum(report.kept for report in reports),
    )


def load_calendar() -> LoadReport:
    """Holidays and make-up working days of every year the library knows; later years stand as not announced."""
    days = [
        {"date": day, "is_working": False, "name": chinese_calendar.Holiday(name).chinese, "origin": LIBRARY}
        for day, name in chinese_calendar.holidays.items()
    ]
    days += [{"date": day, "is_working": True, "name": MAKE_UP, "origin": LIBRARY} for day in chinese_calendar.workdays]
    known = sorted({row["date"].year for row in days})
    years: list[dict[str, Any]] = [{"year": year, "announced": True, "origin": LIBRARY} for year in known]
    years += [
        {"year": known[-1] + ahead, "announced": False, "origin": NOT_ANNOUNCED} for ahead in range(1, YEARS_AHEAD + 1)
    ]
    by_hand = set(CalendarDay.objects.exclude(origin=LIBRARY).values_list("date", flat=True))
    years_by_hand = set(
        CalendarYear.objects.exclude(origin__in=[LIBRARY, NOT_ANNOUNCED]).values_list("year", flat=True)
    )
    one = upsert_rows(CalendarDay, "date", [row for row in days if row["date"] not in by_hand], retire=False)
    two = upsert_rows(CalendarYear, "year", [row for row in years if row["year"] not in years_by_hand], retire=False)
    return LoadReport(one.created + two.created, one.changed + two.changed, one.unchanged + two.unchanged)
