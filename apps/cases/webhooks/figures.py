"""What ``/metrics`` tells of webhooks."""

from apps.cases.webhooks.choices import WEBHOOK_OPEN, WebhookState
from apps.cases.webhooks.models import WebhookDelivery, WebhookSubscriber


def _waiting() -> float:
    return float(WebhookDelivery.objects.filter(state__in=WEBHOOK_OPEN).count())


def _dead() -> float:
    return float(WebhookDelivery.objects.filter(state=WebhookState.DEAD).count())


def _failing() -> float:
    return float(WebhookSubscriber.objects.filter(active=True, failures__gt=0).count())


FIGURES = (
    ("gridgov_webhook_deliveries_waiting", "Webhooks on their way, those to be tried again included", _waiting),
    ("gridgov_webhook_deliveries_dead", "Webhooks given up", _dead),
    ("gridgov_webhook_subscribers_failing", "Subscribers of webhooks whose last delivery failed", _failing),
)
