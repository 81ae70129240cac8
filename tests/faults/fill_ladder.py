"""Fills a running system with limits whose five steps fall due within the next seconds, many at the same moment.

``python -m tests.faults.fill_ladder SEED LIMITS WATCHED FIRST_SECONDS BURSTS APART_SECONDS`` in a process of its own.
The steps of each limit fall on five of the bursts; ``WATCHED`` more limits are held by a centre whose one dispatcher
gets every notice of limits by text message.
"""

import random
import sys
from datetime import time, timedelta

import django

SUBJECT = "fault"
KINDS = ["remind", "yellow", "red", "escalate", "meeting"]


def main(seed: int, limits: int, watched: int, first: float, bursts: int, apart: float) -> None:
    """Everything in one transaction, so that no sweep sees a limit half made."""
    from django.db import connection, transaction

    from apps.core import clock
    from apps.notices.models import NoticeHours
    from tests.factories.accounts import make_user
    from tests.factories.deadlines import load_rules, make_limits
    from tests.factories.grid import grant, make_tree
    from tests.factories.notices import make_reachable

    chance = random.Random(seed)
    with transaction.atomic():
        load_rules()
        tree = make_tree("320412", boundaries=False)
        dispatcher = make_user("ladder-station", "周岚")
        grant(dispatcher, "station", tree.communities[3])
        make_reachable(dispatcher, "sms", group="limits")
        NoticeHours.objects.create(user=dispatcher, quiet_from=time(3), quiet_until=time(3))
        begun = clock.now() - timedelta(hours=1)
        made = make_limits(tree.grids[0], limits, at=lambda n: begun, subject_kind=SUBJECT)
        made += make_limits(tree.grids[7], watched, at=lambda n: begun, subject_kind=SUBJECT)
        start = clock.now() + timedelta(seconds=first)
        rows = []
        for limit in made:
            chosen = sorted(chance.sample(range(bursts), len(KINDS)))
            moments = [start + timedelta(seconds=burst * apart) for burst in chosen]
            rows.append(([1, 2, 3, 4, 5], KINDS, moments, moments[2], moments[0], limit.pk))
        with connection.cursor() as cursor:
            cursor.executemany(
                "UPDATE deadlines_limit SET plan_steps = %s::smallint[], plan_kinds = %s, plan_times = %s, "
                "due_at = %s, next_step_at = %s WHERE id = %s",
                rows,
            )


if __name__ == "__main__":
    django.setup()
    seed, limits, watched, first, bursts, apart = sys.argv[1:]
    main(int(seed), int(limits), int(watched), float(first), int(bursts), float(apart))
