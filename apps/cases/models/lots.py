"""What every drawing of lots keeps: the share of each unit, and the draws that anybody can make again."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.models.orders import _agency, _person
from apps.grid.models import Unit
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint
from apps.grid.scopes import KINDS


class Share(models.Model):
    """From one moment on, the share of a unit: of what could be drawn there, how many in a hundred are; none given: as
    in the unit above. The latest row of a unit holds, the others are its history."""

    default_percent: ClassVar[int]
    """The share where no unit from the place up to the district has set one."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    percent = models.PositiveSmallIntegerField(_("抽查比例"), null=True)
    set_by = _person()
    set_at = models.DateTimeField()

    class Meta:
        abstract = True
        ordering = ["-set_at", "-id"]
        indexes = [models.Index(fields=["unit", "-set_at", "-id"], name="%(app_label)s_%(class)s_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__lte=100),
                name="%(app_label)s_%(class)s_percent_of_hundred",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.percent}"


class Draw(Placed):
    """One drawing of lots at one desk: among the cases of the days from ``since`` to ``until`` (both included) those
    whose SHA-256 of ``seed:number`` is lowest. Whoever knows the seed draws the same again."""

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
        abstract = True
        ordering = ["-id"]
        indexes = [models.Index(fields=[level, "-id"], name=f"%(app_label)s_%(class)s_{level}") for level in KINDS[:3]]
        constraints = [
            path_constraint("%(app_label)s_%(class)s"),
            models.UniqueConstraint(fields=["desk", "until"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(condition=Q(since__lte=F("until")), name="%(app_label)s_%(class)s_days_in_order"),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100), name="%(app_label)s_%(class)s_percent_of_hundred"
            ),
            models.CheckConstraint(
                condition=Q(drawn__gte=1, drawn__lte=F("population__len")),
                name="%(app_label)s_%(class)s_out_of_population",
            ),
            models.CheckConstraint(
                condition=Q(seed__regex="^[0-9a-f]{32}$"), name="%(app_label)s_%(class)s_seed_written"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.desk_id} {self.until}"
