"""The words of webhooks: which events there are, how far a delivery has come, why it failed."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.cases.actions import ACTION_LABELS, Action
from apps.cases.choices import SPOT_DRAW
from apps.cases.sampling import SAMPLE_DRAW

TEST_EVENT = "test"
FORMAT_VERSION = 1

# The type of event that each action on a case causes; receivers rely on these words.
EVENT_TYPES: dict[str, str] = {
    "report": "case.reported",
    Action.REGISTER: "case.registered",
    Action.REFUSE: "case.refused",
    Action.SETTLE: "case.settled",
    Action.SETTLE_AT_ONCE: "case.settled_at_once",
    Action.DISPATCH: "case.dispatched",
    Action.ACCEPT: "case.accepted",
    Action.RETURN: "case.returned",
    Action.FEEDBACK: "case.fed_back",
    Action.VERIFY: "case.verified",
    Action.REWORK: "case.reworked",
    Action.CLOSE: "case.closed",
    Action.ESCALATE: "case.escalated",
    Action.SUSPEND: "case.suspended",
    Action.ASK_SUSPENSION: "case.suspension_asked",
    Action.DECIDE_SUSPENSION: "case.suspension_decided",
    Action.PROPOSE_SPECIAL: "case.special_proposed",
    Action.LIST_SPECIAL: "case.special_listed",
    Action.DECLINE_SPECIAL: "case.special_declined",
    Action.RECORD_CONTROL: "case.special_controlled",
    Action.UNLIST: "case.special_unlisted",
    Action.TABLE: "case.tabled",
    Action.RECORD_DECISION: "case.meeting_decided",
    Action.RESOLVE_ITEM: "case.meeting_resolved",
    Action.LIST_HAZARD: "case.hazard_listed",
    Action.ACCEPT_HAZARD: "case.hazard_accepted",
    Action.PUBLISH: "case.result_published",
    Action.EDIT_PUBLICATION: "case.result_edited",
    Action.WITHHOLD: "case.result_withheld",
    Action.RESUME: "case.resumed",
    Action.EXTEND: "case.extended",
    Action.ASK_EXTENSION: "case.extension_asked",
    Action.DECIDE_EXTENSION: "case.extension_decided",
    Action.SUPERVISE: "case.supervised",
    Action.REPLY: "case.supervision_replied",
    Action.WITHDRAW: "case.supervision_withdrawn",
    Action.APPEAL: "case.card_appealed",
    Action.DECIDE_APPEAL: "case.appeal_decided",
    Action.DISSUADE: "case.dissuaded",
    Action.HAND_OVER: "case.handed_over",
    Action.DECIDE_PENALTY: "case.penalty_decided",
    Action.MEDIATE: "case.mediation_held",
    Action.CONCLUDE_MEDIATION: "case.mediation_concluded",
    Action.ASK_MISSING: "case.missing_asked",
    Action.SUPPLY: "case.missing_supplied",
    Action.TRANSFER: "case.transferred",
    Action.WHISTLE: "case.whistle_blown",
    Action.ARRIVE: "case.agency_arrived",
    Action.REPORT_RESULT: "case.result_reported",
    Action.RATE_SUMMONED: "case.agency_rated",
    Action.ACKNOWLEDGE: "case.dual_acknowledged",
    Action.PRESENCE: "case.presence_told",
    Action.COMMENT: "case.commented",
    Action.MERGE: "case.merged",
    Action.REOPEN: "case.reopened",
    Action.RATE: "case.rated",
    Action.ARCHIVE: "case.archived",
    Action.UNARCHIVE: "case.unarchived",
    SPOT_DRAW: "case.spot_drawn",
    Action.SPOT_CHECK: "case.spot_checked",
    Action.FOLLOW_UP: "case.followed_up",
    SAMPLE_DRAW: "case.sample_drawn",
    Action.REVIEW_SAMPLE: "case.sample_reviewed",
}
EVENT_LABELS: dict[str, "str | Promise"] = {
    "case.reported": pgettext_lazy("case event", "上报"),
    **{EVENT_TYPES[action]: label for action, label in ACTION_LABELS.items() if action in EVENT_TYPES},
    "case.spot_drawn": pgettext_lazy("case event", "抽中待抽查"),
    "case.sample_drawn": pgettext_lazy("case event", "抽中待评查"),
    TEST_EVENT: _("测试消息"),
}


class WebhookState(models.TextChoices):
    """How far a delivery has come: ``failed`` is tried again, ``dead`` is not."""

    WAITING = "waiting", pgettext_lazy("webhook", "待发送")
    SENT = "sent", pgettext_lazy("webhook", "已送达")
    FAILED = "failed", pgettext_lazy("webhook", "将重试")
    DEAD = "dead", pgettext_lazy("webhook", "未送达")


WEBHOOK_OPEN = (WebhookState.WAITING, WebhookState.FAILED)
WEBHOOK_TONES = {
    WebhookState.WAITING: "plain",
    WebhookState.SENT: "ok",
    WebhookState.FAILED: "near",
    WebhookState.DEAD: "late",
}


class WebhookFailure(models.TextChoices):
    """Why a delivery failed or was given up."""

    TIMEOUT = "timeout", _("对方未在时限内应答")
    UNREACHABLE = "unreachable", _("连接不上对方")
    UNRESOLVED = "unresolved", _("域名无法解析")
    FORBIDDEN = "forbidden", _("地址不允许访问")
    BROKEN_ANSWER = "broken-answer", _("对方应答无法识别")
    SERVER_ERROR = "server-error", _("对方出错")
    BUSY = "busy", _("对方限流")
    REDIRECTED = "redirected", _("对方要求跳转")
    REFUSED = "refused", _("对方拒绝")
    GONE = "gone", _("对方表示不再接收")
    LOST = "lost", _("发送中断，结果不明")
