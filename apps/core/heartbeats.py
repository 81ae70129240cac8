"""Marks that the worker and the beat leave in Redis while they live, and that ``/healthz/`` and ``/metrics`` read."""

import logging
import time

import redis
from django.conf import settings

MARK_EVERY_SECONDS = 2.0
MARK_LIVES_SECONDS = 12
TIMEOUT_SECONDS = 1.0
# The mark that whoever serves a queue leaves.
WORKERS = {"celery": "worker", "jobs": "jobs"}

logger = logging.getLogger(__name__)


def client() -> redis.Redis:
    """A Redis client that gives up after a second instead of hanging."""
    made: redis.Redis = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS
    )
    return made


def mark(name: str) -> None:
    """Say that process ``name`` lives now. Never raises: where Redis is away the mark simply grows old."""
    try:
        with client() as connection:
            connection.set(key(name), repr(time.time()), ex=MARK_LIVES_SECONDS)
    except redis.RedisError as error:
        logger.warning("no mark of %s: %s", name, error)


def ages(*names: str) -> dict[str, float | None]:
    """Seconds since each name's last mark; None where it is older than twelve seconds. Raises ``RedisError``."""
    with client() as connection:
        values = connection.mget([key(name) for name in names])
    return {
        name: None if value is None else time.time() - float(value) for name, value in zip(names, values, strict=True)
    }


def key(name: str) -> str:
    """The key of ``name`` in Redis."""
    return f"{settings.REDIS_PREFIX}heartbeat:{name}"
