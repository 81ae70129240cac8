"""Several sweeps at once, and a sweep killed by the operating system: real connections, real processes."""

import os
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.conf import settings
from django.db import connection, transaction

from apps.core.models import OutboxMessage
from apps.deadlines import services
from apps.deadlines.models import LadderStep, Limit, SweepRun
from apps.deadlines.sweep import sweep
from tests.factories.deadlines import load_rules, make_limit, make_limits, shanghai
from tests.factories.grid import centre_agency, make_tree

pytestmark = pytest.mark.usefixtures("committed")
MONDAY = shanghai("2026-03-02 09:00")
LATE = shanghai("2026-03-05 12:00")
MINUTE = timedelta(minutes=1)

SLOW_SWEEP = """
import time
import django
django.setup()
from apps.deadlines import sweep
from datetime import datetime
real = sweep._record
def slowly(run, report):
    real(run, report)
    print(report.batches, flush=True)
    time.sleep(0.3)
sweep._record = slowly
sweep.sweep(at=datetime.fromisoformat("{at}"), batch=5)
"""


@pytest.fixture
def tree():
    load_rules()
    return make_tree(boundaries=False)


def in_threads(work, number):
    barrier = Barrier(number)

    def one(place):
        try:
            barrier.wait()
            return work(place)
        finally:
            connection.close()

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def database_url():
    facts = connection.settings_dict
    host = facts["HOST"] or facts["OPTIONS"].get("host", "")
    port = facts["PORT"] or "5432"
    if host.startswith("/"):
        return f"postgresql://{facts['USER']}@/{facts['NAME']}?host={host}&port={port}"
    return f"postgresql://{facts['USER']}:{facts['PASSWORD']}@{host}:{port}/{facts['NAME']}"


def test_four_sweeps_at_once_take_each_step_once(tree):
    limits = make_limits(tree.grids[0], 200, at=lambda n: MONDAY + n % 7 * MINUTE)
    reports = in_threads(lambda _place: sweep(at=LATE, batch=7), 4)
    assert sum(report.steps for report in reports) == 600
    assert Counter(LadderStep.objects.values_list("limit_id", flat=True)) == {limit.pk: 3 for limit in limits}
    assert OutboxMessage.objects.count() == 200
    assert sum(report.limits for report in reports) == 200
    assert not Limit.objects.exclude(last_step=3, card="red").exists()


def test_sweeping_while_limits_end_takes_no_step_after_the_end_and_loses_none_before(tree):
    limits = make_limits(tree.grids[0], 60, at=lambda n: MONDAY)

    def work(place):
        if place < 2:
            return sweep(at=LATE, batch=3)
        for limit in limits[place - 2 :: 2]:
            services.end_limit(subject_kind="case_leg", subject_id=limit.subject_id, stage="handling", at=LATE)
        return None

    in_threads(work, 4)
    assert Counter(LadderStep.objects.values_list("limit_id", flat=True)) == {limit.pk: 3 for limit in limits}
    assert set(Limit.objects.values_list("state", "card", "next_step_at")) == {("ended", "red", None)}
    assert sweep(at=LATE + timedelta(days=60)).steps == 0


def test_a_sweep_does_not_wait_for_a_locked_limit_nor_undo_what_its_holder_changes(tree):
    busy, free = (make_limit(tree.grids[0], at=MONDAY) for _ in range(2))
    street = centre_agency(tree.streets[0])
    with transaction.atomic():
        services.change_holder(subject_kind="case_leg", subject_id=busy.subject_id, holder=street, head=None)
        (report,) = in_threads(lambda _place: sweep(at=LATE), 1)
        assert report.limits == 1
    assert set(LadderStep.objects.values_list("limit_id", flat=True)) == {free.pk}
    assert sweep(at=LATE).limits == 1
    busy.refresh_from_db()
    assert (busy.holder, busy.card) == (street, "red")
    assert set(LadderStep.objects.filter(limit=busy).values_list("holder_id", flat=True)) == {street.pk}


def test_a_sweep_killed_by_the_system_is_finished_by_the_next_one(tree):
    limits = make_limits(tree.grids[0], 30, at=lambda n: MONDAY)
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_SWEEP.format(at=LATE.isoformat())],
        stdout=subprocess.PIPE,
        text=True,
        cwd=settings.BASE_DIR,
        env=os.environ
        | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )
    assert process.stdout is not None
    assert [process.stdout.readline().strip() for _ in range(3)] == ["1", "2", "3"]
    process.send_signal(signal.SIGKILL)
    process.wait()
    # The third batch was killed before its commit.
    done = LadderStep.objects.values("limit_id").distinct().count()
    assert done == 10
    report = sweep(at=LATE, batch=5)
    assert report.limits == 20
    assert Counter(LadderStep.objects.values_list("limit_id", flat=True)) == {limit.pk: 3 for limit in limits}
    assert OutboxMessage.objects.count() == 30
    killed, last = SweepRun.objects.order_by("id")
    assert (killed.ended_at, killed.steps, last.steps) == (None, 30, 60)
