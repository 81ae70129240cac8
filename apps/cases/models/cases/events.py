"""The events of cases."""

from django.db import models
from django.db.models import Q

from apps.cases.choices import CaseState
from apps.cases.models.cases.case import Case
from apps.cases.models.cases.legs import Leg
from apps.core.audit import ChainedEvent


class CaseEvent(ChainedEvent):
    """One change of a case: who, when, from, to, why. Never edited; the case's chain."""

    chain_parent = "case"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events", db_index=False)
    leg = models.ForeignKey(Leg, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    from_state = models.CharField(max_length=10, choices=CaseState.choices, blank=True)
    to_state = models.CharField(max_length=10, choices=CaseState.choices)

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], condition=Q(action="reveal"), name="cases_caseevent_reveals"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "sequence"], name="cases_caseevent_case_sequence"),
        ]
