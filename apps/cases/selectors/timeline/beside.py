"""The words of what happens beside the way of a case: orders, more time, appeals, enforcement, disputes, whistles."""

from datetime import datetime

from django.utils.translation import gettext as _

from apps.cases.choices import OrderOffice, Penalty, WayOn
from apps.cases.selectors.timeline.parts import Payload, Table, when
from apps.deadlines.choices import Card, Stage


def _extend(payload: Payload, at: datetime) -> str:
    return _("批准延期至 %(due)s") % {"due": when(payload.get("due"), at)}


def _supervise(payload: Payload, at: datetime) -> str:
    if not payload.get("due"):
        return _("督办")
    values = {"office": OrderOffice(payload["office"]).label, "due": when(payload["due"], at)}
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
    values = {"agency": payload.get("agency", ""), "until": when(payload.get("proposed"), at)}
    return _("向%(agency)s申请延期至 %(until)s") % values


def _decide_extension(payload: Payload, at: datetime) -> str:
    values = {"agency": payload.get("agency", ""), "due": when(payload.get("due"), at)}
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
    values = {"agency": payload["agency"], "basis": payload["basis"], "due": when(payload.get("due"), at)}
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
    values = {"number": payload["session"], "mediator": payload["mediator"], "held": when(payload.get("held"), at)}
    return _("第 %(number)d 次调解，%(held)s，调解员 %(mediator)s") % values


def _conclude_mediation(payload: Payload, at: datetime) -> str:
    if payload.get("agreed"):
        return _("调解达成协议，%(day)s 前履行") % {"day": when(payload.get("performance"), at)}
    return _("调解不成，后续：%(way)s") % {"way": WayOn(payload["way_on"]).label}


def _ask_missing(payload: Payload, at: datetime) -> str:
    return _("一次性告知所缺：%(items)s") % {"items": _("、").join(payload.get("items") or [])}


def _supply(payload: Payload, at: datetime) -> str:
    return _("已补正，限 %(due)s 前") % {"due": when(payload.get("due"), at)}


def _transfer(payload: Payload, at: datetime) -> str:
    return _("首问由%(before)s移交%(heir)s") % {"before": payload.get("from", ""), "heir": payload.get("to", "")}


def _whistle(payload: Payload, at: datetime) -> str:
    values = {"agencies": _("、").join(payload.get("agencies") or []), "due": when(payload.get("due"), at)}
    return _("吹哨，请 %(agencies)s 于 %(due)s 前到场") % values


def _arrive(payload: Payload, at: datetime) -> str:
    said = _("到场报到") if payload.get("in_time", True) else _("到场报到，迟到")
    metres = payload.get("metres")
    return said if metres is None else said + _("，距案件 %(metres)d 米") % {"metres": metres}


def _report_result(payload: Payload, at: datetime) -> str:
    return _("报告到场结果") if payload.get("in_time", True) else _("报告到场结果，超时")


def _rate_summoned(payload: Payload, at: datetime) -> str:
    return _("评价%(agency)s到场：%(stars)d 星") % {"agency": payload["agency"], "stars": payload["stars"]}


BESIDE_WORDS: Table = {
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
}
