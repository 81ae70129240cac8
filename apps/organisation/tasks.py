"""Background work of the organisation room."""

from celery import shared_task

from apps.core import clock
from apps.organisation import services


@shared_task(name="organisation.sync_permissions")
def sync_permissions() -> int:
    """Start and end rights whose dates have come."""
    return services.sync_permissions(None, on=clock.today())
