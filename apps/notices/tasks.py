"""Background work of the notice centre. Safe to run twice, late, or killed half-way."""

from celery import shared_task

from apps.notices import carrier


@shared_task(name="notices.deliver")
def deliver() -> dict[str, int]:
    """Send what is due by every channel; answers how many were tried per channel."""
    return carrier.carry_out()
