"""The files of finished cases, and the books that number them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.cases.filing import Filing
from apps.cases.models.cases import Case
from apps.cases.models.categories import Category
from apps.cases.models.orders import _agency, _person
from apps.grid.models import Unit
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint

LEVELS = ("district", "street", "community")
REGISTER_ORDER = ("-year", "-sequence", "-id")


class ArchiveBook(models.Model):
    """How far a district has numbered its files in a year. Whoever numbers holds this row until the end of the
    transaction, so no number is left out and none given twice."""

    district = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["district", "year"], name="cases_archivebook_district_year")]

    def __str__(self) -> str:
        return f"{self.district_id} {self.year} {self.last}"  # type: ignore[attr-defined]


class CaseFile(Placed):
    """The file of one finished case, made when it is finished, where the case lay then. It ripens when the time to
    reject the result is over, and is put away under a number of its district and year that it keeps: a file taken out
    and put away again is the same file. One that never had a number goes when its case is opened again."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="file")
    desk = _agency()
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=8, choices=Filing.choices)
    closed_at = models.DateTimeField()
    ripe_at = models.DateTimeField(help_text="when the time to reject the result is over")
    check_at = models.DateTimeField(null=True, help_text="when the task looks next whether it is complete")
    missing = ArrayField(models.CharField(max_length=10), default=list, db_default=[], help_text="as last looked")
    year = models.PositiveSmallIntegerField(null=True)
    sequence = models.PositiveIntegerField(null=True)
    number = models.CharField(_("案卷号"), max_length=30, null=True, unique=True)
    pieces = models.JSONField(default=dict, help_text="each piece: present, missing, or why it may be absent")
    archived_at = models.DateTimeField(null=True)
    archived_by = _person(null=True)
    reason = models.TextField(_("缺件理由"), max_length=2000, blank=True)
    times_out = models.PositiveSmallIntegerField(default=0, help_text="how often it was taken out")

    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            *(
                models.Index(
                    fields=[level, "ripe_at", "id"],
                    condition=Q(state=Filing.RIPE),
                    name=f"cases_casefile_{level}_ripe",
                )
                for level in LEVELS
            ),
            *(
                models.Index(
                    fields=[level, *REGISTER_ORDER],
                    condition=Q(state=Filing.ARCHIVED),
                    name=f"cases_casefile_{level}_kept",
                )
                for level in LEVELS
            ),
            models.Index(
                fields=["category", *REGISTER_ORDER],
                condition=Q(state=Filing.ARCHIVED),
                name="cases_casefile_category",
            ),
            models.Index(fields=["desk"], condition=Q(state=Filing.RIPE), name="cases_casefile_desk_ripe"),
            models.Index(fields=["district", "-id"], condition=Q(state=Filing.OUT), name="cases_casefile_out"),
            models.Index(fields=["ripe_at", "id"], condition=Q(state=Filing.YOUNG), name="cases_casefile_young"),
            models.Index(
                fields=["check_at", "id"], condition=Q(check_at__isnull=False), name="cases_casefile_to_check"
            ),
        ]
        constraints = [
            path_constraint("cases_casefile"),
            models.UniqueConstraint(fields=["district", "year", "sequence"], name="cases_casefile_district_number"),
            models.CheckConstraint(
                condition=Q(year__isnull=True, sequence__isnull=True, number__isnull=True)
                | Q(year__isnull=False, sequence__isnull=False, sequence__gte=1, number__isnull=False, number__gt=""),
                name="cases_casefile_number_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=Filing.ARCHIVED, archived_at__isnull=False, number__isnull=False)
                | (~Q(state=Filing.ARCHIVED) & Q(archived_at__isnull=True, archived_by__isnull=True, reason="")),
                name="cases_casefile_archived_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state=Filing.ARCHIVED) | Q(missing__len=0) | Q(reason__gt="", archived_by__isnull=False),
                name="cases_casefile_missing_answered_for",
            ),
            models.CheckConstraint(
                condition=~Q(state=Filing.OUT) | Q(number__isnull=False, times_out__gte=1),
                name="cases_casefile_out_of_an_archive",
            ),
            models.CheckConstraint(
                condition=Q(state=Filing.RIPE, check_at__isnull=False)
                | (~Q(state=Filing.RIPE) & Q(check_at__isnull=True)),
                name="cases_casefile_ripe_is_looked_at",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.case_id} {self.state}"  # type: ignore[attr-defined]
