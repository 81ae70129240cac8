"""What happened to a case, in words: its events and the steps of its limits as one line of time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.cases.actions import Action
from apps.cases.choices import HazardLevel, LegRole, OrderOffice, Penalty, WayOn, WhyTabled
from apps.cases.models import CaseEvent, Leg
from apps.cases.workflow import LEG_ACTIONS
from apps.core.presentation import when_text
from apps.deadlines.choices import AppealState, Card, Complexity, Stage, StepKind
from apps.deadlines.models import LadderStep


@dataclass(frozen=True)
class Entry:
    """One line: when, who (a person, and for whom), what, and the person's own words as ``note``."""

    at: datetime
    actor: str
    on_behalf: str
    text: str
    note: str = ""
    icon: str = ""
    tone: str = ""


Payload = Mapping[str, Any]
Say = Callable[[Payload, datetime], str]


def _when(value: Any, at: datetime) -> str:
    """A moment or date of a payload, as the reader writes it."""
    if not value:
        return ""
    text = str(value)
    return when_text(date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text), at)


def _report(payload: Payload, at: datetime) -> str:
    return _reported(payload) + _told(payload)


def _told(payload: Payload) -> str:
    """Who was told beside the desk."""
    if not payload.get("dual"):
        return ""
    values = {"agency": payload["dual"], "liaison": payload.get("liaison", "")}
    if values["liaison"]:
        return _("，双报%(agency)s（联络员%(liaison)s）") % values
    return _("，双报%(agency)s") % values


def _reported(payload: Payload) -> str:
    if payload.get("direct"):
        return _("直报%(desk)s，留在现场") % {"desk": payload["desk"]}
    return _("上报，由%(desk)s受理") % {"desk": payload["desk"]} if payload.get("desk") else _("上报")


def _register(payload: Payload, at: datetime) -> str:
    due = _when(payload.get("due"), at)
    return (_("受理登记，限 %(due)s 前") % {"due": due} if due else _("受理登记")) + _weighed(payload)


def _weighed(payload: Payload) -> str:
    """How complex the desk found the matter, where it said something new."""
    found = payload.get("complexity")
    return _("，定为%(complexity)s") % {"complexity": Complexity(found).label} if found else ""


def _settle(payload: Payload, at: datetime) -> str:
    return _("当场处置完毕") if payload.get("on_the_spot") else _("自行处置完毕，待核查")


def _dispatch(payload: Payload, at: datetime) -> str:
    values = {"agency": payload.get("agency", ""), "due": _when(payload.get("due"), at)}
    helpers = payload.get("assisting") or []
    if helpers:
        values["helpers"] = _("、").join(helpers)
        return _("派遣 %(agency)s，%(helpers)s 协办，限 %(due)s 前") % values + _weighed(payload) + _unclear(payload)
    return _("派遣 %(agency)s，限 %(due)s 前") % values + _weighed(payload) + _unclear(payload)


def _unclear(payload: Payload) -> str:
    return _("，职责不明，请区中心裁定") if payload.get("unclear") else ""


def _accept(payload: Payload, at: datetime) -> str:
    return _("接收，协办") if payload.get("role") == "assist" else _("接收")


def _return(payload: Payload, at: datetime) -> str:
    return _("退回协办") if payload.get("role") == "assist" else _("退回")


def _feedback(payload: Payload, at: datetime) -> str:
    if payload.get("role") == "assist":
        return _("反馈协办结果")
    if payload.get("in_time") is False:
        return _("反馈处置结果，超时")
    return _("反馈处置结果")


def _verify(payload: Payload, at: datetime) -> str:
    if payload.get("passed", True):
        return _("现场核查通过")
    return _("现场核查未通过，返工交 %(agency)s") % {"agency": payload.get("agency", "")}


def _rework(payload: Payload, at: datetime) -> str:
    return _("返工，交 %(agency)s") % {"agency": payload.get("agency", "")}


def _escalate(payload: Payload, at: datetime) -> str:
    return _("上报 %(agency)s") % {"agency": payload.get("agency", "")}


def _suspend(payload: Payload, at: datetime) -> str:
    return _("挂起，%(until)s 复核") % {"until": _when(payload.get("until"), at)} + _promised(payload, at)


