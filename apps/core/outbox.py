"""Effects outside a transaction: written as rows inside it, carried out afterwards, at least once.

Celery only rings the bell: a message is safe from the moment its transaction commits, whatever happens to Redis.
A consumer runs in one transaction with the mark that its messages are delivered, so its database effects happen once.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction

from apps.core import clock
from apps.core.models import OutboxMessage

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 12
LONGEST_DELAY = timedelta(hours=1)

Consumer = Callable[[Sequence[OutboxMessage]], None]
_consumers: dict[str, Consumer] = {}


def consumer(topic: str) -> Callable[[Consumer], Consumer]:
    """Register a function that carries out all messages of ``topic``, given oldest first."""

    def register(function: Consumer) -> Consumer:
        if topic in _consumers:
            raise ValueError(f"outbox topic {topic} has a consumer already")
        _consumers[topic] = function
        return function

    return register


def enqueue(
    topic: str, payload: dict[str, Any], *, at: datetime, dedupe_key: str | None = None, after: timedelta = timedelta()
) -> None:
    """Write a message in the caller's transaction; a second one with the same ``dedupe_key`` is dropped.

    ``at`` is now; the message is carried out once ``after`` has passed.
    """
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(topic=topic, payload=payload, dedupe_key=dedupe_key, created_at=at, available_at=at + after)],
        ignore_conflicts=dedupe_key is not None,
    )
    ring()


def ring() -> None:
    """After the commit, wake a worker to drain the outbox. Does nothing where the broker is away: beat drains too."""
    if not settings.OUTBOX_WAKES_WORKERS:
        return
    if any(hook[1] is _wake for hook in connection.run_on_commit):
        return
    transaction.on_commit(_wake)


def _wake() -> None:
    try:
        current_app.send_task("core.drain_outbox", retry=False)
    except Exception:
        logger.warning("the broker is away; beat will drain the outbox", exc_info=True)


def drain(*, batch: int = 200, most: int = 20_000) -> int:
    """Carry out waiting messages until none is due or ``most`` are done; returns how many were delivered."""
    delivered = 0
    while delivered < most:
        claimed = _claim(batch)
        if not claimed:
            break
        by_topic: dict[str, list[OutboxMessage]] = defaultdict(list)
        for message in claimed:
            by_topic[message.topic].append(message)
        for topic, messages in by_topic.items():
            delivered += _deliver(topic, messages)
    return delivered


def _claim(batch: int) -> list[OutboxMessage]:
    moment = clock.now()
    with transaction.atomic():
        messages = list(
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(delivered_at__isnull=True, dead_at__isnull=True, available_at__lte=moment)
            .order_by("available_at", "id")[:batch]
        )
        for message in messages:
            message.attempts += 1
            message.available_at = moment + LEASE
        OutboxMessage.objects.bulk_update(messages, ["attempts", "available_at"])
    return messages


def _deliver(topic: str, messages: list[OutboxMessage]) -> int:
    try:
        _carry_out(topic, messages)
    except Exception as error:
        if len(messages) > 1:
            logger.exception("outbox %s: a batch of %d failed, going one by one", topic, len(messages))
            return sum(_deliver(topic, [message]) for message in messages)
        logger.exception("outbox %s %d failed at attempt %d", topic, messages[0].pk, messages[0].attempts)
        _postpone(messages[0], error)
        return 0
    return len(messages)


def _carry_out(topic: str, messages: list[OutboxMessage]) -> None:
    with transaction.atomic():
        _consumers[topic](messages)
        marked = OutboxMessage.objects.filter(
            pk__in=[message.pk for message in messages],
            attempts__in={message.attempts for message in messages},
            delivered_at__isnull=True,
        ).update(delivered_at=clock.now())
        if marked != len(messages):
            raise RuntimeError("another worker took these messages after their lease ran out")


def _postpone(message: OutboxMessage, error: Exception) -> None:
    moment = clock.now()
    message.last_error = f"{type(error).__name__}: {error}"[:2000]
    if message.attempts >= MOST_ATTEMPTS:
        message.dead_at = moment
    else:
        message.available_at = moment + min(timedelta(seconds=2**message.attempts), LONGEST_DELAY)
    message.save(update_fields=["last_error", "dead_at", "available_at"])
