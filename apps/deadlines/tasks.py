"""Background work of the clock."""

from celery import shared_task

from apps.core.skew import cautious_now
from apps.deadlines import sweep


@shared_task(name="deadlines.sweep")
def sweep_deadlines() -> dict[str, object]:
    """Take every ladder step that is due; safe to run twice, late, at once, or killed half-way."""
    return sweep.sweep(at=cautious_now()).as_json()
