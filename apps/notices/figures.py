"""What ``/metrics`` tells of deliveries."""

from apps.notices.choices import OPEN_STATES, DeliveryState
from apps.notices.models import Delivery


def _waiting() -> float:
    return float(Delivery.objects.filter(state__in=OPEN_STATES).count())


def _dead() -> float:
    return float(Delivery.objects.filter(state=DeliveryState.DEAD, bundle=None).count())


FIGURES = (
    ("gridgov_notice_deliveries_waiting", "Notices on their way out, those to be tried again included", _waiting),
    ("gridgov_notice_deliveries_dead", "Deliveries of notices given up", _dead),
)
