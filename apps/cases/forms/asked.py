"""What an action asks for beside its fields, in words: labels, hints, and which acts have photos or a moment."""

from django.utils.translation import gettext_lazy as _

from apps.cases.actions import Action

WITH_PHOTOS = frozenset(
    {
        Action.SETTLE,
        Action.SETTLE_AT_ONCE,
        Action.FEEDBACK,
        Action.VERIFY,
        Action.REWORK,
        Action.APPEAL,
        Action.SPOT_CHECK,
        Action.REVIEW_SAMPLE,
        Action.DISSUADE,
        Action.HAND_OVER,
        Action.DECIDE_PENALTY,
    }
)
WEIGHED = frozenset({Action.REGISTER, Action.DISPATCH})
PAUSING = frozenset({Action.SUSPEND, Action.ASK_SUSPENSION, Action.DECIDE_SUSPENSION})
RESULTS = frozenset({Action.SETTLE, Action.SETTLE_AT_ONCE, Action.FEEDBACK})
NOTE_HELP = {
    Action.REFUSE: _("上报人会看到这段理由。"),
    Action.SETTLE_AT_ONCE: _("写明办成了什么；材料不全的，请用一次性告知。"),
    Action.RETURN: _("写明为何不属本单位或无法办理。"),
    Action.ESCALATE: _("写明本级已做了什么、为何需要上级。"),
    Action.SUSPEND: _("写明缺少什么条件。"),
    Action.ASK_SUSPENSION: _("写明缺少什么条件。"),
    Action.DECIDE_SUSPENSION: _("不批准时须写明理由。"),
    Action.FEEDBACK: _("写明如何处置、结果如何。"),
    Action.SUPERVISE: _("写明要求办成什么。"),
    Action.ASK_EXTENSION: _("写明为何需要更多时间。"),
    Action.DECIDE_EXTENSION: _("不批准时须写明理由。"),
    Action.PROPOSE_SPECIAL: _("写明历史成因、已做的工作和目前的困难。"),
    Action.LIST_SPECIAL: _("写明为何须区级专案管控。"),
    Action.ACCEPT_HAZARD: _("写明谁验收、隐患是否消除；摘牌后案件才能结案。"),
    Action.TABLE: _("写明难在哪里、要会议解决什么。"),
    Action.RESOLVE_ITEM: _("写明如何解决；办结后不再转入下次会议。"),
    Action.RECORD_CONTROL: _("写明这一次做了什么、情况如何。"),
    Action.APPEAL: _("写明为何不应发牌，可附照片为证。"),
    Action.MEDIATE: _("写明各方说法和商定的事项；不写证件号码。"),
    Action.CONCLUDE_MEDIATION: _("达成协议的写协议内容，调解不成的写原因。"),
    Action.DISSUADE: _("写明对谁、劝导了什么。"),
    Action.HAND_OVER: _("写明违法事实；证据照片可在此上传。"),
    Action.DECIDE_PENALTY: _("不予处罚时须写明理由。"),
    Action.WHISTLE: _("写明现场情况、需要部门做什么。"),
    Action.RATE_SUMMONED: _("两星及以下须写明理由。"),
    Action.ARCHIVE: _("缺件时须写明理由。"),
    Action.UNARCHIVE: _("写明为何调卷；案卷号不变，用毕由案件所在中心重新归档。"),
    Action.REVIEW_SAMPLE: _("不合格的须写明问题。"),
    Action.SPOT_CHECK: _("写明现场所见，或附照片；不通过须写明情况。"),
    Action.FOLLOW_UP: _("没有解决或不满意，须写明反映人怎么说。"),
}
NOTE_LABELS = {
    Action.SETTLE_AT_ONCE: _("办理结果"),
    Action.SUSPEND: _("挂起理由"),
    Action.ASK_SUSPENSION: _("挂起理由"),
    Action.DECIDE_SUSPENSION: _("批复意见"),
    Action.LIST_SPECIAL: _("列入理由"),
    Action.PROPOSE_SPECIAL: _("提请理由"),
    Action.RECORD_CONTROL: _("管控情况"),
    Action.UNLIST: _("移出理由"),
    Action.TABLE: _("提交理由"),
    Action.LIST_HAZARD: _("隐患和整改要求"),
    Action.ACCEPT_HAZARD: _("验收意见"),
    Action.WITHHOLD: _("不予公示的理由"),
    Action.RECORD_DECISION: _("会议决定"),
    Action.RESOLVE_ITEM: _("办结情况"),
    Action.SUPERVISE: _("督办要求"),
    Action.REPLY: _("答复"),
    Action.ASK_EXTENSION: _("延期理由"),
    Action.DECIDE_EXTENSION: _("批复意见"),
    Action.APPEAL: _("申诉理由"),
    Action.DECIDE_APPEAL: _("裁定理由"),
    Action.MEDIATE: _("调解记录"),
    Action.CONCLUDE_MEDIATION: _("协议内容或原因"),
    Action.DISSUADE: _("劝导情况"),
    Action.HAND_OVER: _("违法事实"),
    Action.REVIEW_SAMPLE: _("评查意见"),
    Action.SPOT_CHECK: _("现场情况"),
    Action.FOLLOW_UP: _("反映人怎么说"),
    Action.WHISTLE: _("吹哨事由"),
    Action.SUPPLY: _("补正情况"),
    Action.TRANSFER: _("移交理由"),
    Action.REPORT_RESULT: _("到场结果"),
    Action.UNARCHIVE: _("调卷理由"),
}
CHOSEN = {
    Action.REPLY: ("order", _("哪一件督办")),
    Action.WITHDRAW: ("order", _("哪一件督办")),
    Action.APPEAL: ("card", _("哪一张牌")),
    Action.DECIDE_APPEAL: ("appeal", _("哪一件申诉")),
    Action.RATE_SUMMONED: ("summons", _("哪个单位")),
    Action.REVIEW_SAMPLE: ("sample", _("哪个样本")),
}
STARS = ((5, _("五星")), (4, _("四星")), (3, _("三星")), (2, _("二星")), (1, _("一星")))
MOMENTS = {
    Action.EXTEND: (_("延期至"), True),
    Action.ASK_EXTENSION: (_("申请延期至"), True),
    Action.DECIDE_EXTENSION: (_("延期至"), False),
    Action.SUPERVISE: (_("答复期限"), False),
}
MOMENT_HELP = {
    Action.DECIDE_EXTENSION: _("可改为另一时间；不批准时不用填。"),
    Action.SUPERVISE: _("不填则按督办时限。"),
}
