"""The rules that must hold of cases (``spec/2-cases.md``), told again the slow way: over plain rows, one by one.

Nothing here asks the product what is right. Scopes are followed from a grant up the tree by parents, holders and clocks
by looking at every row.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection

from apps.accounts.models import User
from apps.cases.actions import UNVERSIONED
from apps.cases.models import (
    Case,
    CaseEvent,
    CaseParty,
    DualReport,
    ExtensionRequest,
    FollowUp,
    Leg,
    MissingList,
    SampleReview,
    Summons,
    Supervision,
    Suspension,
)
from apps.cases.sampling import SAMPLE_DRAW
from apps.core.clock import SHANGHAI
from apps.deadlines.models import CardAppeal, LadderStep, Limit
from apps.grid.models import Unit
from apps.grid.permissions import ROLES, Permission, Role
from apps.organisation.models import RoleGrant

Row = dict[str, Any]
LEVELS = ("grid", "community", "street", "district")
FINISHED = {"refused", "merged", "closed"}
IN_HANDS = {"offered", "accepted"}
GRAVITY = ("none", "yellow", "red")
SET_BY_THE_CLOCK = {"card", "carded", "supervised", "supervisor_id"}


def everything() -> str:
    """One digest of every row of every table: equal only where nothing at all was changed."""
    tables = sorted({model._meta.db_table for model in apps.get_models(include_auto_created=True)})
    parts = [
        f"SELECT '{table}' || coalesce(md5(string_agg(md5(row::text), '' ORDER BY md5(row::text))), '') AS digest"
        f" FROM {table} AS row"
        for table in tables
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT md5(string_agg(digest, ' ' ORDER BY digest)) FROM ({' UNION ALL '.join(parts)}) AS all_"
        )
        return str(cursor.fetchall()[0][0])


@dataclass(frozen=True)
class Rows:
    """Every row about cases, as it stands."""

    cases: dict[int, Row]
    legs: list[Row]
    limits: list[Row]
    events: list[Row]
    orders: list[Row]
    requests: list[Row]
    suspensions: list[Row]
    cards: list[Row]
    appeals: list[Row]
    told: list[Row]
    summonses: list[Row]
    missing: list[Row]
    parties: list[Row]
    follow_ups: list[Row]
    reviews: list[Row]

    def legs_of(self, case: Row) -> list[Row]:
        """In the order in which they began."""
        return [leg for leg in self.legs if leg["case_id"] == case["id"]]

    def running_on(self, kind: str, key: int) -> list[Row]:
        """The limits of a subject that have not ended."""
        wanted = (kind, key)
        return [one for one in self.limits if (one["subject_kind"], one["subject_id"]) == wanted and not _ended(one)]


def _ended(limit: Row) -> bool:
    return bool(limit["ended_at"] is not None)


def read_rows() -> Rows:
    """One query a table."""

    def rows(model: Any, *order: str) -> list[Row]:
        return list(model.objects.order_by(*order).values())

    return Rows(
        {case["id"]: case for case in rows(Case, "id")},
        rows(Leg, "case_id", "sequence"),
        rows(Limit, "id"),
        rows(CaseEvent, "case_id", "sequence"),
        rows(Supervision, "case_id", "number"),
        rows(ExtensionRequest, "id"),
        rows(Suspension, "case_id", "number"),
        rows(LadderStep, "id"),
        rows(CardAppeal, "id"),
        rows(DualReport, "id"),
        rows(Summons, "id"),
        rows(MissingList, "case_id", "number"),
        rows(CaseParty, "id"),
        rows(FollowUp, "id"),
        rows(SampleReview, "id"),
    )


class Reference:
    """Who sees and may report what, followed through grants and parents."""

    def __init__(self) -> None:
        self.parents = dict(Unit.objects.values_list("pk", "parent_id"))
        self.kinds = dict(Unit.objects.values_list("pk", "kind"))
        self.grants = list(RoleGrant.objects.values_list("user_id", "role", "unit_id", "agency_id"))

    def path_of(self, unit_id: int | None) -> dict[str, int | None]:
        """The four path columns of a unit, by climbing from parent to parent."""
        path: dict[str, int | None] = {f"{level}_id": None for level in LEVELS}
        while unit_id is not None:
            path[f"{self.kinds[unit_id]}_id"] = unit_id
            unit_id = self.parents[unit_id]
        return path

    def reaches(self, user: User, permission: Permission, unit_id: int) -> bool:
        """Whether the person holds the permission on the unit or on one above it."""
        place: int | None = unit_id
        while place is not None:
            held = {role for user_id, role, unit, _agency in self.grants if (user_id, unit) == (user.pk, place)}
            if any(permission in ROLES[Role(role)].permissions for role in held):
                return True
            place = self.parents[place]
        return False

    def agencies(self, user: User) -> set[int]:
        """For which agencies the person handles cases."""
        return {agency for user_id, _role, _unit, agency in self.grants if user_id == user.pk and agency is not None}

    def sees(self, user: User, case: Row, rows: Rows) -> bool:
        """Whether the case lies in a scope of the person's, or an agency of theirs ever had it, was told of it, was
        called to its spot or answers for it otherwise."""
        concerned = [
            *rows.legs_of(case),
            *(one for one in rows.told + rows.summonses + rows.parties if one["case_id"] == case["id"]),
        ]
        return self.reaches(user, Permission.CASE_VIEW, deepest(case)) or any(
            one["agency_id"] in self.agencies(user) for one in concerned
        )


def deepest(case: Row) -> int:
    """The lowest unit of the case's path."""
    return int(next(case[f"{level}_id"] for level in LEVELS if case[f"{level}_id"] is not None))


