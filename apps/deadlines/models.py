"""Rows of the clock: calendar, policies and ladder as data; limits, the steps taken on them, and the sweeps."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from apps.core import presentation
from apps.deadlines.choices import (
    CARD_STEPS,
    Anchor,
    AppealState,
    Card,
    Complexity,
    Level,
    LimitState,
    Measure,
    Outcome,
    RuleKind,
    Stage,
    StepKind,
    Urgency,
)
from apps.deadlines.reckoning import Rung
from apps.grid.permissions import Permission
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint
from apps.grid.scopes import scope_q
from apps.organisation.models import Agency, DateRange, agency_ids_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person


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
    """A named holiday or a make-up working day; days without a row follow the weekday rule."""

    date = models.DateField(unique=True, verbose_name=_("日期"))
    is_working = models.BooleanField(verbose_name=_("上班"))
    name = models.CharField(max_length=40, verbose_name=_("名称"))
    origin = models.CharField(max_length=200, verbose_name=_("来源"))

    class Meta:
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


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


class Limit(Placed):
    """One running, paused or ended limit of any kind of subject, with its ladder reckoned in advance.

    ``policy`` gave the time unless ``due_given``: then whoever started the limit named its end. ``ladder`` is the one
    that it climbs, whatever is chosen later.

    ``plan_steps``, ``plan_kinds`` and ``plan_times`` are parallel; steps up to ``last_step`` are taken. ``counts_from``
    is ``started_at`` moved by the pauses. ``next_step_at`` is null when no step is pending.
    """

    stage = models.CharField(max_length=20, choices=Stage.choices)
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=200)
    subject_url = models.CharField(max_length=200)
    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    head = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    policy = models.ForeignKey(LimitPolicy, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    due_given = models.BooleanField(default=False, db_default=False)
    measure = models.CharField(max_length=20, choices=Measure.choices)
    started_at = models.DateTimeField()
    counts_from = models.DateTimeField()
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    state = models.CharField(max_length=10, choices=LimitState.choices, default=LimitState.RUNNING)
    card = models.CharField(max_length=10, choices=Card.choices, default=Card.NONE)
    extensions = models.PositiveSmallIntegerField(default=0)
    plan_steps = ArrayField(models.PositiveSmallIntegerField())
    plan_kinds = ArrayField(models.CharField(max_length=10))
    plan_times = ArrayField(models.DateTimeField())
    last_step = models.PositiveSmallIntegerField(default=0)
    next_step_at = models.DateTimeField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["next_step_at", "id"],
                condition=Q(next_step_at__isnull=False),
                name="deadlines_limit_next_step",
            ),
            models.Index(fields=["subject_kind", "subject_id"], name="deadlines_limit_subject"),
        ]
        constraints = [
            path_constraint("deadlines_limit"),
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "stage"],
                condition=~Q(state=LimitState.ENDED),
                name="deadlines_limit_one_open",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("started_at")), name="deadlines_limit_due_after_start"),
            models.CheckConstraint(
                condition=Q(state=LimitState.RUNNING, paused_at__isnull=True, ended_at__isnull=True, outcome="")
                | Q(state=LimitState.PAUSED, paused_at__isnull=False, ended_at__isnull=True, outcome="")
                | Q(state=LimitState.ENDED, ended_at__isnull=False, outcome__in=Outcome.values),
                name="deadlines_limit_state_pairs",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="deadlines_limit_end_after_start",
            ),
            models.CheckConstraint(
                condition=Q(next_step_at__isnull=True) | Q(state=LimitState.RUNNING),
                name="deadlines_limit_steps_only_running",
            ),
            models.CheckConstraint(
                condition=Q(plan_steps__len=F("plan_times__len"), plan_kinds__len=F("plan_times__len")),
                name="deadlines_limit_plan_parallel",
            ),
            models.CheckConstraint(condition=Q(card__in=Card.values), name="deadlines_limit_card"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="deadlines_limit_stage"),
            models.CheckConstraint(condition=Q(measure__in=Measure.values), name="deadlines_limit_measure"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_kind} {self.subject_id} {self.stage}"

    def is_overdue(self, at: datetime) -> bool:
        """Whether the limit's end has passed unmet at ``at``; judged by the end alone, never by a sweep.

        A limit that ended while it was paused is judged by when the pause began.
        """
        return (self.paused_at or self.ended_at or at) > self.due_at


class LadderStepQuerySet(models.QuerySet["LadderStep"]):
    """Steps taken."""

    def cards(self) -> Self:
        """The steps that issued a card."""
        return self.filter(kind__in=CARD_STEPS)

    def on(self, subjects: Iterable[tuple[str, int]]) -> Self:
        """The steps on limits of these (subject kind, subject id) pairs."""
        by_kind: dict[str, list[int]] = {}
        for kind, subject_id in subjects:
            by_kind.setdefault(kind, []).append(subject_id)
        condition = Q(pk__in=[])
        for kind, ids in by_kind.items():
            condition |= Q(limit__subject_kind=kind, limit__subject_id__in=ids)
        return self.filter(condition)

    def cards_on(self, subjects: Iterable[tuple[str, int]]) -> Self:
        """The cards issued on these subjects, oldest first, with limit, holder and appeal."""
        related = ("limit__head__unit", "holder__unit", "appeal__decider__unit")
        return self.cards().on(subjects).select_related(*related).order_by("done_at", "id")

    def standing(self) -> Self:
        """The cards that no decided appeal has withdrawn."""
        return self.cards().exclude(appeal__state=AppealState.UPHELD)

    def visible_to(self, user: "Person", permission: Permission = Permission.CASE_VIEW) -> Self:
        """Steps on limits within the scope, and those taken on an agency of the user's."""
        return self.filter(scope_q(user, permission, "limit__") | Q(holder__in=agency_ids_of(user)))


