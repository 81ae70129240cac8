"""The sweep: every ladder step that has fallen due is taken, once, in one statement per batch.

Its cost follows what is due. Due limits are claimed oldest first with ``SKIP LOCKED``, so several sweeps may run
at once; each batch is committed by itself, so a sweep killed at any point leaves whole batches done and the rest for
the next. It writes limits, ladder steps and outbox rows, never a row of the subject.

The clock may jump. Forwards, as after an outage: every step due by then is taken, and stays taken when the clock goes
back. Backwards: nothing is due until its time comes again, and no step is repeated. Both are logged.
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import Sum

from apps.core import outbox
from apps.deadlines.models import Limit, SweepRun

logger = logging.getLogger(__name__)

BATCH = 1000
KEEP_RUNS = timedelta(days=90)
TOPIC = "deadline-step"
# Beat sweeps every minute: what is further apart than this was an outage or a jump of the clock.
GAP = timedelta(minutes=5)
TOLERANCE = timedelta(seconds=30)
SLOW_SECONDS = 60.0
# More limits at fault in one sweep are no fault of the limits.
MOST_ASIDE = 100

_STATEMENT = """
WITH due AS MATERIALIZED (
    SELECT id, holder_id, head_id, plan_steps, plan_kinds, plan_times, last_step
      FROM deadlines_limit
     WHERE next_step_at <= %(at)s {claim}
), falling AS MATERIALIZED (
    SELECT due.id, due.holder_id, plan.step, plan.kind, plan.due_at,
           CASE WHEN plan.kind IN ('yellow', 'red') THEN plan.kind ELSE 'none' END AS card
      FROM due, unnest(due.plan_steps, due.plan_kinds, due.plan_times) AS plan(step, kind, due_at)
     WHERE plan.step > due.last_step AND plan.due_at <= %(at)s
), written AS (
    INSERT INTO deadlines_ladderstep (limit_id, step, kind, card, holder_id, due_at, done_at)
    SELECT id, step, kind, card, holder_id, due_at, %(at)s FROM falling ORDER BY id, step
        ON CONFLICT (limit_id, step) DO NOTHING
    RETURNING limit_id, step, kind, due_at
), reached AS (
    SELECT id, max(step) AS step, max(CASE card WHEN 'red' THEN 2 WHEN 'yellow' THEN 1 ELSE 0 END) AS card
      FROM falling GROUP BY id
), moved AS (
    UPDATE deadlines_limit AS l
       SET last_step = coalesce(reached.step, l.last_step),
           card = CASE reached.card WHEN 2 THEN 'red' WHEN 1 THEN 'yellow' ELSE l.card END,
           next_step_at = (SELECT min(moment) FROM unnest(due.plan_times) AS moment WHERE moment > %(at)s)
      FROM due LEFT JOIN reached ON reached.id = due.id
     WHERE l.id = due.id
    RETURNING l.id
), grouped AS (
    SELECT limit_id, max(step) AS step, jsonb_agg(kind ORDER BY step) AS kinds FROM written GROUP BY limit_id
), told AS (
    INSERT INTO core_outboxmessage (topic, payload, dedupe_key, created_at, available_at, attempts, last_error)
    SELECT %(topic)s,
           jsonb_build_object('limit', due.id, 'step', grouped.step, 'kinds', grouped.kinds,
                              'holder', due.holder_id, 'head', due.head_id),
           %(topic)s || ':' || due.id || ':' || grouped.step, %(at)s, %(at)s, 0, ''
      FROM grouped JOIN due ON due.id = grouped.limit_id
        ON CONFLICT (dedupe_key) DO NOTHING
    RETURNING id
)
SELECT (SELECT count(*) FROM moved),
       (SELECT count(*) FROM told),
       count(*) FILTER (WHERE kind = 'remind'),
       count(*) FILTER (WHERE kind = 'yellow'),
       count(*) FILTER (WHERE kind = 'red'),
       count(*) FILTER (WHERE kind = 'escalate'),
       count(*) FILTER (WHERE kind = 'meeting'),
       count(*) FILTER (WHERE kind = 'committee'),
       min(due_at)
  FROM written
"""
_KINDS = ("remind", "yellow", "red", "escalate", "meeting", "committee")
_SWEEP = _STATEMENT.format(
    claim="AND id <> ALL(%(aside)s::bigint[]) ORDER BY next_step_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED"
)
_SWEEP_THESE = _STATEMENT.format(claim="AND id = ANY(%(ids)s) FOR UPDATE SKIP LOCKED")
_SETTLE = _STATEMENT.format(claim="AND id = ANY(%(ids)s) FOR UPDATE")


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What a sweep did: limits touched, steps taken by kind, batches, and how late the oldest step was, in seconds.

    ``aside`` are the ids of limits that the database refused to sweep and that were left aside.
    """

    limits: int = 0
    batches: int = 0
    notices: int = 0
    lag_seconds: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)
    aside: tuple[int, ...] = ()

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return self.by_kind.total()

    def as_json(self) -> dict[str, object]:
        """Plain data for the command and the log."""
        return {
            "limits": self.limits,
            "steps": self.steps,
            "batches": self.batches,
            "notices": self.notices,
            "lag_seconds": self.lag_seconds,
            "by_kind": dict(self.by_kind),
            "aside": list(self.aside),
        }

    def with_batch(self, row: tuple[int | datetime | None, ...], at: datetime) -> "SweepReport":
        """The report with one batch more, ``row`` being what the statement answered."""
        limits, notices, *counts, oldest = row
        kinds = {kind: int(count) for kind, count in zip(_KINDS, counts, strict=True) if count}  # type: ignore[arg-type]
        late = int((at - oldest).total_seconds()) if isinstance(oldest, datetime) else 0
        return replace(
            self,
            limits=self.limits + int(limits),  # type: ignore[arg-type]
            notices=self.notices + int(notices),  # type: ignore[arg-type]
            batches=self.batches + 1,
            by_kind=self.by_kind + Counter(kinds),
            lag_seconds=max(self.lag_seconds, late),
        )


