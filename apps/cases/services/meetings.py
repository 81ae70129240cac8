"""Joint meetings: opening a week's list, putting a case on it, deciding, resolving, and what comes back by itself."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.cases.actions import Action
from apps.cases.choices import CASE_TOPIC, MEETING_TOPIC, ItemState, WhyTabled
from apps.cases.matters import forget_matters, item_of
from apps.cases.models import Case, CaseEvent, CaseParty, JointMeeting, MeetingItem
from apps.cases.selectors.meetings import (
    MOST_ITEMS,
    candidates_for,
    convened_unit,
    this_week,
    to_come_back,
)
from apps.cases.selectors.special import agencies_to_answer
from apps.core import clock
from apps.core.audit import append_event
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.locks import advisory_lock
from apps.core.outbox import enqueue
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds_at
from apps.organisation.attached import attached_leader

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.cases.services.acting import Step

Details = dict[str, Any]
RETURNS_TO_LEADER = 2  # the second time it comes back, it is brought to the attached leader


@dataclass(frozen=True)
class _Entry:
    """What is put on a list: a case, why, and the item of an earlier meeting that it comes back from."""

    case_id: int
    why: str
    before: MeetingItem | None = None


@transaction.atomic
def open_meeting(*, unit: Unit, week: date, at: datetime, actor: "User | None" = None) -> JointMeeting | None:
    """Open the list of a unit for the week that begins on the Monday ``week``, once: what an earlier meeting left
    unresolved comes back, hard cases follow up to ``MOST_ITEMS``, and the list before it is closed.

    ``None`` where there is nothing to put on it and nobody (``actor`` none) asked for it. Writes an event in the chain
    of each case and one message for the notices. Raises ``NotAllowed`` for those who do not convene the unit.
    """
    if actor is not None and not holds_at(actor, Permission.CASE_SUSPEND, unit.pk):
        raise NotAllowed
    advisory_lock(f"cases.meeting:{unit.pk}")
    kept = _present(unit, week)
    if kept is not None:
        return kept
    entries = _entries(unit, None, at=at)
    if not entries and actor is None:
        return None
    meeting = _begin(unit, week, actor, at)
    _fill(meeting, entries, at=at)
    enqueue(MEETING_TOPIC, {"meeting": meeting.pk, "fill": False}, at=at)
    return meeting


def _present(unit: Unit, week: date) -> JointMeeting | None:
    return JointMeeting.objects.filter(unit=unit, week__gte=week).order_by("week").first()


def _begin(unit: Unit, week: date, actor: "User | None", at: datetime) -> JointMeeting:
    """A new list; the one before it is closed. The caller holds the unit's lock."""
    JointMeeting.objects.filter(unit=unit, closed_at__isnull=True).update(closed_at=at)
    return JointMeeting.objects.create(unit=unit, week=week, opened_at=at, opened_by=actor)


@transaction.atomic
def fill_meeting(*, meeting_id: int, at: datetime) -> None:
    """Put onto a list that began with a case put on it by hand what it would have begun with by itself. Running again
    puts nothing on it twice."""
    meeting = JointMeeting.objects.select_related("unit").get(pk=meeting_id)
    advisory_lock(f"cases.meeting:{meeting.unit.pk}")
    _fill(meeting, _entries(meeting.unit, meeting, at=at), at=at)


def _entries(unit: Unit, meeting: JointMeeting | None, *, at: datetime) -> list[_Entry]:
    """What comes back and what is hard, for a list that may have begun already."""
    back = [item for item in to_come_back(unit, on=clock.local(at).date()) if item.meeting != meeting]
    found = candidates_for(unit, at=at, most=max(MOST_ITEMS - len(back), 0))
    return [
        *(_Entry(item.case_id, WhyTabled.BACK, item) for item in back),  # type: ignore[attr-defined]
        *(_Entry(one.case.pk, one.why) for one in found),
    ]


def _fill(meeting: JointMeeting, entries: list[_Entry], *, at: datetime) -> None:
    """Put the cases on the list. One that is being acted on at this moment is left out, for whoever acts may wait for
    this very list: what was to come back comes back a week later, and a hard case is offered on the page."""
    last = _last_number(meeting)
    ids = [entry.case_id for entry in entries]
    rows = Case.objects.select_for_update(of=("self",), skip_locked=True).filter(pk__in=ids, open=True).order_by("pk")
    cases = {case.pk: case for case in rows}
    for number, entry in enumerate((one for one in entries if one.case_id in cases), start=last + 1):
        case, before = cases[entry.case_id], entry.before
        if before is not None:
            before.state, before.ended_at = ItemState.BACK, at
            before.save(update_fields=["state", "ended_at"])
        elif case.tabled:
            continue
        returns = before.returns + 1 if before is not None else 0
        leader = attached_leader(case.place, on=clock.local(at).date()) if returns >= RETURNS_TO_LEADER else None
        MeetingItem.objects.create(
            meeting=meeting,
            case=case,
            number=number,
            why=entry.why,
            because=before.because if before is not None else "",
            added_at=at,
            returns=returns,
            leader=leader,
        )
        case.tabled, case.version = True, case.version + 1
        payload = {
            "unit": meeting.unit.name,
            "week": meeting.week,
            "why": entry.why,
            "returns": returns,
            "leader": leader.name if leader else "",
            "leader_id": leader.pk if leader else None,
        }
        append_event(
            CaseEvent,
            case,
            actor=None,
            action=Action.TABLE.value,
            payload=payload,
            at=at,
            save_head=False,
            from_state=case.state,
            to_state=case.state,
        )
        case.save(update_fields=["tabled", "version", "head_sequence", "head_hash"])
        message = {"case": case.pk, "action": Action.TABLE.value, "event": case.head_sequence, "actor": None}
        enqueue(CASE_TOPIC, message, at=at)


