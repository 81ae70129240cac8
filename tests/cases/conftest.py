"""One small district per test file, put back after every test: making it anew each time would cost half a second."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import transaction

from tests.factories.cases import World, make_world


@pytest.fixture
def db() -> None:
    """Asked for by ``world`` so that pytest-django makes a database; the transaction is ``ground``'s."""


@pytest.fixture(scope="module")
def ground(django_db_setup, django_db_blocker) -> Iterator[World]:
    """The district of this file, inside a transaction that is rolled back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(ground: World, db: None) -> Iterator[World]:
    """The district as it was made; whatever the test does to it is undone."""
    mark = transaction.savepoint()
    yield replace(ground)
    transaction.set_rollback(False)
    transaction.savepoint_rollback(mark)
    ground.category.refresh_from_db()
