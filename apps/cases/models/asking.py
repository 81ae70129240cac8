"""What was missing when somebody asked, named all at once, and what was brought in answer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from apps.cases.choices import MissingState
from apps.cases.models.cases import Case, Leg
from apps.cases.models.orders import _person


class MissingList(models.Model):
    """Everything that is missing for a case (一次性告知), asked of whoever reported it; its limits stand still until it
    is answered. ``leg`` is the one whose limit waits: with it ends what was asked."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="missing_lists", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="the first, second … on this case")
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="+", db_index=False)
    items = ArrayField(models.CharField(max_length=100))
    asked_by = _person()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=MissingState.choices, default=MissingState.ASKED)
    answer = models.TextField(max_length=2000, blank=True)
    answered_by = _person(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="cases_missinglist_case_number"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=MissingState.ASKED), name="cases_missinglist_one_open"
            ),
            models.CheckConstraint(condition=Q(items__len__gte=1), name="cases_missinglist_something_missing"),
            models.CheckConstraint(
                condition=Q(state=MissingState.ASKED, answered_by__isnull=True, answer="", ended_at__isnull=True)
                | Q(
                    state=MissingState.LAPSED,
                    answered_by__isnull=True,
                    answer="",
                    ended_at__isnull=False,
                    ended_at__gte=F("asked_at"),
                )
                | Q(
                    state=MissingState.SUPPLIED,
                    answered_by__isnull=False,
                    answer__gt="",
                    ended_at__isnull=False,
                    ended_at__gte=F("asked_at"),
                ),
                name="cases_missinglist_answered_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number} {self.state}"
