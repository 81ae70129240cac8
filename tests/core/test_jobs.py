"""Background jobs: progress, cancel, retry, and a worker that dies."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from apps.core import jobs
from apps.core.errors import NotVisible, WrongState
from apps.core.models import Job, JobState
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
    assert jobs.run_waiting() == 1
    job.refresh_from_db()
    assert (job.state, job.progress, job.total, job.result) == (JobState.DONE, 3, 3, {"counted": 3})


@pytest.mark.django_db
def test_a_failed_job_says_why_and_can_be_tried_again() -> None:
    user = make_user()
    job = start("test-fail", user)
    assert jobs.run_waiting() == 0
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
    assert jobs.run_waiting() == 0
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
        worker.execute("SELECT pg_advisory_lock(%s, %s)", [jobs.JOB_LOCKS, job.pk])
        assert jobs.run_waiting() == 0
    assert jobs.run_waiting() == 1
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
        jobs.run_waiting()
        client.get("/jobs/")
        with django_assert_num_queries(6, exact=False) as captured:
            page = client.get("/jobs/")
        counts.append(len(captured))
    assert page.content.decode().count("第 3 行有误") == 2
    assert counts[0] == counts[1]
