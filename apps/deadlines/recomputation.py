"""The recomputation: open limits get the ends and steps that the changed calendar gives them.

It goes by batches in the order of ids, each its own transaction, and writes only what becomes different, so it may be
killed, repeated, or run twice at once. Like the sweep it writes limits, their trail and outbox rows, never a row of the
subject. A limit that somebody else holds is passed over and taken by itself at the end, so that no two transactions
ever wait for each other.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from apps.core import outbox
from apps.deadlines import rulebook
from apps.deadlines.choices import ChangeKind, LimitState
from apps.deadlines.models import CalendarChange, Limit, LimitChange
from apps.deadlines.sweep import settle
from apps.deadlines.touched import Outlook, Reach, outlooks, touched_limits

BATCH = 1000
TOPIC = "deadline-moved"

_UPDATE = """
UPDATE deadlines_limit AS l
   SET due_at = new.due_at,
       counts_from = new.counts_from,
       plan_steps = new.steps::smallint[],
       plan_kinds = new.kinds::varchar[],
       plan_times = new.times::timestamptz[],
       next_step_at = CASE WHEN l.state = 'running' THEN (new.times::timestamptz[])[1] END
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[], %s::text[], %s::text[])
       AS new(id, due_at, counts_from, steps, kinds, times)
 WHERE l.id = new.id
"""


@dataclass(slots=True)
class RecomputeReport:
    """What a recomputation did: limits looked at, ends moved, limits of which only steps moved."""

    seen: int = 0
    moved: int = 0
    steps_only: int = 0

    def as_json(self) -> dict[str, int]:
        """Plain data for the job's result."""
        return {"seen": self.seen, "moved": self.moved, "steps_only": self.steps_only}


def reach_of(change: CalendarChange) -> Reach | None:
    """Which limits the change may move; ``None`` where no working time became different."""
    return None if change.first_date is None else Reach(change.unit, change.first_date, change.last_date)


def count_touched(change: CalendarChange) -> int:
    """How many open limits there are to look at."""
    reach = reach_of(change)
    return touched_limits(reach).count() if reach else 0


def recompute(
    change: CalendarChange,
    *,
    now: Callable[[], datetime],
    done: Callable[[int], None] = lambda count: None,
    batch: int = BATCH,
) -> RecomputeReport:
    """Bring every open limit that ``change`` touches into step with the rules as they stand.

    ``now`` is asked once per batch; ``done`` hears how many limits were looked at and may raise to stop. Steps that
    have fallen due are taken first. One ``LimitChange`` per moved end, one outbox message per batch.
    """
    report = RecomputeReport()
    reach = reach_of(change)
    if reach is None:
        return report
    last, held_by_others = 0, list[int]()
    while ids := list(touched_limits(reach).filter(pk__gt=last).values_list("pk", flat=True)[:batch]):
        taken = _recompute_batch(change, ids, report, at=now(), wait=False)
        held_by_others += sorted(set(ids) - taken)
        last = ids[-1]
        done(report.seen)
    for limit_id in held_by_others:
        _recompute_batch(change, [limit_id], report, at=now(), wait=True)
        done(report.seen)
    return report


def _recompute_batch(
    change: CalendarChange, ids: Sequence[int], report: RecomputeReport, *, at: datetime, wait: bool
) -> set[int]:
    """One transaction; returns the ids of the limits it could lock."""
    with transaction.atomic():
        limits = _locked(ids, wait=wait)
        # Only now: whoever held a limit before may have reckoned it by rules newer than those of this change.
        book = rulebook.held()
        due = [limit.pk for limit in limits if limit.next_step_at is not None and limit.next_step_at <= at]
        if due:
            settle(due, at=at)
            limits = _locked(ids, wait=False)
        changed = [outlook for outlook in outlooks(limits, book, at=at) if outlook.is_changed]
        moved = [outlook for outlook in changed if outlook.is_moved]
        if changed:
            _write(changed)
        if moved:
            _record(moved, change, at=at)
    report.seen += len(limits) if not wait else len(ids)
    report.moved += len(moved)
    report.steps_only += len(changed) - len(moved)
    return {limit.pk for limit in limits}


def _locked(ids: Sequence[int], *, wait: bool) -> list[Limit]:
    open_limits = Limit.objects.filter(pk__in=ids).exclude(state=LimitState.ENDED).order_by("pk")
    return list(open_limits.select_for_update(of=("self",), skip_locked=not wait))


def _write(changed: Sequence[Outlook]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _UPDATE,
            [
                [outlook.limit.pk for outlook in changed],
                [outlook.due_at for outlook in changed],
                [outlook.counts_from for outlook in changed],
                [_array(str(step.step) for step in outlook.pending) for outlook in changed],
                [_array(step.kind for step in outlook.pending) for outlook in changed],
                [_array(f'"{step.due_at.isoformat()}"' for step in outlook.pending) for outlook in changed],
            ],
        )


def _array(cells: Iterable[str]) -> str:
    """A PostgreSQL array as text, for ``unnest``, which would take a list of lists apart."""
    return f"{{{','.join(cells)}}}"


def _record(moved: Sequence[Outlook], change: CalendarChange, *, at: datetime) -> None:
    LimitChange.objects.bulk_create(
        LimitChange(
            limit=outlook.limit,
            kind=ChangeKind.RECOMPUTED,
            at=at,
            old_due=outlook.limit.due_at,
            new_due=outlook.due_at,
            actor_id=change.actor_id,  # type: ignore[attr-defined]
            because=change.because,
            cause=change,
        )
        for outlook in moved
    )
    payload = {"moved": [[outlook.limit.pk, outlook.limit.due_at.isoformat()] for outlook in moved]}
    outbox.enqueue(TOPIC, payload, at=at)
