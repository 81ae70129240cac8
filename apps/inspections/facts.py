"""What the system already knows about a person's day: cases reported and verified (``spec/4-field.md``, Daily log)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from apps.cases.models import Case, CaseEvent
from apps.grid.permissions import Permission
from apps.grid.scopes import scope_q
from apps.inspections import rules

if TYPE_CHECKING:
    from apps.accounts.models import User

VERIFY = "verify"


@dataclass(frozen=True, slots=True)
class DayCounts:
    """How many cases a person reported and verified on a day."""

    reported: int
    verified: int


def _bounds(day: date) -> tuple[datetime, datetime]:
    end = rules.end_of_day(day)
    return end - timedelta(days=1), end


def reported_on(user: "User", day: date) -> "QuerySet[Case]":
    """The cases ``user`` reported on ``day``, oldest first."""
    start, end = _bounds(day)
    return Case.objects.filter(reporter=user, reported_at__gte=start, reported_at__lt=end).order_by("reported_at", "id")


def verifications_on(user: "User", day: date) -> "QuerySet[CaseEvent]":
    """The verifications ``user`` made on ``day`` in the units he verifies for, oldest first."""
    start, end = _bounds(day)
    cases = Case.objects.filter(scope_q(user, Permission.CASE_VERIFY))
    recent = cases.filter(Q(open=True) | Q(open=False, closed_at__gte=start))
    return (
        CaseEvent.objects.filter(case__in=recent.values("pk"), action=VERIFY, actor=user, at__gte=start, at__lt=end)
        .select_related("case")
        .order_by("at", "id")
    )


def count_facts(user: "User", day: date) -> DayCounts:
    """Both counts; two queries."""
    return DayCounts(reported_on(user, day).count(), verifications_on(user, day).count())
