"""To whom a case should go, and why: whom the routing rules name, with what it did and has in hand."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from apps.cases.choices import CaseState, LegRole, LegState
from apps.cases.models import Case, Leg, RoutingRule
from apps.cases.routing import decided, targets_of
from apps.cases.routing_words import matters_text
from apps.cases.selectors.routing import agencies_meant, rules_for
from apps.core.clock import local
from apps.deadlines.choices import Stage
from apps.organisation.models import Agency
from apps.organisation.selectors import dispatch_targets

DAYS = 90
DECIDING = frozenset({CaseState.REPORTED, CaseState.REGISTERED})


@dataclass(frozen=True)
class Suggestion:
    """``handled`` cases of the category in 90 days, ``on_time`` per cent of them in time (none: nothing to judge by),
    ``in_hand`` open legs now. ``fallback``: nobody's duty is clear, this one acts first. ``rule`` says so, and who is
    to assist."""

    agency: Agency
    handled: int
    on_time: int | None
    in_hand: int
    fallback: bool
    rule: RoutingRule
    assisting: list[Agency] = field(default_factory=list)

    @property
    def basis(self) -> str:
        """What the rule is for, in words."""
        return matters_text(self.rule)


def _count(legs: "QuerySet[Leg]") -> Coalesce:
    counted = legs.order_by().values("agency").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def suggest(case: Case, *, at: datetime) -> Suggestion | None:
    """The agency the desk should give the case to; ``None`` where its level has nobody for it. Two queries."""
    if case.state not in DECIDING:
        return None
    rules = rules_for(case.category, case.desk.unit, case.place, on=local(at).date())
    candidates = _candidates(case, targets_of(rules), at=at) if rules else []
    decision = decided(rules, candidates, case.place)
    if decision is None:
        return None
    chosen: Any = decision.agencies[0]  # annotated by _candidates
    return Suggestion(
        agency=chosen,
        handled=chosen.handled,
        on_time=chosen.in_time * 100 // chosen.handled if chosen.handled else None,
        in_hand=chosen.in_hand,
        fallback=decision.fallback,
        rule=decision.rule,
        assisting=decision.assisting,
    )


def _candidates(case: Case, targets: set[str], *, at: datetime) -> list[Agency]:
    """Whom the rules mean among those the desk may give the case to, who has least in hand first."""
    done = Leg.objects.filter(
        agency=OuterRef("pk"),
        role=LegRole.LEAD,
        stage=Stage.HANDLING,
        state__in=[LegState.FED_BACK, LegState.FAILED],
        ended_at__gte=at - timedelta(days=DAYS),
        case__category_id=case.category_id,
    )
    in_hand = Leg.objects.open().filter(agency=OuterRef("pk"))
    meant: Any = dispatch_targets(case.desk).filter(agencies_meant(targets, case.place))
    annotated = meant.annotate(handled=_count(done), in_time=_count(done.filter(in_time=True)), in_hand=_count(in_hand))
    return list(annotated.order_by("in_hand", "-handled", "id"))
