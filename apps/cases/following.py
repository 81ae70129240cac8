"""What whoever was asked first is told while following a case to its end: each step that matters, in a word."""

from django.utils.translation import gettext_noop as _

from apps.cases.actions import Action
from apps.cases.choices import AT_ONCE
from apps.cases.models import Case

FOLLOWED = _("首问案件%(step)s：%(subject)s")
STEPS: dict[str, str] = {
    Action.REGISTER: _("已受理"),
    Action.REFUSE: _("不予受理"),
    Action.DISPATCH: _("已派遣"),
    Action.RETURN: _("被退回"),
    Action.ESCALATE: _("已上报上级"),
    Action.SUSPEND: _("已挂起"),
    Action.RESUME: _("恢复办理"),
    Action.SETTLE: _("已处置"),
    Action.SETTLE_AT_ONCE: _("已当场办结"),
    Action.FEEDBACK: _("已反馈"),
    Action.VERIFY: _("已核查"),
    Action.REWORK: _("返工"),
    Action.SUPPLY: _("已补正"),
    Action.MERGE: _("已并案"),
    Action.CLOSE: _("已结案"),
    Action.REOPEN: _("已重开"),
}


def minutes_at_once(case: Case) -> int | None:
    """How long it took from asking to being settled at once, in whole minutes; none of what was not."""
    if case.settled_kind != AT_ONCE or case.handled_at is None:
        return None
    return int((case.handled_at - case.reported_at).total_seconds() // 60)
