"""The words of delivery: by which channel, in which group, when, and how it went."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Channel(models.TextChoices):
    """The ways out of the inbox."""

    MAIL = "mail", _("电子邮件")
    SMS = "sms", _("短信")
    WECOM = "wecom", _("企业微信")
    DINGTALK = "dingtalk", _("钉钉")


class Group(models.TextChoices):
    """What kinds of notices people choose channels for, in the order of the page."""

    DISPATCHED = "dispatched", _("交办给我的")
    LIMITS = "limits", _("时限提醒与督办")
    CARDS = "cards", _("黄红牌与申诉")
    VERIFICATION = "verification", _("核查与结案")
    OUTCOMES = "outcomes", _("办理结果")
    LOGS = "logs", _("日志与巡查")
    SCORES = "scores", _("考核结果")
    ANNOUNCEMENTS = "announcements", _("公告")
    SYSTEM = "system", _("系统消息")


class Timing(models.TextChoices):
    """When a notice goes out besides the inbox; no preference at all means that it does not."""

    NOW = "now", _("立即发送")
    DIGEST = "digest", _("汇总发送")


class DeliveryState(models.TextChoices):
    """How far a delivery has come: ``failed`` is tried again, ``dead`` is not."""

    WAITING = "waiting", pgettext_lazy("delivery", "待发送")
    SENT = "sent", pgettext_lazy("delivery", "已发送")
    FAILED = "failed", pgettext_lazy("delivery", "将重试")
    DEAD = "dead", pgettext_lazy("delivery", "未送达")
    SKIPPED = "skipped", pgettext_lazy("delivery", "未发送")


OPEN_STATES = (DeliveryState.WAITING, DeliveryState.FAILED)
STATE_TONES = {
    DeliveryState.WAITING: "plain",
    DeliveryState.SENT: "ok",
    DeliveryState.FAILED: "near",
    DeliveryState.DEAD: "late",
    DeliveryState.SKIPPED: "plain",
}
CHANNEL_ICONS = {
    Channel.MAIL: "mail",
    Channel.SMS: "message",
    Channel.WECOM: "brand-wechat",
    Channel.DINGTALK: "message-circle",
}


class Failure(models.TextChoices):
    """Why a delivery failed, was given up or was not made."""

    TIMEOUT = "timeout", _("网关未在时限内应答")
    UNREACHABLE = "unreachable", _("连接不上网关")
    BROKEN_ANSWER = "broken-answer", _("网关应答无法识别")
    SERVER_ERROR = "server-error", _("网关出错")
    BUSY = "busy", _("网关限流")
    REJECTED = "rejected", _("网关拒绝")
    BAD_ADDRESS = "bad-address", _("号码或账号无效")
    UNWORDED = "unworded", _("内容无法生成")
    LOST = "lost", _("发送中断，结果不明")
    NO_ADDRESS = "no-address", _("收件人没有填写地址")
    LEFT = "left", _("收件人账号已停用")
    READ = "read", _("已在站内阅读")
    TURNED_OFF = "turned-off", _("收件人已关闭此渠道")


# Why no delivery was made although one had been planned.
SKIP_REASONS = (Failure.NO_ADDRESS, Failure.LEFT, Failure.READ, Failure.TURNED_OFF)
