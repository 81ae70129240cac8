"""Indicators as data, periods with their versions, scores down to numerator and denominator."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.assessment.choices import PUBLIC_STATES, Better, PeriodState, Scoring, SubjectKind
from apps.assessment.periods import Month
from apps.assessment.scoring import Rule
from apps.core.audit import ChainedEvent, ChainHead
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint
from apps.grid.scopes import scope_q, scopes_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person

PUBLIC = [state.value for state in PUBLIC_STATES]


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    """Indicators are the same for everybody."""

    def in_force(self, on: date) -> Self:
        """Those that hold on a day."""
        return self.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=on), effective_from__lte=on, active=True)


class Indicator(models.Model):
    """What is counted over what for one kind of subject, and how it is scored (``config/catalogues/indicators.yaml``).

    ``numerator`` and ``denominator`` name measures of ``measures.py``; an empty denominator is a plain count.
    """

    key = models.CharField(max_length=80, unique=True)
    code = models.CharField(max_length=30)
    subject_kind = models.CharField(max_length=10, choices=SubjectKind.choices)
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("指标"), max_length=40)
    name_en = models.CharField(max_length=60)
    numerator = models.CharField(max_length=30)
    denominator = models.CharField(max_length=30, blank=True)
    better = models.CharField(max_length=4, choices=Better.choices)
    scoring = models.CharField(max_length=12, choices=Scoring.choices)
    full_mark = models.DecimalField(max_digits=6, decimal_places=2)
    floor = models.DecimalField(max_digits=4, decimal_places=3)
    cap = models.DecimalField(max_digits=4, decimal_places=3)
    per_item = models.DecimalField(max_digits=6, decimal_places=2)
    minimum = models.PositiveIntegerField()
    leading = models.BooleanField(default=False)
    effective_from = models.DateField()
    effective_to = models.DateField(null=True)
    active = models.BooleanField(default=True)
    origin = models.CharField(max_length=200)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        ordering = ["subject_kind", "position"]
        constraints = [
            models.CheckConstraint(condition=Q(floor__lt=F("cap")), name="assessment_indicator_floor_below_cap"),
            models.CheckConstraint(
                condition=Q(full_mark__gte=0, per_item__gte=0), name="assessment_indicator_points_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="assessment_indicator_dates_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(scoring=Scoring.PROPORTIONAL) | ~Q(denominator=""),
                name="assessment_indicator_share_has_denominator",
            ),
            models.CheckConstraint(condition=Q(scoring__in=Scoring.values), name="assessment_indicator_scoring_known"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.name_en if (get_language() or "").startswith("en") else self.name

    @property
    def is_share(self) -> bool:
        """Whether the value is a share rather than a count."""
        return self.denominator != ""

    def as_rule(self) -> Rule:
        """The pure form."""
        return Rule(
            self.code,
            self.scoring,
            self.better,
            self.full_mark,
            self.floor,
            self.cap,
            self.per_item,
            self.minimum,
            self.leading,
        )


class Workday(models.Model):
    """A working day of the calendar as the last run of its month read it; the days on which logs are due."""

    date = models.DateField(unique=True)

    class Meta:
        ordering = ["date"]

    def __str__(self) -> str:
        return str(self.date)


class DutyDay(Placed):
    """A view: every working day on which somebody was a grid worker, and the log handed in for it, if any."""

    id = models.BigIntegerField(primary_key=True)
    worker = models.ForeignKey("accounts.User", on_delete=models.DO_NOTHING, related_name="+")
    date = models.DateField()
    log_id = models.BigIntegerField(null=True)
    filed = models.BooleanField()
    filed_at = models.DateTimeField(null=True)
    late = models.BooleanField()

    objects = PlacedQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "assessment_dutyday"
        ordering = ["date", "id"]

    def __str__(self) -> str:
        return f"{self.worker_id} {self.date}"


class PeriodQuerySet(models.QuerySet["Period"]):
    """Periods."""

    def visible_to(self, user: "Person") -> Self:
        """Published months of the districts in which ``user`` may see scores; the others for those who compute them."""
        seen = {scope.tree_id for scope in scopes_of(user, Permission.SCORE_VIEW)}
        run = {scope.tree_id for scope in scopes_of(user, Permission.SCORE_RUN)}
        return self.filter(Q(district__tree_id__in=seen, state__in=PUBLIC) | Q(district__tree_id__in=run & seen))


class Period(ChainHead):
    """One version of a month's scores in one district. A published version never changes again."""

    district = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    label = models.CharField(_("月份"), max_length=7)
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(_("状态"), max_length=10, choices=PeriodState.choices, default=PeriodState.COMPUTED)
    cutoff = models.DateTimeField()
    checksum = models.CharField(max_length=64)
    subjects = models.PositiveIntegerField(default=0)
    because = models.CharField(_("更正理由"), max_length=200, blank=True)
    computed_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    objects = PeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("考核月份")
        ordering = ["-label", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["district", "label", "version"], name="assessment_period_version"),
            models.UniqueConstraint(
                fields=["district", "label"],
                condition=~Q(state__in=PUBLIC),
                name="assessment_period_one_unpublished",
            ),
            models.CheckConstraint(
                condition=Q(label__regex=r"^\d{4}-(0[1-9]|1[0-2])$"), name="assessment_period_label"
            ),
            models.CheckConstraint(condition=Q(state__in=PeriodState.values), name="assessment_period_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=PUBLIC, published_at__isnull=False)
                | (~Q(state__in=PUBLIC) & Q(published_at__isnull=True)),
                name="assessment_period_published_when_public",
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(because=""), name="assessment_period_correction_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} v{self.version}"

    @property
    def month(self) -> Month:
        """The calendar month."""
        return Month.of(self.label)

    @property
    def is_public(self) -> bool:
        """Whether leaders see it."""
        return self.state in PUBLIC


class ScoreEvent(ChainedEvent):
    """What happened to a month's scores: computed, reviewed, published, sealed."""

    chain_parent = "period"

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="events", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "sequence"], name="assessment_scoreevent_period_sequence"),
        ]


