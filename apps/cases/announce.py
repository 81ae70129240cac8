"""What a case tells people and hears from its limits: notices of its events, and cards set by the ladder."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from apps.cases.actions import Action
from apps.cases.choices import (
    CASE_TOPIC,
    LEG_SUBJECT,
    ORDER_SUBJECT,
    WHOLE_SUBJECT,
    Card,
    LegRole,
    LegState,
)
from apps.cases.following import FOLLOWED, STEPS
from apps.cases.hard_announce import CONTROL, HARD_ANSWERS, HARD_WORDS
from apps.cases.models import Case, CaseEvent, DualReport, Leg, Summons, Supervision, Whistle
from apps.cases.notice_words import NOTE, Payload, Words, people_of
from apps.cases.reviews import REVIEW, REVIEW_TITLE
from apps.cases.services.screenings import MISSING
from apps.cases.services.spot import DRAWN, DRAWN_TITLE
from apps.cases.webhooks.claims import PAUSED_KIND
from apps.cases.webhooks.fanout import spread
from apps.core import clock, outbox
from apps.core.models import OutboxMessage
from apps.deadlines.announcements import LimitMoved, StepTaken
from apps.deadlines.choices import StepKind
from apps.grid.permissions import Role
from apps.notices import kinds, texts
from apps.notices.choices import Group
from apps.notices.services import Draft, send
from apps.organisation.models import Agency, AgencyKind
from apps.organisation.selectors import leaders_of, supervising_centre
from apps.organisation.services import grants_in_force

if TYPE_CHECKING:
    from datetime import datetime


LIMIT = _("时限 %(due)s。")
ITEMS = _("所缺：%(items)s")
WORDS = {
    **HARD_WORDS,
    "report": Words(_("新案件待受理：%(subject)s"), LIMIT, _("新案件待受理"), Group.DISPATCHED, "inbox"),
    "direct": Words(
        _("直报，请立即受理：%(subject)s"), LIMIT, _("直报案件"), Group.DISPATCHED, "broadcast", urgent=True
    ),
    "direct_told": Words(
        _("已直报区中心：%(subject)s"), NOTE, _("辖区内案件直报区中心"), Group.DISPATCHED, "broadcast", urgent=True
    ),
    "dual": Words(_("双报，请签收：%(subject)s"), NOTE, _("双报案件"), Group.DISPATCHED, "mail-forward"),
    "acknowledge": Words(_("部门已签收双报：%(subject)s"), NOTE, _("双报已签收"), Group.DISPATCHED, "mail-check"),
    "ask_missing": Words(
        _("请补正所缺：%(subject)s"), ITEMS, _("我上报的案件待补正"), Group.OUTCOMES, "list-check", "near"
    ),
    "supply": Words(_("已补正，继续办理：%(subject)s"), NOTE, _("案件已补正"), Group.DISPATCHED, "checkup-list"),
    "transfer": Words(_("首问移交给您：%(subject)s"), NOTE, _("首问移交"), Group.DISPATCHED, "arrows-exchange"),
    "followed": Words(FOLLOWED, NOTE, _("我首问的案件有进展"), Group.OUTCOMES, "route"),
    "whistle": Words(
        _("吹哨，请到场：%(subject)s"), NOTE, _("吹哨召集到场"), Group.DISPATCHED, "speakerphone", "near", urgent=True
    ),
    "arrive": Words(_("部门已到场：%(subject)s"), NOTE, _("被召部门已到场"), Group.DISPATCHED, "map-pin-check"),
    "report_result": Words(_("部门报告到场结果：%(subject)s"), NOTE, _("被召部门报告结果"), Group.DISPATCHED, "report"),
    "rate_summoned": Words(_("到场情况已评价：%(subject)s"), NOTE, _("到场情况被评价"), Group.DISPATCHED, "stars"),
    "presence": Words(_("报告在场情况：%(subject)s"), NOTE, _("直报人在场情况"), Group.DISPATCHED, "map-pin-check"),
    "dispatch": Words(_("派给本单位：%(subject)s"), LIMIT, _("案件派给本单位"), Group.DISPATCHED, "send"),
    "hand_over": Words(_("移交执法：%(subject)s"), LIMIT, _("案件移交执法"), Group.DISPATCHED, "shield"),
    "decide_penalty": Words(_("执法已决定：%(subject)s"), "", _("执法决定"), Group.OUTCOMES, "gavel"),
    "conclude_mediation": Words(
        _("调解有结果：%(subject)s"), NOTE, _("纠纷调解结果"), Group.OUTCOMES, "heart-handshake"
    ),
    "return": Words(_("被退回：%(subject)s"), NOTE, _("派出的案件被退回"), Group.DISPATCHED, "arrow-back-up"),
    "escalate": Words(_("下级上报：%(subject)s"), NOTE, _("下级上报案件"), Group.DISPATCHED, "arrow-up"),
    "handled": Words(_("请现场核查：%(subject)s"), LIMIT, _("案件待现场核查"), Group.VERIFICATION, "map-pin"),
    "verified": Words(_("核查通过，待结案：%(subject)s"), LIMIT, _("核查通过待结案"), Group.VERIFICATION, "check"),
    "rework": Words(_("返工：%(subject)s"), NOTE, _("案件返工"), Group.DISPATCHED, "refresh", urgent=True),
    "supervise": Words(
        _("督办：%(subject)s"), NOTE, _("上级督办"), Group.LIMITS, "eye-exclamation", "hold", urgent=True
    ),
    "reply": Words(_("督办已答复：%(subject)s"), NOTE, _("督办已答复"), Group.LIMITS, "message-reply"),
    "withdraw": Words(_("督办已撤回：%(subject)s"), NOTE, _("督办已撤回"), Group.LIMITS, "flag-off"),
    "ask_extension": Words(
        _("申请延期，请批复：%(subject)s"), NOTE, _("延期申请待批"), Group.LIMITS, "calendar-question"
    ),
    "extension_approved": Words(_("延期已批准：%(subject)s"), LIMIT, _("延期已批准"), Group.LIMITS, "calendar-check"),
    "extension_refused": Words(_("延期未获批准：%(subject)s"), NOTE, _("延期未获批准"), Group.LIMITS, "calendar-x"),
    "suspend": Words(_("已挂起：%(subject)s"), NOTE, _("案件已挂起"), Group.LIMITS, "player-pause", "hold"),
    "ask_suspension": Words(_("申请挂起，请批复：%(subject)s"), NOTE, _("挂起申请待批"), Group.LIMITS, "hourglass"),
    "suspension_approved": Words(
        _("挂起已批准：%(subject)s"), NOTE, _("挂起已批准"), Group.LIMITS, "player-pause", "hold"
    ),
    "suspension_refused": Words(_("挂起未获批准：%(subject)s"), NOTE, _("挂起未获批准"), Group.LIMITS, "player-play"),
    "resume": Words(_("恢复办理：%(subject)s"), LIMIT, _("案件恢复办理"), Group.LIMITS, "player-play"),
    "review": Words(REVIEW_TITLE, REVIEW, _("挂起到期待复核"), Group.LIMITS, "player-pause", "near"),
    "appeal": Words(_("红黄牌申诉，请裁定：%(subject)s"), NOTE, _("红黄牌申诉待裁定"), Group.LIMITS, "scale"),
    "appeal_upheld": Words(_("申诉成立，已撤牌：%(subject)s"), NOTE, _("红黄牌已撤销"), Group.LIMITS, "gavel", "ok"),
    "appeal_rejected": Words(
        _("申诉不成立，维持该牌：%(subject)s"), NOTE, _("红黄牌申诉不成立"), Group.LIMITS, "gavel"
    ),
    "spot_draw": Words(DRAWN_TITLE, DRAWN, _("抽查名单"), Group.VERIFICATION, "dice-3"),
    "spot_failed": Words(
        _("抽查未通过，已重开：%(subject)s"), NOTE, _("抽查未通过"), Group.VERIFICATION, "zoom-cancel", urgent=True
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
    found = [_draft(case, event, *_who(case, event))]
    if event.action == "report" and case.direct:
        found.append(_draft(case, event, "direct_told", _passed_over(case)))
    if event.action == "report" and case.dual:
        found.append(_draft(case, event, "dual", _told(case, event.at)))
    if case.first_asked_id and event.action in STEPS:  # type: ignore[attr-defined]
        found.append(_draft(case, event, "followed", [case.first_asked_id]))  # type: ignore[attr-defined]
    return [draft for draft in found if draft is not None]


def _draft(case: Case, event: CaseEvent, kind: str, recipients: Iterable[int]) -> Draft | None:
    """The notice of an event for those who are to hear of it; none where that is nobody but the actor."""
    payload = event.payload or {}
    recipients = set(recipients) - {event.actor_id}
    if not recipients or kind not in WORDS:
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
        params["step"] = texts.text(STEPS[event.action])
    if body == CONTROL:
        params["until"] = texts.day(date.fromisoformat(payload["until"]))
    return Draft(
        recipients=frozenset(recipients),
        kind=f"case.{kind}",
        title=words.title,
        body=body,
        params=params,
        url=f"/cases/{case.number}/",
        urgent=words.urgent,
        dedupe_key=f"case-event:{case.pk}:{event.sequence}",
    )


def _who(case: Case, event: CaseEvent) -> tuple[str, Iterable[int]]:
    """The kind of notice an event causes, and the ids of those it is for."""
    payload, action = event.payload or {}, event.action
    if action == "report" and case.direct:
        return "direct", people_of(case.desk)
    if action in {"report", Action.ESCALATE, Action.REOPEN}:
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


def _passed_over(case: Case) -> set[int]:
    """The people at the street's and the community's desk, which a direct report leaves out but not uninformed."""
    units = [pk for pk in (case.street_id, case.community_id) if pk]  # type: ignore[attr-defined]
    desks = Agency.objects.filter(kind=AgencyKind.CENTRE, unit_id__in=units).select_related("unit")
    return {person for desk in desks for person in people_of(desk)}


def _told(case: Case, at: "datetime") -> set[int]:
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


ANSWERS: dict[str, Callable[[Case, Payload], tuple[str, Iterable[int]]]] = {
    **HARD_ANSWERS,
    Action.REPLY: _replied,
    Action.ASK_EXTENSION: _asked,
    Action.DECIDE_EXTENSION: _extended,
    Action.ASK_SUSPENSION: _pause_asked,
    Action.DECIDE_SUSPENSION: _pause_decided,
    Action.APPEAL: _appealed,
    Action.DECIDE_APPEAL: _ruled,
    Action.SPOT_CHECK: _spot_checked,
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


def _verifiers(case: Case, at: "datetime") -> set[int]:
    """The grid's workers of the day; where the place has no grid, the desk."""
    if case.grid_id is None:
        return people_of(case.desk)
    workers = grants_in_force(clock.local(at).date()).filter(role=Role.WORKER, unit_id=case.grid_id)
    return set(workers.values_list("user_id", flat=True)) or people_of(case.desk)


