"""What is open beside a case's state: orders to be answered, cards and the appeals against them.

Each is read once per case object, and only where the case itself says that there is something to read.
"""

from collections.abc import Iterable
from typing import Any

from apps.cases.choices import (
    LEG_SUBJECT,
    ORDER_SUBJECT,
    WHOLE_SUBJECT,
    MissingState,
    OrderState,
    RequestState,
    SpecialState,
    SuspensionState,
)
from apps.cases.models import (
    Case,
    CaseFile,
    DualReport,
    Enforcement,
    ExtensionRequest,
    HazardListing,
    Leg,
    Mediation,
    MeetingItem,
    MissingList,
    SampleReview,
    SpecialListing,
    Summons,
    Supervision,
    Suspension,
)
from apps.cases.models.meetings import OPEN_ITEM
from apps.cases.sampling import ReviewState
from apps.deadlines.choices import AppealState
from apps.deadlines.models import CardAppeal, LadderStep

_KEPT = "_matters"


def _once(case: Case, name: str, read: Any) -> Any:
    kept = case.__dict__.setdefault(_KEPT, {})
    if name not in kept:
        kept[name] = read()
    return kept[name]


def forget_matters(case: Case) -> None:
    """Read everything again, after it changed."""
    case.__dict__.pop(_KEPT, None)


def subjects_of(case: Case, legs: Iterable[Leg]) -> list[tuple[str, int]]:
    """What limits can run on: the legs, the whole case, its supervision orders."""
    subjects = [(LEG_SUBJECT, leg.pk) for leg in legs]
    subjects.append((WHOLE_SUBJECT, case.pk))
    return subjects + [(ORDER_SUBJECT, order.pk) for order in orders_of(case)]


def orders_of(case: Case) -> list[Supervision]:
    """Every supervision order of the case, oldest first."""
    if not case.supervised:
        return []
    related = ("centre__unit", "ordered_by", "replied_by", "replied_for")
    rows = Supervision.objects.filter(case=case).select_related(*related).order_by("number")
    return _once(case, "orders", lambda: list(rows))  # type: ignore[no-any-return]


def open_orders_of(case: Case) -> list[Supervision]:
    """Those that wait for a reply, the soonest first."""
    if not case.orders_open:
        return []
    return sorted((one for one in orders_of(case) if one.state == OrderState.OPEN), key=lambda one: one.due_at)


def request_of(case: Case) -> ExtensionRequest | None:
    """The request for more time that waits for its decision."""
    if not case.extension_asked:
        return None
    rows = ExtensionRequest.objects.filter(case=case, state=RequestState.ASKED)
    rows = rows.select_related("leg__agency", "asked_by", "decider")
    return _once(case, "request", rows.first)  # type: ignore[no-any-return]


def dual_of(case: Case) -> DualReport | None:
    """The department to which the case was reported as well, and whether it has taken note."""
    if not case.dual:
        return None
    rows = DualReport.objects.filter(case=case).select_related("agency", "liaison", "acknowledged_by")
    return _once(case, "dual", rows.first)  # type: ignore[no-any-return]


def read_duals(cases: Iterable[Case]) -> None:
    """Read what ``dual_of`` answers for many cases at once."""
    wanted = {case.pk: case for case in cases if case.dual}
    rows = DualReport.objects.filter(case__in=wanted).select_related("agency", "liaison", "acknowledged_by")
    for row in rows if wanted else ():
        _once(wanted[row.case_id], "dual", lambda row=row: row)  # type: ignore[attr-defined, misc]


def missing_of(case: Case) -> list[MissingList]:
    """Every list of what was missing, the first first."""
    if not case.missing_lists_made:
        return []
    rows = MissingList.objects.filter(case=case).select_related("asked_by", "answered_by").order_by("number")
    return _once(case, "missing", lambda: list(rows))  # type: ignore[no-any-return]


def missing_asked_of(case: Case) -> MissingList | None:
    """The list that waits for being supplied."""
    if not case.missing_asked:
        return None
    return next((one for one in missing_of(case) if one.state == MissingState.ASKED), None)


def summonses_of(case: Case) -> list[Summons]:
    """Every agency that was called to the spot, in the order of the calls."""
    if not case.whistled:
        return []
    related = ("agency", "whistle__desk__unit", "whistle__blown_by", "arrived_by", "reported_by", "rated_by")
    rows = Summons.objects.filter(case=case).select_related(*related).order_by("whistle__number", "id")
    return _once(case, "summonses", lambda: list(rows))  # type: ignore[no-any-return]


