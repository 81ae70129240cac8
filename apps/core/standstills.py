"""Noticing that a task of the timetable stands still, by whoever still lives, and that it runs again.

What counts is that the task succeeds: whether beat is dead, the worker is dead, or the task fails, its last success
grows old. Worker and web both look once a minute, so each is seen while the other lives. A standstill is a row; the one
who writes it, and the one who ends it, announce it in the same transaction, so each is announced once.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from threading import Thread
from typing import Any

import redis
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest, HttpResponse

from apps.core import clock, heartbeats
from apps.core.models import PeriodicTask, Standstill

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """A task that must succeed again within ``after`` of its last success; ``url_name`` is the page that tells more."""

    name: str
    after: timedelta
    url_name: str


@dataclass(frozen=True, slots=True)
class News:
    """What is announced: the standstill, ended or not, and why as far as it can be seen.

    ``cause`` is ``beat`` or ``worker`` for a process without a sign of life, ``error`` for a task that fails (``error``
    says how), else ``unknown``.
    """

    standstill: Standstill
    watched: Watched
    cause: str = "unknown"
    error: str = ""


Listener = Callable[[News, datetime], None]
_watched: dict[str, Watched] = {}
_listeners: list[Listener] = []


def watch(name: str, *, after: timedelta, url_name: str) -> None:
    """Announce a task that must not stand still; called from ``AppConfig.ready``."""
    _watched[name] = Watched(name, after, url_name)


def watched_tasks() -> list[Watched]:
    """What is watched."""
    return list(_watched.values())


def register_listener(listener: Listener) -> None:
    """Announce who is told of standstills that begin and end, within the transaction that records it."""
    if listener not in _listeners:
        _listeners.append(listener)


def standing_still(rows: dict[str, datetime], *, at: datetime) -> list[tuple[Watched, datetime]]:
    """Which watched tasks stand still at ``at`` and since when; ``rows`` gives each task's last success.

    A task that is not in ``rows`` has not been watched yet and is given the benefit of the doubt.
    """
    return [
        (watched, rows[name]) for name, watched in _watched.items() if name in rows and at - rows[name] > watched.after
    ]


def now_standing_still(*, at: datetime) -> list[tuple[Watched, datetime]]:
    """The same, read from the database in one query."""
    tasks = PeriodicTask.objects.filter(name__in=list(_watched))
    return standing_still({task.name: task.last_ok_at or task.watched_since for task in tasks}, at=at)


def look(*, at: datetime) -> None:
    """Record and announce standstills that have begun and those that are over. Two queries where nothing changed."""
    tasks = {task.name: task for task in PeriodicTask.objects.filter(name__in=list(_watched))}
    unknown = [name for name in _watched if name not in tasks]
    if unknown:
        rows = [PeriodicTask(name=name, watched_since=at) for name in unknown]
        PeriodicTask.objects.bulk_create(rows, ignore_conflicts=True)
    open_ones = {row.name: row for row in Standstill.objects.filter(name__in=list(_watched), ended_at__isnull=True)}
    for name, task in tasks.items():
        good = task.last_ok_at or task.watched_since
        standstill = open_ones.get(name)
        if standstill is not None and good > standstill.since:
            _end(standstill, good, at)
        elif standstill is None and at - good > _watched[name].after:
            _begin(task, good, at)


def _begin(task: PeriodicTask, since: datetime, at: datetime) -> None:
    cause, error = _cause(task)
    try:
        with transaction.atomic():
            standstill = Standstill.objects.create(name=task.name, since=since, noticed_at=at)
            _announce(News(standstill, _watched[task.name], cause, error), at)
    except IntegrityError:
        return  # another process saw it at the same moment
    logger.error("%s stands still since %s (%s %s)", task.name, since.isoformat(), cause, error)


def _end(standstill: Standstill, ended_at: datetime, at: datetime) -> None:
    with transaction.atomic():
        ended = Standstill.objects.filter(pk=standstill.pk, ended_at__isnull=True).update(ended_at=ended_at)
        if not ended:
            return
        standstill.ended_at = ended_at
        _announce(News(standstill, _watched[standstill.name]), at)
    logger.warning("%s runs again; it stood still for %s", standstill.name, ended_at - standstill.since)


def _announce(news: News, at: datetime) -> None:
    for listener in _listeners:
        listener(news, at)


def _cause(task: PeriodicTask) -> tuple[str, str]:
    try:
        ages = heartbeats.ages("beat", "worker")
    except redis.RedisError:
        ages = {}
    silent = next((name for name, age in ages.items() if age is None), "")
    if silent:
        return silent, ""
    return ("error", task.last_error) if task.last_error else ("unknown", "")


class _Turn:
    """When this process looks next: once a minute, and not while it is so young that all has just been started."""

    def __init__(self) -> None:
        self.next = time.monotonic() + settings.STANDSTILL_GRACE_SECONDS

    def come(self) -> bool:
        if not settings.STANDSTILL_LOOK_SECONDS or time.monotonic() < self.next:
            return False
        self.next = time.monotonic() + settings.STANDSTILL_LOOK_SECONDS
        return True


_turn = _Turn()


def glance() -> None:
    """``look``, at most once a minute in this process; costs nothing in between, never raises."""
    if _turn.come():
        _look_quietly()


def _look_quietly() -> None:
    try:
        look(at=clock.now())
    except Exception:
        logger.warning("nobody could look whether the timetable stands still", exc_info=True)


def glances(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that browsers or balancers ask for again and again, and that ``glance``s whenever it is asked."""

    @wraps(view)
    def glancing(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        glance()
        return view(request, *args, **kwargs)

    return glancing


class Lookout:
    """Looks from a thread of its own, so that a process with an event loop goes on whatever the database does."""

    def __init__(self) -> None:
        self._thread: Thread | None = None

    def look(self) -> None:
        """Start looking, unless the look before this one has not come back yet."""
        if self._thread is not None and self._thread.is_alive():
            return
        self._thread = Thread(target=self._run, name="lookout", daemon=True)
        self._thread.start()

    @staticmethod
    def _run() -> None:
        try:
            _look_quietly()
        finally:
            connection.close()
