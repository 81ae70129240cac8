"""Background jobs that a person starts, watches, cancels and repeats; the row is the truth, Celery only the bell.

Running them stands in ``job_runs``, the page's view of them in ``job_listing``.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import redis
from celery import current_app
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation

from apps.core import heartbeats, job_progress
from apps.core.errors import NotVisible, WrongState
from apps.core.models import Job, JobState

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from apps.accounts.models import User

logger = logging.getLogger(__name__)

TELL_EVERY_SECONDS = 0.5


class Cancelled(Exception):
    """Raised inside a job when its cancellation was asked for."""


class TakenOver(Exception):
    """Raised inside a job that lost its database session, so that another worker has begun it again."""


class Progress:
    """What a running job tells the people who watch it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.done, self.total = 0, 0
        self._redis = heartbeats.client()
        self._told_at = float("-inf")

    def expect(self, total: int) -> None:
        """Say how many steps there are."""
        self.total = total
        self._tell()

    def reach(self, count: int) -> None:
        """Say how many steps are done; raises ``Cancelled`` if somebody asked to stop, ``TakenOver``."""
        self.done = count
        if count >= self.total or time.monotonic() - self._told_at >= TELL_EVERY_SECONDS:
            self._tell()
        row = Job.objects.filter(pk=self.job.pk).values_list("cancel_requested", "attempts").first()
        if row is None or row[1] != self.job.attempts:
            raise TakenOver
        if row[0]:
            raise Cancelled

    def close(self) -> None:
        """Let the connection go."""
        self._redis.close()

    def _tell(self) -> None:
        self._told_at = time.monotonic()
        try:
            job_progress.tell(self._redis, self.job.pk, self.done, self.total)
        except redis.RedisError as error:
            logger.warning("nobody sees the progress of job %d: %s", self.job.pk, error)


Work = Callable[[dict[str, Any], Progress], dict[str, Any]]
Describe = Callable[[dict[str, Any]], str]
ResultText = Callable[[dict[str, Any]], str]
ResultUrl = Callable[[dict[str, Any]], str]


def _nothing(given: dict[str, Any]) -> str:
    return ""


@dataclass(frozen=True)
class JobKind:
    """A kind of job: its title for people, the function that does it, and how one of it is put into words.

    ``describe`` says from the arguments what it is about, ``result_text`` what came of it, ``result_url`` where that
    is; all three without a query, as they are asked once per row of a list.
    """

    title: "str | Promise"
    work: Work
    describe: Describe = _nothing
    result_text: ResultText = _nothing
    result_url: ResultUrl = _nothing


_kinds: dict[str, JobKind] = {}


def job_kind(
    name: str,
    title: "str | Promise",
    *,
    describe: Describe = _nothing,
    result_text: ResultText = _nothing,
    result_url: ResultUrl = _nothing,
) -> Callable[[Work], Work]:
    """Register the function that does jobs of kind ``name``; it must be safe to run again from the start."""

    def register(work: Work) -> Work:
        _kinds[name] = JobKind(title, work, describe, result_text, result_url)
        return work

    return register


def kind_of(name: str) -> JobKind | None:
    """The kind, or ``None`` for one that this version does not know."""
    return _kinds.get(name)


def kind_names() -> list[str]:
    """The kinds that this version knows, in the order in which they were announced."""
    return list(_kinds)


def title_of(kind: str) -> str:
    """The kind's title in the user's language."""
    return str(_kinds[kind].title) if kind in _kinds else kind


def message_of(kind: str) -> str:
    """The message id of the kind's title: Chinese is the language of the source."""
    with translation.override("zh-hans"):
        return title_of(kind)


def about(job: Job) -> str:
    """What the job is about, in the words of its kind; a job of an older version may lack what this one asks for."""
    kind = _kinds.get(job.kind)
    return _said(kind.describe, job.arguments) if kind else ""


def result_of(job: Job) -> str:
    """What came of the job, in the words of its kind."""
    kind = _kinds.get(job.kind)
    return _said(kind.result_text, job.result) if kind and isinstance(job.result, dict) else ""


def result_url_of(job: Job) -> str:
    """Where what came of the job is, or an empty string."""
    kind = _kinds.get(job.kind)
    return _said(kind.result_url, job.result) if kind and isinstance(job.result, dict) else ""


def _said(words: Callable[[dict[str, Any]], str], given: dict[str, Any]) -> str:
    try:
        return str(words(given))
    except (KeyError, TypeError, ValueError):
        return ""


def start_job(
    *, kind: str, actor: "User | None", arguments: dict[str, Any], at: datetime, retry_of: Job | None = None
) -> Job:
    """Record a job and wake a worker for it after the commit."""
    if kind not in _kinds:
        raise ValueError(f"no job kind {kind}")
    job = Job.objects.create(kind=kind, arguments=arguments, started_by=actor, created_at=at, retry_of=retry_of)
    transaction.on_commit(_wake)
    return job


def _wake() -> None:
    try:
        current_app.send_task("core.run_jobs", retry=False)
    except Exception:
        logger.warning("the broker is away; beat will start the job", exc_info=True)


Overseer = Callable[["User"], bool]
_overseers: list[Overseer] = []


def register_overseer(overseer: Overseer) -> None:
    """Announce who may see and stop everybody's jobs; called from ``AppConfig.ready`` of the room that knows."""
    if overseer not in _overseers:
        _overseers.append(overseer)


def oversees(user: "User") -> bool:
    """Whether ``user`` administers the system, and so sees everybody's jobs and the timetable."""
    return any(overseer(user) for overseer in _overseers)


def visible_jobs(user: "User") -> QuerySet[Job]:
    """The jobs that ``user`` started, or every job for those who administer the system."""
    jobs = Job.objects.select_related("started_by", "cancelled_by", "retried_as")
    return jobs if oversees(user) else jobs.filter(started_by=user)


@transaction.atomic
def cancel_job(*, job_id: int, actor: "User", at: datetime) -> Job:
    """Ask a job to stop: a waiting one ends at once, a running one at its next step. Asking again changes nothing.

    Raises ``NotVisible``, ``WrongState``.
    """
    job = visible_jobs(actor).select_for_update(of=("self",)).filter(pk=job_id).first()
    if job is None:
        raise NotVisible
    if job.finished_at is not None:
        raise WrongState
    if not job.cancel_requested:
        job.cancel_requested, job.cancelled_by = True, actor
    if job.state == JobState.WAITING:
        job.state, job.finished_at = JobState.CANCELLED, at
    job.save(update_fields=["state", "finished_at", "cancel_requested", "cancelled_by"])
    return job


@transaction.atomic
def retry_job(*, job_id: int, actor: "User", at: datetime) -> Job:
    """Start a failed or cancelled job again as a new one, once. Raises ``NotVisible``, ``WrongState``."""
    job = visible_jobs(actor).select_for_update(of=("self",)).filter(pk=job_id).first()
    if job is None:
        raise NotVisible
    if job.state not in {JobState.FAILED, JobState.CANCELLED} or Job.objects.filter(retry_of=job).exists():
        raise WrongState
    return start_job(kind=job.kind, actor=actor, arguments=job.arguments, at=at, retry_of=job)
