"""Background jobs that a person starts, watches, cancels and repeats; the row is the truth, Celery only the bell."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from celery import current_app
from django.db import connection, transaction
from django.db.models import QuerySet

from apps.core import clock
from apps.core.errors import NotVisible, WrongState
from apps.core.models import Job, JobState

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from apps.accounts.models import User

logger = logging.getLogger(__name__)

JOB_LOCKS = 4711


class Cancelled(Exception):
    """Raised inside a job when its cancellation was asked for."""


class Progress:
    """What a running job tells the people who watch it."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def expect(self, total: int) -> None:
        """Say how many steps there are."""
        Job.objects.filter(pk=self.job.pk).update(total=total)

    def reach(self, count: int) -> None:
        """Say how many steps are done; raises ``Cancelled`` if somebody asked to stop."""
        Job.objects.filter(pk=self.job.pk).update(progress=count)
        if Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise Cancelled


Work = Callable[[dict[str, Any], Progress], dict[str, Any]]


@dataclass(frozen=True)
class JobKind:
    """A kind of job: its title for people and the function that does it."""

    title: "str | Promise"
    work: Work


_kinds: dict[str, JobKind] = {}


def job_kind(name: str, title: "str | Promise") -> Callable[[Work], Work]:
    """Register the function that does jobs of kind ``name``; it must be safe to run again from the start."""

    def register(work: Work) -> Work:
        _kinds[name] = JobKind(title, work)
        return work

    return register


def title_of(kind: str) -> str:
    """The kind's title in the user's language."""
    return str(_kinds[kind].title) if kind in _kinds else kind


def start_job(*, kind: str, actor: "User | None", arguments: dict[str, Any], at: datetime) -> Job:
    """Record a job and wake a worker for it after the commit."""
    if kind not in _kinds:
        raise ValueError(f"no job kind {kind}")
    job = Job.objects.create(kind=kind, arguments=arguments, started_by=actor, created_at=at)
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


def visible_jobs(user: "User") -> QuerySet[Job]:
    """The jobs that ``user`` started, or every job for those who administer the system."""
    jobs = Job.objects.select_related("started_by")
    return jobs if any(overseer(user) for overseer in _overseers) else jobs.filter(started_by=user)


@transaction.atomic
def cancel_job(*, job_id: int, actor: "User", at: datetime) -> Job:
    """Ask a job to stop: a waiting one ends at once, a running one at its next step.

    Raises ``NotVisible``, ``WrongState``.
    """
    job = visible_jobs(actor).select_for_update(of=("self",)).filter(pk=job_id).first()
    if job is None:
        raise NotVisible
    if job.state == JobState.WAITING:
        job.state, job.finished_at = JobState.CANCELLED, at
    elif job.state == JobState.RUNNING:
        job.cancel_requested = True
    else:
        raise WrongState
    job.save(update_fields=["state", "finished_at", "cancel_requested"])
    return job


@transaction.atomic
def retry_job(*, job_id: int, actor: "User", at: datetime) -> Job:
    """Start a failed or cancelled job again as a new one. Raises ``NotVisible``, ``WrongState``."""
    job = visible_jobs(actor).filter(pk=job_id).first()
    if job is None:
        raise NotVisible
    if job.state not in {JobState.FAILED, JobState.CANCELLED}:
        raise WrongState
    return start_job(kind=job.kind, actor=actor, arguments=job.arguments, at=at)


def run_waiting() -> int:
    """Run waiting jobs until none is left; returns how many ended well. A job whose worker died runs again."""
    done = 0
    for job_id in _unfinished():
        with _held(job_id) as held:
            if held and (job := _begin(job_id)) is not None:
                done += _run(job)
    return done


def _unfinished() -> list[int]:
    states = [JobState.WAITING, JobState.RUNNING]
    return list(Job.objects.filter(state__in=states).order_by("id").values_list("pk", flat=True))


@contextmanager
def _held(job_id: int) -> Iterator[bool]:
    """Hold a job's lock for this database session, which the server lets go when the worker dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [JOB_LOCKS, job_id])
        row = cursor.fetchone()
    held = bool(row and row[0])
    try:
        yield held
    finally:
        if held:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [JOB_LOCKS, job_id])


def _begin(job_id: int) -> Job | None:
    """Under the lock: a waiting job starts, a running one has lost its worker and starts again."""
    job = Job.objects.filter(pk=job_id, finished_at__isnull=True).first()
    if job is None:
        return None
    job.state, job.started_at, job.progress = JobState.RUNNING, clock.now(), 0
    job.save(update_fields=["state", "started_at", "progress"])
    return job


def _run(job: Job) -> bool:
    state, result, error = JobState.DONE, None, ""
    try:
        result = _kinds[job.kind].work(job.arguments, Progress(job))
    except Cancelled:
        state = JobState.CANCELLED
    except Exception as problem:
        logger.exception("job %s %d failed", job.kind, job.pk)
        state, error = JobState.FAILED, f"{type(problem).__name__}: {problem}"[:2000]
    Job.objects.filter(pk=job.pk).update(state=state, result=result, error=error, finished_at=clock.now())
    return state == JobState.DONE
