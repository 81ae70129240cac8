"""A tree with people on it, made once per file and put back after every test."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from apps.accounts.models import User
from tests.factories.accounts import make_user
from tests.factories.cases import World, make_world
from tests.factories.deadlines import load_rules
from tests.factories.grid import Tree, grant, make_tree

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@dataclass
class House:
    """One worker's chain of people, and the same posts in another street."""

    tree: Tree
    worker: User
    mate: User
    grid_leader: User
    station: User
    street: User
    leader: User
    clerk: User
    worker_b: User
    station_b: User


def make_house() -> House:
    load_rules()
    tree = make_tree()
    grid, beside = tree.grid(0, 0, 0), tree.grid(1, 0, 0)

    def person(username: str, role: str, unit) -> User:
        user = make_user(username, username.upper())
        grant(user, role, unit)
        return User.objects.get(pk=user.pk)

    return House(
        tree=tree,
        worker=person("worker", "worker", grid),
        mate=person("mate", "worker", tree.grid(0, 0, 1)),
        grid_leader=person("grid_leader", "grid_leader", grid),
        station=person("station", "station", tree.community(0, 0)),
        street=person("street", "street_dispatcher", tree.street(0)),
        leader=person("leader", "leader", tree.district),
        clerk=person("clerk", "clerk", tree.street(0)),
        worker_b=person("worker_b", "worker", beside),
        station_b=person("station_b", "station", tree.community(1, 0)),
    )


@pytest.fixture
def db() -> None:
    """Keeps pytest-django from opening a transaction of its own; that of the file is used."""


@pytest.fixture(scope="module")
def house_of_file(django_db_setup, django_db_blocker) -> Iterator[House]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_house()
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def world_of_file(django_db_setup, django_db_blocker) -> Iterator[World]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


def restored(made):
    mark = transaction.savepoint()
    yield made
    transaction.set_rollback(False)
    transaction.savepoint_rollback(mark)


@pytest.fixture
def house(house_of_file: House, db: None) -> Iterator[House]:
    """A district with people, as it was made."""
    yield from restored(house_of_file)


@pytest.fixture
def world(world_of_file: World, db: None) -> Iterator[World]:
    """A district with people, agencies and cases to come, as it was made."""
    yield from restored(replace(world_of_file))
    world_of_file.category.refresh_from_db()
