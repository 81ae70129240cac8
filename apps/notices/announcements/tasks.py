"""Announcements in the background: notices from the outbox, and those who join an audience later."""

from collections.abc import Sequence

from celery import shared_task

from apps.core import clock, outbox
from apps.core.models import OutboxMessage
from apps.notices.announcements import services


@outbox.consumer(services.TOPIC)
def deliver(messages: Sequence[OutboxMessage]) -> None:
    """Send the notices of publications and withdrawals; a repeat sends nothing twice."""
    at = clock.now()
    for message in messages:
        services.deliver(message.payload["announcement"], message.payload["kind"], at=at)


@shared_task(name="notices.enrol_newcomers")
def enrol_newcomers() -> int:
    """Show announcements that hold to those who joined their audience."""
    return services.enrol_newcomers(at=clock.now())
