"""Reading follow-ups: the telephone sheet, what was said, the draws behind it, and the three rates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from apps.cases.calls import FollowUpState
from apps.cases.models import Case, CaseEvent, FollowUp, FollowUpAttempt, FollowUpDraw, Leg
from apps.cases.selectors.lots import is_repeated
from apps.cases.selectors.timeline import Entry, timeline_of
from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import KINDS, holds, scopes_of
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User

RELATED = ("case__category__parent", "desk", "agency", "reached_by", "district", "street", "community", "grid")
MOST_WAITING = 100
MOST_EVENTS = 12
MOST_ROWS = 500
RESULTS = {"satisfied": Q(satisfied=True), "dissatisfied": Q(satisfied=False), "unsolved": Q(solved=False)}
RESULTS |= {"rejected": Q(rejected=True), "uncontacted": Q(contacted=False)}
RESULTS["unreached"] = Q(state=FollowUpState.UNREACHED)


def result_labels() -> list[tuple[str, str]]:
    """What the list of results can be narrowed to, in words."""
    return [
        ("satisfied", _("满意")),
        ("dissatisfied", _("不满意")),
        ("unsolved", _("未解决")),
        ("rejected", _("退回重办")),
        ("uncontacted", _("未及时联系")),
        ("unreached", _("未能回访")),
    ]


@dataclass(frozen=True)
class FollowUpsWanted:
    """What the lists are narrowed to: a unit, an agency that was judged, why somebody was called, one of ``RESULTS``,
    the first day looked back to."""

    unit: Unit | None = None
    agency: Agency | None = None
    why: str = ""
    result: str = ""
    since: datetime | None = None

    @property
    def q(self) -> Q:
        """The condition on follow-ups, what came of them apart."""
        condition = Q()
        if self.unit is not None:
            condition &= Q(**{f"{self.unit.kind}_id": self.unit.pk})
        if self.agency is not None:
            condition &= Q(agency=self.agency)
        if self.why:
            condition &= Q(why=self.why)
        return condition

    @property
    def done_q(self) -> Q:
        """The condition on those that ended."""
        condition = self.q & Q(ended_at__isnull=False)
        if self.since is not None:
            condition &= Q(ended_at__gte=self.since)
        return condition & RESULTS[self.result] if self.result else condition


def makes_calls(user: "User") -> bool:
    """Whether the user sits at a desk that follows cases up."""
    return holds(user, Permission.CASE_CLOSE)


def sees_follow_ups(user: "User") -> bool:
    """Desks call; grid leaders, leaders and assessors read what was said."""
    return makes_calls(user) or holds(user, Permission.CASE_COMMENT, Permission.SCORE_RUN, Permission.LOG_REVIEW)


def require_follow_up_right(user: "User") -> None:
    """Raises ``NotAllowed`` for those who do not follow up."""
    if not sees_follow_ups(user):
        raise NotAllowed


def _callers_q(user: "User") -> Q:
    """The follow-ups a user may call for: those of the desks at or below the centre where he sits that lie within its
    unit, of cases he did not handle himself."""
    condition = Q(pk__in=[])
    for scope in scopes_of(user, Permission.CASE_CLOSE):
        below = KINDS[KINDS.index(scope.kind) :]
        condition |= Q(**{scope.column: scope.unit_id}, desk__unit__kind__in=below)
    return condition & ~Q(handled_by=user, handled_by__isnull=False)


def _to_call(user: "User") -> "QuerySet[FollowUp]":
    if not makes_calls(user):
        raise NotAllowed
    return FollowUp.objects.filter(_callers_q(user), state=FollowUpState.WAITING).select_related(*RELATED, "reporter")


def sheet_page(
    user: "User", wanted: FollowUpsWanted, *, day: date, later: bool, cursor: str | None, size: int
) -> KeysetPage[FollowUp]:
    """One page of the telephone sheet, what is due first at the top: whom to call on ``day``, or ``later`` those called
    in vain that day. Raises ``NotAllowed`` for those who do not call."""
    rows = _to_call(user).filter(wanted.q, **{"call_on__gt" if later else "call_on__lte": day})
    return keyset_page(rows, ["due_at", "id"], cursor, size)


def calls_waiting(user: "User", wanted: FollowUpsWanted, *, day: date) -> tuple[int, int]:
    """How many are to be called on ``day``, and how many later. One query."""
    now, later = Count("pk", filter=Q(call_on__lte=day)), Count("pk", filter=Q(call_on__gt=day))
    counted = _to_call(user).filter(wanted.q).order_by().aggregate(now=now, later=later)
    return counted["now"], counted["later"]


def next_call(user: "User", wanted: FollowUpsWanted, *, day: date) -> FollowUp | None:
    """Whom to call next on ``day``."""
    return _to_call(user).filter(wanted.q, call_on__lte=day).order_by("due_at", "id").first()


def calls_for(user: "User", *, day: date) -> list[FollowUp]:
    """What waits at the desks where ``user`` sits, the soonest first, for the home page."""
    if not makes_calls(user):
        return []
    units = [scope.unit_id for scope in scopes_of(user, Permission.CASE_CLOSE)]
    mine = _to_call(user).filter(desk__unit__in=units, call_on__lte=day)
    return list(mine.order_by("due_at", "id")[:MOST_WAITING])


@dataclass(frozen=True)
class CallDetail:
    """One follow-up opened: the case with what was done, the calls so far, and whether the user may call."""

    row: FollowUp
    attempts: Sequence[FollowUpAttempt]
    entries: Sequence[Entry]
    legs: Sequence[Leg]
    may_call: bool


def call_detail(user: "User", follow_up_id: int, *, at: datetime) -> CallDetail:
    """One follow-up with what was done about its case, the last acts first. Five queries. Raises ``NotVisible``, then
    ``NotAllowed``."""
    rows = FollowUp.objects.visible_to(user, Permission.CASE_VIEW).select_related(*RELATED, "reporter", "draw")
    row = rows.filter(pk=follow_up_id).first()
    if row is None:
        raise NotVisible
    require_follow_up_right(user)
    for level in KINDS:
        setattr(row.case, level, getattr(row, level))  # a closed case lies where its follow-up lies
    events = CaseEvent.objects.filter(case=row.case).select_related("actor", "leg__agency").order_by("-sequence")
    legs = list(Leg.objects.filter(case=row.case).select_related("agency", "desk").order_by("sequence"))
    entries = timeline_of(list(events[:MOST_EVENTS])[::-1], [], at=at, legs=legs)
    attempts = list(FollowUpAttempt.objects.filter(follow_up=row).select_related("called_by").order_by("number"))
    waiting = row.state == FollowUpState.WAITING
    may_call = waiting and makes_calls(user) and FollowUp.objects.filter(_callers_q(user), pk=row.pk).exists()
    return CallDetail(row, attempts, entries, legs, may_call)


def visible_follow_ups(user: "User") -> "QuerySet[FollowUp]":
    """The follow-ups within the scope. Raises ``NotAllowed`` for those who do not follow up."""
    require_follow_up_right(user)
    return FollowUp.objects.visible_to(user, Permission.CASE_VIEW).select_related(*RELATED)


def follow_up_page(
    user: "User", wanted: FollowUpsWanted, *, done: bool, cursor: str | None, size: int
) -> KeysetPage[FollowUp]:
    """One page of those that ended, the last first, or of all that wait within the scope, what is due first at the top.
    Raises ``NotAllowed``."""
    if done:
        return done_page(user, wanted, cursor=cursor, size=size)
    waiting = visible_follow_ups(user).filter(wanted.q, state=FollowUpState.WAITING)
    return keyset_page(waiting, ["due_at", "id"], cursor, size)


def done_page(user: "User", wanted: FollowUpsWanted, *, cursor: str | None, size: int) -> KeysetPage[FollowUp]:
    """One page of those that ended, the last first. Raises ``NotAllowed``."""
    return keyset_page(visible_follow_ups(user).filter(wanted.done_q), ["-ended_at", "-id"], cursor, size)


def done_rows(user: "User", wanted: FollowUpsWanted, *, most: int) -> "QuerySet[FollowUp]":
    """Those that ended, the last first, for an export. Raises ``NotAllowed``."""
    return visible_follow_ups(user).filter(wanted.done_q).order_by("-ended_at", "-id")[:most]


# The three rates


@dataclass(frozen=True)
class Rate:
    """So many of so many; no figure where the sample is nothing."""

    numerator: int
    denominator: int

    @property
    def percent(self) -> float | None:
        """In a hundred, to one place."""
        return round(self.numerator * 100 / self.denominator, 1) if self.denominator else None


@dataclass(frozen=True)
class Rates:
    """What the reporters of one unit's or agency's cases said."""

    name: str
    code: str
    kind: str
    reached: int
    unreached: int
    contacted: int
    solved: int
    satisfied: int
    rejected: int

    @property
    def rates(self) -> tuple[Rate, Rate, Rate]:
        """Contacted in time, solved, satisfied: each of those reached."""
        return tuple(Rate(part, self.reached) for part in (self.contacted, self.solved, self.satisfied))  # type: ignore[return-value]


REACHED = Q(state=FollowUpState.REACHED)
COUNTED: dict[str, Any] = {
    "reached": Count("pk", filter=REACHED),
    "unreached": Count("pk", filter=Q(state=FollowUpState.UNREACHED)),
    "contacted": Count("pk", filter=REACHED & Q(contacted=True)),
    "solved": Count("pk", filter=REACHED & Q(solved=True)),
    "satisfied": Count("pk", filter=REACHED & Q(satisfied=True)),
    "rejected": Count("pk", filter=REACHED & Q(rejected=True)),
}


@dataclass(frozen=True)
class RateTable:
    """The rates of all, of each unit one level down, and of each agency that was judged."""

    total: Rates
    units: list[Rates]
    agencies: list[Rates]


def rate_table(user: "User", wanted: FollowUpsWanted) -> RateTable:
    """The three rates of what ended in the period (``spec/standards.md``: responded, solved, satisfied, from
    follow-up). Five queries. Raises ``NotAllowed``."""
    require_follow_up_right(user)
    ended = wanted.done_q & ~Q(state=FollowUpState.LAPSED)
    rows = FollowUp.objects.visible_to(user, Permission.CASE_VIEW).filter(ended)
    total = Rates("", "", "", **rows.order_by().aggregate(**COUNTED))
    level = _level_below(user, wanted.unit)
    by_unit = _grouped(rows, level)
    units = Unit.objects.in_bulk([row[level] for row in by_unit if row[level]])
    by_agency = _grouped(rows, "agency")
    agencies = Agency.objects.in_bulk([row["agency"] for row in by_agency])
    return RateTable(
        total,
        [_rates(units[row[level]].name, units[row[level]].code, "unit", row) for row in by_unit if row[level]],
        [_rates(agencies[row["agency"]].name, agencies[row["agency"]].code, "agency", row) for row in by_agency],
    )


def _level_below(user: "User", unit: Unit | None) -> str:
    """One level below the unit asked for, else below the highest one whose cases the user sees."""
    kinds = [unit.kind] if unit is not None else [scope.kind for scope in scopes_of(user, Permission.CASE_VIEW)]
    highest = min((KINDS.index(kind) for kind in kinds), default=0)
    return KINDS[min(highest + 1, len(KINDS) - 1)]


def _grouped(rows: "QuerySet[FollowUp]", column: str) -> list[dict[str, Any]]:
    grouped: Any = rows.order_by().values(column).annotate(**COUNTED)
    return list(grouped.order_by("-reached", column)[:MOST_ROWS])


def _rates(name: str, code: str, kind: str, row: dict[str, Any]) -> Rates:
    return Rates(name, code, kind, **{part: row[part] for part in COUNTED})


# The draws


def draw_page(user: "User", wanted: FollowUpsWanted, *, cursor: str | None, size: int) -> KeysetPage[FollowUpDraw]:
    """One page of the draws, the last first, each with ``waiting``, ``reached`` and ``unreached``. Raises
    ``NotAllowed``."""
    require_follow_up_right(user)
    draws = FollowUpDraw.objects.visible_to(user, Permission.CASE_VIEW).select_related("desk")
    if wanted.unit is not None:
        draws = draws.filter(**{f"{wanted.unit.kind}_id": wanted.unit.pk})
    page = keyset_page(draws, ["-id"], cursor, size)
    counted = {row["draw"]: row for row in _progress([draw.pk for draw in page.rows])}
    for draw in page.rows:
        for state in FollowUpState:
            setattr(draw, state.value, counted.get(draw.pk, {}).get(state.value, 0))
    return page


def _progress(draws: Sequence[int]) -> Iterable[dict[str, Any]]:
    counted: Any = FollowUp.objects.filter(draw__in=draws).order_by().values("draw")
    return counted.annotate(**{state.value: Count("pk", filter=Q(state=state)) for state in FollowUpState})  # type: ignore[no-any-return]


@dataclass(frozen=True)
class DrawnFollowUps:
    """One draw with its follow-ups, and whether drawing again with its seed gives the same."""

    draw: FollowUpDraw
    rows: Sequence[FollowUp]
    repeated: bool


def draw_detail(user: "User", draw_id: int) -> DrawnFollowUps:
    """One draw. Raises ``NotVisible``, then ``NotAllowed``."""
    draw = FollowUpDraw.objects.visible_to(user, Permission.CASE_VIEW).select_related("desk").filter(pk=draw_id).first()
    if draw is None:
        raise NotVisible
    require_follow_up_right(user)
    rows = list(FollowUp.objects.filter(draw=draw).select_related(*RELATED).order_by("id"))
    return DrawnFollowUps(draw, rows, is_repeated(draw, [row.case.number for row in rows]))


def case_of(user: "User", follow_up_id: int) -> Case:
    """The case of a follow-up within the scope. Raises ``NotVisible``."""
    row = FollowUp.objects.visible_to(user, Permission.CASE_VIEW).select_related("case").filter(pk=follow_up_id).first()
    if row is None:
        raise NotVisible
    return row.case
