"""A database whose rows are really committed, for several connections at once."""

from collections.abc import Iterator

import pytest

from tests.database import empty_every_table
from tests.factories.cases import World, make_world


@pytest.fixture
def db() -> None:
    """Asked for so that pytest-django makes a database; nothing is rolled back, ``world`` empties it."""


@pytest.fixture
def world(django_db_setup: None, db: None, django_db_blocker) -> Iterator[World]:
    """The small district, committed; everything the test commits is emptied afterwards, append-only tables too."""
    with django_db_blocker.unblock():
        try:
            yield make_world()
        finally:
            empty_every_table()
