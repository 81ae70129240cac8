"""Whom each event of a case concerns: the kind of notice it causes and the people who are to hear of it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from apps.cases.actions import Action
from apps.cases.announce.hard import HARD_ANSWERS
from apps.cases.announce.samples import SAMPLE_ANSWERS
from apps.cases.calls import CallOutcome
from apps.cases.choices import LegRole, LegState
from apps.cases.models import Case, CaseEvent, DualReport, Leg, Summons, Supervision, Whistle
from apps.cases.notice_words import Payload, people_of
from apps.core import clock
from apps.grid.permissions import Role
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import leaders_of
from apps.organisation.services import grants_in_force


def of_event(case: Case, event: CaseEvent) -> tuple[str, Iterable[int]]:
    """The kind of notice an event causes, and the ids of those it is for."""
    payload, action = event.payload or {}, event.action
    if action == "report" and case.direct:
        return "direct", people_of(case.desk)
    if action in {"report", Action.ESCALATE, Action.REOPEN, Action.UNARCHIVE}:
        return action, people_of(case.desk)
    if action in {Action.DISPATCH, Action.HAND_OVER}:
        return action, _offered(case)
    if action in {Action.DECIDE_PENALTY, Action.CONCLUDE_MEDIATION}:
        return action, people_of(case.desk)
    if action == Action.RETURN:
        return action, people_of(case.desk) if payload.get("role") == LegRole.LEAD else ()
    if action in {Action.FEEDBACK, Action.SETTLE} and event.to_state == "handled":
        return "handled", _verifiers(case, event.at) if event.from_state != event.to_state else ()
    if action == Action.VERIFY and payload.get("passed"):
        return "verified", people_of(case.desk)
    if action in {Action.VERIFY, Action.REWORK}:
        return "rework", people_of(case.holder) if case.holder else ()
    if action in {Action.SUPERVISE, Action.WITHDRAW, Action.SUSPEND, Action.RESUME}:
        return action, people_of(case.holder) if case.holder else ()
    if action in ANSWERS:
        return ANSWERS[action](case, payload)
    if action == Action.SETTLE_AT_ONCE:
        return "close", [case.reporter_id] if case.reporter_id else ()
    if action in {Action.CLOSE, Action.REFUSE, Action.MERGE}:
        return action, [case.reporter_id] if case.reporter_id else ()
    return "", ()


def _missing_asked(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    people = [case.reporter_id, case.first_asked_id]  # type: ignore[attr-defined]
    return "ask_missing", [pk for pk in people if pk]


def _supplied(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    return "supply", people_of(case.desk)


def _transferred(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    return "transfer", [payload["heir"]]


def passed_over(case: Case) -> set[int]:
    """The people at the street's and the community's desk, which a direct report leaves out but not uninformed."""
    units = [pk for pk in (case.street_id, case.community_id) if pk]  # type: ignore[attr-defined]
    desks = Agency.objects.filter(kind=AgencyKind.CENTRE, unit_id__in=units).select_related("unit")
    return {person for desk in desks for person in people_of(desk)}


def told(case: Case, at: datetime) -> set[int]:
    """Of a dual report: the department's liaison, or where it has none its people, and the grid's leaders."""
    told = DualReport.objects.select_related("agency__unit").get(case=case)
    department = {told.liaison_id} if told.liaison_id else people_of(told.agency)  # type: ignore[attr-defined]
    leaders = grants_in_force(clock.local(at).date()).filter(role=Role.GRID_LEADER, unit_id=case.grid_id or 0)
    return department | set(leaders.values_list("user_id", flat=True))


def _acknowledged(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    return "acknowledge", {*people_of(case.desk), *([case.reporter_id] if case.reporter_id else [])}


def _whistled(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    """Everybody of the agencies that this whistle calls."""
    called = Agency.objects.filter(pk__in=_called(case, whistle__number=payload["whistle"])).select_related("unit")
    return "whistle", {person for agency in called for person in people_of(agency)}


def _called(case: Case, **which: Any) -> Iterable[int]:
    return Summons.objects.filter(case=case, **which).values_list("agency_id", flat=True)


def _to_the_whistler(kind: str) -> Callable[[Case, Payload], tuple[str, Iterable[int]]]:
    """To those who called agencies to the case and the desk for which they did."""

    def who(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
        blown = list(Whistle.objects.filter(case=case).select_related("desk__unit"))
        desks = {whistle.desk for whistle in blown}
        people = {person for desk in desks for person in people_of(desk)}
        return kind, people | {whistle.blown_by_id for whistle in blown}  # type: ignore[attr-defined]

    return who


def _summoned_rated(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    rated = Agency.objects.filter(pk__in=_called(case), name=payload["agency"]).select_related("unit").first()
    return "rate_summoned", people_of(rated) if rated else ()


def _present(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    return "presence", people_of(case.desk)


def _replied(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    """Whoever ordered it, and the centre through which the order went out."""
    order = Supervision.objects.select_related("centre__unit").get(case=case, number=payload["order"])
    return "reply", {order.ordered_by_id, *people_of(order.centre)}


def _asked(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    return "ask_extension", _deciders(case, payload)


def _extended(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    people = {payload["asked_by"], *(people_of(case.holder) if case.holder else ())}
    return "extension_approved" if payload["approved"] else "extension_refused", people


def _pause_decided(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    people = {payload["asked_by"], *(people_of(case.holder) if case.holder else ())}
    return "suspension_approved" if payload["approved"] else "suspension_refused", people


def _pause_asked(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    return "ask_suspension", _deciders(case, payload)


def _appealed(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    return "appeal", _deciders(case, payload)


def _ruled(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    """Whoever got the card, its head, and the district."""
    involved = Agency.objects.filter(pk__in=[pk for pk in (payload["holder"], payload["head"]) if pk])
    district = Agency.objects.filter(kind=AgencyKind.CENTRE, unit_id=case.district_id)  # type: ignore[attr-defined]
    people = {person for agency in (involved | district).select_related("unit") for person in people_of(agency)}
    return "appeal_upheld" if payload["upheld"] else "appeal_rejected", people


def _deciders(case: Case, payload: Payload) -> Iterable[int]:
    """Those at the desk asked to decide; where there is none, the district's leaders."""
    decider = Agency.objects.select_related("unit").filter(pk=payload["decider"] or 0).first()
    return people_of(decider) if decider else leaders_of(case.district_id).values_list("pk", flat=True)  # type: ignore[attr-defined]


