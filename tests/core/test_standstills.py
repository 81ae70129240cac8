"""Something stands still: seen by its last success, told once, by whoever lives; with real marks in a real Redis."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery.schedules import crontab
from django.db import IntegrityError, transaction
from django.test import Client, override_settings

from apps.core import clock, heartbeats, standstills, timetable
from apps.core.models import PeriodicTask, Standstill
from apps.core.standstills import Lookout, News

NAME = "test.watched"
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def told() -> Iterator[list[News]]:
    """A watched task that may stand still for three minutes, and what is announced of it."""
    news: list[News] = []

    def listen(one: News, at: datetime) -> None:
        if one.watched.name == NAME:
            news.append(one)

    standstills._listeners.append(listen)
    standstills._watched[NAME] = standstills.Watched(NAME, 3 * MINUTE, "jobs")
    for name in ("beat", "worker", "jobs"):
        heartbeats.mark(name)
    yield news
    standstills._listeners.remove(listen)
    del standstills._watched[NAME]


def succeeded(at: datetime, error: str = "") -> None:
    row = {"last_ok_at": at, "last_started_at": at, "last_ended_at": at, "last_error": error, "failures": bool(error)}
    PeriodicTask.objects.update_or_create(name=NAME, defaults={"watched_since": at} | row)


def silence(name: str) -> None:
    with heartbeats.client() as redis:
        redis.delete(heartbeats.key(name))


@pytest.mark.django_db
def test_a_task_that_never_succeeded_is_given_its_time_from_the_first_look(told: list[News]) -> None:
    standstills.look(at=AT)
    standstills.look(at=AT + 3 * MINUTE)
    assert told == []
    standstills.look(at=AT + 3 * MINUTE + timedelta(seconds=1))
    assert [(news.standstill.since, news.standstill.ended_at) for news in told] == [(AT, None)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("silent", "error", "cause"),
    [("beat", "", "beat"), ("worker", "", "worker"), ("", "DataError: x", "error"), ("", "", "unknown")],
)
def test_the_news_says_why_as_far_as_it_can_be_seen(told: list[News], silent: str, error: str, cause: str) -> None:
    succeeded(AT, error)
    if silent:
        silence(silent)
    standstills.look(at=AT + 4 * MINUTE)
    assert [(news.cause, news.error) for news in told] == [(cause, error)]


@pytest.mark.django_db
@override_settings(REDIS_URL="redis://127.0.0.1:1/0")
def test_it_is_noticed_while_redis_is_away(told: list[News]) -> None:
    succeeded(AT)
    standstills.look(at=AT + 4 * MINUTE)
    assert [news.cause for news in told] == ["unknown"]


@pytest.mark.django_db
def test_beginning_and_end_are_told_once_however_often_somebody_looks(told: list[News]) -> None:
    succeeded(AT)
    for minute in range(4, 8):
        standstills.look(at=AT + minute * MINUTE)
    succeeded(AT + 8 * MINUTE)
    for minute in range(8, 11):
        standstills.look(at=AT + minute * MINUTE)
    ends = [news.standstill.ended_at for news in told]
    assert ends == [None, AT + 8 * MINUTE]
    assert Standstill.objects.get(name=NAME).ended_at == AT + 8 * MINUTE


@pytest.mark.django_db
def test_a_quiet_look_costs_two_queries(told: list[News], django_assert_num_queries: Any) -> None:
    standstills.look(at=AT)
    with django_assert_num_queries(2):
        standstills.look(at=AT)


@pytest.mark.django_db(transaction=True)
def test_the_worker_looks_from_a_thread_and_healthz_says_since_when(told: list[News], client: Client) -> None:
    now = clock.now()
    succeeded(now - MINUTE)
    assert client.get("/healthz/").status_code == 200
    succeeded(now - 4 * MINUTE)
    answer = client.get("/healthz/")
    since = (now - 4 * MINUTE).isoformat()
    assert (answer.status_code, answer.json()) == (
        503,
        {"database": "ok", "redis": "ok", "worker": "ok", "beat": f"{NAME} stands still since {since}"},
    )
    assert 'gridgov_up{part="beat"} 0.0' in client.get("/metrics").content.decode()
    lookout = Lookout()
    lookout.look()
    assert lookout._thread is not None
    lookout._thread.join(10)
    assert len(told) == 1
    assert "gridgov_standstills 1.0" in client.get("/metrics").content.decode()


@pytest.mark.django_db
def test_the_web_looks_when_it_is_asked_for_health_and_at_most_once_a_minute(
    told: list[News], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standstills, "_turn", standstills._Turn())
    standstills._turn.next = float("-inf")
    succeeded(clock.now() - 4 * MINUTE)
    with override_settings(STANDSTILL_LOOK_SECONDS=60):
        client.get("/healthz/")
        Standstill.objects.all().delete()
        client.get("/healthz/")
    assert len(told) == 1


@pytest.mark.django_db
def test_a_look_that_fails_spoils_no_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*, at: datetime) -> None:
        raise RuntimeError

    monkeypatch.setattr(standstills, "look", failing)
    standstills._look_quietly()


@pytest.mark.django_db
def test_only_one_standstill_of_a_task_is_open_and_each_is_in_order() -> None:
    Standstill.objects.create(name=NAME, since=AT, noticed_at=AT + MINUTE)
    for rule, changes in {
        "core_standstill_one_open": {},
        "core_standstill_noticed_after_start": {"noticed_at": AT, "ended_at": AT + MINUTE},
        "core_standstill_ended_after_start": {"ended_at": AT},
    }.items():
        facts = {"name": NAME, "since": AT, "noticed_at": AT + MINUTE} | changes
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            Standstill.objects.create(**facts)


@pytest.mark.django_db
def test_the_timetable_keeps_one_row_per_task_with_its_last_run() -> None:
    answers: list[Any] = [3, ValueError("第 3 行\n张三"), ValueError("again"), 5]

    @timetable.recorded("test.recorded", "测试", lambda count: f"{count} 件")
    def work() -> int:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return int(answer)

    kept = []
    for minute in range(4):
        with clock.frozen(AT + minute * MINUTE):
            if minute in (1, 2):
                with pytest.raises(ValueError):
                    work()
            else:
                work()
        row = PeriodicTask.objects.get(name="test.recorded")
        kept.append((row.last_result, row.last_error, row.failures, row.last_ok_at))
    assert kept == [
        (3, "", 0, AT),
        (None, "ValueError: 第 3 行", 1, AT),
        (None, "ValueError: again", 2, AT),
        (5, "", 0, AT + 3 * MINUTE),
    ]


@pytest.mark.django_db
def test_runs_in_quick_succession_are_written_once() -> None:
    @timetable.recorded("test.often", "测试")
    def often() -> None:
        return None

    for second in (0, 2, 4, 6):
        with clock.frozen(AT + timedelta(seconds=second)):
            often()
    assert PeriodicTask.objects.get(name="test.often").last_ended_at == AT + timedelta(seconds=6)
    assert [entry.state for entry in timetable.entries(at=AT)] == ["never"] * len(timetable.entries(at=AT))


@pytest.mark.parametrize(
    ("schedule", "words", "following"),
    [
        (10.0, "每 10 秒", AT + timedelta(seconds=10)),
        (60.0, "每 1 分", AT + MINUTE),
        (crontab(minute="*/5"), "每 5 分", AT + 5 * MINUTE),
        (crontab(minute="2-59/5"), "每 5 分", AT + 2 * MINUTE),
        (crontab(minute=7), "每小时 07 分", AT + 7 * MINUTE),
        (crontab(minute=30, hour=2), "每天 02:30", datetime(2026, 11, 20, 18, 30, tzinfo=UTC)),
        (crontab(minute=30, hour=2, day_of_month=1), "每月 1 日 02:30", datetime(2026, 11, 30, 18, 30, tzinfo=UTC)),
    ],
)
def test_a_schedule_in_words_and_its_next_run(schedule: Any, words: str, following: datetime) -> None:
    assert (timetable.schedule_words(schedule), timetable.next_run(schedule, AT)) == (words, following)


@pytest.mark.django_db
def test_every_task_of_the_timetable_has_a_title() -> None:
    assert [entry.title for entry in timetable.entries(at=AT) if "." in entry.title] == []
