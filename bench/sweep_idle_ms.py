"""``sweep_idle_ms``: a sweep that finds nothing due among a million running limits, its record included."""

from apps.deadlines.sweep import sweep
from bench import sweep_fixture
from bench.harness import Context

RUNNING = 1_000_000


def run(context: Context) -> None:
    """No floor: the figure is how much a minute without work costs."""
    sweep_fixture.prepare(running=RUNNING, due=0)
    context.figure("sweep_idle_ms", lambda: sweep(at=sweep_fixture.AT), n=RUNNING, calls=10)
    sweep_fixture.clear()
