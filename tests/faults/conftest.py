"""A running system for the tests that hurt it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.system import RunningSystem


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    """One system for a whole file of tests, empty of demo data; each test leaves it healthy."""
    folder: Path = tmp_path_factory.mktemp("system")
    for step in (folder, *folder.parents):
        if step.name.startswith("pytest-"):
            step.chmod(0o755)
    running = RunningSystem(folder / "var")
    try:
        running.wait_until_ready()
        yield running
    finally:
        running.stop()
