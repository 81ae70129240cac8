"""Whatever is done to a limit, and whenever sweeps run, the same steps are taken with the same due times, each once.

Two limits live through the same random history; one is swept at the very end alone, the other after every event.
"""

from datetime import timedelta
from random import Random

import pytest

from apps.core.errors import DomainError
from apps.deadlines import services
from apps.deadlines.models import LadderStep, Limit
from apps.deadlines.sweep import sweep
from tests.factories.deadlines import load_rules, make_limit, shanghai
from tests.factories.grid import make_tree

pytestmark = pytest.mark.django_db
START = shanghai("2026-09-28 09:00")
ACTS = ["wait", "wait", "pause", "resume", "resume", "extend", "hand over", "end"]


def act(name, limit, *, at, random):
    """One event in a limit's life; what is refused changes nothing."""
    key = {"subject_kind": limit.subject_kind, "subject_id": limit.subject_id}
    if name == "pause":
        services.pause_limit(**key, at=at)
    elif name == "resume":
        services.resume_limit(**key, at=at)
    elif name == "extend":
        try:
            services.extend_limit(limit, due_at=at + timedelta(hours=random.randint(1, 200)), at=at, allowed=2)
        except DomainError:
            return
    elif name == "hand over":
        services.change_holder(**key, holder=limit.holder, head=limit.head)
    elif name == "end" and random.random() < 0.3:
        services.end_limit(**key, stage=limit.stage, at=at)


def live(limit, *, seed, sweeping):
    """A random history of twelve events, and a sweep long after the last."""
    random = Random(seed)
    at = START
    for _ in range(12):
        at += timedelta(minutes=random.randint(1, 3000))
        act(random.choice(ACTS), limit, at=at, random=random)
        if sweeping:
            sweep(at=at)
    services.resume_limit(subject_kind=limit.subject_kind, subject_id=limit.subject_id, at=at)
    sweep(at=at + timedelta(days=200))


def outcome(limit):
    steps = list(LadderStep.objects.filter(limit=limit).values_list("step", "kind", "due_at", "done_at"))
    assert all(done >= due for _step, _kind, due, done in steps)
    assert [step for step, *_rest in steps] == sorted({step for step, *_rest in steps})
    assert [due for *_head, due, _done in steps] == sorted(due for *_head, due, _done in steps)
    limit = Limit.objects.get(pk=limit.pk)
    facts = (limit.state, limit.card, limit.due_at, limit.last_step, limit.next_step_at, limit.extensions)
    return facts, [step[:3] for step in steps]


def compare(seeds):
    load_rules()
    tree = make_tree(boundaries=False)
    for seed in seeds:
        urgency = Random(seed).choice(["normal", "urgent"])
        outcomes = []
        for sweeping in (False, True):
            limit = make_limit(tree.grids[0], at=START, urgency=urgency)
            live(limit, seed=seed, sweeping=sweeping)
            outcomes.append(outcome(limit))
        assert outcomes[0] == outcomes[1], seed


def test_when_sweeps_run_does_not_matter():
    compare(range(15))


@pytest.mark.soak
@pytest.mark.parametrize("part", range(20))
def test_when_sweeps_run_does_not_matter_at_length(part):
    compare(range(1000 + part * 200, 1200 + part * 200))
