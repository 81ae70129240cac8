"""Background work of the clock."""

from typing import Any

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.jobs import Progress, job_kind
from apps.core.skew import cautious_now
from apps.deadlines import runs


@shared_task(name="deadlines.sweep")
def sweep_deadlines() -> dict[str, object]:
    """Take every ladder step that is due; safe to run twice, late, at once, or killed half-way."""
    return runs.run_sweep(at=cautious_now())


def _page(report: dict[str, Any]) -> str:
    return reverse("deadlines:sweeps")


@job_kind(runs.JOB_KIND, _("时限巡检"), result_text=runs.words_of_report, result_url=_page)
def sweep_by_hand(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """The same sweep, asked for by somebody."""
    return dict(runs.run_sweep(at=cautious_now()))
