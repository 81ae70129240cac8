"""A case's events and the steps of its limits as one line of time."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from apps.cases.actions import Action
from apps.cases.choices import LegRole
from apps.cases.models import CaseEvent, Leg
from apps.cases.selectors.timeline.beside import BESIDE_WORDS
from apps.cases.selectors.timeline.course import COURSE_WORDS
from apps.cases.selectors.timeline.hard import HARD_WORDS
from apps.cases.selectors.timeline.parts import Entry, Table
from apps.cases.selectors.timeline.samples import SAMPLE_WORDS
from apps.cases.workflow import LEG_ACTIONS
from apps.deadlines.choices import AppealState, Stage, StepKind
from apps.deadlines.models import LadderStep

WORDS: Table = {**COURSE_WORDS, **HARD_WORDS, **BESIDE_WORDS, **SAMPLE_WORDS}


def _desk_then(event: CaseEvent, legs: Sequence[Leg]) -> str:
    """The desk that answered for the case when the event happened: whoever opened the lead leg that ended with it."""
    for leg in legs:
        if leg.role == LegRole.LEAD and leg.opened_at < event.at and (leg.ended_at is None or leg.ended_at >= event.at):
            return leg.desk.name
    return ""


def _on_behalf(event: CaseEvent, legs: Sequence[Leg]) -> str:
    """For whom the actor acted: as the event says, or as follows from its leg or from the desk of that moment."""
    said = (event.payload or {}).get("for", "")
    if said:
        return str(said)
    if event.action == Action.SUPERVISE:
        return str((event.payload or {}).get("agency", ""))
    if event.action in set(LEG_ACTIONS):
        return event.leg.agency.name if event.leg else ""
    return _desk_then(event, legs) if event.action in DESK_WORDS else ""


DESK_WORDS = frozenset({"register", "refuse", "dispatch", "escalate", "rework", "close", "suspend", "resume", "merge"})


def _event_entry(event: CaseEvent, at: datetime, legs: Sequence[Leg]) -> Entry:
    payload = event.payload or {}
    say, icon, tone = WORDS.get(event.action, (lambda p, at: event.action, "point", ""))
    fell_through = payload.get("passed") is False or payload.get("satisfied") is False
    if event.action in {"verify", "spot_check", "follow_up"} and fell_through:
        tone = "late"
    if event.action == Action.REVIEW_SAMPLE:
        tone = "ok" if payload.get("qualified") else "late"
    behalf = _on_behalf(event, legs)
    actor = event.actor.name if event.actor else _("系统")
    return Entry(event.at, actor, behalf, say(payload, at), payload.get("note", ""), icon, tone)


def _step_text(step: LadderStep, at: datetime) -> str:
    values = {"holder": step.holder.name, "stage": Stage(step.limit.stage).label}
    words = {
        StepKind.REMIND: _("提醒 %(holder)s：时限将到"),
        StepKind.YELLOW: _("黄牌：%(holder)s 临近时限"),
        StepKind.RED: _("红牌：%(holder)s 超过时限"),
        StepKind.ESCALATE: _("超时升级，由上级督办 %(holder)s"),
        StepKind.MEETING: _("列入区周例会清单：%(holder)s"),
        StepKind.COMMITTEE: _("超期未结，提交党委研究：%(holder)s"),
    }
    if step.limit.stage in {Stage.WHOLE, Stage.SUPERVISION}:
        words |= {
            StepKind.REMIND: _("提醒 %(holder)s：%(stage)s时限已用四分之三"),
            StepKind.YELLOW: _("黄牌：%(holder)s 临近%(stage)s时限"),
            StepKind.RED: _("红牌：%(holder)s 超过%(stage)s时限"),
            StepKind.ESCALATE: _("%(stage)s超时升级，由上级督办 %(holder)s"),
            StepKind.MEETING: _("%(stage)s超时，列入区周例会清单：%(holder)s"),
        }
    text = words[StepKind(step.kind)] % values
    appeal = getattr(step, "appeal", None)
    if appeal is not None and appeal.state == AppealState.UPHELD:
        return _("%(step)s（已撤销）") % {"step": text}
    return text


STEP_LOOKS = {
    StepKind.REMIND: ("bell", ""),
    StepKind.YELLOW: ("clock", "near"),
    StepKind.RED: ("clock-exclamation", "late"),
    StepKind.ESCALATE: ("arrow-up", "late"),
    StepKind.MEETING: ("list-check", "late"),
    StepKind.COMMITTEE: ("gavel", "late"),
}


def _step_entry(step: LadderStep, at: datetime) -> Entry:
    icon, tone = STEP_LOOKS[StepKind(step.kind)]
    appeal = getattr(step, "appeal", None)
    if appeal is not None and appeal.state == AppealState.UPHELD:
        tone = ""
    return Entry(step.done_at, _("系统"), "", _step_text(step, at), icon=icon, tone=tone)


def timeline_of(
    events: Sequence[CaseEvent], steps: Sequence[LadderStep], *, at: datetime, legs: Sequence[Leg] = ()
) -> list[Entry]:
    """Events and ladder steps as one, oldest first; events before steps of the same moment."""
    lines = [(event.at, 0, event.sequence, _event_entry(event, at, legs)) for event in events]
    lines += [(step.done_at, 1, step.step, _step_entry(step, at)) for step in steps]
    return [entry for *_key, entry in sorted(lines, key=lambda line: line[:3])]
