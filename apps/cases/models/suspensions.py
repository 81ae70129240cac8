"""Setting a case aside while conditions are missing: who asked, who approved, until when, with which promise."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import SuspensionState
from apps.cases.models.cases import Case, Leg
from apps.cases.models.orders import _agency, _person
from apps.core import clock

WAITING = [SuspensionState.ASKED, SuspensionState.REFUSED, SuspensionState.LAPSED]
BEGUN = [SuspensionState.RUNNING, SuspensionState.ENDED]


class Suspension(models.Model):
    """One time that a case was set aside, or asked to be: with reason, review date, publicly promised date and
    approver. ``decider`` is the centre that was asked; none where a desk suspended on its own."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="suspensions", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="the first, second … on this case")
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="+", db_index=False)
    agency = _agency()
    asked_by = _person()
    asked_at = models.DateTimeField()
    reason = models.TextField(_("挂起理由"), max_length=2000)
    review_on = models.DateField(_("复核日期"))
    promised_on = models.DateField(_("承诺办结日期"))
    decider = _agency(null=True)
    state = models.CharField(max_length=10, choices=SuspensionState.choices, default=SuspensionState.ASKED)
    decided_by = _person(null=True)
    decided_at = models.DateTimeField(null=True)
    decision = models.TextField(_("批复意见"), max_length=2000, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["case", "number"]
        indexes = [
            models.Index(
                fields=["decider", "asked_at"],
                condition=Q(state=SuspensionState.ASKED),
                name="cases_suspension_waiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="cases_suspension_case_number"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=[SuspensionState.ASKED, SuspensionState.RUNNING]),
                name="cases_suspension_one_open",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="cases_suspension_reason_given"),
            models.CheckConstraint(
                condition=Q(promised_on__gte=F("review_on")), name="cases_suspension_promise_not_before_review"
            ),
            models.CheckConstraint(
                condition=Q(state=SuspensionState.ASKED, decided_by__isnull=True, decided_at__isnull=True)
                | Q(state=SuspensionState.LAPSED, decided_by__isnull=True, decided_at__gte=F("asked_at"))
                | Q(
                    state=SuspensionState.REFUSED,
                    decided_by__isnull=False,
                    decided_at__gte=F("asked_at"),
                    decision__gt="",
                )
                | Q(state__in=BEGUN, decided_by__isnull=False, decided_at__gte=F("asked_at")),
                name="cases_suspension_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(state__in=BEGUN) | Q(decider__isnull=False), name="cases_suspension_asked_of_somebody"
            ),
            models.CheckConstraint(
                condition=Q(state=SuspensionState.ENDED, ended_at__isnull=False, ended_at__gte=F("decided_at"))
                | (~Q(state=SuspensionState.ENDED) & Q(ended_at__isnull=True)),
                name="cases_suspension_ended_when_resumed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number} {self.state}"

    @property
    def begun(self) -> bool:
        """Whether the case was set aside by it."""
        return self.state in BEGUN

    def days(self, at: datetime) -> int:
        """How many days the case was, or is at ``at``, set aside by it; the first and the last count as one."""
        if self.decided_at is None or not self.begun:
            return 0
        until = clock.local(self.ended_at or at).date()
        return max((until - clock.local(self.decided_at).date()).days, 1)
