"""The words of the room: stages, measures, states, steps and cards."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Stage(models.TextChoices):
    """What a limit is for; each has limits of its own."""

    SCREENING = "screening", pgettext_lazy("stage", "受理甄别")
    ACCEPTING = "accepting", pgettext_lazy("stage", "签收")
    HANDLING = "handling", pgettext_lazy("stage", "处置")
    VERIFYING = "verifying", pgettext_lazy("stage", "核查")
    WHOLE = "whole", pgettext_lazy("stage", "全程")
    SUPERVISION = "supervision", pgettext_lazy("stage", "督办答复")
    RECTIFICATION = "rectification", pgettext_lazy("stage", "整改")
    LOG_REVIEW = "log_review", pgettext_lazy("stage", "日志审阅")
    TASK = "task", pgettext_lazy("stage", "任务")
    APPEAL = "appeal", pgettext_lazy("stage", "申诉")
    RULING = "ruling", pgettext_lazy("stage", "职责裁定")
    SPOT_CHECK = "spot_check", pgettext_lazy("stage", "抽查")


class Level(models.TextChoices):
    """Whose hands the matter is in."""

    COMMUNITY = "community", pgettext_lazy("level", "社区")
    STREET = "street", pgettext_lazy("level", "街道")
    DISTRICT = "district", pgettext_lazy("level", "区")
    AGENCY = "agency", pgettext_lazy("level", "处置单位")


class Urgency(models.TextChoices):
    """How pressing a matter is; urgent ones run on the clock."""

    NORMAL = "normal", _("一般")
    URGENT = "urgent", _("紧急")


class Complexity(models.TextChoices):
    """How much a matter asks for before it can be settled; the desk says so when it registers or dispatches it."""

    GENERAL = "general", pgettext_lazy("complexity", "一般")
    COMPLEX = "complex", pgettext_lazy("complexity", "复杂")
    MAJOR = "major", pgettext_lazy("complexity", "重大")


class Measure(models.TextChoices):
    """The unit in which time is counted."""

    WORKING_HOURS = "working_hours", _("工作时")
    WORKING_DAYS = "working_days", _("工作日")
    CALENDAR_HOURS = "calendar_hours", _("小时")


class Anchor(models.TextChoices):
    """What a ladder step is reckoned from."""

    SHARE = "share", _("时限的百分比")
    BEFORE_END = "before_end", _("到期之前")
    AT_END = "at_end", _("到期")
    AFTER_END = "after_end", _("到期之后")


class StepKind(models.TextChoices):
    """What a ladder step does."""

    REMIND = "remind", _("提醒")
    YELLOW = "yellow", _("黄牌")
    RED = "red", _("红牌")
    ESCALATE = "escalate", _("上报升级")
    MEETING = "meeting", _("列入例会")
    COMMITTEE = "committee", _("提交党委")


class Card(models.TextChoices):
    """The card a limit shows."""

    NONE = "none", _("无")
    YELLOW = "yellow", _("黄牌")
    RED = "red", _("红牌")


class AppealState(models.TextChoices):
    """What became of an appeal against a card."""

    OPEN = "open", pgettext_lazy("appeal", "待裁定")
    UPHELD = "upheld", pgettext_lazy("appeal", "撤销该牌")
    REJECTED = "rejected", pgettext_lazy("appeal", "维持该牌")


class LimitState(models.TextChoices):
    """Where a limit stands."""

    RUNNING = "running", _("计时中")
    PAUSED = "paused", _("已暂停")
    ENDED = "ended", _("已结束")


class Outcome(models.TextChoices):
    """How a limit ended: what it asked for was done, or it no longer applies."""

    DONE = "done", _("已办")
    CANCELLED = "cancelled", _("已取消")


class RuleKind(models.TextChoices):
    """Which of the rules that give limits was changed."""

    CALENDAR = "calendar", _("工作日历")
    POLICY = "policy", _("时限规则")
    LADDER = "ladder", _("阶梯")
    PRESET = "preset", _("方案")


BASE_PRESET = "default"
OWN_PRESET = "own"


class ChangeKind(models.TextChoices):
    """What befell a limit's end."""

    PAUSED = "paused", pgettext_lazy("limit change", "暂停计时")
    RESUMED = "resumed", pgettext_lazy("limit change", "恢复计时")
    EXTENDED = "extended", pgettext_lazy("limit change", "延期")
    RECOMPUTED = "recomputed", pgettext_lazy("limit change", "按新日历重算")


CARD_OF_STEP = {
    StepKind.REMIND: Card.NONE,
    StepKind.YELLOW: Card.YELLOW,
    StepKind.RED: Card.RED,
    StepKind.ESCALATE: Card.NONE,
    StepKind.MEETING: Card.NONE,
    StepKind.COMMITTEE: Card.NONE,
}

CARD_STEPS = (StepKind.YELLOW, StepKind.RED)

# A log to be read is not a case to be chased: its desk is reminded, and nobody gets a card for it. Of a duty to rule on
# and a spot check to make the level above hears as well, once.
STEPS_OF_STAGE = {
    Stage.LOG_REVIEW: frozenset({StepKind.REMIND}),
    Stage.RULING: frozenset({StepKind.REMIND, StepKind.ESCALATE}),
    Stage.SPOT_CHECK: frozenset({StepKind.REMIND, StepKind.ESCALATE}),
}
