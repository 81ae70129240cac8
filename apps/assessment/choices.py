"""The fixed words of the assessment room."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SubjectKind(models.TextChoices):
    """Who or what gets a score."""

    DISTRICT = "district", _("区")
    STREET = "street", _("街道")
    COMMUNITY = "community", _("社区")
    GRID = "grid", _("网格")
    WORKER = "worker", _("网格员")
    AGENCY = "agency", _("处置单位")


RANKED_KINDS = tuple(kind for kind in SubjectKind if kind is not SubjectKind.DISTRICT)
UNIT_KINDS = (SubjectKind.DISTRICT, SubjectKind.STREET, SubjectKind.COMMUNITY, SubjectKind.GRID)


class PeriodState(models.TextChoices):
    """Where a month's scores stand (``spec/7-assessment.md``, Periods and publication)."""

    COMPUTED = "computed", _("已计算")
    REVIEWED = "reviewed", _("已复核")
    PUBLISHED = "published", pgettext_lazy("period", "已发布")
    SEALED = "sealed", _("已封存")


PUBLIC_STATES = (PeriodState.PUBLISHED, PeriodState.SEALED)


class Better(models.TextChoices):
    """Which way of an indicator is good."""

    UP = "up", _("越高越好")
    DOWN = "down", _("越低越好")


class Scoring(models.TextChoices):
    """How an indicator turns into points."""

    PROPORTIONAL = "proportional", _("按比例")
    DEDUCTION = "deduction", _("按件扣分")
    SHOWN = "shown", _("只列示")


class Part(models.TextChoices):
    """Which rows of an indicator are meant."""

    NUMERATOR = "numerator", _("分子")
    DENOMINATOR = "denominator", _("分母")
    REST = "rest", _("差额")