def _promised(payload: Payload, at: datetime) -> str:
    promised = _when(payload.get("promised"), at)
    return _("，承诺 %(day)s 前办结") % {"day": promised} if promised else ""


def _ask_suspension(payload: Payload, at: datetime) -> str:
    values = {"agency": payload.get("agency", ""), "until": _when(payload.get("until"), at)}
    return _("向%(agency)s申请挂起，%(until)s 复核") % values + _promised(payload, at)


def _decide_suspension(payload: Payload, at: datetime) -> str:
    values = {"agency": payload.get("agency", ""), "until": _when(payload.get("until"), at)}
    if payload.get("approved"):
        return _("批准%(agency)s的挂起申请，%(until)s 复核") % values + _promised(payload, at)
    return _("不批准%(agency)s的挂起申请") % values


def _list_special(payload: Payload, at: datetime) -> str:
    who = " ".join(name for name in (payload.get("agency"), payload.get("leader")) if name)
    return _("列入专案清单，由%(who)s负责，%(until)s 前管控") % {"who": who, "until": _when(payload.get("until"), at)}


def _record_control(payload: Payload, at: datetime) -> str:
    values = {"number": payload.get("number", ""), "until": _when(payload.get("until"), at)}
    if payload.get("late"):
        return _("第 %(number)s 次管控，逾期，下次 %(until)s") % values
    return _("第 %(number)s 次管控，下次 %(until)s") % values


def _table(payload: Payload, at: datetime) -> str:
    values = {
        "unit": payload.get("unit", ""),
        "week": _when(payload.get("week"), at),
        "why": WhyTabled(payload["why"]).label,
        "leader": payload.get("leader", ""),
    }
    if payload.get("why") == WhyTabled.HAND:
        return _("提交%(unit)s %(week)s 当周联席会议") % values
    if payload.get("leader"):
        return _("再次转入%(unit)s %(week)s 当周联席会议，呈包联领导%(leader)s") % values
    return _("列入%(unit)s %(week)s 当周联席会议：%(why)s") % values


def _record_decision(payload: Payload, at: datetime) -> str:
    values = {"unit": payload.get("unit", ""), "agency": payload.get("agency", "")}
    values["until"] = _when(payload.get("until"), at)
    return _("%(unit)s联席会议决定，由%(agency)s在 %(until)s 前落实") % values


def _list_hazard(payload: Payload, at: datetime) -> str:
    values = {
        "level": HazardLevel(payload["level"]).label,
        "party": payload.get("party", ""),
        "until": _when(payload.get("until"), at),
    }
    return _("%(level)s督办，由%(party)s在 %(until)s 前整改") % values


def _resume(payload: Payload, at: datetime) -> str:
    return _("恢复办理，限 %(due)s 前") % {"due": _when(payload.get("due"), at)}


def _extend(payload: Payload, at: datetime) -> str:
    return _("批准延期至 %(due)s") % {"due": _when(payload.get("due"), at)}


def _supervise(payload: Payload, at: datetime) -> str:
    if not payload.get("due"):
        return _("督办")
    values = {"office": OrderOffice(payload["office"]).label, "due": _when(payload["due"], at)}
    if payload["office"] == OrderOffice.LEADER:
        return _("领导批示，限 %(due)s 前答复") % values
    if payload["office"] == OrderOffice.CENTRE:
        return _("督办，限 %(due)s 前答复") % values
    return _("%(office)s督办，限 %(due)s 前答复") % values


def _reply(payload: Payload, at: datetime) -> str:
    values = {"agency": payload.get("agency", "")}
    if payload.get("in_time") is False:
        return _("答复%(agency)s的督办，超时") % values
    return _("答复%(agency)s的督办") % values


def _ask_extension(payload: Payload, at: datetime) -> str:
    values = {"agency": payload.get("agency", ""), "until": _when(payload.get("proposed"), at)}
    return _("向%(agency)s申请延期至 %(until)s") % values


def _decide_extension(payload: Payload, at: datetime) -> str:
    values = {"agency": payload.get("agency", ""), "due": _when(payload.get("due"), at)}
    if payload.get("approved"):
        return _("批准%(agency)s的延期申请，至 %(due)s") % values
    return _("不批准%(agency)s的延期申请") % values