def check_rules(rows: Rows, reference: Reference) -> None:
    """Every rule over every case; an ``AssertionError`` names the case and what is wrong with it."""
    for case in rows.cases.values():
        for rule in RULES:
            fault = rule(case, rows, reference)
            assert not fault, f"{case['number']} ({case['state']}) {rule.__name__}: {fault}"


def _one_holder(case: Row, rows: Rows, reference: Reference) -> object:
    """Exactly one holder, who holds the one open lead leg; or finished, without any open leg."""
    opened = [leg for leg in rows.legs_of(case) if leg["state"] in IN_HANDS]
    leads = [leg for leg in opened if leg["role"] == "lead"]
    if case["state"] in FINISHED:
        return case["open"] or case["holder_id"] or case["due_at"] or opened or not case["closed_at"]
    if not case["open"] or len(leads) != 1 or case["closed_at"]:
        return ("open leads", leads)
    facts = ("agency_id", "desk_id", "due_at")
    held = tuple(case[name] for name in ("holder_id", "desk_id", "due_at"))
    return held != tuple(leads[0][name] for name in facts) and (held, leads[0])


def _path(case: Row, rows: Rows, reference: Reference) -> object:
    """An open case's path is that of today's tree."""
    written = {f"{level}_id": case[f"{level}_id"] for level in LEVELS}
    return case["open"] and written != reference.path_of(deepest(case)) and written


def _events(case: Row, rows: Rows, reference: Reference) -> object:
    """The events run from 1 without a gap, each begins where the last ended, and the last ends where the case is."""
    events = [event for event in rows.events if event["case_id"] == case["id"]]
    if [event["sequence"] for event in events] != list(range(1, case["head_sequence"] + 1)):
        return [event["sequence"] for event in events]
    states = [event["to_state"] for event in events]
    begun = [event["from_state"] for event in events]
    if begun != ["", *states[:-1]] or states[-1] != case["state"]:
        return list(zip(begun, states, strict=True))
    counted = sum(event["action"] not in {*UNVERSIONED, "reveal", SAMPLE_DRAW} for event in events)
    return case["version"] != counted and (case["version"], counted)


def _waits(case: Row) -> bool:
    """Whether its clocks stand still: set aside, or until what is missing is brought."""
    return bool(case["state"] == "suspended" or case["missing_asked"])


def _limit_of_each_leg(case: Row, rows: Rows, reference: Reference) -> object:
    """One clock on every leg in somebody's hands, with its end and its holder; none on one that is over."""
    state = "paused" if _waits(case) else "running"
    for leg in rows.legs_of(case):
        running = rows.running_on("case_leg", leg["id"])
        found = [(one["stage"], one["state"], one["holder_id"], one["due_at"]) for one in running]
        wanted = [(leg["stage"], state, leg["agency_id"], leg["due_at"])] if leg["state"] in IN_HANDS else []
        if found != wanted:
            return leg["sequence"], found, wanted
        if leg["ended_at"] is not None and leg["in_time"] != (leg["ended_at"] <= leg["due_at"]):
            return leg["sequence"], "in time"
    return None


def _limit_of_the_whole(case: Row, rows: Rows, reference: Reference) -> object:
    """From registration to the end one clock on the desk that answers for the case."""
    running = rows.running_on("case", case["id"])
    found = [(one["stage"], one["state"], one["holder_id"]) for one in running]
    state = "paused" if _waits(case) else "running"
    expected = case["open"] and case["state"] != "reported"
    return found != ([("whole", state, case["desk_id"])] if expected else []) and found


