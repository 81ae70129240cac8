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
from django.db.models import F, Q, QuerySet

from apps.core import clock
from apps.core.models import OutboxMessage
from apps.core.skew import cautious_now

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 12
LONGEST_DELAY = timedelta(hours=1)
CLOCK_TOLERANCE = timedelta(minutes=1)

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


def enqueue_many(topic: str, payloads: Sequence[dict[str, Any]], *, at: datetime) -> None:
    """Write many messages of one topic in the caller's transaction, in one statement."""
    if payloads:
        rows = [OutboxMessage(topic=topic, payload=payload, created_at=at, available_at=at) for payload in payloads]
        OutboxMessage.objects.bulk_create(rows)
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
    """Carry out waiting messages until none is due or ``most`` are done; returns how many were delivered.

    New messages go in batches. One that was tried before goes alone, after a batch of new ones: whatever it does to its
    worker, it does to no other message, and it holds none of them up.
    """
    delivered = 0
    while delivered < most:
        fresh = _claim(batch)
        delivered += _deliver_each_topic(fresh)
        tried = _claim(1, tried=True)
        delivered += _deliver_each_topic(tried)
        if not fresh and not tried:
            break
    return delivered


def _claim(batch: int, *, tried: bool = False) -> list[OutboxMessage]:
    moment = cautious_now()
    with transaction.atomic():
        messages = list(
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(delivered_at__isnull=True, dead_at__isnull=True, available_at__lte=moment)
            .filter(Q(attempts__gt=0) if tried else Q(attempts=0))
            .order_by("available_at", "id")[:batch]
        )
        for message in messages:
            message.attempts += 1
            message.available_at = moment + LEASE
        OutboxMessage.objects.bulk_update(messages, ["attempts", "available_at"])
    return messages


def _deliver_each_topic(messages: list[OutboxMessage]) -> int:
    by_topic: dict[str, list[OutboxMessage]] = defaultdict(list)
    for message in messages:
        by_topic[message.topic].append(message)
    return sum(_deliver(topic, of_topic) for topic, of_topic in by_topic.items())


def _deliver(topic: str, messages: list[OutboxMessage]) -> int:
    if messages[0].attempts > MOST_ATTEMPTS:
        _give_up(messages[0], messages[0].last_error or "its worker ended each time that it was tried")
        return 0
    try:
        _carry_out(topic, messages)
    except Exception as error:
        if len(messages) > 1:
            logger.exception("outbox %s: a batch of %d failed, going one by one", topic, len(messages))
            return sum(_deliver(topic, [message]) for message in messages)
        logger.exception("outbox %s %d failed at attempt %d", topic, messages[0].pk, messages[0].attempts)
        _postpone(messages[0], f"{type(error).__name__}: {error}"[:2000])
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


def _postpone(message: OutboxMessage, reason: str) -> None:
    if message.attempts >= MOST_ATTEMPTS:
        _give_up(message, reason)
        return
    delay = min(timedelta(seconds=2**message.attempts), LONGEST_DELAY)
    _still_ours(message).update(last_error=reason, available_at=cautious_now() + delay)


def _give_up(message: OutboxMessage, reason: str) -> None:
    if _still_ours(message).update(last_error=reason, dead_at=clock.now()):
        logger.error(
            "outbox %s %d is a dead letter after %d attempts: %s", message.topic, message.pk, MOST_ATTEMPTS, reason
        )


def _still_ours(message: OutboxMessage) -> "QuerySet[OutboxMessage]":
    """The message, unless another worker has taken it since our lease ran out."""
    return OutboxMessage.objects.filter(pk=message.pk, attempts=message.attempts, delivered_at__isnull=True)


def mend_clock_jump(*, at: datetime) -> int:
    """Bring forward what was written or postponed by a clock that ran ahead; returns how many messages moved.

    ``at`` is now. What was created after now keeps its wait and starts it now; what was tried before and waits longer
    than any postponement is due now. Otherwise a clock set back by a day would hold its notices up for a day.
    """
    waiting = OutboxMessage.objects.filter(delivered_at__isnull=True, dead_at__isnull=True)
    beyond = at + CLOCK_TOLERANCE
    moved = waiting.filter(
        attempts=0, available_at__gt=beyond, created_at__gt=beyond, available_at__gte=F("created_at")
    ).update(available_at=at + (F("available_at") - F("created_at")))
    moved += waiting.filter(attempts__gt=0, available_at__gt=beyond + LONGEST_DELAY).update(available_at=at)
    if moved:
        logger.warning("outbox: the clock went back; %d messages that waited for a later time are due again", moved)
    return moved


def forget_delivered(*, at: datetime, keep: timedelta, batch: int = 5000) -> int:
    """Delete messages delivered more than ``keep`` before ``at``, a batch per transaction; returns how many.

    Safe to run several times at once and to be killed. Dead letters stay: somebody has to look at them.
    """
    forgotten = 0
    while True:
        with transaction.atomic():
            oldest = (
                OutboxMessage.objects.select_for_update(skip_locked=True)
                .filter(delivered_at__lt=at - keep)
                .order_by("delivered_at")
                .values("pk")[:batch]
            )
            gone, _by_model = OutboxMessage.objects.filter(pk__in=oldest).delete()
        forgotten += gone
        if not gone:
            return forgotten
