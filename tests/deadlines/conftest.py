"""A database whose rows are really committed, for tests with several connections or processes."""

from collections.abc import Iterator

import pytest

from tests.database import empty_every_table


@pytest.fixture
def committed(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Everything the test commits is there for other connections, and emptied afterwards, append-only tables too."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            empty_every_table()
