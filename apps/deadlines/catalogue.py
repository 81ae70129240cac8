"""Loading the room's catalogues: holidays from the maintained library, limits and ladder from ``config/catalogues``."""

from django.db import transaction

from apps.core import clock
from apps.core.catalogues import LoadReport
from apps.deadlines import changing
from apps.deadlines.edits import Rules, edit_of
from apps.deadlines.library import LIBRARY, NOT_ANNOUNCED, library_days, library_version, library_years
from apps.deadlines.models import CalendarDay, CalendarYear
from apps.deadlines.rule_catalogue import load_ladders, load_limits, load_presets


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
    """Holidays and make-up working days of every year the library knows; later years stand as not announced.

    What a newer library says otherwise is a change of the calendar like any other: written down, and the open limits it
    touches are recomputed. The very first load is none, since nothing was reckoned before it.
    """
    by_hand = set(CalendarDay.objects.filter(unit=None).exclude(origin=LIBRARY).values_list("date", flat=True))
    years_by_hand = set(
        CalendarYear.objects.exclude(origin__in=[LIBRARY, NOT_ANNOUNCED]).values_list("year", flat=True)
    )
    days = {day: rule for day, rule in library_days().items() if day not in by_hand}
    years = {year: rule for year, rule in library_years().items() if year not in years_by_hand}
    standing = changing.standing_rules(None)
    edit = edit_of(None, Rules(days, {}, years), standing)
    created = sum(rule is None for rules in (edit.before.days, edit.before.years) for rule in rules.values())
    changed = len(edit.after.days) + len(edit.after.years) - created
    if not standing.years:
        CalendarDay.objects.bulk_create(
            CalendarDay(date=day, is_working=rule.is_working, name=rule.name, origin=LIBRARY)
            for day, rule in days.items()
        )
        CalendarYear.objects.bulk_create(
            CalendarYear(year=year, announced=rule.announced, origin=rule.origin) for year, rule in years.items()
        )
    elif edit:
        changing.write_change(edit, actor=None, because=library_version(), at=clock.now(), origin=LIBRARY)
    kept = sum(day in by_hand and standing.days[day] != rule for day, rule in library_days().items())
    return LoadReport(created, changed, len(days) + len(years) - created - changed, kept)
