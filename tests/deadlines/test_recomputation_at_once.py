"""The recomputation beside sweeps, pauses, new limits and a second run of itself, on real connections."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import transaction

from apps.core import outbox
from apps.core.jobs import Cancelled
from apps.core.models import OutboxMessage
from apps.deadlines import changing, rulebook, services
from apps.deadlines.edits import Day, Rules
from apps.deadlines.models import LadderStep, Limit, LimitChange
from apps.deadlines.recomputation import recompute
from apps.deadlines.sweep import sweep
from tests.deadlines.test_sweep_at_once import in_threads
from tests.factories.deadlines import load_rules, make_limit, make_limits, shanghai
from tests.factories.grid import make_tree

pytestmark = pytest.mark.usefixtures("committed")
MONDAY = shanghai("2026-03-02 09:00")
LATE = shanghai("2026-03-04 12:00")
OLD, NEW = shanghai("2026-03-05 09:00"), shanghai("2026-03-06 09:00")


@pytest.fixture
def tree():
    load_rules()
    return make_tree(boundaries=False)


def change():
    edit = changing.plan_edit(None, Rules({date(2026, 3, 5): Day(False, "停电")}))
    return changing.write_change(edit, actor=None, because="停电", at=LATE)


def test_two_runs_a_sweep_and_pauses_at_once_lose_nothing(tree):
    limits = make_limits(tree.grids[0], 60, at=lambda n: MONDAY)
    cause = change()

    def work(place):
        if place < 2:
            return recompute(cause, now=lambda: LATE, batch=7)
        if place == 2:
            return sweep(at=LATE, batch=5)
        for limit in limits[::3]:
            services.pause_limit(subject_kind="case_leg", subject_id=limit.subject_id, at=LATE)
        return None

    reports = in_threads(work, 4)
    assert set(Limit.objects.values_list("due_at", flat=True)) == {NEW}
    assert reports[0].moved + reports[1].moved == 60 == LimitChange.objects.filter(kind="recomputed").count()
    assert Limit.objects.filter(state="paused", next_step_at=None).count() == 20
    sweep(at=LATE)
    assert Counter(LadderStep.objects.values_list("limit_id", "step")) == {(limit.pk, 1): 1 for limit in limits}
    told = [row for message in OutboxMessage.objects.filter(topic="deadline-moved") for row in message.payload["moved"]]
    assert sorted(limit for limit, _old in told) == [limit.pk for limit in limits]


def test_a_limit_in_somebody_elses_hands_is_waited_for_alone_and_not_lost(tree):
    held, free = (make_limit(tree.grids[0], at=MONDAY) for _ in range(2))
    cause = change()
    key = {"subject_kind": "case_leg", "subject_id": held.subject_id}

    def work(place):
        if place == 0:
            with transaction.atomic():
                services.pause_limit(**key, at=LATE)
                while Limit.objects.get(pk=free.pk).due_at == OLD:
                    pass
            return None
        return recompute(cause, now=lambda: LATE)

    _paused, report = in_threads(work, 2)
    assert (report.seen, report.moved) == (2, 2)
    assert set(Limit.objects.values_list("state", "due_at")) == {("paused", NEW), ("running", NEW)}


def test_a_change_waits_for_whoever_is_reckoning_by_the_old_rules(tree):
    def work(place):
        if place == 0:
            with transaction.atomic():
                rulebook.held()
                limit = make_limit(tree.grids[0], at=MONDAY)
                limit.refresh_from_db()
            return limit.due_at
        cause = change()
        recompute(cause, now=lambda: LATE)
        return None

    in_threads(work, 2)
    assert Limit.objects.get().due_at == NEW


def test_a_run_that_is_stopped_half_way_is_finished_by_the_next(tree):
    make_limits(tree.grids[0], 20, at=lambda n: MONDAY)
    cause = change()

    def stop(count):
        if count >= 10:
            raise Cancelled

    with pytest.raises(Cancelled):
        recompute(cause, now=lambda: LATE, done=stop, batch=5)
    assert Limit.objects.filter(due_at=NEW).count() == 10
    assert recompute(cause, now=lambda: LATE + timedelta(minutes=1), batch=5).moved == 10
    assert set(Limit.objects.values_list("due_at", flat=True)) == {NEW}
    assert outbox.drain() >= 4
