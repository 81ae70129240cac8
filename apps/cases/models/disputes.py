"""Mediation of a dispute: who quarrels, who mediates, what was said, what was agreed or where it goes on."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import MediationState, PartyRole, WayOn
from apps.cases.models.cases import Case
from apps.cases.models.orders import _agency, _person
from apps.core.crypto import EncryptedTextField, mask_phone
from apps.residents.models import PLAIN, SENSITIVE


class Mediation(models.Model):
    """One attempt to settle a dispute, from its first session to an agreement or to its failure."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="mediations", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="the first, second … on this case")
    agency = _agency()
    mediator = models.CharField(_("调解员"), max_length=60)
    opened_by = _person()
    opened_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=MediationState.choices, default=MediationState.RUNNING)
    agreement = models.TextField(_("协议内容"), max_length=2000, blank=True)
    performance_on = models.DateField(_("履行期限"), null=True)
    way_on = models.CharField(_("后续途径"), max_length=12, choices=WayOn.choices, blank=True)
    why_failed = models.TextField(_("未达成协议的原因"), max_length=2000, blank=True)
    ended_by = _person(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="cases_mediation_case_number"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=MediationState.RUNNING), name="cases_mediation_one_running"
            ),
            models.CheckConstraint(condition=~Q(mediator=""), name="cases_mediation_mediator_named"),
            models.CheckConstraint(
                condition=Q(state=MediationState.RUNNING, agreement="", way_on="", why_failed="")
                & Q(performance_on__isnull=True, ended_by__isnull=True, ended_at__isnull=True)
                | Q(state=MediationState.AGREED, agreement__gt="", way_on="", why_failed="")
                & Q(performance_on__isnull=False, ended_by__isnull=False, ended_at__gte=F("opened_at"))
                | Q(state=MediationState.FAILED, agreement="", way_on__gt="", why_failed__gt="")
                & Q(performance_on__isnull=True, ended_by__isnull=False, ended_at__gte=F("opened_at")),
                name="cases_mediation_concluded_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number} {self.state}"


class MediationParty(models.Model):
    """Somebody who quarrels. Name and phone are encrypted, shown masked and revealed for a purpose, logged."""

    classification = {
        "id": PLAIN,
        "mediation": PLAIN,
        "number": PLAIN,
        "role": PLAIN,
        "name": SENSITIVE,
        "phone": SENSITIVE,
    }

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="parties", db_index=False)
    number = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=10, choices=PartyRole.choices)
    name = EncryptedTextField(_("姓名"), null=False)
    phone = EncryptedTextField(_("电话"))

    class Meta:
        ordering = ["mediation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["mediation", "number"], name="cases_mediationparty_number"),
            models.CheckConstraint(condition=Q(role__in=PartyRole.values), name="cases_mediationparty_role"),
        ]

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.number} {self.role}"

    @property
    def name_masked(self) -> str:
        """The first character of the name and a star."""
        return f"{str(self.name)[0]}*" if self.name else ""

    @property
    def phone_masked(self) -> str:
        """The phone as every screen shows it; empty where there is none."""
        return mask_phone(str(self.phone)) if self.phone else ""


class MediationSession(models.Model):
    """One sitting with its record, written down once."""

    mediation = models.ForeignKey(Mediation, on_delete=models.PROTECT, related_name="sessions", db_index=False)
    number = models.PositiveSmallIntegerField()
    held_at = models.DateTimeField(_("调解时间"))
    record = models.TextField(_("调解记录"), max_length=2000)
    recorded_by = _person()
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["mediation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["mediation", "number"], name="cases_mediationsession_number"),
            models.CheckConstraint(condition=~Q(record=""), name="cases_mediationsession_record_given"),
            models.CheckConstraint(
                condition=Q(held_at__lte=F("recorded_at")), name="cases_mediationsession_held_before_record"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mediation_id} {self.number}"
