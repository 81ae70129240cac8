"""The rules of the clock as data: calendar, policies, ladders, and who changed them."""

from functools import reduce
from operator import and_
from typing import TYPE_CHECKING

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.core import presentation
from apps.deadlines.calendar import Period, Periods
from apps.deadlines.choices import (
    Anchor,
    Complexity,
    Level,
    Measure,
    RuleKind,
    Stage,
    StepKind,
    Urgency,
)
from apps.deadlines.reckoning import Rung
from apps.organisation.models import DateRange

if TYPE_CHECKING:
    pass

MOST_PERIODS = 4


class CalendarYear(models.Model):
    """Whether a year's holidays and make-up working days are announced."""

    year = models.PositiveSmallIntegerField(unique=True, verbose_name=_("年份"))
    announced = models.BooleanField(default=False, verbose_name=_("已公布"))
    origin = models.CharField(max_length=200, verbose_name=_("来源"))

    class Meta:
        ordering = ["year"]

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A named holiday or a make-up working day of a unit, or of all units (``unit`` is null).

    Days without a row are those of the unit above, at last of all units; days without any follow the weekday rule.
    """

    unit = models.ForeignKey(
        "grid.Unit",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("单元"),
    )
    date = models.DateField(verbose_name=_("日期"))
    is_working = models.BooleanField(verbose_name=_("上班"))
    name = models.CharField(max_length=40, verbose_name=_("名称"))
    origin = models.CharField(max_length=200, verbose_name=_("来源"))

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "date"], nulls_distinct=False, name="deadlines_calendarday_once_per_unit"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="deadlines_calendarday_named"),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class WorkingHours(models.Model):
    """The periods of a working day of a unit, or of all units (``unit`` is null), from a date on.

    ``periods`` holds openings and closings in turn; none says that from then on the hours are those of the unit above.
    """

    unit = models.ForeignKey(
        "grid.Unit",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("单元"),
    )
    effective_from = models.DateField(verbose_name=_("生效日"))
    periods = ArrayField(models.TimeField(), size=2 * MOST_PERIODS, verbose_name=_("工作时段"))
    origin = models.CharField(max_length=200, verbose_name=_("来源"))

    class Meta:
        verbose_name_plural = "working hours"
        ordering = ["effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "effective_from"], nulls_distinct=False, name="deadlines_workinghours_once_per_unit"
            ),
            models.CheckConstraint(
                condition=Q(periods__len__in=[2 * number for number in range(MOST_PERIODS + 1)]),
                name="deadlines_workinghours_pairs",
            ),
            models.CheckConstraint(
                condition=reduce(
                    and_, (Q(**{f"periods__{n}__lt": F(f"periods__{n + 1}")}) for n in range(2 * MOST_PERIODS - 1))
                ),
                name="deadlines_workinghours_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from}"

    def as_periods(self) -> Periods:
        """The periods as the arithmetic wants them."""
        edges = list(self.periods)
        return tuple(Period(opens, closes) for opens, closes in zip(edges[::2], edges[1::2], strict=True))


class CalendarChange(models.Model):
    """One change of days, hours or a year's announcement: append-only by trigger, the cause of recomputed limits.

    ``changes`` lists what became what, as ``edits`` writes it. ``first_date`` and ``last_date`` bound the dates on
    which working time became different (no last date: from the first one on); both are null where only a
    year was announced.
    """

    unit = models.ForeignKey("grid.Unit", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("单元"))
    changes = models.JSONField()
    first_date = models.DateField(null=True)
    last_date = models.DateField(null=True)
    because = models.CharField(max_length=200, verbose_name=_("理由"))
    undoes = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="undone_by")
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(because=""), name="deadlines_calendarchange_because_given"),
            models.CheckConstraint(
                condition=Q(last_date__isnull=True) | Q(last_date__gte=F("first_date"), first_date__isnull=False),
                name="deadlines_calendarchange_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.because}"


class RulebookStamp(models.Model):
    """One row whose value a trigger renews at every change of calendar, policies or ladder.

    Each process keeps the rules in memory and compares the stamp, one tiny query, before using them.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="deadlines_rulebookstamp_single")]