@transaction.atomic
def follow_limits(steps: Sequence[StepTaken]) -> None:
    """Show the cards of the limits on their cases; an escalated limit puts its case under supervision from above.

    A case shows the card of its present leg alone: the whole case's and an order's stand on the page of cards. Who
    supervises changes, and never to a lower level; who handles does not. Each change holds only while the limit is
    still the case's own, so a step told late or twice changes nothing.
    """
    owners = _owners(steps)
    cases = {owner.case_id for step in steps if (owner := owners.get(_subject(step))) and CARDS & set(step.kinds)}
    Case.objects.filter(pk__in=cases, carded=False).update(carded=True)
    supervisors = _Supervisors()
    for step in steps:
        owner = owners.get(_subject(step))
        if owner is None or step.ended:
            continue
        present = Case.objects.filter(owner.present, pk=owner.case_id, open=True)
        if owner.shows_card and step.card == Card.RED:
            present.update(card=Card.RED)
        elif owner.shows_card and step.card == Card.YELLOW:
            present.exclude(card=Card.RED).update(card=Card.YELLOW)
        if owner.supervises and StepKind.ESCALATE in step.kinds:
            supervisor, level = supervisors.above(step.holder_id, step.head_id)
            lower = Q(supervised=False) | Q(supervisor__unit__level__gte=level)
            present.filter(lower if supervisor else Q()).update(supervised=True, supervisor=supervisor)