def _spot_checked(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    """What does not hold: the desk that takes it up again, and whoever had settled it."""
    return "spot_failed", () if payload["passed"] else {payload["settler"], *people_of(case.desk)}


def _followed_up(case: Case, payload: Payload) -> tuple[str, Iterable[int]]:
    """What a reporter was not content with: the desk, the agency that handled it, and the person who did."""
    content = payload.get("solved") and payload.get("satisfied")
    if payload["outcome"] != CallOutcome.REACHED or content:
        return "", ()
    agency = Agency.objects.select_related("unit").get(pk=payload["agency_id"])
    people = people_of(case.desk) | people_of(agency) | {pk for pk in [payload["handled_by"]] if pk}
    return "follow_up_rejected" if payload["rejected"] else "follow_up_unhappy", people


ANSWERS: dict[str, Callable[[Case, Payload], tuple[str, Iterable[int]]]] = {
    **HARD_ANSWERS,
    **SAMPLE_ANSWERS,
    Action.REPLY: _replied,
    Action.ASK_EXTENSION: _asked,
    Action.DECIDE_EXTENSION: _extended,
    Action.ASK_SUSPENSION: _pause_asked,
    Action.DECIDE_SUSPENSION: _pause_decided,
    Action.APPEAL: _appealed,
    Action.DECIDE_APPEAL: _ruled,
    Action.SPOT_CHECK: _spot_checked,
    Action.FOLLOW_UP: _followed_up,
    Action.PRESENCE: _present,
    Action.ACKNOWLEDGE: _acknowledged,
    Action.ASK_MISSING: _missing_asked,
    Action.SUPPLY: _supplied,
    Action.TRANSFER: _transferred,
    Action.WHISTLE: _whistled,
    Action.ARRIVE: _to_the_whistler("arrive"),
    Action.REPORT_RESULT: _to_the_whistler("report_result"),
    Action.RATE_SUMMONED: _summoned_rated,
}


def _offered(case: Case) -> set[int]:
    """Everybody at the agencies to whom the case is on offer."""
    people: set[int] = set()
    for leg in Leg.objects.filter(case=case, state=LegState.OFFERED).select_related("agency__unit"):
        people |= people_of(leg.agency)
    return people


def _verifiers(case: Case, at: datetime) -> set[int]:
    """The grid's workers of the day; where the place has no grid, the desk."""
    if case.grid_id is None:
        return people_of(case.desk)
    workers = grants_in_force(clock.local(at).date()).filter(role=Role.WORKER, unit_id=case.grid_id)
    return set(workers.values_list("user_id", flat=True)) or people_of(case.desk)