class LadderStep(models.Model):
    """A step taken on a limit: itself the append-only event of a timeline. ``holder`` is who held it then."""

    limit = models.ForeignKey(Limit, on_delete=models.PROTECT, related_name="steps", db_index=False)
    step = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=StepKind.choices)
    card = models.CharField(max_length=10, choices=Card.choices, default=Card.NONE)
    holder = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField()

    objects = LadderStepQuerySet.as_manager()

    class Meta:
        ordering = ["limit_id", "step"]
        indexes = [
            models.Index(fields=["-done_at", "-id"], condition=Q(kind__in=CARD_STEPS), name="deadlines_step_cards"),
            models.Index(
                fields=["holder", "-done_at", "-id"],
                condition=Q(kind__in=CARD_STEPS),
                name="deadlines_step_holder_cards",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["limit", "step"], name="deadlines_ladderstep_once"),
            models.CheckConstraint(condition=Q(done_at__gte=F("due_at")), name="deadlines_ladderstep_done_when_due"),
            models.CheckConstraint(condition=Q(kind__in=StepKind.values), name="deadlines_ladderstep_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.limit_id} {self.step} {self.kind}"


class SweepRun(models.Model):
    """What one sweep did, or why it failed; a run without an end was killed, and the next one went on where it
    stopped.
    """

    started_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    limits = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    batches = models.PositiveIntegerField(default=0)
    lag_seconds = models.PositiveIntegerField(default=0, help_text="how late the oldest step was taken")
    by_kind = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["-id"], condition=Q(steps__gt=0), name="deadlines_sweeprun_busy"),
            models.Index(fields=["-id"], condition=~Q(error=""), name="deadlines_sweeprun_failed"),
            models.Index(fields=["-id"], condition=Q(ended_at__isnull=True), name="deadlines_sweeprun_open"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")),
                name="deadlines_sweeprun_end_after_start",
            ),
            models.CheckConstraint(
                condition=Q(error="") | Q(ended_at__isnull=False), name="deadlines_sweeprun_failure_has_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M:%S}"

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """How many steps of each kind, named in the language in use, in the ladder's order."""
        return [(str(kind.label), self.by_kind[kind]) for kind in StepKind if kind in self.by_kind]

    @property
    def lag_minutes(self) -> int:
        """The lag in whole minutes."""
        return self.lag_seconds // 60

    @property
    def seconds(self) -> float | None:
        """How long it took, in seconds; ``None`` while it has no end."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None


class CardAppeal(models.Model):
    """An appeal against one card by whoever got it. Decided in favour, it withdraws the card; the step stays written.

    ``agency`` is the card's holder, ``decider`` the centre asked to decide; none where the leaders of the district do.
    """

    step = models.OneToOneField(LadderStep, on_delete=models.PROTECT, related_name="appeal")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    decider = models.ForeignKey(Agency, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    reason = models.TextField(_("申诉理由"), max_length=2000)
    state = models.CharField(max_length=10, choices=AppealState.choices, default=AppealState.OPEN)
    decided_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(_("裁定理由"), max_length=2000, blank=True)

    class Meta:
        ordering = ["made_at", "id"]
        indexes = [
            models.Index(
                fields=["decider", "made_at"], condition=Q(state=AppealState.OPEN), name="deadlines_cardappeal_waiting"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="deadlines_cardappeal_reason_given"),
            models.CheckConstraint(
                condition=Q(state=AppealState.OPEN, decided_at__isnull=True, decided_by__isnull=True, decision="")
                | (
                    Q(state__in=[AppealState.UPHELD, AppealState.REJECTED], decided_by__isnull=False)
                    & Q(decided_at__isnull=False, decided_at__gte=F("made_at"))
                    & ~Q(decision="")
                ),
                name="deadlines_cardappeal_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_id} {self.state}"
