"""The fixed words of the inspections room."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class LogState(models.TextChoices):
    """Where a daily log stands."""

    DRAFT = "draft", _("草稿")
    FILED = "filed", _("已提交")
    REVIEWED = "reviewed", _("已审阅")


class Subject(models.TextChoices):
    """What an entry is about (``spec/4-field.md``, Daily log)."""

    PARTY = "party", _("党建与民情")
    SECURITY = "security", _("治安与纠纷")
    SOCIAL = "social", _("社会事务")
    HEALTH = "health", _("卫生计生")
    EMPLOYMENT = "employment", _("就业社保")
    URBAN = "urban", _("市容秩序")
    SAFETY = "safety", _("安全生产")
    CULTURE = "culture", _("文化宣传")
    ECONOMY = "economy", _("经济服务")


SUBJECT_ICONS = {
    Subject.PARTY: "users-group",
    Subject.SECURITY: "shield",
    Subject.SOCIAL: "heart-handshake",
    Subject.HEALTH: "stethoscope",
    Subject.EMPLOYMENT: "briefcase",
    Subject.URBAN: "building-community",
    Subject.SAFETY: "alert-triangle",
    Subject.CULTURE: "book",
    Subject.ECONOMY: "building-store",
}


class Rating(models.IntegerChoices):
    """What a reviewer thinks of a log."""

    POOR = 1, pgettext_lazy("log rating", "需改进")
    FAIR = 2, pgettext_lazy("log rating", "合格")
    GOOD = 3, pgettext_lazy("log rating", "好")


class DayMark(models.TextChoices):
    """How one person's day looks in the week."""

    FILED = "filed", _("已提交")
    LATE = "late", _("迟交")
    EMPTY = "empty", _("空白")
    MISSING = "missing", _("缺")
    OPEN = "open", _("待提交")
    REST = "rest", _("休")
    NONE = "none", _("无")


# By this name the clock knows a log that waits to be read.
LOG_SUBJECT = "daily_log"
