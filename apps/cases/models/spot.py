"""Spot checks of what workers settled on the spot: the share, the draws, and what was found on site."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import SpotState
from apps.cases.models.cases import Case
from apps.cases.models.lots import Draw, Share
from apps.cases.models.orders import _person
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint
from apps.grid.scopes import KINDS

FOUND = [SpotState.PASSED, SpotState.FAILED]


class SpotShare(Share):
    """The share of what is settled on the spot in a unit that is seen again on site."""

    default_percent = 10


class SpotDraw(Draw):
    """One drawing of lots among the cases that one desk's people settled on the spot in a week."""


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
                for level in KINDS
            ),
            *(
                models.Index(
                    fields=[level, "-ended_at", "-id"],
                    condition=Q(ended_at__isnull=False),
                    name=f"cases_spotcheck_{level}_done",
                )
                for level in KINDS
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
