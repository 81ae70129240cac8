"""What may be pushed down to the grids of a unit (准入清单)."""

from datetime import date
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.models.categories import Category
from apps.grid.models import Unit
from apps.organisation.models import DateRange


class AdmissionQuerySet(models.QuerySet["Admission"]):
    """Lines of admission lists."""

    def in_force(self, on: date) -> Self:
        """Those that hold on a day."""
        return self.filter(Q(effective_to__isnull=True) | Q(effective_to__gte=on), effective_from__lte=on)


class Admission(models.Model):
    """A line of a unit's admission list: cases of the category, and of all below it, may be pushed to its grids.

    A unit without a line in force goes by the list of the nearest unit above that has one; where there is none,
    everything is admitted. ``effective_to`` is the last day.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("单元"))
    category = models.ForeignKey(
        Category, on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name=_("案件类别")
    )
    effective_from = models.DateField(_("生效日"))
    effective_to = models.DateField(_("失效日"), null=True)
    because = models.CharField(_("理由"), max_length=200)
    admitted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    admitted_at = models.DateTimeField()
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    ended_because = models.CharField(max_length=200, blank=True, default="")

    objects = AdmissionQuerySet.as_manager()

    class Meta:
        ordering = ["unit", "category", "effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="cases_admission_dates_in_order",
            ),
            models.CheckConstraint(condition=~Q(because=""), name="cases_admission_because_given"),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(effective_to__isnull=False) & ~Q(ended_because=""),
                name="cases_admission_ended_with_reason",
            ),
            ExclusionConstraint(
                name="cases_admission_no_overlap",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    ("category", RangeOperators.EQUAL),
                    (DateRange("effective_from", "effective_to"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.category_id} {self.effective_from}"