CARDS = {StepKind.YELLOW, StepKind.RED}


@dataclass(frozen=True, slots=True)
class _Owner:
    """The case a limit belongs to, and the condition under which the limit is still the case's own."""

    case_id: int
    present: Q
    shows_card: bool
    supervises: bool


def _subject(step: StepTaken) -> tuple[str, int]:
    return step.subject_kind, step.subject_id


def _owners(steps: Sequence[StepTaken]) -> dict[tuple[str, int], _Owner]:
    ids: dict[str, set[int]] = {}
    for step in steps:
        ids.setdefault(step.subject_kind, set()).add(step.subject_id)
    ends = {_subject(step): step.due_at for step in steps}
    owners: dict[tuple[str, int], _Owner] = {}
    for leg in Leg.objects.filter(pk__in=ids.get(LEG_SUBJECT, ())):
        key = (LEG_SUBJECT, leg.pk)
        lead = leg.role == LegRole.LEAD
        owners[key] = _Owner(leg.case_id, Q(holder_id=leg.agency_id, due_at=ends[key]), lead, lead)
    for pk in ids.get(WHOLE_SUBJECT, ()):
        owners[WHOLE_SUBJECT, pk] = _Owner(pk, Q(), shows_card=False, supervises=True)
    for order in Supervision.objects.filter(pk__in=ids.get(ORDER_SUBJECT, ())):
        owners[ORDER_SUBJECT, order.pk] = _Owner(order.case_id, Q(), shows_card=False, supervises=False)
    return owners


