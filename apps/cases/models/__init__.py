"""Rows of the cases room."""

from apps.cases.models.cases import (
    Case,
    CaseEvent,
    CaseQuerySet,
    CaseReporter,
    Category,
    CategoryQuerySet,
    Leg,
    LegQuerySet,
)
from apps.cases.models.desk import SavedFilter, StandardReply
from apps.cases.models.orders import ExtensionRequest, Supervision
from apps.cases.models.suspensions import Suspension
from apps.cases.webhooks.models import WebhookDelivery, WebhookSubscriber

__all__ = [
    "Case",
    "CaseEvent",
    "CaseQuerySet",
    "CaseReporter",
    "Category",
    "CategoryQuerySet",
    "ExtensionRequest",
    "Leg",
    "LegQuerySet",
    "SavedFilter",
    "StandardReply",
    "Supervision",
    "Suspension",
    "WebhookDelivery",
    "WebhookSubscriber",
]
