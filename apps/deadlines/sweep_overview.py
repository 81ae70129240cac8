"""Reading the sweeps for their page: the runs in words, what waits now, and how late it was over the last day."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.core.keyset import keyset_page
from apps.deadlines import runs
from apps.deadlines.models import Limit, SweepRun

COUNT_CAP = 999
DAY = timedelta(days=1)
SLOTS = 96  # quarters of an hour
FILTERS = ("busy", "failed")

_DAY_LAG = """
SELECT 95 - floor(extract(epoch FROM %(at)s - started_at) / 900)::int AS slot, max(lag_seconds)
  FROM deadlines_sweeprun WHERE started_at > %(at)s - interval '1 day' AND started_at <= %(at)s
 GROUP BY slot
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Limits whose next step is due now: how many (999 at most, one more says there are more), since when."""

    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run as the list draws it: ``state`` is ``done``, ``failed``, ``running`` or ``killed``."""

    run: SweepRun
    state: str
    took: str


@dataclass(frozen=True, slots=True)
class SweepPage:
    """A page of runs and its cursors."""

    rows: list[RunRow]
    next: str | None
    previous: str | None


def sweep_page(*, cursor: str | None, size: int, show: str = "") -> SweepPage:
    """The runs, newest first; ``show`` keeps those that took a step (``busy``), or that failed or were killed."""
    rows = SweepRun.objects.all()
    if show == "busy":
        rows = rows.filter(steps__gt=0)
    elif show == "failed":
        rows = rows.exclude(error="", ended_at__isnull=False)
    page = keyset_page(rows, ["-id"], cursor, size)
    running = runs.running_now() if any(run.ended_at is None for run in page.rows) else set()
    return SweepPage([_row(run, running) for run in page.rows], page.next, page.previous)


def _row(run: SweepRun, running: set[int]) -> RunRow:
    if run.error:
        state = "failed"
    elif run.ended_at is not None:
        state = "done"
    else:
        state = "running" if run.pk in running else "killed"
    seconds = run.seconds
    return RunRow(run, state, "" if seconds is None else _("%(s)s 秒") % {"s": f"{seconds:.2f}"})


def waiting_now(*, at: datetime) -> Waiting:
    """What the next sweep will find. One query over the index that the sweep itself uses."""
    due = list(
        Limit.objects.filter(next_step_at__lte=at)
        .order_by("next_step_at", "id")
        .values_list("next_step_at", flat=True)[: COUNT_CAP + 1]
    )
    return Waiting(len(due), due[0] if due else None)


def lag_of_day(*, at: datetime) -> list[int | None]:
    """The greatest lag in seconds of each quarter of an hour of the last day, the oldest first; ``None`` where no
    sweep ran.
    """
    with connection.cursor() as cursor:
        cursor.execute(_DAY_LAG, {"at": at})
        slots = dict(cursor.fetchall())
    return [slots.get(slot) for slot in range(SLOTS)]


def failures_of_day(*, at: datetime) -> int:
    """How many sweeps of the last day failed."""
    return SweepRun.objects.filter(started_at__gt=at - DAY).exclude(error="").count()


def page_mark(parts: Iterable[object], at: datetime) -> str:
    """Changes whenever the page would look different, and each minute, as it says how long ago things were."""
    told = (get_language(), int(at.timestamp() // 60), *parts)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:32]
