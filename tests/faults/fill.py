"""Fills the database of a system under test; run as a process of its own so that it uses that system's services.

``python -m tests.faults.fill`` prints one JSON line: a token of a grid worker, a category, a point, and how many
ladder steps will be due on ``limits`` limits.
"""

import json
import os
import sys
from datetime import timedelta

import django

LIMITS = int(os.environ.get("FILL_LIMITS", "4000"))


def main() -> None:
    """Make a small tree, a worker with a token, and limits that are all long overdue."""
    from knox.models import AuthToken

    from apps.cases import catalogue
    from apps.core import clock
    from apps.deadlines.catalogue import load
    from apps.deadlines.models import Limit
    from tests.factories.accounts import make_user
    from tests.factories.deadlines import make_limits
    from tests.factories.grid import centre_of, grant, make_tree

    catalogue.load_categories()
    load()
    tree = make_tree()
    worker = make_user("hurt-worker", "王敏")
    grant(worker, "worker", tree.grids[0])
    long_ago = clock.now() - timedelta(days=40)
    limits = make_limits(tree.grids[0], LIMITS, at=lambda n: long_ago + timedelta(seconds=n))
    now = clock.now()
    due = sum(moment <= now for limit in limits for moment in limit.plan_times)
    lon, lat = centre_of(tree.grids[0])
    _stored, token = AuthToken.objects.create(worker)
    facts = {"token": token, "lon": lon, "lat": lat, "due_steps": due, "limits": Limit.objects.count()}
    sys.stdout.write(json.dumps(facts) + "\n")


if __name__ == "__main__":
    django.setup()
    main()
