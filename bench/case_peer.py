"""``case_peer``: our queue and our reports beside django-helpdesk's list and its tickets, both with 100,000 of them.

Two lines with the peer's name, ``case_list`` and ``case_create``: ``value`` is its time, ``floor`` ours in turn in the
same run, so ``ratio`` says how many times longer it takes. Ours is the dispatch centre with its counts and fifty rows
of a street, its list the page and the 25 rows that the page's table asks for; both create over their REST API. Run only
when named, since it installs the peer.
"""

import gc
import statistics
import time
from collections.abc import Callable

from django.urls import reverse

from apps.grid.permissions import Role
from bench import case_fixture
from bench.case_create import reporting, undone
from bench.harness import Context
from bench.helpdesk import Helpdesk

EXTRA = True
TICKETS = 100_000
ROUNDS = 25


def _seconds(action: Callable[[], object]) -> float:
    gc.collect()
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _compare(context: Context, name: str, peer: str, theirs: Callable[[], float], ours: Callable[[], object]) -> None:
    theirs()
    ours()
    pairs = [(theirs(), _seconds(ours)) for _ in range(ROUNDS)]
    value, floor = (statistics.median(readings) * 1e3 for readings in zip(*pairs, strict=True))
    context.report(name, value, "ms", floor, context.cases, peer=peer)


def run(context: Context) -> None:
    """Each of the two in turn with ours. Raises ``RuntimeError`` where the peer shows no rows or makes no ticket."""
    user = case_fixture.holder_of(Role.STREET_DISPATCHER, case_fixture.busy_street())
    client, url = case_fixture.signed_in(user), f"{reverse('cases:dispatch')}?queue=handling"
    with Helpdesk() as helpdesk:
        helpdesk.ask("fill", tickets=TICKETS, overdue=0)

        def page() -> float:
            answer = helpdesk.ask("page")
            if answer["rows"] != 25:
                raise RuntimeError(f"{helpdesk.name} shows {answer['rows']} rows")
            return float(answer["seconds"])

        def create() -> float:
            answer = helpdesk.ask("create")
            if answer["status"] != 201:
                raise RuntimeError(f"{helpdesk.name} made no ticket: {answer['said']}")
            return float(answer["seconds"])

        _compare(context, "case_list", f"{helpdesk.name} ticket list", page, case_fixture.fetched(client, url))
        _compare(context, "case_create", f"{helpdesk.name} ticket over its API", create, undone(reporting().post))
