"""One sweep: what it takes, in which order, once."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, InternalError, connection, transaction

from apps.core import clock
from apps.core.models import OutboxMessage
from apps.deadlines import services
from apps.deadlines import sweep as sweeping
from apps.deadlines.models import LadderStep, Limit, SweepRun
from apps.deadlines.sweep import sweep
from apps.deadlines.tasks import sweep_deadlines
from tests.factories.deadlines import load_rules, make_limit, make_limits, shanghai
from tests.factories.grid import centre_agency, make_tree

pytestmark = pytest.mark.django_db
MONDAY = shanghai("2026-03-02 09:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def tree():
    load_rules()
    return make_tree(boundaries=False)


def taken(limit):
    return list(LadderStep.objects.filter(limit=limit).values_list("step", "kind", "card", "due_at", "done_at"))


def test_each_step_is_taken_at_its_moment_and_not_a_minute_before(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    plan = list(zip(limit.plan_steps, limit.plan_kinds, limit.plan_times, strict=True))
    for step, kind, moment in plan:
        assert sweep(at=moment - MINUTE).steps == 0
        report = sweep(at=moment)
        assert report.by_kind == {kind: 1}
        assert taken(limit)[-1] == (step, kind, {2: "yellow", 3: "red"}.get(step, "none"), moment, moment)
        assert sweep(at=moment).steps == 0
    limit.refresh_from_db()
    assert (limit.card, limit.last_step, limit.next_step_at) == ("red", 5, None)
    assert sweep(at=MONDAY + timedelta(days=400)).steps == 0


def test_after_an_outage_every_missed_step_is_recorded_and_one_notice_goes_out_for_the_gravest(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    late = shanghai("2026-03-06 09:30")
    report = sweep(at=late)
    assert [(step, due, done) for step, _kind, _card, due, done in taken(limit)] == [
        (step, moment, late) for step, moment in zip(limit.plan_steps[:4], limit.plan_times[:4], strict=True)
    ]
    (message,) = OutboxMessage.objects.all()
    assert message.topic == "deadline-step"
    assert message.dedupe_key == f"deadline-step:{limit.pk}:4"
    assert message.payload == {
        "limit": limit.pk,
        "step": 4,
        "kinds": ["remind", "yellow", "red", "escalate"],
        "holder": limit.holder_id,
        "head": limit.head_id,
    }
    assert report.lag_seconds == int((late - limit.plan_times[0]).total_seconds())
    limit.refresh_from_db()
    assert (limit.card, limit.next_step_at) == ("red", limit.plan_times[4])


def test_more_than_a_batch_is_served_oldest_first_and_all_of_it(tree, monkeypatch):
    limits = make_limits(tree.grids[0], 25, at=lambda n: MONDAY + (24 - n) * MINUTE)
    orders = []
    real = sweeping._execute

    def spying(statement, arguments):
        before = set(LadderStep.objects.values_list("limit_id", flat=True))
        row = real(statement, arguments)
        orders.append(set(LadderStep.objects.values_list("limit_id", flat=True)) - before)
        return row

    monkeypatch.setattr(sweeping, "_execute", spying)
    report = sweep(at=shanghai("2026-03-04 12:00"), batch=10)
    oldest_first = [limit.pk for limit in reversed(limits)]
    assert orders == [set(oldest_first[:10]), set(oldest_first[10:20]), set(oldest_first[20:]), set()]
    assert (report.limits, report.steps, report.batches) == (25, 25, 3)


def test_a_killed_sweep_leaves_whole_batches_and_the_next_one_goes_on(tree, monkeypatch):
    make_limits(tree.grids[0], 25, at=lambda n: MONDAY)
    at = shanghai("2026-03-04 12:00")
    real = sweeping._execute
    batches = iter(range(2))

    def dying(statement, arguments):
        if next(batches, None) is None:
            raise KeyboardInterrupt
        return real(statement, arguments)

    monkeypatch.setattr(sweeping, "_execute", dying)
    with pytest.raises(KeyboardInterrupt):
        sweep(at=at, batch=10)
    monkeypatch.undo()
    assert LadderStep.objects.count() == OutboxMessage.objects.count() == 20
    assert SweepRun.objects.get().ended_at is None
    assert sweep(at=at, batch=10).steps == 5
    assert LadderStep.objects.count() == OutboxMessage.objects.count() == 25


def test_an_edit_of_a_limit_does_not_reset_its_clock(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    street = centre_agency(tree.streets[0])
    services.change_holder(subject_kind=limit.subject_kind, subject_id=limit.subject_id, holder=street, head=None)
    report = sweep(at=shanghai("2026-03-05 09:00"))
    assert report.by_kind == {"remind": 1, "yellow": 1, "red": 1}
    assert set(LadderStep.objects.values_list("holder_id", flat=True)) == {street.pk}


def test_nights_and_holidays_bring_no_step_nearer(tree):
    limit = make_limit(tree.grids[0], at=shanghai("2026-09-30 17:00"))
    assert sweep(at=shanghai("2026-10-08 08:29")).steps == 0
    assert limit.due_at == shanghai("2026-10-10 17:00")


def test_a_step_written_before_is_not_written_again_though_the_limit_forgot_it(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    sweep(at=limit.plan_times[0])
    Limit.objects.filter(pk=limit.pk).update(last_step=0, next_step_at=limit.plan_times[0])
    report = sweep(at=limit.plan_times[0] + MINUTE)
    assert (report.limits, report.steps, report.notices) == (1, 0, 0)
    assert len(taken(limit)) == OutboxMessage.objects.count() == 1
    limit.refresh_from_db()
    assert (limit.last_step, limit.next_step_at) == (1, limit.plan_times[1])


def test_the_number_of_statements_follows_the_batches_and_not_the_open_limits(tree, django_assert_num_queries):
    make_limits(tree.grids[0], 30, at=lambda n: MONDAY)
    make_limits(tree.grids[1], 300, at=lambda n: MONDAY + timedelta(days=300))
    with django_assert_num_queries(18):
        sweep(at=shanghai("2026-03-04 12:00"), batch=10)
    with django_assert_num_queries(6):
        sweep(at=shanghai("2026-03-04 12:00"), batch=10)


def test_every_sweep_leaves_a_record_and_old_records_go(tree):
    make_limit(tree.grids[0], at=MONDAY)
    sweep(at=MONDAY - timedelta(days=200))
    sweep(at=shanghai("2026-03-04 12:00"))
    (run,) = SweepRun.objects.all()
    assert (run.limits, run.steps, run.batches, run.lag_seconds) == (1, 1, 1, 3600)
    assert run.by_kind == {"remind": 1}
    assert run.ended_at >= run.started_at == shanghai("2026-03-04 12:00")


def test_the_command_and_the_task_sweep_to_the_present_and_say_what_they_did(tree):
    make_limits(tree.grids[0], 2, at=lambda n: MONDAY)
    out = StringIO()
    with clock.frozen(shanghai("2026-03-04 12:00")):
        call_command("sweep_deadlines", stdout=out)
        assert sweep_deadlines()["steps"] == 0
    assert json.loads(out.getvalue()) == {
        "limits": 2,
        "steps": 2,
        "batches": 1,
        "notices": 2,
        "lag_seconds": 3600,
        "by_kind": {"remind": 2},
        "aside": [],
    }


@pytest.mark.parametrize("act", ["UPDATE deadlines_ladderstep SET step = 9", "DELETE FROM deadlines_ladderstep"])
def test_a_taken_step_is_never_changed_or_removed(tree, act):
    make_limit(tree.grids[0], at=MONDAY)
    sweep(at=shanghai("2026-03-04 12:00"))
    with pytest.raises((IntegrityError, InternalError), match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(act)
    assert LadderStep.objects.get().step == 1


def test_a_step_is_unique_on_its_limit_and_not_done_before_it_is_due(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    sweep(at=shanghai("2026-03-04 12:00"))
    facts = {"limit": limit, "kind": "red", "holder_id": limit.holder_id, "due_at": MONDAY, "done_at": MONDAY}
    with pytest.raises(IntegrityError, match="deadlines_ladderstep_once"), transaction.atomic():
        LadderStep.objects.create(step=1, **facts)
    with pytest.raises(IntegrityError, match="deadlines_ladderstep_done_when_due"), transaction.atomic():
        LadderStep.objects.create(step=3, **facts | {"done_at": MONDAY - MINUTE})
