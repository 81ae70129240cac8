"""A sweep with its record: a run is there from its first moment, and says afterwards what was done or why it failed."""

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from apps.core import clock, standstills
from apps.core.errors import NotAllowed
from apps.core.failures import reason_of
from apps.core.jobs import start_job
from apps.core.locks import held_by_session, sessions_holding
from apps.core.models import Job
from apps.core.timetable import recorded
from apps.deadlines.choices import StepKind
from apps.deadlines.models import SweepRun
from apps.deadlines.sweep import BATCH, sweep
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

if TYPE_CHECKING:
    from apps.accounts.models import User

logger = logging.getLogger(__name__)

TASK = "deadlines.sweep"
JOB_KIND = "sweep-deadlines"
RUN_LOCKS = 4712


def words_of_report(report: dict[str, Any]) -> str:
    """``步骤 12：黄牌 3 · 红牌 9``, or that nothing was due."""
    if not report.get("steps"):
        return _("没有到点的步骤")
    kinds = report.get("by_kind", {})
    parts = [f"{kind.label} {kinds[kind]}" for kind in StepKind if kind in kinds]
    total = ngettext("%(n)d 步", "%(n)d 步", report["steps"]) % {"n": report["steps"]}
    return _("%(total)s：%(parts)s") % {"total": total, "parts": " · ".join(parts)}


def run_sweep(*, at: datetime, batch: int = BATCH) -> dict[str, object]:
    """Sweep up to ``at`` and return what was done as plain data; ends a standstill that was noticed.

    A failure is recorded and raised on. While the run goes on this session holds its lock, by which the page tells a
    running sweep from a killed one.
    """
    report = _recorded_sweep(at, batch)
    try:
        standstills.look(at=clock.now())
    except Exception:
        logger.warning("the sweep ran; whether it stood still before could not be seen", exc_info=True)
    return report


@recorded(TASK, gettext_noop("时限巡检"), words_of_report)
def _recorded_sweep(at: datetime, batch: int) -> dict[str, object]:
    run = SweepRun.objects.create(started_at=at)
    with held_by_session(RUN_LOCKS, run.pk):
        try:
            return sweep(at=at, batch=batch, run=run).as_json()
        except Exception as error:
            _record_failure(run, error)
            raise


def _record_failure(run: SweepRun, error: Exception) -> None:
    try:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        moment = max(clock.now(), run.started_at)
        SweepRun.objects.filter(pk=run.pk).update(ended_at=moment, error=reason_of(error))
    except Exception:
        logger.warning("the failure of sweep %d could not be recorded", run.pk, exc_info=True)


def running_now() -> set[int]:
    """The ids of the runs that a living process is at."""
    return sessions_holding(RUN_LOCKS)


def ask_for_sweep(*, actor: "User", at: datetime) -> Job:
    """Have a sweep run in the background now. Raises ``NotAllowed`` for those who do not administer the system."""
    if not holds(actor, Permission.SYSTEM_MANAGE):
        raise NotAllowed
    return start_job(kind=JOB_KIND, actor=actor, arguments={}, at=at)