class ScoreQuerySet(PlacedQuerySet):
    """Scores."""

    def visible_to(self, user: "Person", permission: Permission = Permission.SCORE_VIEW) -> Self:
        """Scores of the periods that ``user`` may see, within the scope."""
        return self.filter(scope_q(user, permission), period__in=Period.objects.visible_to(user).values("pk"))


class Score(Placed):
    """The points and place of one subject in one version of a month; the path is that of the subject's unit."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="scores", db_index=False)
    subject_kind = models.CharField(max_length=10, choices=SubjectKind.choices)
    subject_id = models.BigIntegerField()
    code = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    peer = models.CharField(max_length=12, blank=True)
    points = models.DecimalField(_("得分"), max_digits=6, decimal_places=2, null=True)
    rank = models.PositiveIntegerField(_("名次"), null=True)
    ranked = models.PositiveIntegerField(default=0)
    previous_rank = models.PositiveIntegerField(null=True)
    sample = models.PositiveIntegerField(default=0)

    objects = ScoreQuerySet.as_manager()

    items_loaded: "list[ScoreItem]"

    class Meta:
        verbose_name = _("考核得分")
        ordering = ["period", "subject_kind", "peer", F("rank").asc(nulls_last=True), "code"]
        indexes = [
            models.Index(fields=["period", "subject_kind", "rank", "id"], name="assessment_score_ranking"),
            models.Index(fields=["subject_kind", "subject_id"], name="assessment_score_subject"),
        ]
        constraints = [
            path_constraint("assessment_score"),
            models.UniqueConstraint(
                fields=["period", "subject_kind", "subject_id"], name="assessment_score_one_per_subject"
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0, points__lte=100), name="assessment_score_out_of_100"
            ),
            models.CheckConstraint(
                condition=Q(rank__isnull=True) | Q(points__isnull=False), name="assessment_score_ranked_has_points"
            ),
            models.CheckConstraint(
                condition=Q(subject_kind__in=SubjectKind.values), name="assessment_score_subject_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.points}"

    @property
    def movement(self) -> int | None:
        """How many places better than the month before; ``None`` where either month has no place."""
        if self.rank is None or self.previous_rank is None:
            return None
        return self.previous_rank - self.rank


class ScoreItem(models.Model):
    """One indicator behind a score: numerator, denominator, value and points (``None``: shown, not counted)."""

    score = models.ForeignKey(Score, on_delete=models.PROTECT, related_name="items", db_index=False)
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+", db_index=False)
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    value = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    points = models.DecimalField(max_digits=6, decimal_places=2, null=True)

    class Meta:
        ordering = ["score", "indicator"]
        constraints = [
            models.UniqueConstraint(fields=["score", "indicator"], name="assessment_scoreitem_once"),
            models.CheckConstraint(
                condition=Q(points__isnull=True) | Q(points__gte=0), name="assessment_scoreitem_points_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=True) | Q(denominator__gt=0),
                name="assessment_scoreitem_value_has_base",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"
