"""Periodic screening of disputes: the periods, and what each community and street returned, nil returns included."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import ScreeningLevel
from apps.cases.models.cases import Case
from apps.cases.models.orders import _person
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apps.grid.models import Unit


class ScreeningPeriod(models.Model):
    """The days over which every unit of a level screens for disputes, and by when it returns what it found."""

    level = models.CharField(max_length=10, choices=ScreeningLevel.choices)
    starts_on = models.DateField()
    ends_on = models.DateField()
    due_at = models.DateTimeField()

    class Meta:
        ordering = ["level", "-starts_on"]
        constraints = [
            models.UniqueConstraint(fields=["level", "starts_on"], name="cases_screeningperiod_level_start"),
            models.CheckConstraint(
                condition=Q(level__in=ScreeningLevel.values), name="cases_screeningperiod_level_known"
            ),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="cases_screeningperiod_ends_later"),
        ]

    def __str__(self) -> str:
        return f"{self.level} {self.starts_on}"


class ScreeningReturnQuerySet(PlacedQuerySet):
    """Returns."""

    def of_units(self, level: str, units: "Iterable[Unit]") -> "ScreeningReturnQuerySet":
        """Those of these units of one level."""
        return self.filter(period__level=level, **{f"{level}__in": [unit.pk for unit in units]})


class ScreeningReturn(Placed):
    """What one unit found in one period: the cases it became, or nothing; signed, and never changed."""

    period = models.ForeignKey(ScreeningPeriod, on_delete=models.PROTECT, related_name="returns", db_index=False)
    found = models.PositiveSmallIntegerField(help_text="disputes found: as many as cases are linked; 0 is a nil return")
    cases = models.ManyToManyField(Case, related_name="+")
    signature = models.CharField(_("签名"), max_length=60)
    note = models.TextField(_("说明"), max_length=500, blank=True)
    filed_by = _person()
    filed_at = models.DateTimeField()
    late = models.BooleanField()

    objects = ScreeningReturnQuerySet.as_manager()

    class Meta:
        ordering = ["period", "id"]
        constraints = [
            path_constraint("cases_screeningreturn"),
            models.UniqueConstraint(
                fields=["period", "community"],
                condition=Q(community__isnull=False),
                name="cases_screeningreturn_one_of_community",
            ),
            models.UniqueConstraint(
                fields=["period", "street"],
                condition=Q(community__isnull=True),
                name="cases_screeningreturn_one_of_street",
            ),
            models.CheckConstraint(
                condition=Q(street__isnull=False, grid__isnull=True), name="cases_screeningreturn_of_a_desk"
            ),
            models.CheckConstraint(condition=~Q(signature=""), name="cases_screeningreturn_signed"),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.found}"
