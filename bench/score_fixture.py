"""What the score benches share: the month they compute, and the same counts as bare SQL."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count

from apps.assessment.measures import MEASURES, SOURCES
from apps.assessment.models import Indicator, Period
from apps.assessment.periods import Month
from apps.assessment.reckoning import Ruleset
from apps.assessment.services.running import keep_workdays, run_period
from apps.core import clock
from apps.grid.models import Unit

CODE = "310106"
BACK = 6


class Undone(Exception):
    """Ends a transaction whose work is not to be kept."""


def month() -> Month:
    """A whole month in the middle of the history."""
    return Month.containing(clock.today()).back(BACK)


def district() -> Unit:
    """The district that ``seed_demo`` made."""
    return Unit.objects.get(code=CODE)


def compute(place: Unit, label: str, at: datetime) -> Callable[[], None]:
    """An action that computes the month from nothing and forgets it again."""

    def action() -> None:
        try:
            with transaction.atomic():
                Period.objects.filter(district=place, label=label).delete()
                run_period(district=place, label=label, actor=None, at=at)
                raise Undone
        except Undone:
            return

    return action


def statements(place: Unit, at: datetime) -> list[tuple[str, tuple[Any, ...]]]:
    """The grouped statements of the month, one for each fact source, with their parameters; its working days are kept
    beforehand, so that both count the same days."""
    when = month()
    keep_workdays(when)
    cutoff = when.cutoff(at)
    wanted = Ruleset.of(Indicator.objects.in_force(when.last)).measures
    found = []
    for source in SOURCES:
        codes = [code for code, measure in MEASURES.items() if measure.source is source and code in wanted]
        counts = {f"count_{code}": Count("pk", filter=MEASURES[code].condition(cutoff)) for code in codes}
        rows = source.rows(place, when, cutoff).order_by().values_list(*source.columns.values()).annotate(**counts)
        found.append(rows.query.sql_with_params())
    return found


def bare(queries: list[tuple[str, tuple[Any, ...]]]) -> Callable[[], None]:
    """An action that runs the statements and fetches their rows."""

    def action() -> None:
        with connection.cursor() as cursor:
            for sql, parameters in queries:
                cursor.execute(sql, parameters)
                cursor.fetchall()

    return action
