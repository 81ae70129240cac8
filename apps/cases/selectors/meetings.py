"""Reading joint meetings: what is hard enough for the list, what comes back, one meeting with its items."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Case as Choice
from django.db.models import Count, IntegerField, Q, Value, When

from apps.cases.choices import LEG_SUBJECT, Card, CaseState, ItemState, LegRole, WhyTabled
from apps.cases.models import Case, CaseQuerySet, JointMeeting, Leg, MeetingItem
from apps.cases.models.meetings import OPEN_ITEM
from apps.core import clock
from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.deadlines.choices import LimitState, StepKind
from apps.deadlines.models import LadderStep
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds, holds_at, scopes_of
from apps.organisation.models import Agency, agency_ids_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User

MOST_ITEMS = 100  # what is put on a list by itself
MOST_OFFERED = 50
RETURNED_TWICE = 2
MOST = 100
RUNNING = [LimitState.RUNNING, LimitState.PAUSED]
CASE_RELATED = ("category", "holder", "desk__unit", "district", "street", "community", "grid")
ORDER = (WhyTabled.SPECIAL, WhyTabled.LADDER, WhyTabled.SUSPENDED, WhyTabled.RETURNED, WhyTabled.OVERDUE)


def week_of(day: date) -> date:
    """The Monday of the week that ``day`` lies in."""
    return day - timedelta(days=day.weekday())


def convened_unit(case: Case, user: "User") -> Unit | None:
    """The lowest unit above the case whose joint meeting the user convenes: the street's, else the district's."""
    for level in ("street", "district"):
        unit_id = case.place[f"{level}_id"]
        if unit_id and holds_at(user, Permission.CASE_SUSPEND, unit_id):
            return Unit.objects.get(pk=unit_id)
    return None


OPENS_AHEAD = timedelta(days=3)  # the list of a week is opened on the Friday before


def this_week(at: datetime) -> date:
    """The Monday of the week whose list is due at a moment: from Friday on the coming one."""
    return week_of(clock.local(at).date() + OPENS_AHEAD)


@dataclass(frozen=True)
class Convened:
    """A unit whose joint meeting somebody convenes; ``current`` is the key of the list of the present week, if any."""

    unit: Unit
    current: int | None


def convened_units(user: "User", *, at: datetime) -> list[Convened]:
    """The units whose meetings the user convenes. Two queries, none where there are none."""
    ids = [scope.unit_id for scope in scopes_of(user, Permission.CASE_SUSPEND)]
    if not ids:
        return []
    units = list(Unit.objects.filter(pk__in=ids, kind__in=("district", "street")).order_by("tree_id", "lft"))
    found = JointMeeting.objects.filter(unit__in=units, week__gte=this_week(at), closed_at__isnull=True)
    current = dict(found.values_list("unit_id", "pk"))
    return [Convened(unit, current.get(unit.pk)) for unit in units]


@dataclass(frozen=True)
class Candidate:
    """A case hard enough for the list, and why; one of ``ORDER``."""

    case: Case
    why: str


def _hard(unit: Unit, at: datetime) -> CaseQuerySet:
    """The hard cases that belong before the meeting of a unit and are on no list: a street's own, and at the district
    those on its desk, on its special list, or so long overdue that the ladder names them for its meeting."""
    rows = LadderStep.objects.filter(kind=StepKind.MEETING, limit__subject_kind=LEG_SUBJECT, limit__state__in=RUNNING)
    named = Leg.objects.filter(pk__in=rows.values("limit__subject_id"), role=LegRole.LEAD).values("case")
    rank = Choice(
        When(special=True, then=Value(0)),
        When(pk__in=named, then=Value(1)),
        When(state=CaseState.SUSPENDED, then=Value(2)),
        When(return_count__gte=RETURNED_TWICE, then=Value(3)),
        When(card=Card.RED, due_at__lt=at, then=Value(4)),
        default=Value(-1),
        output_field=IntegerField(),
    )
    cases = Case.objects.inside(unit).filter(open=True, tabled=False).exclude(state=CaseState.REPORTED)
    cases = cases.annotate(rank=rank).filter(rank__gte=0)
    if unit.kind == "district":
        return cases.filter(Q(desk__unit=unit) | Q(rank__lte=1))
    return cases.filter(rank__gte=2).exclude(desk__unit__kind="district")


def candidates_for(unit: Unit, *, at: datetime, most: int) -> list[Candidate]:
    """The gravest of the hard cases, at most ``most``."""
    if most <= 0:
        return []
    rows = _hard(unit, at).select_related(*CASE_RELATED).order_by("rank", "due_at", "id")[:most]
    return [Candidate(case, ORDER[case.rank]) for case in rows]


def to_come_back(unit: Unit, *, on: date) -> list[MeetingItem]:
    """What earlier meetings of a unit left undecided, or decided for a day that is over by ``on``, oldest first."""
    undone = Q(state=ItemState.LISTED) | Q(state=ItemState.DECIDED, due_on__lt=on)
    items = MeetingItem.objects.filter(undone, meeting__unit=unit).select_related("meeting")
    return list(items.order_by("-returns", "added_at", "id"))


def may_see_meetings(user: "User") -> bool:
    """Whether joint meetings concern the user: desks, leaders and assessors."""
    return holds(user, Permission.CASE_COMMENT, Permission.SCORE_RUN)


def meeting_page(user: "User", *, unit: Unit | None, cursor: str | None, size: int) -> KeysetPage[JointMeeting]:
    """One page of the meetings, the latest week first, with how many items stand how. Raises ``NotAllowed``."""
    if not may_see_meetings(user):
        raise NotAllowed
    meetings = JointMeeting.objects.visible_to(user).select_related("unit")
    if unit is not None:
        meetings = meetings.filter(unit__tree_id=unit.tree_id, unit__lft__gte=unit.lft, unit__rght__lte=unit.rght)
    page = keyset_page(meetings, ("-week", "-id"), cursor, size)
    counts = (
        MeetingItem.objects.filter(meeting__in=page.rows)
        .values("meeting")
        .annotate(
            all=Count("pk"),
            done=Count("pk", filter=Q(state__in=[ItemState.RESOLVED, ItemState.ENDED])),
            **{state.value: Count("pk", filter=Q(state=state)) for state in ItemState},
        )
    )
    found = {row["meeting"]: row for row in counts.order_by()}
    for meeting in page.rows:
        meeting.counts = found.get(meeting.pk, {"all": 0})  # type: ignore[attr-defined]
    return page


@dataclass
class MeetingDetail:
    """One meeting with its items; ``earlier`` holds what earlier meetings decided on each case, ``offered`` the hard
    cases that are not on the list."""

    meeting: JointMeeting
    items: list[MeetingItem]
    earlier: dict[int, list[MeetingItem]] = field(default_factory=dict)
    offered: list[Candidate] = field(default_factory=list)
    convenes: bool = False

    def require_convener(self) -> None:
        """Raises ``NotAllowed`` for those who do not convene the meeting."""
        if not self.convenes:
            raise NotAllowed

    @property
    def open(self) -> bool:
        """Whether the list still takes cases."""
        return self.meeting.closed_at is None


ITEM_PLACES = ("meeting__unit", *(f"case__{name}" for name in ("category", "district", "street", "community", "grid")))
ITEM_RELATED = ("agency", "leader", "added_by", "decided_by", "ended_by", *(f"case__{name}" for name in CASE_RELATED))


def meeting_detail(user: "User", meeting_id: int, *, at: datetime) -> MeetingDetail:
    """Raises ``NotVisible``, then ``NotAllowed``."""
    meetings = JointMeeting.objects.visible_to(user).select_related("unit", "opened_by", "recorded_by")
    meeting = meetings.filter(pk=meeting_id).first()
    if meeting is None:
        raise NotVisible
    if not may_see_meetings(user):
        raise NotAllowed
    items = list(MeetingItem.objects.filter(meeting=meeting).select_related(*ITEM_RELATED).order_by("number"))
    detail = MeetingDetail(meeting, items)
    for item in _earlier(meeting, items):
        detail.earlier.setdefault(item.case_id, []).append(item)  # type: ignore[attr-defined]
    detail.convenes = holds_at(user, Permission.CASE_SUSPEND, meeting.unit_id)  # type: ignore[attr-defined]
    if detail.convenes and detail.open:
        detail.offered = candidates_for(meeting.unit, at=at, most=MOST_OFFERED)
    return detail


def item_page(user: "User", meeting_id: int, *, cursor: str | None, size: int) -> KeysetPage[MeetingItem]:
    """One page of the items of a meeting, by number. Raises ``NotVisible``, then ``NotAllowed``."""
    if not JointMeeting.objects.visible_to(user).filter(pk=meeting_id).exists():
        raise NotVisible
    if not may_see_meetings(user):
        raise NotAllowed
    items = MeetingItem.objects.filter(meeting=meeting_id).select_related("meeting__unit", *ITEM_RELATED)
    return keyset_page(items, ("number", "id"), cursor, size)


def _earlier(meeting: JointMeeting, items: Sequence[MeetingItem]) -> "QuerySet[MeetingItem]":
    cases = [item.case_id for item in items if item.returns]  # type: ignore[attr-defined]
    rows = MeetingItem.objects.filter(case__in=cases, meeting__unit=meeting.unit, meeting__week__lt=meeting.week)
    return rows.select_related("meeting", "agency").order_by("added_at", "id")


def decisions_due(user: "User", desks: Sequence[Agency]) -> list[MeetingItem]:
    """The decisions that the user's agencies and desks are to carry out, the soonest first."""
    agencies = [*agency_ids_of(user), *(desk.pk for desk in desks)]
    if not agencies:
        return []
    items = MeetingItem.objects.filter(state=ItemState.DECIDED, agency__in=agencies)
    return list(items.select_related(*ITEM_PLACES).order_by("due_on", "id")[:MOST])


def brought_to(user: "User") -> list[MeetingItem]:
    """The items that were brought to the user as attached leader and are not resolved, oldest first."""
    if not holds(user, Permission.CASE_COMMENT):
        return []
    items = MeetingItem.objects.filter(leader=user, state__in=OPEN_ITEM).select_related(*ITEM_PLACES)
    return list(items.order_by("added_at", "id")[:MOST])
