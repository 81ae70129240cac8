"""The sweep: every ladder step that has fallen due is taken, once, in one statement per batch.

Its cost follows what is due. Due limits are claimed oldest first with ``SKIP LOCKED``, so several sweeps may run
at once; each batch is committed by itself, so a sweep killed at any point leaves whole batches done and the rest for
the next. It writes limits, ladder steps and outbox rows, never a row of the subject.
"""

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from apps.core import outbox
from apps.deadlines.models import SweepRun

BATCH = 1000
KEEP_RUNS = timedelta(days=90)
TOPIC = "deadline-step"

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
       min(due_at)
  FROM written
"""
_KINDS = ("remind", "yellow", "red", "escalate", "meeting")
_SWEEP = _STATEMENT.format(claim="ORDER BY next_step_at, id LIMIT %(batch)s FOR UPDATE SKIP LOCKED")
_SETTLE = _STATEMENT.format(claim="AND id = ANY(%(ids)s) FOR UPDATE")


@dataclass(slots=True)
class SweepReport:
    """What a sweep did: limits touched, steps taken by kind, batches, and how late the oldest step was, in seconds."""

    limits: int = 0
    steps: int = 0
    batches: int = 0
    notices: int = 0
    lag_seconds: int = 0
    by_kind: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, object]:
        """Plain data for the command and the log."""
        return {
            "limits": self.limits,
            "steps": self.steps,
            "batches": self.batches,
            "notices": self.notices,
            "lag_seconds": self.lag_seconds,
            "by_kind": dict(self.by_kind),
        }

    def add(self, row: tuple[int | datetime | None, ...], at: datetime) -> None:
        """Count one batch in."""
        limits, notices, *counts, oldest = row
        self.limits += int(limits)  # type: ignore[arg-type]
        self.notices += int(notices)  # type: ignore[arg-type]
        self.batches += 1
        self.by_kind.update({kind: int(count) for kind, count in zip(_KINDS, counts, strict=True) if count})  # type: ignore[arg-type]
        self.steps = self.by_kind.total()
        if isinstance(oldest, datetime):
            self.lag_seconds = max(self.lag_seconds, int((at - oldest).total_seconds()))


def sweep(*, at: datetime, batch: int = BATCH) -> SweepReport:
    """Take every step due by ``at``, oldest limits first, ``batch`` limits per transaction.

    Safe to run several times at once, late, and to be killed; leaves a ``SweepRun`` that says what was done.
    """
    began = time.monotonic()
    report = SweepReport()
    run = SweepRun(started_at=at)
    while sweep_batch(report, run, at=at, batch=batch):
        pass
    run.ended_at = at + timedelta(seconds=time.monotonic() - began)
    _record(run, report)
    SweepRun.objects.filter(started_at__lt=at - KEEP_RUNS).delete()
    return report


def sweep_batch(report: SweepReport, run: SweepRun, *, at: datetime, batch: int) -> bool:
    """One transaction of a sweep; says whether there was anything to do."""
    with transaction.atomic():
        row = _execute(_SWEEP, {"at": at, "batch": batch, "topic": TOPIC})
        if not row[0]:
            return False
        report.add(row, at)
        _record(run, report)
        outbox.ring()
    return True


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