def _card_name(payload: Payload) -> str:
    return _("%(stage)s%(card)s") % {"stage": Stage(payload["stage"]).label, "card": Card(payload["card"]).label}


def _appeal(payload: Payload, at: datetime) -> str:
    return _("对%(card)s提出申诉") % {"card": _card_name(payload)}


def _decide_appeal(payload: Payload, at: datetime) -> str:
    values = {"agency": payload.get("agency", ""), "card": _card_name(payload)}
    if payload.get("upheld"):
        return _("%(agency)s申诉成立，撤销%(card)s") % values
    return _("%(agency)s申诉不成立，维持%(card)s") % values


def _dissuade(payload: Payload, at: datetime) -> str:
    return _("现场劝导，当事人听从") if payload.get("heeded") else _("现场劝导，当事人不听从")


def _hand_over(payload: Payload, at: datetime) -> str:
    values = {"agency": payload["agency"], "basis": payload["basis"], "due": _when(payload.get("due"), at)}
    return _("移交 %(agency)s 执法，依据：%(basis)s，限 %(due)s 前") % values


def _decide_penalty(payload: Payload, at: datetime) -> str:
    if not payload.get("penalised"):
        return _("决定不予处罚")
    values = {
        "penalty": Penalty(payload["penalty"]).label,
        "document": payload["document"],
        "amount": payload.get("amount"),
    }
    if payload.get("amount"):
        return _("处罚：%(penalty)s %(amount)s 元，%(document)s") % values
    return _("处罚：%(penalty)s，%(document)s") % values


def _mediate(payload: Payload, at: datetime) -> str:
    values = {"number": payload["session"], "mediator": payload["mediator"], "held": _when(payload.get("held"), at)}
    return _("第 %(number)d 次调解，%(held)s，调解员 %(mediator)s") % values


def _conclude_mediation(payload: Payload, at: datetime) -> str:
    if payload.get("agreed"):
        return _("调解达成协议，%(day)s 前履行") % {"day": _when(payload.get("performance"), at)}
    return _("调解不成，后续：%(way)s") % {"way": WayOn(payload["way_on"]).label}


def _reveal(payload: Payload, at: datetime) -> str:
    return _("查看当事人姓名和电话") if payload.get("parties") else _("查看反映人姓名和电话")


def _merge(payload: Payload, at: datetime) -> str:
    return _("并入 %(into)s") % {"into": payload.get("into", "")}


def _rate(payload: Payload, at: datetime) -> str:
    if not payload.get("solved"):
        return _("评价：未解决")
    return _("评价：已解决，满意") if payload.get("satisfied") else _("评价：已解决，不满意")


def _spot_draw(payload: Payload, at: datetime) -> str:
    values = {"since": _when(payload.get("since"), at), "until": _when(payload.get("until"), at)}
    return _("抽中，待抽查（%(since)s 至 %(until)s 当场处置的案件）") % values


def _spot_check(payload: Payload, at: datetime) -> str:
    if payload.get("passed"):
        return _("现场抽查通过")
    return _("现场抽查未通过，重开交 %(agency)s") % {"agency": payload.get("agency", "")}


def _ask_missing(payload: Payload, at: datetime) -> str:
    return _("一次性告知所缺：%(items)s") % {"items": _("、").join(payload.get("items") or [])}


def _supply(payload: Payload, at: datetime) -> str:
    return _("已补正，限 %(due)s 前") % {"due": _when(payload.get("due"), at)}


def _transfer(payload: Payload, at: datetime) -> str:
    return _("首问由%(before)s移交%(heir)s") % {"before": payload.get("from", ""), "heir": payload.get("to", "")}


def _whistle(payload: Payload, at: datetime) -> str:
    values = {"agencies": _("、").join(payload.get("agencies") or []), "due": _when(payload.get("due"), at)}
    return _("吹哨，请 %(agencies)s 于 %(due)s 前到场") % values


def _arrive(payload: Payload, at: datetime) -> str:
    said = _("到场报到") if payload.get("in_time", True) else _("到场报到，迟到")
    metres = payload.get("metres")
    return said if metres is None else said + _("，距案件 %(metres)d 米") % {"metres": metres}


def _report_result(payload: Payload, at: datetime) -> str:
    return _("报告到场结果") if payload.get("in_time", True) else _("报告到场结果，超时")


