"""Everything that can be done with a case, and what people call it."""

from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Action(StrEnum):
    """Everything that can be done with a case."""

    REGISTER = "register"
    REFUSE = "refuse"
    SETTLE = "settle"
    SETTLE_AT_ONCE = "settle_at_once"
    DISPATCH = "dispatch"
    ACCEPT = "accept"
    RETURN = "return"
    FEEDBACK = "feedback"
    VERIFY = "verify"
    REWORK = "rework"
    CLOSE = "close"
    ESCALATE = "escalate"
    SUSPEND = "suspend"
    RESUME = "resume"
    ASK_SUSPENSION = "ask_suspension"
    DECIDE_SUSPENSION = "decide_suspension"
    PROPOSE_SPECIAL = "propose_special"
    LIST_SPECIAL = "list_special"
    DECLINE_SPECIAL = "decline_special"
    RECORD_CONTROL = "record_control"
    UNLIST = "unlist"
    TABLE = "table"
    RECORD_DECISION = "record_decision"
    RESOLVE_ITEM = "resolve_item"
    LIST_HAZARD = "list_hazard"
    ACCEPT_HAZARD = "accept_hazard"
    PUBLISH = "publish"
    EDIT_PUBLICATION = "edit_publication"
    WITHHOLD = "withhold"
    EXTEND = "extend"
    ASK_EXTENSION = "ask_extension"
    DECIDE_EXTENSION = "decide_extension"
    SUPERVISE = "supervise"
    REPLY = "reply"
    WITHDRAW = "withdraw"
    APPEAL = "appeal"
    DECIDE_APPEAL = "decide_appeal"
    DISSUADE = "dissuade"
    HAND_OVER = "hand_over"
    DECIDE_PENALTY = "decide_penalty"
    MEDIATE = "mediate"
    CONCLUDE_MEDIATION = "conclude_mediation"
    ASK_MISSING = "ask_missing"
    SUPPLY = "supply"
    TRANSFER = "transfer"
    WHISTLE = "whistle"
    ARRIVE = "arrive"
    REPORT_RESULT = "report_result"
    RATE_SUMMONED = "rate_summoned"
    ACKNOWLEDGE = "acknowledge"
    PRESENCE = "presence"
    COMMENT = "comment"
    MERGE = "merge"
    REOPEN = "reopen"
    SPOT_CHECK = "spot_check"
    FOLLOW_UP = "follow_up"
    REVIEW_SAMPLE = "review_sample"
    RATE = "rate"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"


ACTION_LABELS: dict[Action, Promise] = {
    Action.REGISTER: _("受理"),
    Action.REFUSE: pgettext_lazy("action", "不予受理"),
    Action.SETTLE: pgettext_lazy("action", "自行处置"),
    Action.SETTLE_AT_ONCE: _("当场办结"),
    Action.DISPATCH: _("派遣"),
    Action.ACCEPT: _("接收"),
    Action.RETURN: _("退回"),
    Action.FEEDBACK: _("反馈"),
    Action.VERIFY: _("核查"),
    Action.REWORK: _("返工"),
    Action.CLOSE: pgettext_lazy("action", "结案"),
    Action.ESCALATE: pgettext_lazy("action", "上报上级"),
    Action.SUSPEND: pgettext_lazy("action", "挂起"),
    Action.RESUME: _("恢复"),
    Action.ASK_SUSPENSION: _("申请挂起"),
    Action.DECIDE_SUSPENSION: _("批复挂起"),
    Action.PROPOSE_SPECIAL: _("提请列入专案"),
    Action.LIST_SPECIAL: _("列入专案清单"),
    Action.DECLINE_SPECIAL: _("不列入专案"),
    Action.RECORD_CONTROL: _("记录管控"),
    Action.UNLIST: _("移出专案清单"),
    Action.TABLE: _("提交联席会议"),
    Action.RECORD_DECISION: _("记录会议决定"),
    Action.RESOLVE_ITEM: _("办结议题"),
    Action.LIST_HAZARD: _("挂牌督办"),
    Action.ACCEPT_HAZARD: _("验收摘牌"),
    Action.PUBLISH: _("公示"),
    Action.EDIT_PUBLICATION: _("改公示用语"),
    Action.WITHHOLD: pgettext_lazy("action", "不予公示"),
    Action.EXTEND: _("延期"),
    Action.ASK_EXTENSION: _("申请延期"),
    Action.DECIDE_EXTENSION: _("批复延期"),
    Action.SUPERVISE: pgettext_lazy("action", "督办"),
    Action.REPLY: _("答复督办"),
    Action.WITHDRAW: _("撤回督办"),
    Action.APPEAL: _("红黄牌申诉"),
    Action.DECIDE_APPEAL: _("裁定申诉"),
    Action.DISSUADE: _("现场劝导"),
    Action.HAND_OVER: _("移交执法"),
    Action.DECIDE_PENALTY: _("处罚决定"),
    Action.MEDIATE: _("调解"),
    Action.CONCLUDE_MEDIATION: _("调解结果"),
    Action.ASK_MISSING: _("一次性告知"),
    Action.SUPPLY: _("补正"),
    Action.TRANSFER: _("移交首问"),
    Action.WHISTLE: _("吹哨"),
    Action.ARRIVE: _("到场报到"),
    Action.REPORT_RESULT: _("报告到场结果"),
    Action.RATE_SUMMONED: _("评价到场单位"),
    Action.ACKNOWLEDGE: _("签收双报"),
    Action.PRESENCE: _("在场情况"),
    Action.COMMENT: _("批注"),
    Action.MERGE: _("合并"),
    Action.REOPEN: _("重开"),
    Action.SPOT_CHECK: _("抽查"),
    Action.FOLLOW_UP: pgettext_lazy("action", "回访"),
    Action.REVIEW_SAMPLE: _("样本评查"),
    Action.RATE: pgettext_lazy("action", "评价"),
    Action.ARCHIVE: pgettext_lazy("action", "归档"),
    Action.UNARCHIVE: _("调卷"),
}

# What is only said of a case, whatever anybody else does to it meanwhile.
UNVERSIONED = frozenset(
    {
        Action.ARRIVE,
        Action.REPORT_RESULT,
        Action.RATE_SUMMONED,
        Action.ACKNOWLEDGE,
        Action.PRESENCE,
        Action.COMMENT,
    }
)
