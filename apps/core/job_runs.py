"""Running background jobs: one at a time per worker's hand, each held by a lock of the worker's database session."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction

from apps.core import clock
from apps.core.failures import reason_of
from apps.core.jobs import Cancelled, Progress, TakenOver, kind_of
from apps.core.locks import held_by_session, sessions_holding
from apps.core.models import Job, JobState

logger = logging.getLogger(__name__)

JOB_LOCKS = 4711
GIVEN_UP = "WorkerLost"

Listener = Callable[[Job, datetime], None]
_listeners: list[Listener] = []


def register_listener(listener: Listener) -> None:
    """Announce who is told, within the transaction that records it, of each job that ends."""
    if listener not in _listeners:
        _listeners.append(listener)


def run_waiting() -> int:
    """Run waiting jobs until none is left; returns how many ended well. A job whose worker died runs again."""
    done = 0
    for job_id in _unfinished():
        with held_by_session(JOB_LOCKS, job_id) as held:
            if held and (job := _begin(job_id)) is not None:
                done += _run(job)
    return done


def held_now() -> set[int]:
    """The ids of the jobs that a living worker is at."""
    return sessions_holding(JOB_LOCKS)


def _unfinished() -> list[int]:
    return list(Job.objects.filter(finished_at__isnull=True).order_by("id").values_list("pk", flat=True))


def _begin(job_id: int) -> Job | None:
    """Under the lock: a waiting job starts; a running one has lost its worker and starts again, or is given up."""
    job = Job.objects.filter(pk=job_id, finished_at__isnull=True).first()
    if job is None:
        return None
    if job.cancel_requested:
        _finish(job, JobState.CANCELLED)
        return None
    if job.attempts >= settings.JOB_MOST_ATTEMPTS:
        logger.error("job %s %d took %d workers with it and is given up", job.kind, job.pk, job.attempts)
        _finish(job, JobState.FAILED, error=GIVEN_UP)
        return None
    job.state, job.started_at, job.progress, job.attempts = JobState.RUNNING, clock.now(), 0, job.attempts + 1
    job.save(update_fields=["state", "started_at", "progress", "attempts"])
    return job


def _run(job: Job) -> bool:
    progress = Progress(job)
    state, result, error = JobState.DONE, None, ""
    try:
        kind = kind_of(job.kind)
        if kind is None:
            raise LookupError(f"this version knows no job kind {job.kind}")
        result = kind.work(job.arguments, progress)
    except Cancelled:
        state = JobState.CANCELLED
    except TakenOver:
        logger.warning("job %s %d was taken over by another worker", job.kind, job.pk)
        return False
    except Exception as problem:
        if isinstance(problem, OperationalError | InterfaceError) and not connection.is_usable():
            logger.warning("job %s %d lost the database and is begun again", job.kind, job.pk, exc_info=True)
            connection.close()
            return False
        logger.exception("job %s %d failed", job.kind, job.pk)
        state, error = JobState.FAILED, reason_of(problem)
    finally:
        progress.close()
    job.progress, job.total = progress.done, progress.total
    return _finish(job, state, result=result, error=error) and state == JobState.DONE


def _finish(job: Job, state: JobState, *, result: dict[str, object] | None = None, error: str = "") -> bool:
    """Record the end and announce it; says whether it was ours to record, as another attempt may have begun."""
    at = clock.now()
    ended = {
        "state": state,
        "result": result,
        "error": error,
        "progress": job.progress,
        "total": job.total,
        "finished_at": at,
    }
    with transaction.atomic():
        ours = Job.objects.filter(pk=job.pk, attempts=job.attempts, finished_at__isnull=True)
        if not ours.update(**ended):
            return False
        for name, value in ended.items():
            setattr(job, name, value)
        for listener in _listeners:
            listener(job, at)
    return True
