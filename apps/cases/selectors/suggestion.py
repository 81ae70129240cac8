"""To whom a case should go, and why: the agency whose duty its category is, with what it did and has in hand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from apps.cases.choices import CaseState, LegRole, LegState
from apps.cases.models import Case, Leg
from apps.deadlines.choices import Stage
from apps.grid.models import UnitKind
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import dispatch_targets

DAYS = 90
FALLBACK_DUTY = "construction"  # components whose duty is clear to nobody: the district's construction department
DECIDING = frozenset({CaseState.REPORTED, CaseState.REGISTERED})


@dataclass(frozen=True)
class Suggestion:
    """``handled`` cases of the category in 90 days, ``on_time`` per cent of them in time (none: nothing to judge by),
    ``in_hand`` open legs now. ``fallback``: nobody's duty is clear, this one acts first."""

    agency: Agency
    handled: int
    on_time: int | None
    in_hand: int
    fallback: bool


def _count(legs: "QuerySet[Leg]") -> Coalesce:
    counted = legs.order_by().values("agency").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _candidates(case: Case) -> "QuerySet[Agency]":
    """Those with the duty first, then the fallback (``config/catalogues/fallbacks.csv``)."""
    duty = Q(duties__contains=[case.category.duty]) if case.category.duty else Q(pk__in=[])
    fallback = Q(pk__in=[])
    if case.desk.unit.kind == UnitKind.DISTRICT:
        if case.category.kind == "component":
            fallback = Q(kind=AgencyKind.DEPARTMENT, duties__contains=[FALLBACK_DUTY])
        elif case.street_id is not None:  # type: ignore[attr-defined]
            fallback = Q(kind=AgencyKind.CENTRE, unit_id=case.street_id)  # type: ignore[attr-defined]
    own = Choose(When(duty, then=Value(0)), default=Value(1), output_field=IntegerField())
    return dispatch_targets(case.desk).filter(duty | fallback).annotate(rank=own)


def suggest(case: Case, *, at: datetime) -> Suggestion | None:
    """The agency the desk should give the case to; ``None`` where its level has nobody for it. One query."""
    if case.state not in DECIDING:
        return None
    done = Leg.objects.filter(
        agency=OuterRef("pk"),
        role=LegRole.LEAD,
        stage=Stage.HANDLING,
        state__in=[LegState.FED_BACK, LegState.FAILED],
        ended_at__gte=at - timedelta(days=DAYS),
        case__category_id=case.category_id,
    )
    in_hand = Leg.objects.open().filter(agency=OuterRef("pk"))
    candidates: Any = _candidates(case)  # annotated with their rank
    chosen = (
        candidates.annotate(handled=_count(done), in_time=_count(done.filter(in_time=True)), in_hand=_count(in_hand))
        .order_by("rank", "in_hand", "-handled", "id")
        .first()
    )
    if chosen is None:
        return None
    return Suggestion(
        agency=chosen,
        handled=chosen.handled,
        on_time=chosen.in_time * 100 // chosen.handled if chosen.handled else None,
        in_hand=chosen.in_hand,
        fallback=chosen.rank == 1,
    )
