"""Background work of the clock."""

from typing import Any

from celery import shared_task
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, ngettext

from apps.core import clock
from apps.core.jobs import Progress, job_kind
from apps.core.skew import cautious_now
from apps.core.timetable import recorded
from apps.deadlines import changing, messages, recomputation, runs, selectors
from apps.deadlines.changing import PREVIEW, RECOMPUTE


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


def _because(arguments: dict[str, Any]) -> str:
    return str(arguments["because"])


def _moved(result: dict[str, Any]) -> str:
    return ngettext("%(n)d 个期限改变", "%(n)d 个期限改变", result["moved"]) % {"n": result["moved"]}


def _change(result: dict[str, Any]) -> str:
    return reverse("deadlines:calendar-change", args=[result["change"]])


@job_kind(RECOMPUTE, _("重算在办时限"), describe=_because, result_text=_moved, result_url=_change)
def recompute_limits(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Bring the open limits that a change of the calendar touches into step with it; safe to run again."""
    change = selectors.change_of_job(arguments)
    progress.expect(recomputation.count_touched(change))
    report = recomputation.recompute(change, now=cautious_now, done=progress.reach)
    return report.as_json() | {"change": change.pk}


@job_kind(PREVIEW, _("预览日历修改"), result_text=_moved)
def preview_calendar(arguments: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """Count what a change of the calendar would move; reads only."""
    return changing.count_preview(arguments, at=cautious_now(), progress=progress)


def _warned(years: int) -> str:
    return ngettext("%(n)d 年尚未录入", "%(n)d 年尚未录入", years) % {"n": years}


@shared_task(name="deadlines.warn_of_unknown_year")
@recorded("deadlines.warn_of_unknown_year", gettext_noop("提醒录入放假安排"), _warned)
def warn_of_unknown_year() -> int:
    """Tell the system administrators of a year whose holidays nobody has entered; run by beat every morning."""
    return messages.warn_of_unknown_year(on=clock.today(), at=clock.now())