class LimitPreset(models.Model):
    """A set of policies and ladders that belong together. A ``base`` set holds everywhere; any other where a unit
    has chosen it. Policies written in the product belong to the base set ``own``."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=100, verbose_name=_("名称"))
    name_en = models.CharField(max_length=100)
    base = models.BooleanField(default=False, verbose_name=_("处处适用"))
    active = models.BooleanField(default=True, verbose_name=_("启用"))
    origin = models.CharField(max_length=200, verbose_name=_("来源"))

    class Meta:
        ordering = ["-base", "id"]

    def __str__(self) -> str:
        return self.code

    @property
    def title(self) -> str:
        """The name in the language in use."""
        return self.name if presentation.in_chinese() else self.name_en


class DatedRule(models.Model):
    """What a policy and a ladder have in common: a code with versions, what it is for, and from when to when.

    ``effective_to`` is the last day. ``by_hand`` marks a version that was written or ended in the product: loading the
    catalogues leaves it alone. ``to_check`` says that the figure is second-hand and nobody's standard.
    """

    code = models.SlugField(max_length=60)
    version = models.PositiveSmallIntegerField(default=1, verbose_name=_("版本"))
    preset = models.ForeignKey(
        LimitPreset,
        on_delete=models.PROTECT,
        to_field="code",
        db_column="preset",
        related_name="+",
        db_index=False,
        verbose_name=_("方案"),
    )
    name = models.CharField(max_length=100, verbose_name=_("名称"))
    name_en = models.CharField(max_length=100)
    stage = models.CharField(max_length=20, choices=Stage.choices, verbose_name=_("环节"))
    urgency = models.CharField(max_length=10, choices=Urgency.choices, blank=True, verbose_name=_("紧急程度"))
    complexity = models.CharField(max_length=10, choices=Complexity.choices, blank=True, verbose_name=_("复杂程度"))
    unit = models.ForeignKey("grid.Unit", on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("单元"))
    active = models.BooleanField(default=True, verbose_name=_("启用"))
    effective_from = models.DateField(verbose_name=_("生效日"))
    effective_to = models.DateField(null=True, verbose_name=_("失效日"))
    by_hand = models.BooleanField(default=False, verbose_name=_("人工修改"))
    to_check = models.BooleanField(default=False, verbose_name=_("待核"))
    origin = models.CharField(max_length=200, verbose_name=_("来源"))

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.code} {self.version}"

    @property
    def title(self) -> str:
        """The name in the language in use."""
        return self.name if presentation.in_chinese() else self.name_en


def _rule_constraints(table: str, *dimensions: str) -> list[models.BaseConstraint]:
    """What holds of every dated rule: each version once, dates in order, and within a set no two rules for the very
    same matters at the same time."""
    return [
        models.UniqueConstraint(fields=["code", "version"], name=f"{table}_code_version"),
        models.CheckConstraint(
            condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
            name=f"{table}_effective_order",
        ),
        models.CheckConstraint(condition=Q(complexity__in=["", *Complexity.values]), name=f"{table}_complexity"),
        ExclusionConstraint(
            name=f"{table}_no_overlap",
            expressions=[
                *((name, RangeOperators.EQUAL) for name in ("preset", "stage", *dimensions, "urgency", "complexity")),
                (Func(F("unit"), 0, function="COALESCE"), RangeOperators.EQUAL),
                (DateRange("effective_from", "effective_to"), RangeOperators.OVERLAPS),
            ],
            condition=Q(active=True),
        ),
    ]


class LimitPolicy(DatedRule):
    """How much time a stage has; an empty ``level``, ``category_prefix``, ``urgency``, ``complexity`` or ``unit``
    matches everything. What limits were reckoned by is never changed, by a trigger: it gets an end and a successor."""

    level = models.CharField(max_length=20, choices=Level.choices, blank=True, verbose_name=_("层级"))
    category_prefix = models.CharField(max_length=60, blank=True, verbose_name=_("类别"))
    amount = models.DecimalField(max_digits=6, decimal_places=2, verbose_name=_("时限"))
    measure = models.CharField(max_length=20, choices=Measure.choices, verbose_name=_("计时单位"))

    class Meta:
        ordering = ["stage", "code", "version"]
        constraints = [
            *_rule_constraints("deadlines_limitpolicy", "level", "category_prefix"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="deadlines_limitpolicy_amount_positive"),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="deadlines_limitpolicy_measure"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="deadlines_limitpolicy_stage"),
        ]


class Ladder(DatedRule):
    """The steps that a limit climbs; an empty ``stage``, ``urgency``, ``complexity`` or ``unit`` matches everything.

    Its rungs never change once a limit climbs it, by a trigger: other steps are a new version from a later day.
    """

    stage = models.CharField(max_length=20, choices=Stage.choices, blank=True, verbose_name=_("环节"))

    class Meta:
        ordering = ["code", "version"]
        constraints = [
            *_rule_constraints("deadlines_ladder"),
            models.CheckConstraint(condition=Q(stage__in=["", *Stage.values]), name="deadlines_ladder_stage"),
        ]


class PresetChoice(models.Model):
    """A unit's choice of a set, for itself and everything below it; ``effective_to`` is the last day."""

    unit = models.ForeignKey("grid.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("单元"))
    preset = models.ForeignKey(
        LimitPreset, on_delete=models.PROTECT, to_field="code", db_column="preset", related_name="+"
    )
    effective_from = models.DateField(verbose_name=_("生效日"))
    effective_to = models.DateField(null=True, verbose_name=_("失效日"))

    class Meta:
        ordering = ["unit", "effective_from", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="deadlines_presetchoice_effective_order",
            ),
            ExclusionConstraint(
                name="deadlines_presetchoice_no_overlap",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("preset", RangeOperators.EQUAL),
                    (DateRange("effective_from", "effective_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.preset_id}"


class LadderRung(models.Model):
    """One configured step of a ladder."""

    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, related_name="rungs", db_index=False)
    step = models.PositiveSmallIntegerField(verbose_name=_("步骤"))
    kind = models.CharField(max_length=10, choices=StepKind.choices, verbose_name=_("做什么"))
    anchor = models.CharField(max_length=10, choices=Anchor.choices, verbose_name=_("起算"))
    amount = models.DecimalField(max_digits=6, decimal_places=2, verbose_name=_("数量"))
    measure = models.CharField(max_length=20, choices=Measure.choices, blank=True, verbose_name=_("计时单位"))
    origin = models.CharField(max_length=200, verbose_name=_("来源"))

    class Meta:
        ordering = ["ladder", "step"]
        constraints = [
            models.UniqueConstraint(fields=["ladder", "step"], name="deadlines_ladderrung_step_once"),
            models.CheckConstraint(condition=Q(step__gte=1), name="deadlines_ladderrung_step_from_one"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="deadlines_ladderrung_amount_not_negative"),
            models.CheckConstraint(condition=Q(kind__in=StepKind.values), name="deadlines_ladderrung_kind"),
            models.CheckConstraint(
                condition=Q(measure__in=Measure.values) | Q(anchor__in=[Anchor.SHARE, Anchor.AT_END], measure=""),
                name="deadlines_ladderrung_measure_where_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.kind}"

    def as_rung(self) -> Rung:
        """The pure form."""
        return Rung(self.step, self.kind, self.anchor, self.amount, self.measure)


class RuleChange(models.Model):
    """One change of what limits are reckoned by: who, when, why, and the rule before and after. Append-only by trigger.

    ``code`` names what was changed; ``actor`` is null when the catalogues were loaded.
    """

    kind = models.CharField(max_length=10, choices=RuleKind.choices)
    code = models.CharField(max_length=60)
    unit = models.ForeignKey("grid.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    because = models.CharField(max_length=200, verbose_name=_("理由"))
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "code", "-id"], name="deadlines_rulechange_code")]
        constraints = [
            models.CheckConstraint(condition=~Q(because=""), name="deadlines_rulechange_because_given"),
            models.CheckConstraint(condition=Q(kind__in=RuleKind.values), name="deadlines_rulechange_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"
