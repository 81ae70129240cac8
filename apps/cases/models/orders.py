"""Orders from above with their replies, and requests for more time."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import OrderOffice, OrderState, RequestState
from apps.cases.models.cases import Case, Leg
from apps.organisation.models import Agency


def _person(**options: Any) -> Any:
    return models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False, **options)


def _agency(**options: Any) -> Any:
    return models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="+", db_index=False, **options)


class Supervision(models.Model):
    """A written order from above that a case move, with the date by which its holder replies. Its own limit runs on
    the holder and follows the case from hand to hand."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="supervisions", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="the first, second … order on this case")
    office = models.CharField(max_length=10, choices=OrderOffice.choices, default=OrderOffice.CENTRE)
    centre = _agency()
    ordered_by = _person()
    ordered_at = models.DateTimeField()
    text = models.TextField(_("督办要求"), max_length=2000)
    due_at = models.DateTimeField(_("答复期限"))
    state = models.CharField(max_length=10, choices=OrderState.choices, default=OrderState.OPEN)
    reply = models.TextField(_("答复"), max_length=2000, blank=True)
    replied_by = _person(null=True)
    replied_for = _agency(null=True)
    ended_at = models.DateTimeField(null=True)
    withdrawn_by = _person(null=True)

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="cases_supervision_case_number"),
            models.CheckConstraint(condition=~Q(text=""), name="cases_supervision_text_given"),
            models.CheckConstraint(condition=Q(due_at__gt=F("ordered_at")), name="cases_supervision_due_after_order"),
            models.CheckConstraint(
                condition=Q(state=OrderState.OPEN, ended_at__isnull=True)
                | (~Q(state=OrderState.OPEN) & Q(ended_at__isnull=False, ended_at__gte=F("ordered_at"))),
                name="cases_supervision_ended_when_done",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.REPLIED, replied_by__isnull=False, replied_for__isnull=False, reply__gt="")
                | (~Q(state=OrderState.REPLIED) & Q(replied_by__isnull=True, replied_for__isnull=True, reply="")),
                name="cases_supervision_reply_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=OrderState.WITHDRAWN, withdrawn_by__isnull=False)
                | (~Q(state=OrderState.WITHDRAWN) & Q(withdrawn_by__isnull=True)),
                name="cases_supervision_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.office} {self.state}"


class ExtensionRequest(models.Model):
    """A request for more time on one leg, asked before its end and decided by the centre named in ``decider``."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="extension_requests", db_index=False)
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_by = _person()
    asked_at = models.DateTimeField()
    reason = models.TextField(_("延期理由"), max_length=2000)
    due_before = models.DateTimeField()
    proposed = models.DateTimeField(_("申请延期至"))
    decider = _agency()
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.ASKED)
    decided_by = _person(null=True)
    decided_at = models.DateTimeField(null=True)
    granted = models.DateTimeField(null=True)
    decision = models.TextField(_("批复意见"), max_length=2000, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["case", "asked_at"], name="cases_extensionrequest_case"),
            models.Index(
                fields=["decider", "due_before"],
                condition=Q(state=RequestState.ASKED),
                name="cases_extensionrequest_waiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["leg"], condition=Q(state=RequestState.ASKED), name="cases_extensionrequest_one_open"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="cases_extensionrequest_reason_given"),
            models.CheckConstraint(
                condition=Q(asked_at__lte=F("due_before"), proposed__gt=F("due_before")),
                name="cases_extensionrequest_asked_in_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RequestState.ASKED, RequestState.LAPSED])
                & Q(decided_by__isnull=True, granted__isnull=True)
                | Q(
                    state=RequestState.APPROVED,
                    decided_by__isnull=False,
                    granted__isnull=False,
                    granted__gt=F("due_before"),
                )
                | Q(state=RequestState.REFUSED, decided_by__isnull=False, granted__isnull=True, decision__gt=""),
                name="cases_extensionrequest_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(state=RequestState.ASKED, decided_at__isnull=True)
                | (~Q(state=RequestState.ASKED) & Q(decided_at__isnull=False, decided_at__gte=F("asked_at"))),
                name="cases_extensionrequest_decided_when_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leg_id} {self.state}"
