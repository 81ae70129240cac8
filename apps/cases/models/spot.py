"""Spot checks of what workers settled on the spot: the share, the draws, and what was found on site."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import SpotState
from apps.cases.models.cases import Case
from apps.cases.models.orders import _agency, _person
from apps.grid.models import Unit
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint

LEVELS = ("district", "street", "community", "grid")
FOUND = [SpotState.PASSED, SpotState.FAILED]


class SpotShare(models.Model):
    """From one moment on, the share of a unit: of what is settled on the spot there, how many in a hundred are drawn;
    none given: as in the unit above. The latest row of a unit holds, the others are its history."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    percent = models.PositiveSmallIntegerField(_("抽查比例"), null=True)
    set_by = _person()
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["-set_at", "-id"]
        indexes = [models.Index(fields=["unit", "-set_at", "-id"], name="cases_spotshare_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__lte=100), name="cases_spotshare_percent_of_hundred"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.percent}"


class SpotDraw(Placed):
    """One drawing of lots at one desk: among the cases settled on the spot from ``since`` to ``until`` (days, both
    included) those whose SHA-256 of ``seed:number`` is lowest. Whoever knows the seed draws the same again."""

    desk = _agency()
    since = models.DateField()
    until = models.DateField()
    percent = models.PositiveSmallIntegerField()
    seed = models.CharField(max_length=32)
    population = ArrayField(models.CharField(max_length=20), help_text="the numbers of all that could be drawn")
    drawn = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=[level, "-id"], name=f"cases_spotdraw_{level}") for level in LEVELS[:3]]
        constraints = [
            path_constraint("cases_spotdraw"),
            models.UniqueConstraint(fields=["desk", "until"], name="cases_spotdraw_once"),
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="cases_spotdraw_days_in_order"),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100), name="cases_spotdraw_percent_of_hundred"
            ),
            models.CheckConstraint(
                condition=Q(drawn__gte=1, drawn__lte=F("population__len")), name="cases_spotdraw_out_of_population"
            ),
            models.CheckConstraint(condition=Q(seed__regex="^[0-9a-f]{32}$"), name="cases_spotdraw_seed_written"),
        ]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.until}"


class SpotCheck(Placed):
    """One case that was drawn: it waits to be seen on site by somebody else than ``settled_by``, and lapses where the
    case is opened again first. It lies where its case lies."""

    draw = models.ForeignKey(SpotDraw, on_delete=models.PROTECT, related_name="checks", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="spot_checks", db_index=False)
    settled_by = _person()
    settled_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=SpotState.choices, default=SpotState.WAITING)
    checked_by = _person(null=True)
    ended_at = models.DateTimeField(null=True)
    note = models.TextField(_("现场情况"), max_length=2000, blank=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [
            *(
                models.Index(
                    fields=[level, "id"], condition=Q(state=SpotState.WAITING), name=f"cases_spotcheck_{level}_open"
                )
                for level in LEVELS
            ),
            *(
                models.Index(
                    fields=[level, "-ended_at", "-id"],
                    condition=Q(ended_at__isnull=False),
                    name=f"cases_spotcheck_{level}_done",
                )
                for level in LEVELS
            ),
        ]
        constraints = [
            path_constraint("cases_spotcheck"),
            models.UniqueConstraint(fields=["draw", "case"], name="cases_spotcheck_draw_case"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=SpotState.WAITING), name="cases_spotcheck_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(state=SpotState.WAITING, ended_at__isnull=True, checked_by__isnull=True, note="")
                | Q(state=SpotState.LAPSED, ended_at__isnull=False, checked_by__isnull=True, note="")
                | Q(state__in=FOUND, ended_at__isnull=False, checked_by__isnull=False),
                name="cases_spotcheck_found_whole",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("settled_by")),
                name="cases_spotcheck_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=~Q(state=SpotState.FAILED) | Q(note__gt=""), name="cases_spotcheck_failure_explained"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"
