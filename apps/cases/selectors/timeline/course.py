"""The words of the closed loop itself: from the report to the reporter's last word, and the checks after it."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.cases.calls import CallOutcome
from apps.cases.filing import Piece
from apps.cases.selectors.timeline.parts import Payload, Table, when
from apps.deadlines.choices import Complexity


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
    due = when(payload.get("due"), at)
    return (_("受理登记，限 %(due)s 前") % {"due": due} if due else _("受理登记")) + _weighed(payload)


def _weighed(payload: Payload) -> str:
    """How complex the desk found the matter, where it said something new."""
    found = payload.get("complexity")
    return _("，定为%(complexity)s") % {"complexity": Complexity(found).label} if found else ""


def _settle(payload: Payload, at: datetime) -> str:
    return _("当场处置完毕") if payload.get("on_the_spot") else _("自行处置完毕，待核查")


def _settle_at_once(payload: Payload, at: datetime) -> str:
    return _("材料齐全，当场办结，用时 %(minutes)s 分钟") % {"minutes": payload.get("minutes", "")}


def _dispatch(payload: Payload, at: datetime) -> str:
    values = {"agency": payload.get("agency", ""), "due": when(payload.get("due"), at)}
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
    return _("挂起，%(until)s 复核") % {"until": when(payload.get("until"), at)} + _promised(payload, at)


def _promised(payload: Payload, at: datetime) -> str:
    promised = when(payload.get("promised"), at)
    return _("，承诺 %(day)s 前办结") % {"day": promised} if promised else ""


def _resume(payload: Payload, at: datetime) -> str:
    return _("恢复办理，限 %(due)s 前") % {"due": when(payload.get("due"), at)}


def _ask_suspension(payload: Payload, at: datetime) -> str:
    values = {"agency": payload.get("agency", ""), "until": when(payload.get("until"), at)}
    return _("向%(agency)s申请挂起，%(until)s 复核") % values + _promised(payload, at)


def _decide_suspension(payload: Payload, at: datetime) -> str:
    values = {"agency": payload.get("agency", ""), "until": when(payload.get("until"), at)}
    if payload.get("approved"):
        return _("批准%(agency)s的挂起申请，%(until)s 复核") % values + _promised(payload, at)
    return _("不批准%(agency)s的挂起申请") % values


def _merge(payload: Payload, at: datetime) -> str:
    return _("并入 %(into)s") % {"into": payload.get("into", "")}


def _rate(payload: Payload, at: datetime) -> str:
    if not payload.get("solved"):
        return _("评价：未解决")
    return _("评价：已解决，满意") if payload.get("satisfied") else _("评价：已解决，不满意")


def _reveal(payload: Payload, at: datetime) -> str:
    return _("查看当事人姓名和电话") if payload.get("parties") else _("查看反映人姓名和电话")


def _follow_up(payload: Payload, at: datetime) -> str:
    outcome = CallOutcome(payload["outcome"])
    if outcome is not CallOutcome.REACHED:
        said = _("电话回访：%(outcome)s") % {"outcome": outcome.label}
        return said + (_("，不再回访") if payload.get("ended") else "")
    contacted = _("已及时联系") if payload.get("contacted") else _("未及时联系")
    values = {"contacted": contacted, "result": _result(payload)}
    if payload.get("rejected"):
        return _("电话回访：%(contacted)s，%(result)s，反映人不认可，重开交 %(agency)s") % {
            **values,
            "agency": payload.get("agency", ""),
        }
    return _("电话回访：%(contacted)s，%(result)s") % values


def _result(payload: Payload) -> str:
    solved = _("已解决") if payload.get("solved") else _("未解决")
    return solved + (_("，满意") if payload.get("satisfied") else _("，不满意"))


def _spot_draw(payload: Payload, at: datetime) -> str:
    values = {"since": when(payload.get("since"), at), "until": when(payload.get("until"), at)}
    return _("抽中，待抽查（%(since)s 至 %(until)s 当场处置的案件）") % values


def _spot_check(payload: Payload, at: datetime) -> str:
    if payload.get("passed"):
        return _("现场抽查通过")
    return _("现场抽查未通过，重开交 %(agency)s") % {"agency": payload.get("agency", "")}


def _archive(payload: Payload, at: datetime) -> str:
    values = {"number": payload.get("number", "")}
    absent = [str(Piece(code).label) for code in payload.get("missing") or []]
    if absent:
        return _("归档，案卷号 %(number)s，缺%(pieces)s") % {**values, "pieces": _("、").join(absent)}
    return _("归档，案卷号 %(number)s") % values


def _unarchive(payload: Payload, at: datetime) -> str:
    values = {"number": payload.get("number", ""), "times": payload.get("times", "")}
    if payload.get("reopened"):
        return _("第 %(times)s 次调卷（%(number)s），重开案件") % values
    return _("第 %(times)s 次调卷（%(number)s）") % values


COURSE_WORDS: Table = {
    "report": (_report, "flag", ""),
    "register": (_register, "clipboard-check", ""),
    "refuse": (lambda p, at: _("不予受理"), "ban", "late"),
    "settle": (_settle, "tool", ""),
    "settle_at_once": (_settle_at_once, "square-check", "ok"),
    "dispatch": (_dispatch, "send", ""),
    "accept": (_accept, "check", ""),
    "return": (_return, "arrow-back-up", "near"),
    "feedback": (_feedback, "message-check", ""),
    "verify": (_verify, "eye-check", ""),
    "rework": (_rework, "refresh", "near"),
    "close": (lambda p, at: pgettext("action", "结案"), "circle-check", "ok"),
    "escalate": (_escalate, "arrow-up", ""),
    "suspend": (_suspend, "player-pause", "hold"),
    "resume": (_resume, "player-play", ""),
    "ask_suspension": (_ask_suspension, "hourglass", ""),
    "decide_suspension": (_decide_suspension, "player-pause", "hold"),
    "merge": (_merge, "git-merge", ""),
    "reopen": (lambda p, at: _("重开"), "rotate", "near"),
    "rate": (_rate, "star", ""),
    "comment": (lambda p, at: _("批注"), "message", ""),
    "reveal": (_reveal, "eye", ""),
    "archive": (_archive, "archive", "ok"),
    "unarchive": (_unarchive, "archive-off", "near"),
    "follow_up": (_follow_up, "phone-call", ""),
    "spot_draw": (_spot_draw, "dice-3", ""),
    "spot_check": (_spot_check, "zoom-check", ""),
}
