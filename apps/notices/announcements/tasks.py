"""Announcements in the background: notices from the outbox, and those who join an audience later."""

from collections.abc import Sequence

from celery import shared_task
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext

from apps.core import clock, outbox
from apps.core.models import OutboxMessage
from apps.core.timetable import recorded
from apps.notices.announcements import services


@outbox.consumer(services.TOPIC)
def deliver(messages: Sequence[OutboxMessage]) -> None:
    """Send the notices of publications and withdrawals; a repeat sends nothing twice."""
    at = clock.now()
    for message in messages:
        services.deliver(message.payload["announcement"], message.payload["kind"], at=at)


def _enrolled(count: int) -> str:
    return ngettext("补发 %(n)d 人", "补发 %(n)d 人", count) % {"n": count}


@shared_task(name="notices.enrol_newcomers")
@recorded("notices.enrol_newcomers", _("向新到人员补发公告"), _enrolled)
def enrol_newcomers() -> int:
    """Show announcements that hold to those who joined their audience."""
    return services.enrol_newcomers(at=clock.now())
