"""Samples that the supervision office draws from handled cases, and the review of each sampled case."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, IntegerField, Q
from django.db.models.lookups import IsNull
from django.utils.translation import gettext_lazy as _

from apps.cases.models.cases import Case
from apps.cases.models.categories import Category
from apps.cases.models.orders import _agency, _person
from apps.cases.sampling import (
    ALWAYS_CHECKED,
    MOST_DRAWN,
    REVIEWED,
    Consequence,
    Finding,
    Point,
    ReviewState,
    SampleKind,
    point_column,
)
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint
from apps.grid.scopes import KINDS

ANY_FAULT = Q(*((point_column(point), Finding.FAULT) for point in Point), _connector=Q.OR)
ALL_LOOKED_AT = Q(*((f"{point_column(point)}__in", Finding.values) for point in Point)) & ~Q(
    *((point_column(point), Finding.SKIPPED) for point in ALWAYS_CHECKED), _connector=Q.OR
)
NOTHING_LOOKED_AT = Q(*((point_column(point), "") for point in Point))


class Sample(Placed):
    """One drawing of lots among the cases closed in a unit from ``since`` to ``until`` (days, both included): those
    whose SHA-256 of ``seed:number`` is lowest. It lies at the unit. Kept are the rule, how many cases could be drawn
    and the SHA-256 of their sorted numbers with a line feed between them, so that whoever knows the seed draws the
    same again."""

    client_id = models.UUIDField(unique=True)
    title = models.CharField(_("名称"), max_length=60)
    since = models.DateField(_("结案起"))
    until = models.DateField(_("结案止"))
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    agency = _agency(null=True)
    kind = models.CharField(_("范围"), max_length=12, choices=SampleKind.choices, default=SampleKind.ALL)
    size = models.PositiveIntegerField(_("件数"), null=True)
    percent = models.PositiveSmallIntegerField(_("比例（%）"), null=True)
    seed = models.CharField(max_length=32)
    population = models.PositiveIntegerField(help_text="how many cases could be drawn")
    digest = models.CharField(max_length=64, help_text="SHA-256 of their sorted numbers, in hexadecimal")
    drawn = models.PositiveIntegerField()
    due_on = models.DateField(_("评查期限"))
    drawn_by = _person()
    drawn_at = models.DateTimeField()

    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=[level, "-id"], name=f"cases_sample_{level}") for level in KINDS]
        constraints = [
            path_constraint("cases_sample"),
            models.CheckConstraint(condition=~Q(title=""), name="cases_sample_title_given"),
            models.CheckConstraint(condition=Q(kind__in=SampleKind.values), name="cases_sample_kind_known"),
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="cases_sample_days_in_order"),
            models.CheckConstraint(condition=Q(due_on__gt=F("until")), name="cases_sample_due_after_period"),
            models.CheckConstraint(
                condition=Q(size__isnull=False, size__gte=1, percent__isnull=True)
                | Q(size__isnull=True, percent__isnull=False, percent__gte=1, percent__lte=100),
                name="cases_sample_size_or_percent",
            ),
            models.CheckConstraint(
                condition=Q(drawn__gte=1, drawn__lte=F("population")) & Q(drawn__lte=MOST_DRAWN),
                name="cases_sample_out_of_population",
            ),
            models.CheckConstraint(
                condition=Q(seed__regex="^[0-9a-f]{32}$", digest__regex="^[0-9a-f]{64}$"),
                name="cases_sample_seed_and_digest",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SampleReview(Placed):
    """The review of one sampled case by somebody who had no hand in it; ``hands`` are the keys of those who had when it
    was drawn, ``agency`` whoever had handled it. It lapses where the case is opened again first. It lies where its case
    lies."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="reviews", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sample_reviews", db_index=False)
    agency = _agency()
    hands = ArrayField(models.BigIntegerField())
    state = models.CharField(max_length=11, choices=ReviewState.choices, default=ReviewState.WAITING)
    point_record = models.CharField(Point.RECORD.label, max_length=7, choices=Finding.choices, blank=True)
    point_evidence = models.CharField(Point.EVIDENCE.label, max_length=7, choices=Finding.choices, blank=True)
    point_limit = models.CharField(Point.LIMIT.label, max_length=7, choices=Finding.choices, blank=True)
    point_reporter = models.CharField(Point.REPORTER.label, max_length=7, choices=Finding.choices, blank=True)
    point_result = models.CharField(Point.RESULT.label, max_length=7, choices=Finding.choices, blank=True)
    consequence = models.CharField(_("处理"), max_length=9, choices=Consequence.choices, blank=True)
    note = models.TextField(_("评查意见"), max_length=2000, blank=True)
    reviewed_by = _person(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            *(
                models.Index(
                    fields=[level, "-ended_at", "-id"],
                    condition=Q(state__in=REVIEWED),
                    name=f"cases_samplereview_{level}",
                )
                for level in KINDS
            ),
            models.Index(
                fields=["agency", "-ended_at", "-id"],
                condition=Q(state__in=REVIEWED),
                name="cases_samplereview_agency",
            ),
            models.Index(fields=["case"], name="cases_samplereview_case"),
            models.Index(fields=["sample"], condition=Q(state="waiting"), name="cases_samplereview_waiting"),
        ]
        constraints = [
            path_constraint("cases_samplereview"),
            models.UniqueConstraint(fields=["sample", "case"], name="cases_samplereview_sample_case"),
            models.CheckConstraint(
                condition=(
                    Q(state=ReviewState.WAITING, ended_at__isnull=True, reviewed_by__isnull=True, note="")
                    & NOTHING_LOOKED_AT
                )
                | (
                    Q(state=ReviewState.LAPSED, ended_at__isnull=False, reviewed_by__isnull=True, note="")
                    & NOTHING_LOOKED_AT
                )
                | (Q(state__in=REVIEWED, ended_at__isnull=False, reviewed_by__isnull=False) & ALL_LOOKED_AT),
                name="cases_samplereview_made_whole",
            ),
            models.CheckConstraint(
                condition=(~Q(state=ReviewState.UNQUALIFIED) & Q(consequence="") & ~ANY_FAULT)
                | (Q(state=ReviewState.UNQUALIFIED, consequence__in=Consequence.values, note__gt="") & ANY_FAULT),
                name="cases_samplereview_verdict_fits",
            ),
            models.CheckConstraint(
                condition=IsNull(
                    Func(F("hands"), F("reviewed_by"), function="array_position", output_field=IntegerField()), True
                ),
                name="cases_samplereview_no_hand_in_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"

    def faults(self) -> list[Point]:
        """The points at which something was found wrong."""
        return [point for point in Point if getattr(self, point_column(point)) == Finding.FAULT]
