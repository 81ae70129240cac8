"""Dual reports: what was reported to a department's liaison as well as to the desk."""

from django.db import models
from django.db.models import F, Q

from apps.cases.models.cases import Case
from apps.cases.models.orders import _agency, _person


class DualReport(models.Model):
    """That a case was told to the department whose duty it is, in the same moment as to the desk: to its ``liaison``
    with the community, where there is one. ``asked``: the reporter wished it, else it follows from the category."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="dual_report")
    agency = _agency()
    liaison = _person(null=True)
    asked = models.BooleanField()
    told_at = models.DateTimeField()
    acknowledged_by = _person(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    note = models.TextField(max_length=2000, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["agency", "-id"], name="cases_dualreport_agency"),
            models.Index(
                fields=["agency", "told_at"],
                condition=Q(acknowledged_at__isnull=True),
                name="cases_dualreport_waiting",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(acknowledged_by__isnull=True, acknowledged_at__isnull=True, note="")
                | Q(
                    acknowledged_by__isnull=False,
                    acknowledged_at__isnull=False,
                    acknowledged_at__gte=F("told_at"),
                ),
                name="cases_dualreport_acknowledged_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.agency_id}"
