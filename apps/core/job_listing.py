"""The page of background jobs: filters, rows in words, how long a running one still takes."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from apps.core import job_progress, job_runs, jobs
from apps.core.keyset import KeysetPage, keyset_page
from apps.core.models import Job, JobState
from apps.core.presentation import span_text

if TYPE_CHECKING:
    from apps.accounts.models import User

INTERRUPTED = "interrupted"
LOOKS = {
    JobState.WAITING: ("plain", "clock"),
    JobState.RUNNING: ("info", "player-play"),
    INTERRUPTED: ("near", "alert-triangle"),
    JobState.DONE: ("ok", "check"),
    JobState.FAILED: ("late", "alert-circle"),
    JobState.CANCELLED: ("plain", "ban"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; unknown values of the address are dropped. ``mine`` is for those who see all."""

    mine: bool = False
    kind: str = ""
    state: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Filters":
        """The filters of an address."""
        kind, state = given.get("kind", ""), given.get("state", "")
        return cls(
            mine=given.get("whose") == "mine",
            kind=kind if kind in jobs.kind_names() else "",
            state=state if state in JobState.values else "",
        )

    def chips(self) -> list[tuple[str, str, str]]:
        """The filters in force, as ``filter_chips`` draws them."""
        chips = [("kind", self.kind, jobs.title_of(self.kind))] if self.kind else []
        return chips + ([("state", self.state, str(JobState(self.state).label))] if self.state else [])

    def narrow(self, rows: QuerySet[Job], user: "User") -> QuerySet[Job]:
        """The rows that pass."""
        if self.mine:
            rows = rows.filter(started_by=user)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        return rows.filter(state=self.state) if self.state else rows


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as the list draws it."""

    job: Job
    title: str
    about: str
    state: str
    words: str
    tone: str
    icon: str
    done: int
    total: int
    took: str
    left: str
    result: str
    result_url: str
    error: str
    can_cancel: bool
    can_retry: bool


@dataclass(frozen=True, slots=True)
class JobPage:
    """A page of rows, and whether to ask again soon because one of them waits or runs."""

    rows: list[JobRow]
    next: str | None
    previous: str | None
    moving: bool
    mark: str


def job_page(user: "User", filters: Filters, *, cursor: str | None, size: int, at: datetime) -> JobPage:
    """The jobs that ``user`` may see, newest first. Two queries, one where nothing runs."""
    page = keyset_page(filters.narrow(jobs.visible_jobs(user), user), ["-id"], cursor, size)
    running = [job.pk for job in page.rows if job.state == JobState.RUNNING]
    held = job_runs.held_now() if running else set()
    reached = job_progress.read(running)
    rows = [_row(job, job.pk in held, reached.get(job.pk), at) for job in page.rows]
    moving = any(job.finished_at is None for job in page.rows)
    return JobPage(rows, page.next, page.previous, moving, _mark(rows, page, at if moving else None))


def _mark(rows: Iterable[JobRow], page: KeysetPage[Job], at: datetime | None) -> str:
    """Changes whenever the list would look different; while something runs, with every ten seconds too."""
    told = [(row.job.pk, row.state, row.done, row.total, row.job.cancel_requested, row.can_retry) for row in rows]
    turn = int(at.timestamp() // 10) if at else 0
    return hashlib.sha256(repr((get_language(), told, page.next, page.previous, turn)).encode()).hexdigest()[:32]


def _row(job: Job, held: bool, reached: tuple[int, int] | None, at: datetime) -> JobRow:
    state = INTERRUPTED if job.state == JobState.RUNNING and not held else job.state
    done, total = reached or (job.progress, job.total)
    tone, icon = LOOKS[state]
    return JobRow(
        job=job,
        title=jobs.title_of(job.kind),
        about=jobs.about(job),
        state=state,
        words=_("中断，将重新开始") if state == INTERRUPTED else str(JobState(job.state).label),
        tone=tone,
        icon=icon,
        done=done,
        total=total,
        took=span_text((job.finished_at or at) - job.started_at) if job.started_at else "",
        left=_left(job, done, total, at) if state == JobState.RUNNING else "",
        result=jobs.result_of(job),
        result_url=jobs.result_url_of(job),
        error=error_words(job),
        can_cancel=job.finished_at is None,
        can_retry=job.state in {JobState.FAILED, JobState.CANCELLED}
        and jobs.kind_of(job.kind) is not None
        and not _retried(job),
    )


def _retried(job: Job) -> bool:
    return getattr(job, "retried_as", None) is not None


def error_words(job: Job) -> str:
    """Why it failed, in the language in use."""
    if job.error == job_runs.GIVEN_UP:
        return ngettext(
            "后台进程在办理中退出 %(n)d 次，不再自动重试。",
            "后台进程在办理中退出 %(n)d 次，不再自动重试。",
            job.attempts,
        ) % {"n": job.attempts}
    return job.error


def _left(job: Job, done: int, total: int, at: datetime) -> str:
    """What remains at the pace so far, where that can be said."""
    if job.started_at is None or not 0 < done < total or at - job.started_at < timedelta(seconds=3):
        return ""
    return span_text((at - job.started_at) / done * (total - done))


def kind_choices() -> list[tuple[str, str]]:
    """The kinds to filter by, by their titles."""
    return sorted(((name, jobs.title_of(name)) for name in jobs.kind_names()), key=lambda pair: pair[1])
