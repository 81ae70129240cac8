"""One case with everything its page shows, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from apps.cases.actions import Action
from apps.cases.choices import CASE_TARGET, OPEN_LEG, WHOLE_SUBJECT, LegRole
from apps.cases.following import minutes_at_once
from apps.cases.matters import (
    cards_of,
    dual_of,
    enforcements_of,
    file_of,
    hazard_of,
    item_of,
    listing_of,
    mediations_of,
    missing_of,
    orders_of,
    pause_asked_of,
    request_of,
    subjects_of,
    summonses_of,
    suspensions_of,
)
from apps.cases.models import (
    Case,
    CaseEvent,
    CaseFile,
    CaseQuerySet,
    CaseReporter,
    DualReport,
    Enforcement,
    ExtensionRequest,
    HazardListing,
    Leg,
    Mediation,
    MeetingItem,
    MissingList,
    SpecialControl,
    SpecialListing,
    Summons,
    Supervision,
    Suspension,
)
from apps.cases.selectors.neighbours import Neighbour, neighbours_of
from apps.cases.selectors.reporters import reporters_of
from apps.cases.selectors.similar import Alike, alike
from apps.cases.selectors.special import controls_of
from apps.cases.selectors.suggestion import Suggestion, suggest
from apps.cases.selectors.timeline import Entry, timeline_of
from apps.cases.standing import own_leg, standing_of
from apps.cases.workflow import Transition, available
from apps.core.attachments import attachments_of
from apps.core.errors import NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.core.models import Attachment
from apps.deadlines.models import LadderStep, Limit
from apps.deadlines.selectors import steps_on
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import covers
from apps.organisation.models import agency_ids_of

if TYPE_CHECKING:
    from apps.accounts.models import User

CASE_RELATED = (
    "category__parent",
    "holder",
    "desk__unit",
    "handler",
    "supervisor",
    "reporter",
    "first_asked",
    "worker",
    "merged_into",
    "district",
    "street",
    "community",
    "grid",
)
LEVELS = ("district", "street", "community", "grid")
SUGGESTING = frozenset({Action.DISPATCH, Action.REGISTER})


@dataclass(frozen=True)
class Presence:
    """Whether a person is on the scene, as last told at ``at``."""

    person: str
    present: bool
    at: datetime


def presence_of(case: Case, events: Sequence[CaseEvent]) -> Presence | None:
    """What was last told of the reporter's presence, the direct report itself to begin with; none of other cases."""
    told = [event for event in events if event.action in {"report", Action.PRESENCE} and event.actor is not None]
    if not case.direct or not case.open or not told:
        return None
    last = told[-1]
    return Presence(last.actor.name if last.actor else "", (last.payload or {}).get("present", True), last.at)


@dataclass
class CaseDetail:
    """A case as one person sees it: ``actions`` are the table's rows this person may use now."""

    case: Case
    legs: list[Leg]
    my_leg: Leg | None
    actions: list[Transition]
    entries: list[Entry] = field(default_factory=list)
    photos: list[Attachment] = field(default_factory=list)
    suggestion: Suggestion | None = None
    near: list[Neighbour] = field(default_factory=list)
    times_here: int = 1
    may_attach: bool = False
    alike: list[Alike] = field(default_factory=list)
    reporters: list[CaseReporter] = field(default_factory=list)
    may_reach: bool = False
    may_see_parties: bool = False
    presence: "Presence | None" = None
    """Of a direct report: whether whoever reported it is on the scene."""
    controls: list[SpecialControl] = field(default_factory=list)
    whole: Limit | None = None
    """The limit of the whole case: the running one, else the last."""

    @property
    def orders(self) -> list[Supervision]:
        """The supervision orders, oldest first."""
        return orders_of(self.case)

    @property
    def request(self) -> ExtensionRequest | None:
        """The request for more time that waits for its decision."""
        return request_of(self.case)

    @property
    def missing(self) -> list[MissingList]:
        """The lists of what was missing, the first first."""
        return missing_of(self.case)

    @property
    def summonses(self) -> list[Summons]:
        """The agencies called to the spot, in the order of the calls."""
        return summonses_of(self.case)

    @property
    def dual(self) -> DualReport | None:
        """The department to which it was reported as well."""
        return dual_of(self.case)

    @property
    def pause_asked(self) -> Suspension | None:
        """The request to suspend that waits for its decision."""
        return pause_asked_of(self.case)

    @property
    def special(self) -> SpecialListing | None:
        """The entry on the special list, or the proposal that waits for its decision."""
        return listing_of(self.case)

    @property
    def hazard(self) -> HazardListing | None:
        """The listing as a major hazard, until it is accepted."""
        return hazard_of(self.case)

    @property
    def file(self) -> CaseFile | None:
        """The file of a finished case."""
        return file_of(self.case)

    @property
    def minutes_at_once(self) -> int | None:
        """How long an application took that was settled at once."""
        return minutes_at_once(self.case)

    @property
    def meeting_item(self) -> MeetingItem | None:
        """The item on the list of a joint meeting, as long as it is not resolved."""
        return item_of(self.case)

    @property
    def suspensions(self) -> list[Suspension]:
        """The times that the case was set aside, the first first."""
        return [one for one in suspensions_of(self.case) if one.begun]

    @property
    def enforcements(self) -> list[Enforcement]:
        """The hand-overs to law enforcement, oldest first."""
        return enforcements_of(self.case)

    @property
    def mediations(self) -> list[Mediation]:
        """The mediations of the dispute, oldest first."""
        return mediations_of(self.case)

    @property
    def cards(self) -> list[LadderStep]:
        """The cards issued on the case, oldest first."""
        return cards_of(self.case, self.legs)

    @property
    def lead(self) -> Leg | None:
        """The lead leg in somebody's hands; none once the case is finished."""
        return next((leg for leg in self.legs if leg.role == LegRole.LEAD and leg.state in OPEN_LEG), None)

    @property
    def assisting(self) -> list[Leg]:
        """The open legs of those who help."""
        return [leg for leg in self.legs if leg.role == LegRole.ASSIST and leg.state in OPEN_LEG]

    @property
    def may_merge(self) -> bool:
        """Whether the person may merge the case into another now."""
        return self.may(Action.MERGE)

    @property
    def nobody(self) -> bool:
        """Whether the desk may dispatch but has nobody whose duty it is."""
        return self.suggestion is None and self.may(Action.DISPATCH)

    def may(self, action: str) -> bool:
        """Whether the person may take this action now."""
        return any(row.action == action for row in self.actions)


