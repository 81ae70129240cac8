"""The clock jumps, the database refuses or is slow: the oldest limits still come first, each step once."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.core.models import OutboxMessage
from apps.deadlines import services
from apps.deadlines import sweep as sweeping
from apps.deadlines.models import LadderStep, Limit, SweepRun
from apps.deadlines.sweep import sweep
from tests.factories.deadlines import load_rules, make_limit, make_limits, shanghai
from tests.factories.grid import make_tree

MONDAY = shanghai("2026-03-02 09:00")
NOON = shanghai("2026-03-04 12:00")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture
def tree():
    load_rules()
    return make_tree(boundaries=False)


@contextmanager
def refusing(limits: list[Limit]) -> Iterator[None]:
    """The database refuses every step of these limits, by a trigger that is removed again."""
    ids = ", ".join(str(limit.pk) for limit in limits)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_limit() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'this limit is broken'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse_limit BEFORE INSERT ON deadlines_ladderstep "
            f"FOR EACH ROW WHEN (NEW.limit_id IN ({ids})) EXECUTE FUNCTION refuse_limit()"
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION refuse_limit() CASCADE")


def served() -> list[int]:
    """The limits in the order in which their steps were written."""
    return list(dict.fromkeys(LadderStep.objects.order_by("pk").values_list("limit_id", flat=True)))


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def in_another_session(work):
    def one():
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(one).result()


@pytest.mark.django_db
def test_a_limit_that_the_database_refuses_holds_up_no_other_and_comes_first_when_mended(tree, caplog):
    limits = make_limits(tree.grids[0], 25, at=lambda n: MONDAY + n * MINUTE)
    broken = [limits[0], limits[13]]
    with refusing(broken):
        report = sweep(at=NOON, batch=10)
        assert served() == [limit.pk for limit in limits if limit not in broken]
        assert (report.steps, report.aside) == (23, tuple(limit.pk for limit in broken))
        assert OutboxMessage.objects.count() == 23
        assert (SweepRun.objects.get().steps, SweepRun.objects.get().limits) == (23, 23)
        assert [line for line in warnings(caplog) if line.startswith("limit ")] == [
            f"limit {limit.pk} cannot be swept and is left aside until the next sweep: this limit is broken\n"
            "CONTEXT:  PL/pgSQL function refuse_limit() line 1 at RAISE"
            for limit in broken
        ]
        newer = make_limit(tree.grids[0], at=MONDAY + 30 * MINUTE)
        assert sweep(at=NOON + MINUTE, batch=10).steps == 1
    assert served()[-1] == newer.pk
    assert sweep(at=NOON + 2 * MINUTE, batch=1).steps == 2
    assert served()[-2:] == [limit.pk for limit in broken]
    assert LadderStep.objects.count() == OutboxMessage.objects.count() == 26


@pytest.mark.django_db
def test_a_database_that_refuses_everything_stops_the_sweep_and_not_limit_by_limit(tree, monkeypatch):
    monkeypatch.setattr(sweeping, "MOST_ASIDE", 3)
    limits = make_limits(tree.grids[0], 20, at=lambda n: MONDAY)
    with refusing(limits), pytest.raises(DatabaseError, match="this limit is broken"), transaction.atomic():
        sweep(at=NOON, batch=10)
    assert sweep(at=NOON, batch=10).steps == 20


@pytest.mark.usefixtures("committed")
def test_while_one_sweep_holds_the_oldest_another_takes_the_next_oldest(tree):
    limits = make_limits(tree.grids[0], 30, at=lambda n: MONDAY + (29 - n) * MINUTE)
    oldest_first = [limit.pk for limit in reversed(limits)]
    with transaction.atomic():
        run = SweepRun(started_at=NOON)
        report = sweeping._next_batch(sweeping.SweepReport(), run, at=NOON, batch=7)
        held = set(served())
        other = in_another_session(lambda: sweep(at=NOON, batch=1))
    assert held == set(oldest_first[:7])
    assert report is not None
    assert (report.steps, other.steps) == (7, 23)
    assert [pk for pk in served() if pk not in held] == oldest_first[7:]
    assert LadderStep.objects.count() == OutboxMessage.objects.count() == 30


@pytest.mark.usefixtures("committed")
def test_several_sweeps_at_once_leave_the_broken_aside_and_take_the_rest_once(tree):
    limits = make_limits(tree.grids[0], 60, at=lambda n: MONDAY + n * MINUTE)
    broken = limits[::17]

    def work(_place):
        try:
            return sweep(at=NOON, batch=8)
        finally:
            connection.close()

    with refusing(broken), ThreadPoolExecutor(3) as pool:
        reports = list(pool.map(work, range(3)))
    assert sum(report.steps for report in reports) == 60 - len(broken)
    assert sorted(served()) == sorted(limit.pk for limit in limits if limit not in broken)
    assert LadderStep.objects.count() == OutboxMessage.objects.count() == 60 - len(broken)


@pytest.mark.django_db
def test_a_clock_that_jumps_forwards_and_back_takes_each_step_once(tree, caplog):
    limit = make_limit(tree.grids[0], at=MONDAY)
    assert sweep(at=MONDAY).steps == 0
    ahead = limit.plan_times[2] + MINUTE
    assert sweep(at=ahead).steps == 3
    taken = list(LadderStep.objects.values_list("step", "due_at", "done_at"))
    assert taken == [(step, limit.plan_times[step - 1], ahead) for step in (1, 2, 3)]
    assert sweep(at=MONDAY + MINUTE).steps == 0
    for step, moment in zip(limit.plan_steps, limit.plan_times, strict=True):
        assert sweep(at=moment).steps == (1 if step > 3 else 0)
    assert list(LadderStep.objects.values_list("step", "due_at", "done_at"))[:3] == taken
    assert [step for step, *_rest in LadderStep.objects.values_list("step", "due_at")] == [1, 2, 3, 4, 5]
    assert OutboxMessage.objects.count() == 3
    spans = (ahead - MONDAY, ahead - MONDAY - MINUTE)
    assert warnings(caplog)[:2] == [
        f"the latest sweep was {int(spans[0].total_seconds())} s ago: an outage, or the clock went forwards; "
        "every step due since is taken now",
        f"the clock went back: a sweep ran {int(spans[1].total_seconds())} s later than now; "
        "the 3 steps taken since then stay taken",
    ]


@pytest.mark.django_db
def test_after_a_jump_back_a_new_limit_is_swept_at_its_own_time(tree):
    sweep(at=MONDAY + 30 * DAY)
    limit = make_limit(tree.grids[0], at=MONDAY)
    assert sweep(at=limit.plan_times[0] - MINUTE).steps == 0
    assert sweep(at=limit.plan_times[0]).by_kind == {"remind": 1}
    run = SweepRun.objects.latest("id")
    assert run.ended_at >= run.started_at == limit.plan_times[0]


@pytest.mark.django_db
@pytest.mark.parametrize("urgency", ["normal", "urgent"])
def test_a_limit_begun_and_paused_by_a_clock_running_ahead_can_be_ended_when_it_is_right_again(tree, urgency):
    limit = make_limit(tree.grids[0], at=MONDAY + DAY, urgency=urgency)
    key = {"subject_kind": limit.subject_kind, "subject_id": limit.subject_id}
    due = limit.due_at
    services.pause_limit(**key, at=MONDAY + DAY + MINUTE)
    services.resume_limit(**key, at=MONDAY)
    limit.refresh_from_db()
    assert (limit.due_at, limit.counts_from) == (due, MONDAY + DAY)
    (ended,) = services.end_limits(subject_kind=limit.subject_kind, subject_ids=[limit.subject_id], at=MONDAY)
    limit.refresh_from_db()
    assert ended.ended_at == limit.ended_at == limit.started_at == MONDAY + DAY
    assert not limit.is_overdue(MONDAY)


@pytest.mark.usefixtures("committed")
def test_a_sweep_on_a_slow_database_says_so_and_the_next_one_need_not_wait_for_it(tree, monkeypatch, caplog):
    """Every step takes a while to write; a second sweep takes what the first does not hold."""
    monkeypatch.setattr(sweeping, "SLOW_SECONDS", 0.05)
    limits = make_limits(tree.grids[0], 6, at=lambda n: MONDAY + n * MINUTE)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION slow_limit() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$;"
            "CREATE TRIGGER slow_limit BEFORE INSERT ON deadlines_ladderstep "
            "FOR EACH ROW EXECUTE FUNCTION slow_limit()"
        )
    try:
        with transaction.atomic():
            sweeping._next_batch(sweeping.SweepReport(), SweepRun(started_at=NOON), at=NOON, batch=3)
            other = in_another_session(lambda: sweep(at=NOON, batch=2))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION slow_limit() CASCADE")
    assert other.steps == 3
    assert sorted(served()) == [limit.pk for limit in limits]
    (line,) = warnings(caplog)
    assert line.startswith("the sweep took ")
    assert line.endswith(" s for 3 limits; the database is slow")
