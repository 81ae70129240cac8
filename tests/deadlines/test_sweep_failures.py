"""A sweep that fails is kept with its reason, the administrators are told once, and the next one goes on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, OperationalError, transaction

from apps.core import clock, standstills
from apps.core.models import PeriodicTask, Standstill
from apps.deadlines import runs
from apps.deadlines import sweep as sweeping
from apps.deadlines.models import LadderStep, SweepRun
from apps.notices.models import Notice
from tests.factories.accounts import make_user
from tests.factories.deadlines import load_rules, make_limits, shanghai
from tests.factories.grid import grant, make_tree

pytestmark = pytest.mark.django_db
MONDAY = shanghai("2026-03-02 09:00")
NOON = shanghai("2026-03-04 12:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def tree():
    load_rules()
    return make_tree(boundaries=False)


def sweep_at(at):
    with clock.frozen(at):
        return runs.run_sweep(at=at)


@pytest.fixture
def broken(monkeypatch):
    """The second batch fails as the database would."""
    real = sweeping._execute
    batches = iter(range(1))

    def failing(statement, arguments):
        if next(batches, None) is None:
            raise OperationalError("value out of range\nDETAIL: row of 张三")
        return real(statement, arguments)

    monkeypatch.setattr(sweeping, "_execute", failing)
    return monkeypatch


def test_the_failure_is_kept_without_the_values_of_a_row_and_the_next_sweep_goes_on(tree, broken):
    make_limits(tree.grids[0], 15, at=lambda n: MONDAY)
    with clock.frozen(NOON), pytest.raises(OperationalError):
        runs._recorded_sweep(NOON, 10)
    run = SweepRun.objects.get()
    assert (run.error, run.steps, run.ended_at) == ("OperationalError: value out of range", 10, NOON)
    task = PeriodicTask.objects.get(name=runs.TASK)
    assert (task.last_error, task.failures, task.last_ok_at) == ("OperationalError: value out of range", 1, None)
    broken.undo()
    assert sweep_at(NOON + MINUTE)["steps"] == 5
    task.refresh_from_db()
    assert (task.last_error, task.failures, task.last_ok_at) == ("", 0, NOON + MINUTE)
    assert LadderStep.objects.count() == 15


def test_a_standstill_is_told_once_to_every_administrator_and_so_is_its_end(tree, monkeypatch):
    def failing(statement, arguments):
        raise OperationalError("value out of range")

    monkeypatch.setattr(sweeping, "_execute", failing)
    admins = [make_user(), make_user()]
    for user in admins:
        grant(user, "system_admin", tree.district)
    grant(make_user(), "leader", tree.district)
    standstills.look(at=NOON - 9 * MINUTE)
    for minute in range(9):
        at = NOON - (9 - minute) * MINUTE
        with clock.frozen(at):
            with pytest.raises(OperationalError):
                runs.run_sweep(at=at)
            standstills.look(at=at)
    monkeypatch.undo()
    began = list(Notice.objects.filter(kind="system.standstill"))
    assert {notice.recipient_id for notice in began} == {user.pk for user in admins}
    assert len(began) == 2
    assert all(notice.urgent and notice.url == "/manage/sweeps/" for notice in began)
    with clock.frozen(NOON):
        assert began[0].title_text == "停了：时限巡检"
    sweep_at(NOON)
    sweep_at(NOON + MINUTE)
    ended = list(Notice.objects.filter(kind="system.runs-again"))
    assert {notice.recipient_id for notice in ended} == {user.pk for user in admins}
    with clock.frozen(NOON):
        assert ended[0].body_text.startswith("停了 9 分：")
    assert Standstill.objects.get().ended_at == NOON


def test_a_failed_run_has_an_end():
    with pytest.raises(IntegrityError, match="deadlines_sweeprun_failure_has_end"), transaction.atomic():
        SweepRun.objects.create(started_at=NOON, error="OperationalError")


def test_a_database_that_refuses_every_statement_ends_the_sweep_instead_of_a_search_for_limits(tree, monkeypatch):
    def refusing(statement, arguments):
        raise InternalError("cannot execute INSERT in a read-only transaction")

    monkeypatch.setattr(sweeping, "_execute", refusing)
    with clock.frozen(NOON), pytest.raises(InternalError):
        runs.run_sweep(at=NOON)
    assert SweepRun.objects.get().error == "InternalError: cannot execute INSERT in a read-only transaction"
