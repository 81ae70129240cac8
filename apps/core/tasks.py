"""Background work of core. Each task is safe to run twice, late, or killed half-way."""

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings

from apps.core import anchors, clock, jobs, outbox
from apps.core.skew import cautious_now

logger = logging.getLogger(__name__)


@shared_task(name="core.drain_outbox")
def drain_outbox() -> int:
    """Carry out what waits in the outbox."""
    outbox.mend_clock_jump(at=cautious_now())
    return outbox.drain()


@shared_task(name="core.forget_delivered")
def forget_delivered() -> int:
    """Delete the outbox messages that were delivered longer ago than they are kept."""
    days: int = settings.OUTBOX_KEEP_DAYS
    forgotten = outbox.forget_delivered(at=cautious_now(), keep=timedelta(days=days))
    logger.info("outbox: %d messages delivered more than %d days ago are deleted", forgotten, days)
    return forgotten


@shared_task(name="core.run_jobs")
def run_jobs() -> int:
    """Run every waiting background job, oldest first."""
    return jobs.run_waiting()


@shared_task(name="core.take_anchor")
def take_anchor() -> int:
    """Seal the audit chains' heads."""
    return anchors.take_anchor(at=clock.now())
