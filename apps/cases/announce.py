"""What a case tells people and hears from its limits: notices of its events, and cards set by the ladder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_noop as _

from apps.cases.choices import CASE_TOPIC, LEG_SUBJECT, Card, LegRole, LegState
from apps.cases.models import Case, CaseEvent, Leg
from apps.cases.workflow import Action
from apps.core import clock, outbox
from apps.core.models import OutboxMessage
from apps.deadlines.announcements import StepTaken
from apps.deadlines.choices import StepKind
from apps.grid.permissions import Role
from apps.notices import kinds, texts
from apps.notices.choices import Group
from apps.notices.services import Draft, send
from apps.organisation.models import Agency
from apps.organisation.selectors import agency_people
from apps.organisation.services import grants_in_force

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Words:
    """Title and body of an event's notice, its name and group among the preferences, its look, its urgency."""

    title: str
    body: str
    label: str
    group: Group
    icon: str = "bell"
    tone: str = "plain"
    urgent: bool = False


LIMIT = _("时限 %(due)s。")
NOTE = _("%(note)s")
WORDS = {
    "report": Words(_("新案件待受理：%(subject)s"), LIMIT, _("新案件待受理"), Group.DISPATCHED, "inbox"),
    "dispatch": Words(_("派给本单位：%(subject)s"), LIMIT, _("案件派给本单位"), Group.DISPATCHED, "send"),
    "return": Words(_("被退回：%(subject)s"), NOTE, _("派出的案件被退回"), Group.DISPATCHED, "arrow-back-up"),
    "escalate": Words(_("下级上报：%(subject)s"), NOTE, _("下级上报案件"), Group.DISPATCHED, "arrow-up"),
    "handled": Words(_("请现场核查：%(subject)s"), LIMIT, _("案件待现场核查"), Group.VERIFICATION, "map-pin"),
    "verified": Words(_("核查通过，待结案：%(subject)s"), LIMIT, _("核查通过待结案"), Group.VERIFICATION, "check"),
    "rework": Words(_("返工：%(subject)s"), NOTE, _("案件返工"), Group.DISPATCHED, "refresh", urgent=True),
    "supervise": Words(
        _("督办：%(subject)s"), NOTE, _("上级督办"), Group.LIMITS, "eye-exclamation", "hold", urgent=True
    ),
    "reopen": Words(_("案件重开：%(subject)s"), NOTE, _("案件重开"), Group.DISPATCHED, "folder-open"),
    "close": Words(_("已结案：%(subject)s"), NOTE, _("我上报的案件已结案"), Group.OUTCOMES, "circle-check", "ok"),
    "refuse": Words(_("不予受理：%(subject)s"), NOTE, _("我上报的案件不予受理"), Group.OUTCOMES, "circle-x"),
    "merge": Words(_("已并入另一案件：%(subject)s"), NOTE, _("我上报的案件被并案"), Group.OUTCOMES, "git-merge"),
}


def register_kinds() -> None:
    """Let inbox and preferences know the kinds of notices that cases send."""
    for kind, words in WORDS.items():
        kinds.register(f"case.{kind}", icon=words.icon, tone=words.tone, label=words.label, group=words.group)


@outbox.consumer(CASE_TOPIC)
def notify_of_events(messages: Sequence[OutboxMessage]) -> None:
    """One notice per event for those who have to act on it, or to the reporter where it is over. May run twice."""
    numbers = {(message.payload["case"], message.payload["event"]) for message in messages}
    cases = Case.objects.select_related("desk__unit", "holder__unit").in_bulk({case for case, _event in numbers})
    events = {
        (event.case_id, event.sequence): event
        for event in CaseEvent.objects.filter(case__in=cases).select_related("leg__agency__unit")
        if (event.case_id, event.sequence) in numbers
    }
    drafts: list[Draft] = []
    for message in messages:
        case, event = cases[message.payload["case"]], events[message.payload["case"], message.payload["event"]]
        drafts += _drafts(case, event)
    send(drafts, at=clock.now())