def sweep(*, at: datetime, batch: int = BATCH, run: SweepRun | None = None) -> SweepReport:
    """Take every step due by ``at``, oldest limits first, ``batch`` limits per transaction.

    Safe to run several times at once, late, and to be killed; leaves a ``SweepRun``, or fills ``run``, that says what
    was done. A limit that the database refuses holds up no other: it is logged, left aside, and tried again by the next
    sweep. Raises ``OperationalError`` where the database is away, ``DatabaseError`` where it refuses more than
    ``MOST_ASIDE`` limits.
    """
    began = time.monotonic()
    run = run or SweepRun(started_at=at)
    _watch_the_clock(run)
    report = SweepReport()
    while (following := _next_batch(report, run, at=at, batch=batch)) is not None:
        report = following
    spent = time.monotonic() - began
    run.ended_at = at + timedelta(seconds=spent)
    _record(run, report)
    SweepRun.objects.filter(started_at__lt=at - KEEP_RUNS).delete()
    if spent > SLOW_SECONDS:
        logger.warning("the sweep took %.1f s for %d limits; the database is slow", spent, report.limits)
    return report


def _watch_the_clock(run: SweepRun) -> None:
    """Say so where this sweep and the latest one lie apart as only an outage or a jump of the clock explains."""
    at, others = run.started_at, SweepRun.objects.exclude(pk=run.pk)
    latest = others.order_by("-started_at").values_list("started_at", flat=True).first()
    if latest is None:
        return
    if latest - at > TOLERANCE:
        taken = others.filter(started_at__gt=at).aggregate(steps=Sum("steps"))["steps"]
        logger.warning(
            "the clock went back: a sweep ran %d s later than now; the %d steps taken since then stay taken",
            (latest - at).total_seconds(),
            taken,
        )
    elif at - latest > GAP:
        logger.warning(
            "the latest sweep was %d s ago: an outage, or the clock went forwards; every step due since is taken now",
            (at - latest).total_seconds(),
        )


def _next_batch(report: SweepReport, run: SweepRun, *, at: datetime, batch: int) -> SweepReport | None:
    """One transaction of a sweep; ``None`` when nothing was due."""
    try:
        return _take(_SWEEP, report, run, at=at, batch=batch, aside=list(report.aside))
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError:
        logger.exception("a batch of the sweep failed; the limits at fault are searched for and left aside")
    due = Limit.objects.filter(next_step_at__lte=at).exclude(pk__in=report.aside).order_by("next_step_at", "pk")
    return _take_in_halves(list(due.values_list("pk", flat=True)[:batch]), report, run, at=at)


def _take_in_halves(ids: Sequence[int], report: SweepReport, run: SweepRun, *, at: datetime) -> SweepReport:
    """Take the steps of these limits in as few transactions as the limits at fault allow, in the given order."""
    try:
        return _take(_SWEEP_THESE, report, run, at=at, ids=list(ids)) or report
    except (OperationalError, InterfaceError):
        raise
    except DatabaseError as error:
        if not ids or len(report.aside) >= MOST_ASIDE:
            raise
        if len(ids) == 1:
            logger.error("limit %d cannot be swept and is left aside until the next sweep: %s", ids[0], error)
            return replace(report, aside=(*report.aside, ids[0]))
    middle = len(ids) // 2
    return _take_in_halves(ids[middle:], _take_in_halves(ids[:middle], report, run, at=at), run, at=at)


def _take(statement: str, report: SweepReport, run: SweepRun, *, at: datetime, **claim: Any) -> SweepReport | None:
    with transaction.atomic():
        row = _execute(statement, {"at": at, "topic": TOPIC, **claim})
        if not row[0]:
            return None
        following = report.with_batch(row, at)
        _record(run, following)
        outbox.ring()
    return following


def settle(limit_ids: list[int], *, at: datetime) -> None:
    """Take the due steps of these limits now, in the caller's transaction, so that pausing or ending loses none."""
    row = _execute(_SETTLE, {"at": at, "ids": limit_ids, "topic": TOPIC})
    if row[0]:
        outbox.ring()


def _execute(statement: str, arguments: dict[str, Any]) -> tuple[int | datetime | None, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
        return tuple(cursor.fetchall()[0])


def _record(run: SweepRun, report: SweepReport) -> None:
    run.limits, run.steps, run.batches = report.limits, report.steps, report.batches
    run.lag_seconds, run.by_kind = report.lag_seconds, dict(report.by_kind)
    run.save()
