"""``queue_growth``: the dispatch centre's queues and first page at a million cases, beside the same at 100,000.

Both databases have the same open cases, so what is asked is the same to the letter and answers the same rows; the floor
is the small database's time. The counts of all queues are among what is asked.
"""

from django.db import connection

from apps.cases.selectors import Wanted
from apps.cases.selectors.queues import board_of
from apps.core import clock
from apps.grid.permissions import Role
from bench import case_fixture, large
from bench.databases import beside
from bench.harness import Context

LARGE = True
ROWS = 50


def run(context: Context) -> None:
    """What the dispatcher of the fullest street opens. Raises ``RuntimeError`` with ``--cases``: it needs both."""
    if connection.settings_dict["NAME"] != large.LARGE:
        raise RuntimeError("queue_growth compares a million cases with 100,000: leave --cases out")
    user = case_fixture.known(case_fixture.holder_of(Role.STREET_DISPATCHER, case_fixture.busy_street()))
    with case_fixture.statements() as sent:
        board_of(user, queue="handling", wanted=Wanted(), cursor=None, size=ROWS, at=clock.now())
    context.sql("queue_growth", ";\n".join(sql for sql, _params in sent))
    with beside(large.SMALL) as small, small.cursor() as cursor:
        context.figure(
            "queue_growth",
            lambda: case_fixture.run_all(sent),
            lambda: case_fixture.run_with(cursor, sent),
            n=context.cases,
            repeat=25,
            calls=5,
        )
