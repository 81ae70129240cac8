"""Two people type ``make run`` at once in one checkout: one system runs, the other says so."""

from pathlib import Path

import pytest

from tests.faults.system import READY, RunningSystem, processes_of, wait_for


def test_of_two_first_starts_at_once_one_runs_and_the_other_says_so(tmp_path: Path) -> None:
    one, other = RunningSystem(tmp_path / "var"), RunningSystem(tmp_path / "var")
    other.output.rename(tmp_path / "other.output")
    try:
        wait_for(
            lambda: None not in {one.process.poll(), other.process.poll()} or one_has_ended(one, other), 60, "both run"
        )
        refused, running = (one, other) if one.process.poll() is not None else (other, one)
        assert refused.process.returncode == 1
        wait_for(lambda: running.health()[0] == 200, 60, "the other never became healthy")
    finally:
        one.stop()
        other.stop()
    texts = (tmp_path / "var.output").read_text() + (tmp_path / "other.output").read_text()
    assert texts.count("gridgov is already running from this checkout") == 1
    assert texts.count(READY) == 1
    assert processes_of(tmp_path / "var") == {}


def one_has_ended(one: RunningSystem, other: RunningSystem) -> bool:
    return (one.process.poll() is None) != (other.process.poll() is None)


@pytest.mark.soak
def test_the_whole_system_killed_at_once_starts_again_with_its_data(tmp_path: Path) -> None:
    var = tmp_path / "var"
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
