"""The page of the sweeps: every way a run can end, what waits, one by hand; and the banner while it stands still."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock, job_runs
from apps.core.locks import held_by_session
from apps.core.models import Job, PeriodicTask
from apps.deadlines import runs, sweep_overview
from apps.deadlines.models import SweepRun
from apps.deadlines.sweep import sweep
from tests.factories.accounts import client_of, make_user
from tests.factories.deadlines import load_rules, make_limits, shanghai
from tests.factories.grid import grant, make_tree

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def tree():
    load_rules()
    return make_tree(boundaries=False)


@pytest.fixture
def admin(tree):
    user = make_user("administrator")
    grant(user, "system_admin", tree.district)
    return client_of(user)


@pytest.fixture(autouse=True)
def frozen():
    with clock.frozen(NOW):
        yield


def page(client, query="", **headers):
    return client.get(f"/manage/sweeps/{query}", headers=headers).content.decode()


def test_each_run_says_how_it_ended(admin, tree):
    make_limits(tree.grids[0], 3, at=lambda n: shanghai("2026-03-02 09:00"))
    SweepRun.objects.create(started_at=NOW - 9 * MINUTE)
    SweepRun.objects.create(started_at=NOW - 8 * MINUTE, ended_at=NOW - 8 * MINUTE, error="DatabaseError: 磁盘已满")
    sweep(at=NOW - 2 * MINUTE)
    running = SweepRun.objects.create(started_at=NOW - MINUTE)
    with held_by_session(runs.RUN_LOCKS, running.pk):
        text = page(admin)
    places = [text.index(word) for word in ("进行中", "列入例会 3", "DatabaseError: 磁盘已满", "被终止")]
    assert places == sorted(places)
    assert "进行中" not in page(admin)
    assert page(admin, "?show=busy").count("<tr>") == 2
    assert page(admin, "?show=failed").count("<tr>") == 4


def test_what_waits_now_and_the_greatest_lag_of_the_day_are_shown(admin, tree):
    make_limits(tree.grids[0], 2, at=lambda n: shanghai("2026-11-16 09:00"))
    waiting = sweep_overview.waiting_now(at=NOW)
    assert (waiting.count, waiting.oldest) == (2, shanghai("2026-11-18 11:00"))
    SweepRun.objects.create(started_at=NOW - timedelta(hours=23, minutes=50), ended_at=NOW, lag_seconds=60)
    SweepRun.objects.create(started_at=NOW - MINUTE, ended_at=NOW, lag_seconds=1860)
    SweepRun.objects.create(started_at=NOW - timedelta(hours=25), ended_at=NOW, lag_seconds=9999)
    lags = sweep_overview.lag_of_day(at=NOW)
    assert (lags[0], lags[-1], sum(lag is not None for lag in lags)) == (60, 1860, 2)
    text = page(admin)
    assert ("最早的已等 4 天 1 时" in text, "31 分" in text) == (True, True)
    admin.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "oldest waiting 4 d 1 h" in page(admin)


def test_a_sweep_that_never_ran_is_pointed_out(admin):
    assert "巡检还没有运行过" in page(admin)


def test_the_list_costs_the_same_at_any_length(admin):
    costs = []
    for _ in range(3):
        SweepRun.objects.create(started_at=NOW, ended_at=NOW, by_kind={"red": 1})
        SweepRun.objects.create(started_at=NOW)
        with CaptureQueriesContext(connection) as queries:
            page(admin)
        costs.append(len(queries))
    assert costs == [12, 12, 12]


def test_a_poll_is_answered_304_until_a_sweep_runs_or_a_minute_passes(admin):
    SweepRun.objects.create(started_at=NOW, ended_at=NOW)
    first = admin.get("/manage/sweeps/", headers={"HX-Request": "true"})
    assert "<html" not in first.content.decode()
    again = {"HX-Request": "true", "If-None-Match": first["ETag"]}
    assert admin.get("/manage/sweeps/", headers=again).status_code == 304
    SweepRun.objects.create(started_at=NOW, ended_at=NOW)
    assert admin.get("/manage/sweeps/", headers=again).status_code == 200


def test_a_sweep_by_hand_is_a_job_that_says_what_it_did(admin, tree):
    make_limits(tree.grids[0], 2, at=lambda n: shanghai("2026-03-02 09:00"))
    assert admin.post("/manage/sweeps/run/")["Location"] == "/manage/sweeps/"
    assert job_runs.run_waiting() == 1
    job = Job.objects.get()
    assert (job.kind, job.state, job.result["steps"]) == ("sweep-deadlines", "done", 10)
    text = admin.get("/jobs/").content.decode()
    assert 'href="/manage/sweeps/">10 步：' in text


def test_the_banner_stands_above_administration_while_no_sweep_succeeds_and_only_for_administrators(admin, tree):
    PeriodicTask.objects.create(name=runs.TASK, watched_since=NOW - 4 * MINUTE)
    words = "时限巡检停了，最近一次成功是"
    leader = make_user()
    grant(leader, "leader", tree.district)
    assert words in page(admin)
    assert words in admin.get(f"/manage/{tree.district.code}/").content.decode()
    assert words not in admin.get("/").content.decode()
    assert words not in client_of(leader).get(f"/manage/{tree.district.code}/").content.decode()
    runs.run_sweep(at=NOW)
    assert words not in page(admin)
