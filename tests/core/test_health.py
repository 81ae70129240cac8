"""/healthz/ and /metrics say what is true, and quickly."""

import time

import pytest
from django.db import connection
from django.test import Client, override_settings

from apps.core import heartbeats

pytestmark = pytest.mark.django_db


@pytest.fixture
def marks() -> None:
    """Worker and beat live."""
    heartbeats.mark("worker")
    heartbeats.mark("beat")
    heartbeats.mark("jobs")


def test_everything_well(client: Client, marks: None) -> None:
    answer = client.get("/healthz/")
    assert (answer.status_code, answer.json()) == (200, {"database": "ok", "redis": "ok", "worker": "ok", "beat": "ok"})
    assert answer["Cache-Control"] == "no-store"


def test_a_silent_worker(client: Client, marks: None) -> None:
    with heartbeats.client() as redis:
        redis.delete(heartbeats.key("worker"))
    answer = client.get("/healthz/")
    assert (answer.status_code, answer.json()["worker"], answer.json()["beat"]) == (503, "silent", "ok")


@override_settings(REDIS_URL="redis://127.0.0.1:1/0")
def test_redis_away(client: Client) -> None:
    answer = client.get("/healthz/")
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "redis": "ConnectionError", "worker": "unknown", "beat": "unknown"}


def test_database_away(client: Client, marks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    away = connection.get_connection_params() | {"host": "127.0.0.1", "port": "1"}
    monkeypatch.setattr(connection, "get_connection_params", lambda: away)
    started = time.monotonic()
    answer = client.get("/healthz/")
    assert (answer.status_code, answer.json()["database"]) == (503, "OperationalError")
    assert time.monotonic() - started < 5


def test_a_mark_without_redis_raises_nothing() -> None:
    with override_settings(REDIS_URL="redis://127.0.0.1:1/0"):
        heartbeats.mark("worker")


def test_nothing_but_reading(client: Client) -> None:
    assert client.post("/healthz/").status_code == 405
    assert client.head("/healthz/").status_code in {200, 503}


def test_figures(client: Client, marks: None) -> None:
    lines = client.get("/metrics").content.decode().splitlines()
    for part in ("database", "redis", "worker", "beat"):
        assert f'gridgov_up{{part="{part}"}} 1.0' in lines
    assert "gridgov_outbox_waiting 0.0" in lines
    assert any(line.startswith("gridgov_tasks_waiting ") for line in lines)
    assert any(line.startswith("gridgov_database_bytes ") and float(line.split()[1]) > 1e6 for line in lines)