def open_due_meetings(*, at: datetime) -> int:
    """Open the lists that are due: from Friday on those of the coming week, before that those of the present one where
    they are missing. Answers how many were opened; running again opens none twice."""
    week = this_week(at)
    opened = 0
    for unit in Unit.objects.open().filter(kind__in=["district", "street"]).order_by("tree_id", "lft"):
        if JointMeeting.objects.filter(unit=unit, week__gte=week).exists():
            continue
        opened += open_meeting(unit=unit, week=week, at=at) is not None
    return opened


# Acts on a case


def table(step: "Step") -> Details:
    """Onto the present list of the actor's unit by hand, with a reason. Where the week has none it is opened, and
    filled when the message of it is heard: no other case is locked while this one is."""
    unit = convened_unit(step.case, step.actor)
    if unit is None:
        raise NotAllowed
    advisory_lock(f"cases.meeting:{unit.pk}")
    meeting = _present(unit, this_week(step.at))
    if meeting is None:
        meeting = _begin(unit, this_week(step.at), step.actor, step.at)
        enqueue(MEETING_TOPIC, {"meeting": meeting.pk, "fill": True}, at=step.at)
    if MeetingItem.objects.filter(meeting=meeting, case=step.case).exists():
        raise WrongState(_("这次会议的清单上已有此案。"), extra={"state": step.case.state})
    MeetingItem.objects.create(
        meeting=meeting,
        case=step.case,
        number=_last_number(meeting) + 1,
        why=WhyTabled.HAND,
        because=step.note,
        added_by=step.actor,
        added_at=step.at,
    )
    step.case.tabled = True
    forget_matters(step.case)
    return {"unit": unit.name, "week": meeting.week, "why": WhyTabled.HAND.value, "returns": 0}


def _last_number(meeting: JointMeeting) -> int:
    return int(MeetingItem.objects.filter(meeting=meeting).aggregate(last=Max("number"))["last"] or 0)


def _item(step: "Step") -> MeetingItem:
    item = item_of(step.case)
    if item is None:
        raise WrongState(extra={"state": step.case.state})
    return item


def record_decision(step: "Step") -> Details:
    """What the meeting decided on the case, who does it and by when; a second decision takes the place of the first."""
    item = _item(step)
    given: date | datetime = step.given["until"]
    due = clock.local(given).date() if isinstance(given, datetime) else given
    if due < clock.local(step.at).date():
        raise InvalidInput(fields={"until": [_("完成期限不能早于今天。")]})
    agency = agencies_to_answer(step.case).filter(code=str(step.given["agency"])).first()
    if agency is None:
        raise InvalidInput(fields={"agency": [_("请从名单中选择。")]})
    item.state, item.decision, item.agency, item.due_on = ItemState.DECIDED, step.note, agency, due
    item.decided_by, item.decided_at = step.actor, step.at
    item.save()
    CaseParty.objects.get_or_create(case=step.case, agency=agency, defaults={"since": step.at})
    forget_matters(step.case)
    return {"unit": item.meeting.unit.name, "agency": agency.name, "agency_id": agency.pk, "until": due}


def resolve_item(step: "Step") -> Details:
    """What the meeting wanted is done, or the matter is off its list: the item does not come back."""
    item = _item(step)
    item.result, item.ended_by = step.note, step.actor
    _end(step, item, ItemState.RESOLVED)
    return {"unit": item.meeting.unit.name, "agency_id": item.agency_id}  # type: ignore[attr-defined]


def _end(step: "Step", item: MeetingItem, state: str) -> None:
    item.state, item.ended_at = state, step.at
    item.save()
    step.case.tabled = False
    forget_matters(step.case)


def meeting_follows(step: "Step") -> None:
    """After any act: a finished case is off the list. The caller saves the case."""
    if step.case.tabled and not step.case.open:
        _end(step, _item(step), ItemState.ENDED)


@transaction.atomic
def record_minutes(
    *, actor: "User", meeting_id: int, held_on: date, chair: str, attended: str, summary: str, at: datetime
) -> JointMeeting:
    """Write or correct the minutes of a meeting. Raises ``NotVisible``, ``NotAllowed`` for those who do not convene it,
    ``InvalidInput`` naming ``chair`` or ``held_on``, which may not lie ahead."""
    meeting = JointMeeting.objects.select_for_update(of=("self",)).visible_to(actor).filter(pk=meeting_id).first()
    if meeting is None:
        raise NotVisible
    if not holds_at(actor, Permission.CASE_SUSPEND, meeting.unit_id):  # type: ignore[attr-defined]
        raise NotAllowed
    if held_on > clock.local(at).date():
        raise InvalidInput(fields={"held_on": [_("会议日期不能晚于今天。")]})
    if not chair.strip():
        raise InvalidInput(fields={"chair": [_("此项必填。")]})
    meeting.held_on, meeting.chair, meeting.attended = held_on, chair.strip(), attended.strip()
    meeting.summary, meeting.recorded_by, meeting.recorded_at = summary.strip(), actor, at
    meeting.save()
    return meeting
