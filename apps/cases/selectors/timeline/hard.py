"""The words of what hard cases go through: special list, joint meetings, listed hazards, publication."""

from datetime import datetime

from django.utils.translation import gettext as _

from apps.cases.choices import HazardLevel, WhyTabled
from apps.cases.selectors.timeline.parts import Payload, Table, when


def _list_special(payload: Payload, at: datetime) -> str:
    who = " ".join(name for name in (payload.get("agency"), payload.get("leader")) if name)
    return _("列入专案清单，由%(who)s负责，%(until)s 前管控") % {"who": who, "until": when(payload.get("until"), at)}


def _record_control(payload: Payload, at: datetime) -> str:
    values = {"number": payload.get("number", ""), "until": when(payload.get("until"), at)}
    if payload.get("late"):
        return _("第 %(number)s 次管控，逾期，下次 %(until)s") % values
    return _("第 %(number)s 次管控，下次 %(until)s") % values


def _table(payload: Payload, at: datetime) -> str:
    values = {
        "unit": payload.get("unit", ""),
        "week": when(payload.get("week"), at),
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
    values["until"] = when(payload.get("until"), at)
    return _("%(unit)s联席会议决定，由%(agency)s在 %(until)s 前落实") % values


def _list_hazard(payload: Payload, at: datetime) -> str:
    values = {
        "level": HazardLevel(payload["level"]).label,
        "party": payload.get("party", ""),
        "until": when(payload.get("until"), at),
    }
    return _("%(level)s督办，由%(party)s在 %(until)s 前整改") % values


HARD_WORDS: Table = {
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
}
