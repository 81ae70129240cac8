"""``sweep_due_peer``: django-helpdesk's ``escalate_tickets`` beside our sweep, both with as many overdue.

A line of ``sweep_due`` with the peer's name: ``value`` is its time per ticket, ``floor`` ours per limit in the same
run, so ``ratio`` says how many times longer it takes. Run only when named, since it installs the peer.
"""

import statistics

from bench import sweep_fixture
from bench.harness import Context
from bench.helpdesk import Helpdesk
from bench.sweep_due import seconds_of_sweep

EXTRA = True
RUNNING = 100_000
DUE = 10_000


def run(context: Context) -> None:
    """Ours twice before and twice after theirs; the median counts."""
    sweep_fixture.prepare(running=RUNNING, due=DUE)
    seconds_of_sweep(DUE)
    with Helpdesk() as helpdesk:
        helpdesk.ask("fill", tickets=RUNNING, overdue=DUE)
        ours = [seconds_of_sweep(DUE) for _ in range(2)]
        answer = helpdesk.ask("escalate")
        ours += [seconds_of_sweep(DUE) for _ in range(2)]
        name = f"{helpdesk.name} escalate_tickets"
    if answer["escalated"] != DUE:
        raise RuntimeError(f"{name} escalated {answer['escalated']} tickets where {DUE} were overdue")
    each = [seconds / DUE * 1e6 for seconds in (answer["seconds"], statistics.median(ours))]
    context.report("sweep_due", each[0], "us", each[1], DUE, peer=name)
    sweep_fixture.clear()
