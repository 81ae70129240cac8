"""``/healthz/`` for load balancers and ``/metrics`` for Prometheus; neither needs a session and neither can hang."""

from collections.abc import Callable, Iterator

import psycopg
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily
from prometheus_client.registry import Collector

from apps.core import heartbeats

OK = "ok"
STATEMENT_MILLISECONDS = 2000
CONNECT_SECONDS = 2
QUEUE = "celery"


def check_database() -> str:
    """``ok`` when a connection of its own answers within seconds, otherwise the kind of failure."""
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
            own.execute("SELECT 1")
    except psycopg.Error as error:
        return type(error).__name__
    return OK


def check_queue() -> dict[str, str]:
    """State of ``redis`` and, by their marks in it, of ``worker`` and ``beat``."""
    try:
        ages = heartbeats.ages("worker", "beat")
    except redis.RedisError as error:
        return {"redis": type(error).__name__, "worker": "unknown", "beat": "unknown"}
    return {"redis": OK} | {name: "silent" if age is None else OK for name, age in ages.items()}


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 with all four parts ``ok``, or 503 with what each part says."""
    parts = {"database": check_database(), **check_queue()}
    return JsonResponse(
        parts, status=200 if set(parts.values()) == {OK} else 503, headers={"Cache-Control": "no-store"}
    )


class Figures(Collector):
    """What is waiting and who is alive, read at the moment of the question."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One family after another; what cannot be read is left out, and ``gridgov_up`` says so."""
        up = GaugeMetricFamily("gridgov_up", "1 where the part answers", labels=["part"])
        parts = {"database": check_database(), **check_queue()}
        for part, state in parts.items():
            up.add_metric([part], float(state == OK))
        yield up
        if parts["redis"] == OK:
            yield self._queue()
        if parts["database"] == OK:
            for name, text, read in (*DATABASE_FIGURES, *_figures):
                yield GaugeMetricFamily(name, text, value=read())

    @staticmethod
    def _queue() -> GaugeMetricFamily:
        with heartbeats.client() as client:
            waiting = client.llen(f"{settings.REDIS_PREFIX}{QUEUE}")
        return GaugeMetricFamily(
            "gridgov_tasks_waiting", "Celery tasks that no worker has taken yet", value=float(waiting)
        )


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