def _orders(case: Row, rows: Rows, reference: Reference) -> object:
    """Every order without a reply has its clock on whoever holds the case; none outlives the case. Supervised is what
    got an order, or what climbed the ladder to the level above."""
    orders = [order for order in rows.orders if order["case_id"] == case["id"]]
    waiting = [order for order in orders if order["state"] == "open"]
    if case["orders_open"] != len(waiting) or (waiting and not case["open"]):
        return case["orders_open"], orders
    if case["supervised"] < bool(orders) or (case["supervised"] and not orders and not _escalated(case, rows)):
        return "supervised", orders
    for order in orders:
        found = [one["holder_id"] for one in rows.running_on("case_supervision", order["id"])]
        if found != ([case["holder_id"]] if order["state"] == "open" else []):
            return order["number"], found
    return None


def _escalated(case: Row, rows: Rows) -> bool:
    limits = {one["id"] for one in rows.limits if (one["subject_kind"], one["subject_id"]) in subjects_of(case, rows)}
    return any(step["kind"] == "escalate" for step in rows.cards if step["limit_id"] in limits)


def subjects_of(case: Row, rows: Rows) -> set[tuple[str, int]]:
    """What the limits of a case run on: its legs, the whole of it, its orders."""
    subjects = {("case_leg", leg["id"]) for leg in rows.legs_of(case)} | {("case", case["id"])}
    return subjects | {("case_supervision", order["id"]) for order in rows.orders if order["case_id"] == case["id"]}


def _requests(case: Row, rows: Rows, reference: Reference) -> object:
    """At most one request for more time waits, for a leg that is open."""
    waiting = [one for one in rows.requests if one["case_id"] == case["id"] and one["state"] == "asked"]
    opened = {leg["id"] for leg in rows.legs_of(case) if leg["state"] in IN_HANDS}
    fits = len(waiting) == case["extension_asked"] and all(one["leg_id"] in opened for one in waiting)
    return not fits and waiting


def _pauses(case: Row, rows: Rows, reference: Reference) -> object:
    """A case is set aside exactly while one suspension runs; at most one request to do so waits."""
    all_of_it = [one for one in rows.suspensions if one["case_id"] == case["id"]]
    states = Counter(one["state"] for one in all_of_it)
    written = (case["state"] == "suspended", case["suspension_asked"], case["suspensions_made"])
    return written != (states["running"], states["asked"], len(all_of_it)) and (written, states)


def _summonses(case: Row, rows: Rows, reference: Reference) -> object:
    """Who was called and has not told the result has one clock, to arrive or to tell it; none outlives the case."""
    all_of_it = [one for one in rows.summonses if one["case_id"] == case["id"]]
    waiting = [one for one in all_of_it if one["ended_at"] is None]
    if case["summonses_open"] != len(waiting) or (waiting and not case["open"]):
        return case["summonses_open"], waiting
    for one in all_of_it:
        arriving = [(limit["holder_id"], limit["due_at"]) for limit in rows.running_on("case_arrival", one["id"])]
        telling = [(limit["holder_id"], limit["due_at"]) for limit in rows.running_on("case_result", one["id"])]
        wanted = {
            "called": ([(one["agency_id"], one["arrive_by"])], []),
            "arrived": ([], [(one["agency_id"], one["report_by"])]),
        }
        if (arriving, telling) != wanted.get(one["state"], ([], [])):
            return one["id"], one["state"], arriving, telling
    return None


def _missing(case: Row, rows: Rows, reference: Reference) -> object:
    """At most one list of what is missing waits, for the leg in whose time it was asked."""
    waiting = [one for one in rows.missing if one["case_id"] == case["id"] and one["state"] == "asked"]
    opened = {leg["id"] for leg in rows.legs_of(case) if leg["state"] in IN_HANDS}
    fits = len(waiting) == case["missing_asked"] and all(one["leg_id"] in opened for one in waiting)
    return not fits and waiting


def _follow_ups(case: Row, rows: Rows, reference: Reference) -> object:
    """A closed case that is to be called about has one clock, on the desk that closed it; none outlives its closing."""
    all_of_it = [one for one in rows.follow_ups if one["case_id"] == case["id"]]
    waiting = [one for one in all_of_it if one["state"] == "waiting"]
    if len(waiting) != case["follow_up_waiting"] or (waiting and case["state"] != "closed"):
        return case["follow_up_waiting"], waiting
    for one in all_of_it:
        found = [(limit["holder_id"], limit["due_at"]) for limit in rows.running_on("case_follow_up", one["id"])]
        if found != ([(one["desk_id"], one["due_at"])] if one["state"] == "waiting" else []):
            return one["id"], found
    return None


def _reviews(case: Row, rows: Rows, reference: Reference) -> object:
    """The case knows how many of its reviews wait, and none outlives its closing; whoever reviewed it had no hand in
    it."""
    mine = [one for one in rows.reviews if one["case_id"] == case["id"]]
    waiting = [one["id"] for one in mine if one["state"] == "waiting"]
    if len(waiting) != case["samples_waiting"] or (waiting and case["state"] != "closed"):
        return case["samples_waiting"], waiting
    return [one["id"] for one in mine if one["reviewed_by_id"] in one["hands"]] or None


