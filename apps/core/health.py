"""``/healthz/`` for load balancers and ``/metrics`` for Prometheus; neither needs a session and neither can hang."""

from collections.abc import Callable, Iterator
from datetime import datetime

import psycopg
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily
from prometheus_client.registry import Collector

from apps.core import clock, heartbeats, standstills, timetable

OK = "ok"
STATEMENT_MILLISECONDS = 2000
CONNECT_SECONDS = 2
LAST_SUCCESSES = "SELECT name, coalesce(last_ok_at, watched_since) FROM core_periodictask"


def check_database() -> tuple[str, dict[str, datetime]]:
    """``ok`` when a connection of its own answers within seconds, otherwise the kind of failure; and when each task
    of the timetable last succeeded.
    """
    parameters = connection.get_connection_params()
    keep = {
        name: parameters[name]
        for name in ("dbname", "user", "password", "host", "port", "sslmode")
        if name in parameters
    }
    try:
        with psycopg.connect(
            **keep,
            connect_timeout=CONNECT_SECONDS,
            options=f"-c statement_timeout={STATEMENT_MILLISECONDS}",
            autocommit=True,
        ) as own:
            successes: dict[str, datetime] = dict(own.execute(LAST_SUCCESSES).fetchall())
    except psycopg.Error as error:
        return type(error).__name__, {}
    return OK, successes


def check_queue() -> dict[str, str]:
    """State of ``redis`` and, by their marks in it, of ``worker`` and ``beat``."""
    try:
        ages = heartbeats.ages("worker", "jobs", "beat")
    except redis.RedisError as error:
        return {"redis": type(error).__name__, "worker": "unknown", "beat": "unknown"}
    states = {name: "silent" if age is None else OK for name, age in ages.items()}
    worker = "jobs silent" if states["worker"] == OK and states["jobs"] != OK else states["worker"]
    return {"redis": OK, "worker": worker, "beat": states["beat"]}


def check_parts() -> dict[str, str]:
    """All four parts; ``beat`` is not ``ok`` either where it lives and what it starts stands still."""
    database, successes = check_database()
    parts = {"database": database, **check_queue()}
    if parts["beat"] == OK:
        still = standstills.standing_still(successes, at=clock.now())
        parts["beat"] = "; ".join(f"{one.name} stands still since {since.isoformat()}" for one, since in still) or OK
    return parts


@require_safe
@standstills.glances
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with all four parts ``ok``, or 503 with what each part says."""
    parts = check_parts()
    return JsonResponse(
        parts, status=200 if set(parts.values()) == {OK} else 503, headers={"Cache-Control": "no-store"}
    )


class Figures(Collector):
    """What is waiting and who is alive, read at the moment of the question."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family after another; what cannot be read is left out, and ``gridgov_up`` says so."""
        up = GaugeMetricFamily("gridgov_up", "1 where the part answers", labels=["part"])
        parts = check_parts()
        for part, state in parts.items():
            up.add_metric([part], float(state == OK))
        yield up
        if parts["redis"] == OK:
            yield self._queue()
        if parts["database"] == OK:
            for name, text, read in (*DATABASE_FIGURES, *_figures):
                yield GaugeMetricFamily(name, text, value=read())
            yield from self._timetable()

    @staticmethod
    def _queue() -> GaugeMetricFamily:
        with heartbeats.client() as client:
            waiting = sum(int(client.llen(f"{settings.REDIS_PREFIX}{queue}")) for queue in heartbeats.WORKERS)
        return GaugeMetricFamily(
            "gridgov_tasks_waiting", "Celery tasks that no worker has taken yet", value=float(waiting)
        )

    @staticmethod
    def _timetable() -> Iterator[GaugeMetricFamily]:
        ages = GaugeMetricFamily(
            "gridgov_task_success_age_seconds", "Seconds since the task last succeeded", labels=["task"]
        )
        failures = GaugeMetricFamily(
            "gridgov_task_failures", "Failed runs of the task since its last success", labels=["task"]
        )
        at = clock.now()
        for task in timetable.recorded_tasks():
            ages.add_metric([task.name], (at - (task.last_ok_at or task.watched_since)).total_seconds())
            failures.add_metric([task.name], float(task.failures))
        yield ages
        yield failures


def number(sql: str) -> Callable[[], float]:
    """A reader of the one number that ``sql`` answers."""

    def read() -> float:
        with connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone()
        return float(row[0] or 0) if row else 0.0

    return read


WAITING = "FROM core_outboxmessage WHERE delivered_at IS NULL AND dead_at IS NULL"
DATABASE_FIGURES = (
    ("gridgov_outbox_waiting", "Outbox messages not yet delivered", number(f"SELECT count(*) {WAITING}")),
    (
        "gridgov_outbox_oldest_seconds",
        "Age of the oldest outbox message that is due",
        number(f"SELECT extract(epoch FROM now() - min(available_at)) {WAITING} AND available_at <= now()"),
    ),
    (
        "gridgov_outbox_dead",
        "Outbox messages given up after their last attempt",
        number("SELECT count(*) FROM core_outboxmessage WHERE dead_at IS NOT NULL"),
    ),
    (
        "gridgov_database_bytes",
        "Size of the database in bytes",
        number("SELECT pg_database_size(current_database())"),
    ),
    (
        "gridgov_database_connections",
        "Open connections to the database",
        number("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"),
    ),
    (
        "gridgov_jobs_unfinished",
        "Background jobs that wait or run",
        number("SELECT count(*) FROM core_job WHERE finished_at IS NULL"),
    ),
    (
        "gridgov_standstills",
        "Tasks of the timetable that were noticed to stand still",
        number("SELECT count(*) FROM core_standstill WHERE ended_at IS NULL"),
    ),
)


_figures: list[tuple[str, str, Callable[[], float]]] = []


def register_figure(name: str, text: str, read: Callable[[], float]) -> None:
    """Announce a figure that a room reads from the database; called from ``AppConfig.ready``. It must be cheap."""
    if name not in {known for known, _text, _read in _figures}:
        _figures.append((name, text, read))


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
