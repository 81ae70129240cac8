"""A running system for the tests that hurt it."""

from collections.abc import Iterator

import pytest

from tests.faults.prepared import prepared_var
from tests.faults.system import RunningSystem


@pytest.fixture(scope="module")
def system() -> Iterator[RunningSystem]:
    """One system for a whole file of tests, empty of demo data; each test leaves it healthy."""
    with prepared_var() as var:
        running = RunningSystem(var)
        try:
            running.wait_until_ready()
            yield running
        finally:
            running.stop()
