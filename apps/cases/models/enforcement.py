"""Hand-over of a case to a body of law enforcement, and what it decided."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.cases.choices import WITH_AMOUNT, EnforcementState, Penalty
from apps.cases.models.cases import Case, Leg
from apps.cases.models.orders import _agency, _person

UNDECIDED = [EnforcementState.HANDED, EnforcementState.GIVEN_BACK]


class Enforcement(models.Model):
    """One hand-over: to whom, on what legal basis, and the decision on a penalty, or on none with its reason."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="enforcements", db_index=False)
    number = models.PositiveSmallIntegerField(help_text="the first, second … on this case")
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, related_name="+", db_index=False)
    agency = _agency()
    handed_by = _person()
    handed_at = models.DateTimeField()
    basis = models.CharField(_("法律依据"), max_length=200)
    facts = models.TextField(_("违法事实"), max_length=2000)
    state = models.CharField(max_length=10, choices=EnforcementState.choices, default=EnforcementState.HANDED)
    document = models.CharField(_("决定书文号"), max_length=80, blank=True)
    penalty = models.CharField(_("处罚种类"), max_length=12, choices=Penalty.choices, blank=True)
    amount = models.DecimalField(_("罚没金额"), max_digits=12, decimal_places=2, null=True, help_text="yuan")
    reason = models.TextField(_("不予处罚理由"), max_length=2000, blank=True)
    decided_on = models.DateField(_("决定日期"), null=True)
    decided_by = _person(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="cases_enforcement_case_number"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state=EnforcementState.HANDED), name="cases_enforcement_one_open"
            ),
            models.CheckConstraint(condition=~Q(basis="") & ~Q(facts=""), name="cases_enforcement_basis_given"),
            models.CheckConstraint(
                condition=Q(state__in=UNDECIDED, document="", penalty="", reason="", amount__isnull=True)
                & Q(decided_on__isnull=True, decided_by__isnull=True)
                | Q(state=EnforcementState.PENALISED, document__gt="", penalty__gt="", reason="")
                & Q(decided_on__isnull=False, decided_by__isnull=False)
                | Q(state=EnforcementState.SPARED, penalty="", reason__gt="", amount__isnull=True)
                & Q(decided_on__isnull=False, decided_by__isnull=False),
                name="cases_enforcement_decided_whole",
            ),
            models.CheckConstraint(
                condition=Q(penalty__in=WITH_AMOUNT, amount__isnull=False, amount__gt=0)
                | (~Q(penalty__in=WITH_AMOUNT) & Q(amount__isnull=True)),
                name="cases_enforcement_amount_fits",
            ),
            models.CheckConstraint(
                condition=Q(state=EnforcementState.HANDED, ended_at__isnull=True)
                | (~Q(state=EnforcementState.HANDED) & Q(ended_at__isnull=False, ended_at__gte=F("handed_at"))),
                name="cases_enforcement_ended_when_done",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number} {self.state}"
