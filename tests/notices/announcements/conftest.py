"""The small district of the cases' tests, for announcements."""

import pytest

from tests.cases.conftest import ground, world

__all__ = ["ground", "world"]


@pytest.fixture
def db() -> None:
    """Asked for by ``world`` so that pytest-django makes a database; the transaction is ``ground``'s."""