RULES = (
    _one_holder,
    _path,
    _events,
    _limit_of_each_leg,
    _limit_of_the_whole,
    _orders,
    _requests,
    _pauses,
    _summonses,
    _missing,
    _follow_ups,
    _reviews,
)


def check_change(before: Rows, after: Rows, *, case_id: int, actor: User, action: str, at: datetime) -> None:
    """What one act did: one event of that case, by that person, at that moment; no other case without its event."""
    kept = len(before.events)
    assert sorted(event["id"] for event in before.events) == sorted(event["id"] for event in after.events)[:kept]
    new = sorted((event for event in after.events), key=lambda event: event["id"])[kept:]
    assert [(one["case_id"], one["action"], one["actor_id"], one["at"]) for one in new][:1] == [
        (case_id, action, actor.pk, at)
    ], new
    assert len({one["case_id"] for one in new}) == len(new), "one event a case"
    told = {one["case_id"] for one in new}
    changed = {key for key, case in after.cases.items() if _apart_from_the_clock(before.cases.get(key), case)}
    assert changed == told, (changed, told)


def _apart_from_the_clock(before: Row | None, after: Row) -> bool:
    if before is None:
        return True
    return any(before[name] != value for name, value in after.items() if name not in SET_BY_THE_CLOCK)


def check_cards(rows: Rows) -> None:
    """After a sweep whose messages were heard: an open case shows the gravest card of its present leg; a finished one
    keeps that of its last."""
    upheld = {appeal["step_id"] for appeal in rows.appeals if appeal["state"] == "upheld"}
    for case in rows.cases.values():
        lead = [leg for leg in rows.legs_of(case) if leg["role"] == "lead" and leg["state"] in IN_HANDS]
        ids = {one["id"] for leg in lead for one in rows.running_on("case_leg", leg["id"])}
        cards = [card["card"] for card in rows.cards if card["limit_id"] in ids and card["id"] not in upheld]
        gravest = max(cards, key=GRAVITY.index, default="none")
        if case["open"]:
            assert case["card"] == ("" if gravest == "none" else gravest), (case["number"], case["card"], cards)
        subjects = subjects_of(case, rows)
        limits = {one["id"] for one in rows.limits if (one["subject_kind"], one["subject_id"]) in subjects}
        issued = {card["id"] for card in rows.cards if card["limit_id"] in limits and card["card"] != "none"}
        assert case["carded"] == bool(issued), (case["number"], case["carded"], issued)
        waiting = [one for one in rows.appeals if one["step_id"] in issued and one["state"] == "open"]
        assert case["appeals_open"] == len(waiting), (case["number"], case["appeals_open"], waiting)


# What stands in a queue, told by hand: whether the desk itself must hold the case, and which cases belong there.
NOT_SUSPENDED = {"reported", "registered", "dispatched", "handled", "verified"}
QUEUES: dict[str, tuple[bool, Any]] = {
    "screen": (True, lambda case, at: case["state"] == "reported"),
    "dispatch": (True, lambda case, at: case["state"] == "registered"),
    "returned": (True, lambda case, at: case["state"] == "registered" and case["return_count"] > 0),
    "given": (True, lambda case, at: case["state"] == "dispatched"),
    "overdue": (False, lambda case, at: case["state"] in NOT_SUSPENDED and case["due_at"] < at),
    "supervised": (False, lambda case, at: case["open"] and case["supervised"]),
    "handling": (False, lambda case, at: case["state"] == "dispatched"),
    "verify": (True, lambda case, at: case["state"] == "handled"),
    "close": (True, lambda case, at: case["state"] == "verified"),
    "rework": (False, lambda case, at: case["state"] in {"registered", "dispatched"} and case["rework_count"] > 0),
    "suspended": (False, lambda case, at: case["state"] == "suspended"),
    "special": (False, lambda case, at: case["open"] and case["special"]),
    "hazard": (False, lambda case, at: case["open"] and case["hazard"]),
    "review": (
        False,
        lambda case, at: case["state"] == "suspended" and case["review_on"] <= at.astimezone(SHANGHAI).date(),
    ),
}


def in_queue(key: str, case: Row, desks: list[Any], at: datetime) -> bool | None:
    """Whether a case stands in a queue of these desks; ``None`` for a queue that is not told here."""
    if key not in QUEUES:
        return None
    held, belongs = QUEUES[key]
    if not case["open"] or not belongs(case, at):
        return False
    if held:
        return case["holder_id"] in {desk.pk for desk in desks}
    return any(case[f"{desk.unit.kind}_id"] == desk.unit_id for desk in desks)
