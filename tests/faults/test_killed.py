"""Each process is killed once: the system becomes healthy again without hands, and what was stored stays stored."""

import pytest

from tests.faults.system import RunningSystem, alive, processes_of, wait_for

PARTS = ("web", "worker", "beat", "redis", "postgres", "supervisor")


@pytest.mark.parametrize("part", PARTS)
def test_a_killed_process_comes_back_and_nothing_stored_is_lost(system: RunningSystem, part: str) -> None:
    with system.connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (part text PRIMARY KEY)")
        connection.execute("INSERT INTO kept VALUES (%s)", [part])
    killed = system.kill(part)
    wait_for(lambda: not alive(killed), 10, f"{part} survived")
    system.wait_until_recovered(part, killed)
    with system.connect() as connection:
        assert connection.execute("SELECT count(*) FROM kept WHERE part = %s", [part]).fetchone() == (1,)
    assert system.health() == (200, {"database": "ok", "redis": "ok", "worker": "ok", "beat": "ok"})


def test_the_end_leaves_no_process(system: RunningSystem) -> None:
    assert processes_of(system.var) != {}
    assert system.stop() == 0
    assert processes_of(system.var) == {}
