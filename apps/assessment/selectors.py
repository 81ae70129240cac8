"""Reading scores: periods, rankings, trends, and the rows behind a number."""

from django.db.models import QuerySet

from apps.assessment.models import Period
from apps.grid.models import Unit


def scored_districts(code: str = "") -> list[Unit]:
    """The districts in the tree, or the one with that code."""
    districts = Unit.objects.filter(kind="district").order_by("code")
    return list(districts.filter(code=code) if code else districts)


def districts_to_score(label: str) -> list[Unit]:
    """The districts for which a month has not been computed yet."""
    return list(_without(label))


def _without(label: str) -> "QuerySet[Unit]":
    done = Period.objects.filter(label=label).values("district_id")
    return Unit.objects.filter(kind="district").exclude(pk__in=done).order_by("code")
