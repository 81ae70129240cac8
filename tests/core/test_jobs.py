"""Background jobs: progress, cancel, retry, and a worker that dies."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from apps.core import clock, job_runs, jobs
from apps.core.errors import NotVisible, WrongState
from apps.core.models import Job, JobState
from apps.notices.models import Notice
from tests.factories.accounts import client_of, make_user

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """Kinds of job that count, fail, or are asked to stop while they run."""

    @jobs.job_kind("test-count", "数数")
    def count(arguments: dict[str, Any], progress: jobs.Progress) -> dict[str, Any]:
        progress.expect(arguments["to"])
        for number in range(1, arguments["to"] + 1):
            if number == arguments.get("stop_at"):
                Job.objects.filter(pk=progress.job.pk).update(cancel_requested=True)
            progress.reach(number)
        return {"counted": arguments["to"]}

    @jobs.job_kind("test-fail", "出错")
    def fail(arguments: dict[str, Any], progress: jobs.Progress) -> dict[str, Any]:
        raise ValueError("第 3 行有误")

    yield
    for name in ("test-count", "test-fail"):
        del jobs._kinds[name]


def start(kind: str, actor: Any, **arguments: Any) -> Job:
    return jobs.start_job(kind=kind, actor=actor, arguments=arguments, at=AT)


@pytest.mark.django_db
def test_a_job_runs_to_its_end_and_keeps_its_result() -> None:
    job = start("test-count", make_user(), to=3)
    assert job_runs.run_waiting() == 1
    job.refresh_from_db()
    assert (job.state, job.progress, job.total, job.result) == (JobState.DONE, 3, 3, {"counted": 3})


@pytest.mark.django_db
def test_a_failed_job_says_why_and_can_be_tried_again() -> None:
    user = make_user()
    job = start("test-fail", user)
    assert job_runs.run_waiting() == 0
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "ValueError: 第 3 行有误")
    again = jobs.retry_job(job_id=job.pk, actor=user, at=AT)
    assert (again.kind, again.state, again.pk != job.pk) == ("test-fail", JobState.WAITING, True)
    with pytest.raises(WrongState):
        jobs.retry_job(job_id=again.pk, actor=user, at=AT)


@pytest.mark.django_db
def test_cancelling_stops_a_waiting_job_at_once_and_a_running_one_at_its_next_step() -> None:
    user = make_user()
    waiting = start("test-count", user, to=1)
    assert jobs.cancel_job(job_id=waiting.pk, actor=user, at=AT).state == JobState.CANCELLED
    running = start("test-count", user, to=5, stop_at=2)
    assert job_runs.run_waiting() == 0
    running.refresh_from_db()
    assert (running.state, running.progress) == (JobState.CANCELLED, 2)
    with pytest.raises(WrongState):
        jobs.cancel_job(job_id=running.pk, actor=user, at=AT)


@pytest.mark.django_db
def test_nobody_sees_or_stops_the_jobs_of_others() -> None:
    job = start("test-count", make_user(), to=1)
    stranger = make_user()
    with pytest.raises(NotVisible):
        jobs.cancel_job(job_id=job.pk, actor=stranger, at=AT)
    assert list(jobs.visible_jobs(stranger)) == []
    assert client_of(stranger).post(f"/jobs/{job.pk}/cancel/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_died_starts_again_and_one_at_work_is_left_alone() -> None:
    job = start("test-count", make_user(), to=2)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, started_at=AT, progress=1)
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: parameters[name] for name in names if parameters.get(name)}) as worker:
        worker.execute("SELECT pg_advisory_lock(%s, %s)", [job_runs.JOB_LOCKS, job.pk])
        assert job_runs.run_waiting() == 0
    # The server needs a moment to see that the other end is gone.
    ends = time.monotonic() + 10
    while not (taken := job_runs.run_waiting()) and time.monotonic() < ends:
        time.sleep(0.02)
    assert taken == 1
    job.refresh_from_db()
    assert (job.state, job.progress) == (JobState.DONE, 2)


@pytest.mark.django_db
def test_an_ended_job_has_the_moment_it_ended() -> None:
    with pytest.raises(IntegrityError, match="core_job_finished_when_ended"), transaction.atomic():
        Job.objects.create(kind="test-count", state=JobState.DONE, created_at=AT)


@pytest.mark.django_db
def test_the_page_lists_ones_own_jobs_with_a_fixed_number_of_queries(django_assert_num_queries: Any) -> None:
    user = make_user()
    client = client_of(user)
    counts = []
    for _ in range(2):
        start("test-fail", user)
        job_runs.run_waiting()
        client.get("/jobs/")
        with django_assert_num_queries(6, exact=False) as captured:
            page = client.get("/jobs/")
        counts.append(len(captured))
    assert page.content.decode().count("第 3 行有误") == 2
    assert counts[0] == counts[1]


POISON = """
import django, os, signal
django.setup()
from apps.core import clock, job_runs, jobs
@jobs.job_kind("test-poison", "毒")
def poison(arguments, progress):
    os.kill(os.getpid(), signal.SIGKILL)