def _rate_summoned(payload: Payload, at: datetime) -> str:
    return _("评价%(agency)s到场：%(stars)d 星") % {"agency": payload["agency"], "stars": payload["stars"]}


WORDS: dict[str, tuple[Say, str, str]] = {
    "report": (_report, "flag", ""),
    "register": (_register, "clipboard-check", ""),
    "refuse": (lambda p, at: _("不予受理"), "ban", "late"),
    "settle": (_settle, "tool", ""),
    "dispatch": (_dispatch, "send", ""),
    "accept": (_accept, "check", ""),
    "return": (_return, "arrow-back-up", "near"),
    "feedback": (_feedback, "message-check", ""),
    "verify": (_verify, "eye-check", ""),
    "rework": (_rework, "refresh", "near"),
    "close": (lambda p, at: _("结案归档"), "circle-check", "ok"),
    "escalate": (_escalate, "arrow-up", ""),
    "suspend": (_suspend, "player-pause", "hold"),
    "resume": (_resume, "player-play", ""),
    "ask_suspension": (_ask_suspension, "hourglass", ""),
    "decide_suspension": (_decide_suspension, "player-pause", "hold"),
    "propose_special": (lambda p, at: _("提请列入专案清单"), "folder-up", ""),
    "list_special": (_list_special, "folder-star", "hold"),
    "decline_special": (lambda p, at: _("不列入专案清单"), "folder-x", ""),
    "record_control": (_record_control, "clipboard-text", ""),
    "unlist": (lambda p, at: _("移出专案清单"), "folder-minus", ""),
    "table": (_table, "users-group", "hold"),
    "record_decision": (_record_decision, "gavel", ""),
    "resolve_item": (lambda p, at: _("%(unit)s联席会议议题办结") % {"unit": p.get("unit", "")}, "list-check", "ok"),
    "list_hazard": (_list_hazard, "alert-octagon", "late"),
    "accept_hazard": (lambda p, at: _("验收合格，摘牌"), "shield-check", "ok"),
    "publish": (lambda p, at: _("公示办理结果"), "world", ""),
    "edit_publication": (lambda p, at: _("改公示用语"), "world-cog", ""),
    "withhold": (lambda p, at: _("撤下公示") if p.get("was_out") else _("不予公示"), "world-off", "near"),
    "extend": (_extend, "calendar-plus", ""),
    "supervise": (_supervise, "urgent", "hold"),
    "reply": (_reply, "message-reply", "hold"),
    "withdraw": (lambda p, at: _("撤回督办"), "flag-off", ""),
    "ask_extension": (_ask_extension, "calendar-question", ""),
    "decide_extension": (_decide_extension, "calendar-check", ""),
    "appeal": (_appeal, "scale", ""),
    "decide_appeal": (_decide_appeal, "gavel", ""),
    "dissuade": (_dissuade, "speakerphone", ""),
    "hand_over": (_hand_over, "shield", ""),
    "decide_penalty": (_decide_penalty, "gavel", ""),
    "mediate": (_mediate, "messages", ""),
    "conclude_mediation": (_conclude_mediation, "heart-handshake", ""),
    "ask_missing": (_ask_missing, "list-check", "near"),
    "supply": (_supply, "checkup-list", ""),
    "transfer": (_transfer, "arrows-exchange", ""),
    "whistle": (_whistle, "speakerphone", "near"),
    "arrive": (_arrive, "map-pin-check", ""),
    "report_result": (_report_result, "report", ""),
    "rate_summoned": (_rate_summoned, "stars", ""),
    "acknowledge": (lambda p, at: _("签收双报"), "mail-check", ""),
    "presence": (lambda p, at: _("仍在现场") if p.get("present") else _("离开现场"), "map-pin-check", ""),
    "comment": (lambda p, at: _("批注"), "message", ""),
    "merge": (_merge, "git-merge", ""),
    "reveal": (_reveal, "eye", ""),
    "reopen": (lambda p, at: _("重开"), "rotate", "near"),
    "rate": (_rate, "star", ""),
    "spot_draw": (_spot_draw, "dice-3", ""),
    "spot_check": (_spot_check, "zoom-check", ""),
}


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
    if event.action in {"verify", "spot_check"} and payload.get("passed") is False:
        tone = "late"
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
