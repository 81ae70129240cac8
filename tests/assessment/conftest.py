"""An office per test, made in a transaction that is put back."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.db import transaction

from tests.factories.assessment import Office, make_office


@pytest.fixture(scope="module")
def office_of_file(django_db_setup, django_db_blocker) -> Iterator[Office]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_office()
        transaction.set_rollback(True)


@pytest.fixture
def db() -> None:
    """Keeps pytest-django from opening a transaction of its own; that of the file is used."""


@pytest.fixture
def office(office_of_file: Office, db: None) -> Iterator[Office]:
    """A district with people, indicators and no facts."""
    mark = transaction.savepoint()
    yield Office(replace(office_of_file.world))
    transaction.set_rollback(False)
    transaction.savepoint_rollback(mark)
