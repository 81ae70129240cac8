"""A small tree and the people who work on it."""

from types import SimpleNamespace

import pytest

from tests.factories.accounts import make_user
from tests.factories.grid import grant, make_tree


@pytest.fixture
def tree(db):
    return make_tree(boundaries=False)


@pytest.fixture
def people(tree):
    """The worker and station of the first grid, the clerks above, somebody beside, and people without the ledger."""
    return SimpleNamespace(
        worker=_with("worker", tree.grids[0]),
        neighbour=_with("worker", tree.grids[1]),
        station=_with("station", tree.communities[0]),
        clerk=_with("clerk", tree.streets[0]),
        stranger=_with("clerk", tree.streets[1]),
        dispatcher=_with("street_dispatcher", tree.streets[0]),
        auditor=_with("auditor", tree.streets[0]),
        system=_with("system_admin", tree.district),
    )


def _with(role, unit):
    user = make_user(name=role)
    grant(user, role, unit)
    return user
