"""``sweep_due``: a sweep of 100,000 due limits among a million running, beside one transaction of the same writes."""

import gc
import statistics
import time
from collections.abc import Callable

from django.db import transaction

from apps.deadlines.sweep import sweep
from bench import sweep_fixture
from bench.harness import Context

RUNNING = 1_000_000
DUE = 100_000
ROUNDS = 3


def _seconds(action: Callable[[], object]) -> float:
    """How long ``action`` takes on limits that are all due, which are then wound back."""
    gc.collect()
    started = time.perf_counter()
    action()
    spent = time.perf_counter() - started
    sweep_fixture.wind_back()
    return spent


def seconds_of_sweep(due: int) -> float:
    """How long a sweep of ``due`` limits takes; raises ``RuntimeError`` where it took another number of steps."""

    def act() -> None:
        report = sweep(at=sweep_fixture.AT)
        if report.steps != due:
            raise RuntimeError(f"{report.steps} steps taken where {due} were due")

    return _seconds(act)


@transaction.atomic
def _floor() -> None:
    sweep_fixture.execute_floor()


def run(context: Context) -> None:
    """Both in turn, ``ROUNDS`` times, the medians count; the limits go afterwards."""
    context.sql("sweep_due", sweep_fixture.FLOOR)
    sweep_fixture.prepare(running=RUNNING, due=DUE)
    seconds_of_sweep(DUE)
    _seconds(_floor)
    ours, floor = [], []
    for turn in range(ROUNDS):
        if turn % 2 == 0:
            ours.append(seconds_of_sweep(DUE))
        floor.append(_seconds(_floor))
        if turn % 2 == 1:
            ours.append(seconds_of_sweep(DUE))
    context.report("sweep_due", statistics.median(ours) * 1e3, "ms", statistics.median(floor) * 1e3, DUE)
    sweep_fixture.clear()
