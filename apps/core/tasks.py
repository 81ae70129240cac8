"""Background work of core. Each task is safe to run twice, late, or killed half-way."""

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext

from apps.core import anchors, clock, job_runs, outbox
from apps.core.skew import cautious_now
from apps.core.timetable import recorded

logger = logging.getLogger(__name__)


def _delivered(count: int) -> str:
    return ngettext("送出 %(n)d 件", "送出 %(n)d 件", count) % {"n": count}


def _forgotten(count: int) -> str:
    return ngettext("删除 %(n)d 件", "删除 %(n)d 件", count) % {"n": count}


def _jobs_done(count: int) -> str:
    return ngettext("完成 %(n)d 项任务", "完成 %(n)d 项任务", count) % {"n": count}


def _sealed(count: int) -> str:
    return ngettext("封存 %(n)d 条链", "封存 %(n)d 条链", count) % {"n": count}


@shared_task(name="core.drain_outbox")
@recorded("core.drain_outbox", _("送出待发消息"), _delivered)
def drain_outbox() -> int:
    """Carry out what waits in the outbox."""
    outbox.mend_clock_jump(at=cautious_now())
    return outbox.drain()


@shared_task(name="core.forget_delivered")
@recorded("core.forget_delivered", _("清理已送出的消息"), _forgotten)
def forget_delivered() -> int:
    """Delete the outbox messages that were delivered longer ago than they are kept."""
    days: int = settings.OUTBOX_KEEP_DAYS
    forgotten = outbox.forget_delivered(at=cautious_now(), keep=timedelta(days=days))
    logger.info("outbox: %d messages delivered more than %d days ago are deleted", forgotten, days)
    return forgotten


@shared_task(name="core.run_jobs")
@recorded("core.run_jobs", _("办理后台任务"), _jobs_done)
def run_jobs() -> int:
    """Run every waiting background job, oldest first."""
    return job_runs.run_waiting()


@shared_task(name="core.take_anchor")
@recorded("core.take_anchor", _("封存审计链"), _sealed)
def take_anchor() -> int:
    """Seal the audit chains' heads."""
    return anchors.take_anchor(at=clock.now())
