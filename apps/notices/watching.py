"""Notices of the system itself: something stands still or runs again, a background job has ended."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from apps.core import jobs, timetable
from apps.core.job_runs import GIVEN_UP
from apps.core.models import Job, JobState
from apps.core.presentation import minutes_of
from apps.core.standstills import News
from apps.grid.permissions import Permission
from apps.grid.scopes import holders_of
from apps.notices import kinds, texts
from apps.notices.services import notify

STILL = "system.standstill"
RUNS_AGAIN = "system.runs-again"
JOB_DONE = "job.done"
JOB_FAILED = "job.failed"
JOB_CANCELLED = "job.cancelled"

CAUSES = {
    "beat": _("最近一次成功是 %(since)s。调度进程没有响应，请检查后台服务。"),
    "worker": _("最近一次成功是 %(since)s。后台进程没有响应，请检查后台服务。"),
    "error": _("最近一次成功是 %(since)s。运行出错：%(error)s"),
    "unknown": _("最近一次成功是 %(since)s。没有按时运行，请检查后台服务。"),
}
JOB_TITLES = {
    JobState.DONE: _("已完成：%(job)s %(about)s"),
    JobState.FAILED: _("失败：%(job)s %(about)s"),
    JobState.CANCELLED: _("已被取消：%(job)s %(about)s"),
}
JOB_KINDS = {JobState.DONE: JOB_DONE, JobState.FAILED: JOB_FAILED, JobState.CANCELLED: JOB_CANCELLED}


def register_looks() -> None:
    """Let the inbox show each kind by its icon and tone."""
    kinds.register(STILL, icon="alert-triangle", tone="late", label=_("定时任务停了"))
    kinds.register(RUNS_AGAIN, icon="circle-check", tone="ok", label=_("定时任务恢复运行"))
    kinds.register(JOB_DONE, icon="check", tone="ok", label=_("后台任务完成"))
    kinds.register(JOB_FAILED, icon="alert-circle", tone="late", label=_("后台任务失败"))
    kinds.register(JOB_CANCELLED, icon="ban", label=_("后台任务被取消"))


def tell_of_standstill(news: News, at: datetime) -> None:
    """Tell every system administrator at once that something stands still, and when it runs again, for how long."""
    standstill = news.standstill
    task = texts.text(timetable.message_of(standstill.name))
    recipients = holders_of(Permission.SYSTEM_MANAGE)
    url = reverse(news.watched.url_name)
    since = texts.moment(standstill.since)
    if standstill.ended_at is None:
        notify(
            recipients,
            kind=STILL,
            title=_("停了：%(task)s"),
            body=CAUSES[news.cause],
            params={"task": task, "since": since, "error": news.error[:200]},
            url=url,
            urgent=True,
            dedupe_key=f"standstill:{standstill.pk}:began",
            at=at,
        )
        return
    minutes = minutes_of(standstill.ended_at - standstill.since)
    notify(
        recipients,
        kind=RUNS_AGAIN,
        title=_("恢复运行：%(task)s"),
        body=_("停了 %(minutes)d 分：%(since)s 至 %(until)s。"),
        params={"task": task, "minutes": minutes, "since": since, "until": texts.moment(standstill.ended_at)},
        url=url,
        urgent=True,
        dedupe_key=f"standstill:{standstill.pk}:ended",
        at=at,
    )


def _failure(job: Job) -> str:
    return _("后台进程在办理中一再退出，不再自动重试。") if job.error == GIVEN_UP else "%(error)s"


def tell_of_job(job: Job, at: datetime) -> None:
    """Tell who started a job of its failure, of its end where that took long, and that somebody else stopped it."""
    if job.started_by_id is None:
        return
    if job.state == JobState.CANCELLED and job.cancelled_by_id == job.started_by_id:
        return
    waited = (at - job.created_at).total_seconds()
    if job.state == JobState.DONE and waited < settings.JOB_NOTICE_SECONDS:
        return
    notify(
        [job.started_by_id],
        kind=JOB_KINDS[JobState(job.state)],
        title=JOB_TITLES[JobState(job.state)],
        body=_failure(job) if job.state == JobState.FAILED else "",
        params={
            "job": texts.text(jobs.message_of(job.kind)),
            "about": jobs.about(job)[:80],
            "error": job.error[:200],
        },
        url=jobs.result_url_of(job) or reverse("jobs"),
        dedupe_key=f"job:{job.pk}:{job.state}",
        at=at,
    )
