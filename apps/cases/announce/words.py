"""The words of every notice that cases send: title, body, name among the preferences, look."""

from django.utils.translation import gettext_noop as _

from apps.cases.announce.hard import HARD_WORDS
from apps.cases.announce.samples import SAMPLE_WORDS
from apps.cases.following import FOLLOWED
from apps.cases.notice_words import NOTE, Words
from apps.cases.reviews import REVIEW, REVIEW_TITLE
from apps.cases.services.spot import DRAWN, DRAWN_TITLE
from apps.notices.choices import Group

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
    "unarchive": Words(_("案卷已调出：%(subject)s"), NOTE, _("案卷调出"), Group.DISPATCHED, "archive-off"),
    "follow_up_unhappy": Words(_("回访不满意：%(subject)s"), NOTE, _("回访不满意"), Group.OUTCOMES, "mood-sad", "near"),
    "follow_up_rejected": Words(
        _("反映人不认可，已重开：%(subject)s"),
        NOTE,
        _("回访退回重办"),
        Group.DISPATCHED,
        "phone-x",
        "late",
        urgent=True,
    ),
    **SAMPLE_WORDS,
    "reopen": Words(_("案件重开：%(subject)s"), NOTE, _("案件重开"), Group.DISPATCHED, "folder-open"),
    "close": Words(_("已结案：%(subject)s"), NOTE, _("我上报的案件已结案"), Group.OUTCOMES, "circle-check", "ok"),
    "refuse": Words(_("不予受理：%(subject)s"), NOTE, _("我上报的案件不予受理"), Group.OUTCOMES, "circle-x"),
    "merge": Words(_("已并入另一案件：%(subject)s"), NOTE, _("我上报的案件被并案"), Group.OUTCOMES, "git-merge"),
}
