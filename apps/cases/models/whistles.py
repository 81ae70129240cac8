"""Whistles: a grid or community summons agencies to the spot of a case; each arrives, and says what came of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import SummonsState
from apps.cases.models.cases import Case
from apps.cases.models.orders import _agency, _person
from apps.grid.placed import Placed, PlacedQuerySet, path_constraint

LEVELS = ("district", "street", "community", "grid")
OPEN_SUMMONS = [SummonsState.CALLED, SummonsState.ARRIVED]


class Whistle(models.Model):
    """One call to the spot of a case: by whom, for which desk, why, until when to arrive."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="whistles", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="the first, second … on this case")
    desk = _agency()
    blown_by = _person()
    blown_at = models.DateTimeField()
    reason = models.TextField(_("吹哨事由"), max_length=2000)
    arrive_by = models.DateTimeField(_("到场时限"))

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="cases_whistle_case_number"),
            models.CheckConstraint(condition=~Q(reason=""), name="cases_whistle_reason_given"),
            models.CheckConstraint(condition=Q(arrive_by__gt=F("blown_at")), name="cases_whistle_time_to_arrive"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number}"


class Summons(Placed):
    """One agency called by a whistle. Arrival and result have a limit each; ``metres`` is how far from the case's point
    somebody said he had arrived. It lies where its case lies."""

    whistle = models.ForeignKey(Whistle, on_delete=models.PROTECT, related_name="summonses", db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="summonses", db_index=False)
    agency = _agency()
    state = models.CharField(max_length=8, choices=SummonsState.choices, default=SummonsState.CALLED)
    called_at = models.DateTimeField()
    arrive_by = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True)
    arrived_by = _person(null=True)
    arrival_note = models.TextField(max_length=2000, blank=True)
    metres = models.PositiveIntegerField(null=True)
    report_by = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    reported_by = _person(null=True)
    result = models.TextField(_("到场结果"), max_length=2000, blank=True)
    stars = models.PositiveSmallIntegerField(null=True)
    rated_by = _person(null=True)
    rated_at = models.DateTimeField(null=True)
    rating_note = models.TextField(max_length=2000, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = PlacedQuerySet.as_manager()

    class Meta:
        ordering = ["whistle", "id"]
        indexes = [
            *(
                models.Index(
                    fields=[level, "arrive_by", "id"],
                    condition=Q(state__in=OPEN_SUMMONS),
                    name=f"cases_summons_{level}_open",
                )
                for level in LEVELS
            ),
            *(
                models.Index(
                    fields=[level, "-ended_at", "-id"],
                    condition=Q(ended_at__isnull=False),
                    name=f"cases_summons_{level}_done",
                )
                for level in LEVELS
            ),
            models.Index(
                fields=["agency", "arrive_by", "id"],
                condition=Q(state__in=OPEN_SUMMONS),
                name="cases_summons_agency_open",
            ),
            models.Index(
                fields=["agency", "-ended_at", "-id"],
                condition=Q(ended_at__isnull=False),
                name="cases_summons_agency_done",
            ),
            models.Index(fields=["case", "agency"], name="cases_summons_case_agency"),
        ]
        constraints = [
            path_constraint("cases_summons"),
            models.UniqueConstraint(
                fields=["case", "agency"], condition=Q(state__in=OPEN_SUMMONS), name="cases_summons_one_open"
            ),
            models.CheckConstraint(
                condition=Q(
                    arrived_at__isnull=True, arrived_by__isnull=True, metres__isnull=True, report_by__isnull=True
                )
                | Q(
                    arrived_at__isnull=False,
                    arrived_at__gte=F("called_at"),
                    arrived_by__isnull=False,
                    report_by__isnull=False,
                    report_by__gt=F("arrived_at"),
                ),
                name="cases_summons_arrival_whole",
            ),
            models.CheckConstraint(
                condition=Q(reported_at__isnull=True, reported_by__isnull=True, result="")
                | Q(
                    arrived_at__isnull=False,
                    reported_at__isnull=False,
                    reported_at__gte=F("arrived_at"),
                    reported_by__isnull=False,
                    result__gt="",
                ),
                name="cases_summons_result_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=SummonsState.CALLED, arrived_at__isnull=True, ended_at__isnull=True)
                | Q(
                    state=SummonsState.ARRIVED,
                    arrived_at__isnull=False,
                    reported_at__isnull=True,
                    ended_at__isnull=True,
                )
                | Q(
                    state=SummonsState.REPORTED,
                    reported_at__isnull=False,
                    ended_at__isnull=False,
                    ended_at=F("reported_at"),
                )
                | Q(state=SummonsState.CANCELLED, reported_at__isnull=True, ended_at__isnull=False),
                name="cases_summons_state_fits",
            ),
            models.CheckConstraint(
                condition=Q(stars__isnull=True, rated_by__isnull=True, rated_at__isnull=True, rating_note="")
                | Q(
                    stars__isnull=False,
                    stars__gte=1,
                    stars__lte=5,
                    rated_by__isnull=False,
                    rated_at__isnull=False,
                    ended_at__isnull=False,
                    rated_at__gte=F("ended_at"),
                ),
                name="cases_summons_rating_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.agency_id} {self.state}"

    @property
    def arrived_late(self) -> bool:
        """Whether somebody arrived, but after the time given."""
        return self.arrived_at is not None and self.arrived_at > self.arrive_by

    @property
    def reported_late(self) -> bool:
        """Whether the result was told, but after its limit."""
        return self.reported_at is not None and self.report_by is not None and self.reported_at > self.report_by
