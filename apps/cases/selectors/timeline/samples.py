"""Samples of handled cases in words."""

from datetime import datetime

from django.utils.translation import gettext as _

from apps.cases.sampling import Consequence, Point
from apps.cases.selectors.timeline.parts import Payload, Table, when


def _sample_draw(payload: Payload, at: datetime) -> str:
    return _("抽入样本“%(title)s”，待评查") % {"title": payload.get("title", "")}


def _review_sample(payload: Payload, at: datetime) -> str:
    if payload.get("qualified"):
        return _("样本“%(title)s”评查合格") % {"title": payload.get("title", "")}
    values = {
        "title": payload.get("title", ""),
        "faults": _("、").join(str(Point(fault).label) for fault in payload.get("faults") or []),
        "agency": payload.get("agency", ""),
        "due": when(payload.get("due"), at),
    }
    if payload.get("consequence") == Consequence.SUPERVISE:
        return _("样本“%(title)s”评查不合格（不符合：%(faults)s），重开交%(agency)s并督办，限 %(due)s 前答复") % values
    if payload.get("consequence") == Consequence.REOPEN:
        return _("样本“%(title)s”评查不合格（不符合：%(faults)s），重开交%(agency)s") % values
    return _("样本“%(title)s”评查不合格（不符合：%(faults)s）") % values


SAMPLE_WORDS: Table = {
    "sample_draw": (_sample_draw, "dice-3", ""),
    "review_sample": (_review_sample, "clipboard-search", ""),
}
