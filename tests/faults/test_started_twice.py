"""Two people type ``make run`` at once in one checkout: one system runs, the other says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.system import READY, RunningSystem, processes_of, scratch_var, wait_for


@pytest.fixture
def var() -> Iterator[Path]:
    with scratch_var() as folder:
        yield folder


def test_of_two_first_starts_at_once_one_runs_and_the_other_says_so(var: Path) -> None:
    one, other = RunningSystem(var), RunningSystem(var)
    try:
        wait_for(lambda: one_has_ended(one, other), 60, "both run")
        refused, running = (one, other) if one.process.poll() is not None else (other, one)
        assert refused.process.returncode == 1
        running.wait_until_ready()
    finally:
        one.stop()
        other.stop()
    texts = one.said() + other.said()
    assert texts.count("gridgov is already running from this checkout") == 1
    assert texts.count(READY) == 1
    assert processes_of(var) == {}


def one_has_ended(one: RunningSystem, other: RunningSystem) -> bool:
    return (one.process.poll() is None) != (other.process.poll() is None)


@pytest.mark.soak
def test_the_whole_system_killed_at_once_starts_again_with_its_data(var: Path) -> None:
    first = RunningSystem(var)
    first.wait_until_ready()
    with first.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    first.process.kill()
    first.process.wait()
    for name in ("supervisor", "postgres", "redis"):
        first.kill(name) if first.pid(name) else None
    second = RunningSystem(var)
    try:
        second.wait_until_ready()
        with second.connect() as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    finally:
        second.stop()
    assert processes_of(var) == {}
