"""The desk of an agency: its legs, by limit."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import CharField, F, OuterRef, Q, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from apps.cases.actions import Action
from apps.cases.choices import LegRole, LegState
from apps.cases.models import CaseEvent, Leg
from apps.cases.selectors.queues import desks_of
from apps.organisation.models import Agency, agency_ids_of

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST = 200
RECENT = timedelta(days=30)


def agencies_of(user: "User") -> list[Agency]:
    """The agencies for which ``user`` handles cases: named ones, and the stations and centres at whose desk he sits."""
    named = list(Agency.objects.filter(pk__in=agency_ids_of(user)).select_related("unit"))
    return [*named, *desks_of(user)]


def legs_in_hand(user: "User") -> list[Leg]:
    """The open legs given to the user's agencies, the soonest limit first, with what the desk wrote to them; a
    centre's own legs are on its dispatch page instead."""
    agencies = [agency.pk for agency in agencies_of(user)]
    given = CaseEvent.objects.filter(
        case=OuterRef("case"), action__in=[Action.DISPATCH, Action.REWORK, Action.VERIFY], at=OuterRef("opened_at")
    )
    note = given.order_by("-sequence").annotate(words=Cast(KeyTextTransform("note", "payload"), CharField()))
    legs = (
        Leg.objects.open()
        .filter(agency__in=agencies)
        .exclude(Q(role=LegRole.LEAD) & Q(agency=F("desk")))
        .select_related("agency", "desk", "case__category", "case__grid", "case__community", "case__street")
        .select_related("case__district")
        .annotate(words=Subquery(note.values("words")[:1]))
    )
    return list(legs.order_by("due_at", "id")[:MOST])


def legs_done(user: "User", *, at: datetime) -> list[Leg]:
    """The legs that ended in the last thirty days, the last one first."""
    agencies = [agency.pk for agency in agencies_of(user)]
    legs = Leg.objects.filter(
        agency__in=agencies,
        ended_at__gte=at - RECENT,
        state__in=[LegState.FED_BACK, LegState.FAILED, LegState.RETURNED],
    ).exclude(Q(role=LegRole.LEAD) & Q(agency=F("desk")))
    related = ("agency", "desk", "case__category", "case__grid", "case__community", "case__street", "case__district")
    return list(legs.select_related(*related).order_by("-ended_at", "-id")[:MOST])