job_runs.run_waiting()
"""


def run_a_worker_that_dies() -> int:
    """One worker process on the database of this test; its exit status."""
    given = connection.get_connection_params()
    url = f"postgresql://{given['user']}@/{given['dbname']}?host={given['host']}"
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "gridgov.settings.dev"}
    return subprocess.run([sys.executable, "-c", POISON], env=environment, check=False, timeout=60).returncode


@pytest.mark.django_db(transaction=True)
def test_a_job_that_kills_its_worker_again_and_again_is_given_up(settings: Any) -> None:
    @jobs.job_kind("test-poison", "毒")
    def poison(arguments: dict[str, Any], progress: jobs.Progress) -> dict[str, Any]:
        raise AssertionError

    user = make_user()
    job = start("test-poison", user)
    settings.JOB_MOST_ATTEMPTS = 2
    for attempt in (1, 2):
        assert run_a_worker_that_dies() == -signal.SIGKILL
        job.refresh_from_db()
        assert (job.state, job.attempts) == (JobState.RUNNING, attempt)
    assert "中断，将重新开始" in client_of(user).get("/jobs/").content.decode()
    assert job_runs.run_waiting() == 0
    job.refresh_from_db()
    del jobs._kinds["test-poison"]
    assert (job.state, job.attempts, job.error) == (JobState.FAILED, 2, job_runs.GIVEN_UP)
    assert "后台进程在办理中退出 2 次" in client_of(user).get("/jobs/").content.decode()
    (notice,) = Notice.objects.filter(recipient=user)
    assert (notice.kind, notice.body_text) == ("job.failed", "后台进程在办理中一再退出，不再自动重试。")


@pytest.mark.django_db
def test_an_attempt_that_was_taken_over_records_nothing() -> None:
    job = start("test-count", make_user(), to=3)
    held = job_runs._begin(job.pk)
    assert held is not None
    Job.objects.filter(pk=job.pk).update(attempts=2)
    assert job_runs._run(held) is False
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.RUNNING, None)


@pytest.mark.django_db
def test_who_started_a_job_is_told_of_a_failure_a_long_end_and_of_being_stopped_by_somebody_else(settings: Any) -> None:
    user, other = make_user(), make_user()
    start("test-fail", user)
    start("test-count", user, to=1)
    job_runs.run_waiting()
    settings.JOB_NOTICE_SECONDS = 0
    with clock.frozen(AT + timedelta(minutes=1)):
        start("test-count", user, to=1)
        start("test-count", None, to=1)
        stopped = start("test-count", user, to=3)
        Job.objects.filter(pk=stopped.pk).update(cancel_requested=True, cancelled_by=other)
        mine = start("test-count", user, to=3)
        Job.objects.filter(pk=mine.pk).update(cancel_requested=True, cancelled_by=user)
        job_runs.run_waiting()
    told = Notice.objects.filter(recipient=user).order_by("id")
    titles = [notice.title_text.strip() for notice in told]
    assert titles[0] == "失败：出错"
    assert titles[-2:] == ["已完成：数数", "已被取消：数数"]
    assert told[0].body_text == "ValueError: 第 3 行有误"


@pytest.mark.django_db
def test_a_job_is_tried_again_once_and_says_who_stopped_it() -> None:
    user = make_user()
    job = start("test-count", user, to=1)
    jobs.cancel_job(job_id=job.pk, actor=user, at=AT)
    client = client_of(user)
    text = client.get("/jobs/").content.decode()
    assert (f"由 {user.name} 取消" in text, f"/jobs/{job.pk}/retry/" in text) == (True, True)
    assert client.post(f"/jobs/{job.pk}/retry/").status_code == 302
    assert client.post(f"/jobs/{job.pk}/retry/").status_code == 409
    assert f"/jobs/{job.pk}/retry/" not in client.get("/jobs/").content.decode()
    assert Job.objects.filter(retry_of=job).count() == 1


@pytest.mark.django_db
def test_progress_is_seen_while_the_job_is_in_a_transaction_of_its_own() -> None:
    user = make_user()
    job = start("test-count", user, to=1)
    held = job_runs._begin(job.pk)
    assert held is not None
    progress = jobs.Progress(held)
    progress.expect(8)
    progress.reach(8)
    progress.close()
    assert "8 / 8" in client_of(user).get("/jobs/").content.decode()


@pytest.mark.django_db
def test_filters_narrow_the_list_and_live_in_the_address() -> None:
    user = make_user()
    start("test-fail", user)
    job_runs.run_waiting()
    start("test-count", user, to=1)
    client = client_of(user)

    def titles(query: str) -> list[str]:
        text = client.get(f"/jobs/{query}").content.decode()
        return [title for title in ("出错", "数数") if f"<b>{title}</b>" in text]

    assert titles("") == ["出错", "数数"]
    assert titles("?kind=test-count") == ["数数"]
    assert titles("?state=failed") == ["出错"]
    assert titles("?state=done") == []
    assert titles("?state=nonsense&kind=nonsense") == ["出错", "数数"]


@pytest.mark.django_db
def test_a_poll_is_answered_304_while_nothing_changed_and_asks_no_more_when_nothing_runs() -> None:
    user = make_user()
    start("test-count", user, to=1)
    client = client_of(user)
    with clock.frozen(AT):
        first = client.get("/jobs/", headers={"HX-Request": "true"})
        again = {"HX-Request": "true", "If-None-Match": first["ETag"]}
        assert "every 2s" in first.content.decode()
        assert client.get("/jobs/", headers=again).status_code == 304
    job_runs.run_waiting()
    ended = client.get("/jobs/", headers=again)
    assert (ended.status_code, "every 2s" in ended.content.decode()) == (200, False)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        ("core_job_error_when_failed", {"error": "x"}),
        ("core_job_cancelled_on_request", {"cancelled_by": True}),
    ],
)
def test_a_job_says_only_what_happened(rule: str, facts: dict[str, Any]) -> None:
    if "cancelled_by" in facts:
        facts = {"cancelled_by": make_user()}
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Job.objects.create(kind="test-count", created_at=AT, **facts)
