"""Background work: computing a month as a job, and asking for it on the 1st."""

from typing import Any

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from apps.assessment.periods import Month
from apps.assessment.selectors.periods import districts_to_score
from apps.assessment.services.running import JOB_KIND, STEPS, ask_for_run, run_asked
from apps.core import clock
from apps.core.jobs import Progress, job_kind
from apps.core.timetable import recorded


def _about(arguments: dict[str, Any]) -> str:
    return f"{arguments.get('place', arguments['district'])} {arguments['label']}"


def _outcome(result: dict[str, Any]) -> str:
    return _("%(period)s 第 %(version)d 版") % {"period": result["period"], "version": result["version"]}


def _page(result: dict[str, Any]) -> str:
    return f"{reverse('assessment:leaders')}?period={result['period']}"


def _asked(count: int) -> str:
    return ngettext("交办 %(n)d 个区", "交办 %(n)d 个区", count) % {"n": count}


@job_kind(JOB_KIND, gettext_lazy("计算月度考核"), describe=_about, result_text=_outcome, result_url=_page)
def score_month(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Compute the month that ``ask_for_run`` recorded; safe to run again."""
    progress.expect(STEPS)
    period = run_asked(arguments, at=clock.now(), reach=progress.reach)
    return {"period": period.label, "version": period.version, "checksum": period.checksum}


@shared_task(name="assessment.score_last_month")
@recorded("assessment.score_last_month", gettext_noop("月度考核"), _asked)
def score_last_month() -> int:
    """Ask for the month before this one in every district that has none yet; run by beat on the 1st."""
    at = clock.now()
    label = str(Month.containing(clock.today()).back())
    districts = districts_to_score(label)
    for district in districts:
        ask_for_run(actor=None, district=district, label=label, at=at)
    return len(districts)