class _Supervisors:
    """The centre above a holder and how deep it lies, asked once per holder and batch; ``None``: the leaders of the
    district."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int | None], tuple[int | None, int]] = {}

    def above(self, holder_id: int, head_id: int | None) -> tuple[int | None, int]:
        key = (holder_id, head_id)
        if key not in self._known:
            found = Agency.objects.select_related("unit").in_bulk([pk for pk in key if pk is not None])
            centre = supervising_centre(found[holder_id], found.get(head_id or 0))
            self._known[key] = (centre.pk, centre.unit.level) if centre else (None, 0)
        return self._known[key]


FOLLOW = """
WITH moved AS (
    SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS moved(leg, old, due)
), legs AS (
    UPDATE cases_leg AS leg
       SET due_at = moved.due,
           in_time = CASE WHEN leg.in_time IS NULL THEN NULL ELSE leg.ended_at <= moved.due END
      FROM moved
     WHERE leg.id = moved.leg AND leg.due_at = moved.old
)
UPDATE cases_case AS held
   SET due_at = CASE WHEN held.due_at = moved.old THEN moved.due ELSE held.due_at END,
       handling_due_at = CASE WHEN leg.stage = 'handling' AND held.handling_due_at = moved.old THEN moved.due
                              ELSE held.handling_due_at END,
       handled_in_time = CASE WHEN leg.stage = 'handling' AND held.handled_in_time IS NOT NULL
                                   AND held.handling_due_at = moved.old AND held.handled_at = leg.ended_at
                              THEN held.handled_at <= moved.due ELSE held.handled_in_time END
  FROM moved JOIN cases_leg AS leg ON leg.id = moved.leg
 WHERE held.id = leg.case_id AND leg.role = 'lead'
   AND (held.due_at = moved.old OR (leg.stage = 'handling' AND held.handling_due_at = moved.old))
"""


@transaction.atomic
def follow_moved_limits(moved: Sequence[LimitMoved]) -> None:
    """Let legs, their cases and orders show the new ends of their limits, where they still show the old one.

    What ended meanwhile is in time or late by the new end.

    The cases are locked first, as by whoever acts on them, in the order of their ids.
    """
    for order in (limit for limit in moved if limit.subject_kind == ORDER_SUBJECT):
        Supervision.objects.filter(pk=order.subject_id, due_at=order.old_due).update(due_at=order.due_at)
    mine = [limit for limit in moved if limit.subject_kind == LEG_SUBJECT]
    if not mine:
        return
    legs = [limit.subject_id for limit in mine]
    list(Case.objects.filter(legs__in=legs).order_by("pk").select_for_update(of=("self",)).values_list("pk"))
    with connection.cursor() as cursor:
        cursor.execute(FOLLOW, [legs, [limit.old_due for limit in mine], [limit.due_at for limit in mine]])
