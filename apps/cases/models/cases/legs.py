"""The stretches of a case in the hands of its holders."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q

from apps.cases.choices import OPEN_LEG, LegRole, LegState
from apps.cases.models.cases.case import Case
from apps.organisation.models import Agency, agency_ids_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person

OPEN_LEG_STATES = sorted(OPEN_LEG)


class LegQuerySet(models.QuerySet["Leg"]):
    """Legs."""

    def open(self) -> Self:
        """Legs still in somebody's hands."""
        return self.filter(state__in=OPEN_LEG_STATES)

    def held_for(self, user: "Person") -> Self:
        """The legs of the agencies for which ``user`` handles cases."""
        return self.filter(agency__in=agency_ids_of(user))


class Leg(models.Model):
    """One stretch of a case in one holder's hands, with its own limit and its own version."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="legs")
    sequence = models.PositiveSmallIntegerField()
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    desk = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=6, choices=LegRole.choices, default=LegRole.LEAD)
    stage = models.CharField(max_length=12)
    state = models.CharField(max_length=8, choices=LegState.choices)
    version = models.PositiveIntegerField(default=1)
    due_at = models.DateTimeField()
    in_time = models.BooleanField(null=True)
    excused_at = models.DateTimeField(null=True, help_text="when its red card was withdrawn")
    handled_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    note = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = LegQuerySet.as_manager()

    class Meta:
        ordering = ["case", "sequence"]
        indexes = [
            models.Index(
                fields=["agency", "due_at", "id"],
                condition=Q(state__in=OPEN_LEG_STATES),
                name="cases_leg_agency_open",
            ),
            models.Index(fields=["agency", "ended_at"], name="cases_leg_agency_ended"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "sequence"], name="cases_leg_case_sequence"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(role="lead", state__in=OPEN_LEG_STATES),
                name="cases_leg_one_open_lead",
            ),
            models.UniqueConstraint(
                fields=["case", "agency"],
                condition=Q(state__in=OPEN_LEG_STATES),
                name="cases_leg_one_open_per_agency",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_LEG_STATES, ended_at__isnull=True)
                | (~Q(state__in=OPEN_LEG_STATES) & Q(ended_at__isnull=False, ended_at__gte=F("opened_at"))),
                name="cases_leg_ended_when_done",
            ),
        ]
