"""Cases, their legs, their events and the residents who reported them."""

from apps.cases.models.cases.case import OPEN_STATES, Case
from apps.cases.models.cases.events import CaseEvent
from apps.cases.models.cases.legs import OPEN_LEG_STATES, Leg, LegQuerySet
from apps.cases.models.cases.reporters import CaseReporter
from apps.cases.models.cases.visibility import CaseQuerySet, called_to, told_to

__all__ = [
    "OPEN_LEG_STATES",
    "OPEN_STATES",
    "Case",
    "CaseEvent",
    "CaseQuerySet",
    "CaseReporter",
    "Leg",
    "LegQuerySet",
    "called_to",
    "told_to",
]