def _drafts(case: Case, event: CaseEvent) -> list[Draft]:
    payload = event.payload or {}
    kind, recipients = _who(case, event)
    recipients = set(recipients) - {event.actor_id}
    if not recipients or kind not in WORDS:
        return []
    words = WORDS[kind]
    params: dict[str, texts.Parameter] = {"subject": f"{case.number} {case.title}"}
    body = words.body
    if body == LIMIT:
        body = LIMIT if case.due_at else ""
    elif not payload.get("note"):
        body = ""
    if body == LIMIT and case.due_at:
        params["due"] = texts.moment(case.due_at)
    if body == NOTE:
        params["note"] = payload["note"]
    return [
        Draft(
            recipients=frozenset(recipients),
            kind=f"case.{kind}",
            title=words.title,
            body=body,
            params=params,
            url=f"/cases/{case.number}/",
            urgent=words.urgent,
            dedupe_key=f"case-event:{case.pk}:{event.sequence}",
        )
    ]


def _who(case: Case, event: CaseEvent) -> tuple[str, Iterable[int]]:
    """The kind of notice an event causes, and the ids of those it is for."""
    payload, action = event.payload or {}, event.action
    if action in {"report", Action.ESCALATE, Action.REOPEN}:
        return action, _people(case.desk)
    if action == Action.DISPATCH:
        return action, _offered(case)
    if action == Action.RETURN:
        return action, _people(case.desk) if payload.get("role") == LegRole.LEAD else ()
    if action in {Action.FEEDBACK, Action.SETTLE} and event.to_state == "handled":
        return "handled", _verifiers(case, event.at) if event.from_state != event.to_state else ()
    if action == Action.VERIFY and payload.get("passed"):
        return "verified", _people(case.desk)
    if action in {Action.VERIFY, Action.REWORK}:
        return "rework", _people(case.holder) if case.holder else ()
    if action == Action.SUPERVISE:
        return action, _people(case.holder) if case.holder else ()
    if action in {Action.CLOSE, Action.REFUSE, Action.MERGE}:
        return action, [case.reporter_id] if case.reporter_id else ()
    return "", ()


def _people(agency: Agency) -> set[int]:
    return set(agency_people(agency).order_by().values_list("pk", flat=True))


def _offered(case: Case) -> set[int]:
    """Everybody at the agencies to whom the case is on offer."""
    people: set[int] = set()
    for leg in Leg.objects.filter(case=case, state=LegState.OFFERED).select_related("agency__unit"):
        people |= _people(leg.agency)
    return people


def _verifiers(case: Case, at: "datetime") -> set[int]:
    """The grid's workers of the day; where the place has no grid, the desk."""
    if case.grid_id is None:
        return _people(case.desk)
    workers = grants_in_force(clock.local(at).date()).filter(role=Role.WORKER, unit_id=case.grid_id)
    return set(workers.values_list("user_id", flat=True)) or _people(case.desk)


@transaction.atomic
def follow_limits(steps: Sequence[StepTaken]) -> None:
    """Show the cards of the limits on their cases; an escalated limit puts its case under the head's supervision.

    Each change holds only while the limit is still the case's own, so a step told late or twice changes nothing.
    """
    mine = [step for step in steps if step.subject_kind == LEG_SUBJECT and not step.ended]
    legs = Leg.objects.in_bulk([step.subject_id for step in mine])
    for step in mine:
        leg = legs.get(step.subject_id)
        if leg is None or leg.role != LegRole.LEAD:
            continue
        present = Case.objects.filter(pk=leg.case_id, open=True, holder_id=leg.agency_id, due_at=step.due_at)
        if step.card == Card.RED:
            present.update(card=Card.RED)
        elif step.card == Card.YELLOW:
            present.exclude(card=Card.RED).update(card=Card.YELLOW)
        if StepKind.ESCALATE in step.kinds and step.head_id is not None:
            present.update(supervised=True, supervisor=step.head_id)
