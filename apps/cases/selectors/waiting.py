"""What stands on a desk, for the home page."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.cases.choices import CaseState, OrderState, RequestState, SuspensionState
from apps.cases.models import Case, DualReport, ExtensionRequest, Supervision, Suspension
from apps.cases.selectors.listing import OPEN_PART, page_of
from apps.deadlines.choices import AppealState
from apps.deadlines.models import CardAppeal
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of
from apps.organisation.models import Agency, agency_ids_of

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.grid.scopes import Person

MOST = 100
ON_DESK = (CaseState.REPORTED, CaseState.REGISTERED, CaseState.HANDLED, CaseState.VERIFIED)


def held_by(desks: Sequence[Agency]) -> list[Case]:
    """The soonest cases that these desks themselves hold."""
    branches = [Case.objects.filter(holder_id=desk.pk, state__in=ON_DESK) for desk in desks]
    return page_of(branches, (OPEN_PART,), cursor=None, size=MOST).rows if branches else []


PLACES = ("case__category", "case__district", "case__street", "case__community", "case__grid")


def orders_for(agencies: Sequence[int]) -> list[Supervision]:
    """The orders to which these agencies owe a reply, the soonest first."""
    if not agencies:
        return []
    orders = Supervision.objects.filter(state=OrderState.OPEN, case__open=True, case__orders_open__gt=0)
    orders = orders.filter(case__holder__in=agencies).select_related(*PLACES)
    return list(orders.order_by("due_at", "id")[:MOST])


def requests_for(desks: Sequence[Agency]) -> list[ExtensionRequest]:
    """The requests for more time that these desks are to decide, the soonest end first."""
    if not desks:
        return []
    waiting = ExtensionRequest.objects.filter(decider__in=[desk.pk for desk in desks], state=RequestState.ASKED)
    return list(waiting.select_related("leg__agency", *PLACES).order_by("due_before", "id")[:MOST])


def pauses_asked_of(desks: Sequence[Agency]) -> list[Suspension]:
    """The requests to suspend that these desks are to decide, oldest first."""
    if not desks:
        return []
    waiting = Suspension.objects.filter(decider__in=[desk.pk for desk in desks], state=SuspensionState.ASKED)
    return list(waiting.select_related("agency", *PLACES).order_by("asked_at", "id")[:MOST])


def reviews_for(desks: Sequence[Agency], *, day: date) -> list[Case]:
    """The suspended cases of these desks whose review date has come by ``day``, the longest overdue first."""
    if not desks:
        return []
    due = Case.objects.filter(state=CaseState.SUSPENDED, desk__in=[desk.pk for desk in desks], review_on__lte=day)
    places = [place.removeprefix("case__") for place in PLACES]
    return list(due.select_related(*places).order_by("review_on", "id")[:MOST])


def dual_for(user: "User") -> list[DualReport]:
    """What was reported to the user, or to an agency of his without a liaison, and waits for being taken note of."""
    agencies = agency_ids_of(user)
    if not agencies:
        return []
    waiting = DualReport.objects.filter(agency__in=agencies, acknowledged_at__isnull=True)
    waiting = waiting.filter(Q(liaison=user) | Q(liaison__isnull=True))
    return list(waiting.select_related("agency", *PLACES).order_by("told_at", "id")[:MOST])


def appeals_for(user: "Person", desks: Sequence[Agency]) -> list[CardAppeal]:
    """The appeals that these desks are to decide, oldest first; those of the district's own desk wait for its
    leaders."""
    whose = Q(decider__in=[desk.pk for desk in desks])
    districts = [scope.unit_id for scope in scopes_of(user, Permission.CASE_SUPERVISE) if scope.kind == "district"]
    seated = {desk.unit_id for desk in desks}  # type: ignore[attr-defined]
    leading = [pk for pk in districts if pk not in seated]
    if leading:
        whose |= Q(decider__isnull=True, step__limit__district__in=leading)
    elif not desks:
        return []
    waiting = CardAppeal.objects.filter(whose, state=AppealState.OPEN).select_related("agency", "step__limit")
    return list(waiting.order_by("made_at", "id")[:MOST])
