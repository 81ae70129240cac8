"""A small tree and the people who work on it."""

import pytest

from tests.factories.accounts import make_user
from tests.factories.grid import grant, make_tree


class People:
    """The worker and station of the first grid, clerks above and beside, people without the ledger; made when asked."""

    def __init__(self, tree):
        self.posts = {
            "worker": ("worker", tree.grids[0]),
            "neighbour": ("worker", tree.grids[1]),
            "station": ("station", tree.communities[0]),
            "clerk": ("clerk", tree.streets[0]),
            "stranger": ("clerk", tree.streets[1]),
            "dispatcher": ("street_dispatcher", tree.streets[0]),
            "auditor": ("auditor", tree.streets[0]),
            "system": ("system_admin", tree.district),
        }

    def __getattr__(self, name):
        if name not in self.posts:
            raise AttributeError(name)
        role, unit = self.posts[name]
        user = make_user(name=name)
        grant(user, role, unit)
        setattr(self, name, user)
        return user


@pytest.fixture
def tree(db):
    return make_tree(boundaries=False)


@pytest.fixture
def people(tree):
    return People(tree)
