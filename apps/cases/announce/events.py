"""The notices of a case's events, and the messages for other systems that want to hear of them."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.utils.translation import gettext_noop as _

from apps.cases.actions import Action
from apps.cases.announce import recipients
from apps.cases.announce.hard import CONTROL
from apps.cases.announce.words import ITEMS, LIMIT, WORDS
from apps.cases.choices import CASE_TOPIC
from apps.cases.following import STEPS
from apps.cases.models import Case, CaseEvent
from apps.cases.notice_words import NOTE
from apps.cases.services.screenings import MISSING
from apps.cases.webhooks.claims import PAUSED_KIND
from apps.cases.webhooks.fanout import spread
from apps.core import clock, outbox
from apps.core.models import OutboxMessage
from apps.notices import kinds, texts
from apps.notices.choices import Group
from apps.notices.services import Draft, send


def register_kinds() -> None:
    """Let inbox and preferences know the kinds of notices that cases send."""
    for kind, words in WORDS.items():
        kinds.register(f"case.{kind}", icon=words.icon, tone=words.tone, label=words.label, group=words.group)
    kinds.register(MISSING, icon="report-search", tone="near", label=_("纠纷排查未报"), group=Group.LIMITS)
    kinds.register(PAUSED_KIND, icon="plug-off", tone="late", label=_("事件推送暂停"))


@outbox.consumer(CASE_TOPIC)
def notify_of_events(messages: Sequence[OutboxMessage]) -> None:
    """One notice per event for those who have to act on it, or to the reporter where it is over, and a message for
    each other system that wants to hear of it. May run twice.
    """
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
    at = clock.now()
    send(drafts, at=at)
    spread(numbers, at=at)


def _drafts(case: Case, event: CaseEvent) -> list[Draft]:
    found = [_draft(case, event, *recipients.of_event(case, event))]
    if event.action == "report" and case.direct:
        found.append(_draft(case, event, "direct_told", recipients.passed_over(case)))
    if event.action == "report" and case.dual:
        found.append(_draft(case, event, "dual", recipients.told(case, event.at)))
    if case.first_asked_id and _step(event):  # type: ignore[attr-defined]
        found.append(_draft(case, event, "followed", [case.first_asked_id]))  # type: ignore[attr-defined]
    return [draft for draft in found if draft is not None]


def _step(event: CaseEvent) -> str:
    """What whoever was asked first is told of an event; a result rejected on the phone is a case opened again."""
    rejected = event.action == Action.FOLLOW_UP and (event.payload or {}).get("rejected")
    return STEPS.get(Action.REOPEN if rejected else event.action, "")


def _draft(case: Case, event: CaseEvent, kind: str, people: Iterable[int]) -> Draft | None:
    """The notice of an event for those who are to hear of it; none where that is nobody but the actor."""
    payload = event.payload or {}
    people = set(people) - {event.actor_id}
    if not people or kind not in WORDS:
        return None
    words = WORDS[kind]
    params: dict[str, texts.Parameter] = {"subject": f"{case.number} {case.title}"}
    body = words.body
    if body == LIMIT:
        body = LIMIT if case.due_at else ""
    elif body == NOTE and not payload.get("note"):
        body = ""
    if body == LIMIT and case.due_at:
        params["due"] = texts.moment(case.due_at)
    if body == NOTE:
        params["note"] = payload["note"]
    if body == ITEMS:
        params["items"] = "、".join(payload["items"])
    if kind == "followed":
        params["step"] = texts.text(_step(event))
    if body == CONTROL:
        params["until"] = texts.day(date.fromisoformat(payload["until"]))
    return Draft(
        recipients=frozenset(people),
        kind=f"case.{kind}",
        title=words.title,
        body=body,
        params=params,
        url=f"/cases/{case.number}/",
        urgent=words.urgent,
        dedupe_key=f"case-event:{case.pk}:{event.sequence}",
    )