def suspensions_of(case: Case) -> list[Suspension]:
    """Every time that the case was set aside or asked to be, the first first."""
    if not case.suspensions_made:
        return []
    related = ("agency", "asked_by", "decider__unit", "decided_by")
    rows = Suspension.objects.filter(case=case).select_related(*related).order_by("number")
    return _once(case, "suspensions", lambda: list(rows))  # type: ignore[no-any-return]


def pause_asked_of(case: Case) -> Suspension | None:
    """The request to suspend that waits for its decision."""
    if not case.suspension_asked:
        return None
    return next((one for one in suspensions_of(case) if one.state == SuspensionState.ASKED), None)


def enforcements_of(case: Case) -> list[Enforcement]:
    """Every hand-over of the case to law enforcement, the first first."""
    if not case.enforcements_made:
        return []
    rows = Enforcement.objects.filter(case=case).select_related("agency", "handed_by", "decided_by").order_by("number")
    return _once(case, "enforcements", lambda: list(rows))  # type: ignore[no-any-return]


def mediations_of(case: Case) -> list[Mediation]:
    """Every mediation of the case's dispute with its parties and sessions, the first first."""
    if not case.mediations_made:
        return []
    rows = Mediation.objects.filter(case=case).select_related("agency", "opened_by", "ended_by").order_by("number")
    read = rows.prefetch_related("parties", "sessions__recorded_by")
    return _once(case, "mediations", lambda: list(read))  # type: ignore[no-any-return]


def listing_of(case: Case) -> SpecialListing | None:
    """The case's entry on the special list, or the proposal that waits for its decision."""
    if not case.special and not case.special_asked:
        return None
    rows = SpecialListing.objects.filter(case=case, state__in=[SpecialState.PROPOSED, SpecialState.LISTED])
    rows = rows.select_related("proposer", "proposed_by", "agency__unit", "leader")
    return _once(case, "listing", rows.first)  # type: ignore[no-any-return]


def hazard_of(case: Case) -> HazardListing | None:
    """The listing of the case as a major hazard, until it is accepted."""
    if not case.hazard:
        return None
    rows = HazardListing.objects.filter(case=case, accepted_at__isnull=True).select_related("agency__unit", "listed_by")
    return _once(case, "hazard", rows.first)  # type: ignore[no-any-return]


def item_of(case: Case) -> MeetingItem | None:
    """The case's item on the list of a joint meeting, as long as it is not resolved."""
    if not case.tabled:
        return None
    rows = MeetingItem.objects.filter(case=case, state__in=OPEN_ITEM)
    rows = rows.select_related("meeting__unit", "agency__unit", "leader")
    return _once(case, "item", rows.first)  # type: ignore[no-any-return]


def file_of(case: Case) -> CaseFile | None:
    """The case's file, where it has one."""
    if not case.filing:
        return None
    rows = CaseFile.objects.filter(case=case).select_related("archived_by")
    return _once(case, "file", rows.first)  # type: ignore[no-any-return]


def reviews_waiting_of(case: Case) -> list[SampleReview]:
    """The samples in which the case waits for its review, the one that is due first at the top."""
    if not case.samples_waiting:
        return []
    rows = SampleReview.objects.filter(case=case, state=ReviewState.WAITING).select_related("sample")
    return _once(case, "reviews", lambda: list(rows.order_by("sample__due_on", "id")))  # type: ignore[no-any-return]


def cards_of(case: Case, legs: Iterable[Leg]) -> list[LadderStep]:
    """Every card issued on the case, oldest first, with its limit, its holder and the appeal against it."""
    if not case.carded:
        return []
    return _once(case, "cards", lambda: list(LadderStep.objects.cards_on(subjects_of(case, legs))))  # type: ignore[no-any-return]


def appeal_of(card: LadderStep) -> CardAppeal | None:
    """The appeal against a card that was read with it."""
    return getattr(card, "appeal", None)


def open_appeals_of(case: Case, legs: Iterable[Leg]) -> list[CardAppeal]:
    """The appeals that wait for a decision, oldest first."""
    if not case.appeals_open:
        return []
    appeals = [appeal for card in cards_of(case, legs) if (appeal := appeal_of(card)) is not None]
    return [appeal for appeal in appeals if appeal.state == AppealState.OPEN]
