"""A tree with people on it: who writes, who stands above, who stands beside."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from apps.accounts.models import User
from tests.factories.accounts import make_user
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


@pytest.fixture
def house(db) -> House:
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