def case_in_scope(user: "User", number: str) -> Case:
    """The case of that number with what its page names. Raises ``NotVisible``."""
    case = Case.objects.visible_to(user).select_related(*CASE_RELATED).filter(number=number).first()
    if case is None:
        raise NotVisible
    return case


def case_seen_by(user: "User", number: str) -> CaseDetail:
    """The case with its legs and what ``user`` may do, in one query: a case has at least one leg. Raises
    ``NotVisible``."""
    related = ("case", "agency", "desk", *(f"case__{name}" for name in CASE_RELATED))
    visible = Leg.objects.filter(CaseQuerySet.visible_q(user, prefix="case__"), case__number=number)
    legs = list(visible.select_related(*related).order_by("sequence"))
    if not legs:
        raise NotVisible
    case = legs[0].case
    for leg in legs:
        leg.case = case
    return CaseDetail(case, legs, own_leg(legs, user), available(standing_of(case, legs, user)))


def case_just_reported(user: "User", case: Case) -> CaseDetail:
    """As ``case_seen_by``, for a case that ``user`` reported a moment ago: what the report read is not read again. A
    report that was there before is read. Raises ``NotVisible``."""
    if not hasattr(case, "opened") or not covers(user, Permission.CASE_VIEW, case.place):
        return case_seen_by(user, case.number)
    unread = [level for level in LEVELS if level not in case._state.fields_cache]
    if unread:
        units = Unit.objects.in_bulk([pk for level in unread if (pk := case.place[f"{level}_id"])])
        for level in unread:
            setattr(case, level, units.get(case.place[f"{level}_id"] or 0))
    legs = case.opened
    return CaseDetail(case, legs, own_leg(legs, user), available(standing_of(case, legs, user)))


def case_detail(user: "User", number: str, *, at: datetime) -> CaseDetail:
    """Everything the case page shows. Raises ``NotVisible``."""
    seen = case_seen_by(user, number)
    case = seen.case
    events = list(CaseEvent.objects.filter(case=case).select_related("actor", "leg__agency").order_by("sequence"))
    steps = list(steps_on(subjects_of(case, seen.legs)))
    seen.entries = timeline_of(events, steps, at=at, legs=seen.legs)
    seen.presence = presence_of(case, events)
    seen.whole = Limit.objects.filter(subject_kind=WHOLE_SUBJECT, subject_id=case.pk).order_by("-pk").first()
    if seen.special is not None and seen.special.controls_made:
        seen.controls = controls_of(seen.special)
    seen.photos = attachments_of(CASE_TARGET, case.pk)
    seen.near, seen.times_here = neighbours_of(user, case)
    seen.may_attach = case.open and (
        covers(user, Permission.CASE_REPORT, case.place)
        or any(leg.agency_id in agency_ids_of(user) for leg in seen.legs)
    )
    seen.may_reach = covers(user, Permission.CASE_REGISTER, case.place)
    if seen.may_reach or (seen.my_leg is not None and seen.my_leg.state in OPEN_LEG):
        seen.may_see_parties = case.mediations_made > 0
        seen.reporters = reporters_of(case)
    if seen.may_merge:
        known = {one.case.pk for one in seen.near}
        text = f"{case.title} {case.description}"
        found = alike(user, category=None, point=(case.lon, case.lat), text=text, at=at, exclude=case.pk)
        seen.alike = [one for one in found if one.case.pk not in known]
    if any(row.action in SUGGESTING for row in seen.actions):
        seen.suggestion = suggest(case, at=at)
    return seen


def event_page(user: "User", number: str, *, cursor: str | None, size: int) -> KeysetPage[CaseEvent]:
    """The events of a case, oldest first. Raises ``NotVisible``."""
    case = case_in_scope(user, number)
    return keyset_page(CaseEvent.objects.filter(case=case).select_related("actor", "leg"), ["sequence"], cursor, size)
