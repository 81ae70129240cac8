"""A first start is cut short at some moment, however unlucky; the next one simply starts."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.system import RunningSystem, processes_of, scratch_var


@pytest.fixture
def var() -> Iterator[Path]:
    with scratch_var() as folder:
        yield folder


@pytest.mark.soak
@pytest.mark.parametrize("seconds", [0.3, 0.6, 0.9, 1.3, 2.0, 4.0, 7.0])
def test_a_first_start_killed_with_all_its_processes_is_made_good_by_the_second(var: Path, seconds: float) -> None:
    first = RunningSystem(var)
    time.sleep(seconds)
    for pid in [first.process.pid, *processes_of(var)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    first.process.wait()
    second = RunningSystem(var)
    try:
        second.wait_until_ready()
        assert second.health()[0] == 200
    finally:
        second.stop()
    assert processes_of(var) == {}
