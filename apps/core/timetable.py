"""The timetable: what Celery beat starts and when, and how each entry's last run ended.

A task of the timetable is recorded under its Celery name, one row per task, so that somebody can see that each does
its work and ``standstills`` can tell when one of them does not.
"""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from celery.schedules import crontab
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from psycopg.types.json import Jsonb

from apps.core import clock
from apps.core.failures import reason_of
from apps.core.models import PeriodicTask

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")
Words = Callable[[Any], str]

# A run that ended well moments after another one is not written: the outbox is drained after every commit.
QUIET = timedelta(seconds=5)
EVERY_MINUTES = re.compile(r"(?:\*|\d+-59)/(\d+)")
LATE_AFTER = timedelta(seconds=75)

_RECORD = """
INSERT INTO core_periodictask AS task (name, watched_since, last_started_at, last_ended_at, last_ok_at, last_result,
                                       last_error, failures)
VALUES (%(name)s, %(began)s, %(began)s, %(ended)s, %(ok)s, %(result)s, %(error)s,
        CASE %(error)s WHEN '' THEN 0 ELSE 1 END)
ON CONFLICT (name) DO UPDATE SET
       last_started_at = EXCLUDED.last_started_at,
       last_ended_at = EXCLUDED.last_ended_at,
       last_ok_at = coalesce(EXCLUDED.last_ok_at, task.last_ok_at),
       last_result = EXCLUDED.last_result,
       last_error = EXCLUDED.last_error,
       failures = CASE EXCLUDED.last_error WHEN '' THEN 0 ELSE task.failures + 1 END
 WHERE EXCLUDED.last_error <> '' OR task.last_error <> '' OR task.last_ok_at IS NULL
    OR task.last_ended_at NOT BETWEEN EXCLUDED.last_ended_at - %(quiet)s AND EXCLUDED.last_ended_at
"""


@dataclass(frozen=True, slots=True)
class _Title:
    words: str
    result: Words


_titles: dict[str, _Title] = {}


def recorded(name: str, title: str, result: Words = lambda value: "") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Keep the outcome of each run of the function under ``name``; a failure is kept and raised on.

    ``title`` is a message id; ``result`` puts what the function answered into words.
    """
    _titles[name] = _Title(title, result)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            began = clock.now()
            try:
                answer = function(*args, **kwargs)
            except Exception as error:
                _keep(name, began, None, reason_of(error))
                raise
            _keep(name, began, answer, "")
            return answer

        return run

    return decorate


def _keep(name: str, began: datetime, answer: Any, error: str) -> None:
    ended = clock.now()
    values: dict[str, Any] = {
        "name": name,
        "began": began,
        "ended": ended,
        "ok": None if error else ended,
        "result": None if answer is None else Jsonb(answer),
        "error": error,
        "quiet": QUIET,
    }
    try:
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute(_RECORD, values)
    except Exception:
        if not error:
            raise
        logger.warning("the failure of %s could not be recorded: %s", name, error, exc_info=True)


def title_of(name: str) -> str:
    """The task's title in the language in use, else its name."""
    return _(_titles[name].words) if name in _titles else name


def message_of(name: str) -> str:
    """The message id of the task's title, else its name."""
    return _titles[name].words if name in _titles else name


def recorded_tasks() -> "QuerySet[PeriodicTask]":
    """The tasks that have been recorded or are watched, by name."""
    return PeriodicTask.objects.order_by("name")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timetable as it is drawn; ``state`` is ``ok``, ``failed``, ``late`` or ``never``."""

    title: str
    schedule: str
    state: str
    result: str
    task: PeriodicTask | None
    next_at: datetime | None


def entries(*, at: datetime) -> list[Entry]:
    """Every entry of beat's timetable with its last run; one query."""
    rows = {row.name: row for row in recorded_tasks()}
    return [
        _entry(str(line["task"]), line["schedule"], rows.get(str(line["task"])), at)
        for line in settings.CELERY_BEAT_SCHEDULE.values()
    ]


def _entry(name: str, schedule: Any, row: PeriodicTask | None, at: datetime) -> Entry:
    ran = row.last_ended_at if row else None
    next_at = next_run(schedule, ran) if ran else None
    if row is None or ran is None:
        state = "never"
    elif row.last_error:
        state = "failed"
    else:
        state = "late" if next_at is not None and at - next_at > LATE_AFTER else "ok"
    said = row.last_error if row and row.last_error else ""
    if not said and row and row.last_result is not None and name in _titles:
        said = _titles[name].result(row.last_result)
    return Entry(title_of(name), schedule_words(schedule), state, said, row, next_at)


def next_run(schedule: Any, after: datetime) -> datetime:
    """When the entry falls due after a run at ``after``; ``schedule`` is seconds or a ``crontab``."""
    if isinstance(schedule, crontab):
        began, span, _now = schedule.remaining_delta(after)
        moment: datetime = began + span
        return moment
    return after + timedelta(seconds=float(schedule))


def schedule_words(schedule: Any) -> str:
    """``每 10 秒``, ``每 5 分``, ``每小时 07 分``, ``每天 02:30``, ``每月 1 日 02:30``."""
    if not isinstance(schedule, crontab):
        seconds = int(float(schedule))
        if seconds % 60:
            return ngettext("每 %(n)d 秒", "每 %(n)d 秒", seconds) % {"n": seconds}
        return ngettext("每 %(n)d 分", "每 %(n)d 分", seconds // 60) % {"n": seconds // 60}
    minute, hour, day = (
        str(part) for part in (schedule._orig_minute, schedule._orig_hour, schedule._orig_day_of_month)
    )
    plain = str(schedule._orig_day_of_week) == "*" and str(schedule._orig_month_of_year) == "*"
    every = EVERY_MINUTES.fullmatch(minute)
    if plain and every and hour == day == "*":
        return ngettext("每 %(n)d 分", "每 %(n)d 分", int(every[1])) % {"n": int(every[1])}
    if plain and minute.isdigit() and hour == day == "*":
        return _("每小时 %(minute)02d 分") % {"minute": int(minute)}
    if plain and minute.isdigit() and hour.isdigit() and day == "*":
        return _("每天 %(time)s") % {"time": f"{int(hour):02d}:{int(minute):02d}"}
    if plain and minute.isdigit() and hour.isdigit() and day.isdigit():
        return _("每月 %(day)d 日 %(time)s") % {"day": int(day), "time": f"{int(hour):02d}:{int(minute):02d}"}
    return f"{minute} {hour} {day} {schedule._orig_month_of_year} {schedule._orig_day_of_week}"
