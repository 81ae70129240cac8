"""Background work: computing a month as a job, and asking for it on the 1st."""

from typing import Any

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.assessment.periods import Month
from apps.assessment.selectors.periods import districts_to_score
from apps.assessment.services.running import JOB_KIND, STEPS, ask_for_run, run_asked
from apps.core import clock
from apps.core.jobs import Progress, job_kind


@job_kind(JOB_KIND, _("计算月度考核"))
def score_month(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the month that ``ask_for_run`` recorded; safe to run again."""
    progress.expect(STEPS)
    period = run_asked(arguments, at=clock.now(), reach=progress.reach)
    return {"period": period.label, "version": period.version, "checksum": period.checksum}


@shared_task(name="assessment.score_last_month")
def score_last_month() -> None:
    """Ask for the month before this one in every district that has none yet; run by beat on the 1st."""
    at = clock.now()
    label = str(Month.containing(clock.today()).back())
    for district in districts_to_score(label):
        ask_for_run(actor=None, district=district, label=label, at=at)
