"""Background work of core. Each task is safe to run twice, late, or killed half-way."""

from celery import shared_task

from apps.core import anchors, clock, jobs, outbox


@shared_task(name="core.drain_outbox")
def drain_outbox() -> int:
    """Carry out what waits in the outbox."""
    return outbox.drain()


@shared_task(name="core.run_jobs")
def run_jobs() -> int:
    """Run every waiting background job, oldest first."""
    return jobs.run_waiting()


@shared_task(name="core.take_anchor")
def take_anchor() -> int:
    """Seal the audit chains' heads."""
    return anchors.take_anchor(at=clock.now())
