"""The outbox: nothing committed is lost, nothing rolled back happens, a failing message holds up no other."""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from apps.core import clock, outbox
from apps.core.models import OutboxMessage

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def carried() -> Iterator[list[dict]]:
    """A topic whose consumer notes the payloads and fails on those that say so."""
    done: list[dict] = []

    def consume(messages: Sequence[OutboxMessage]) -> None:
        for message in messages:
            if message.payload.get("fail"):
                raise ValueError("cannot be carried out")
        done.extend(message.payload for message in messages)

    outbox.consumer("test-topic")(consume)
    yield done
    del outbox._consumers["test-topic"]


@pytest.mark.django_db
def test_messages_are_carried_out_oldest_first_and_once(carried: list[dict]) -> None:
    for number in range(5):
        outbox.enqueue("test-topic", {"n": number}, at=AT)
    assert outbox.drain() == 5
    assert outbox.drain() == 0
    assert [payload["n"] for payload in carried] == [0, 1, 2, 3, 4]


@pytest.mark.django_db
def test_a_repeated_dedupe_key_is_dropped(carried: list[dict]) -> None:
    outbox.enqueue("test-topic", {"n": 1}, at=AT, dedupe_key="limit 1 step 2")
    outbox.enqueue("test-topic", {"n": 2}, at=AT, dedupe_key="limit 1 step 2")
    outbox.drain()
    assert carried == [{"n": 1}]


@pytest.mark.django_db
def test_a_delayed_message_waits(carried: list[dict]) -> None:
    with clock.frozen(AT):
        outbox.enqueue("test-topic", {"n": 1}, at=AT, after=timedelta(minutes=5))
        assert outbox.drain() == 0
    with clock.frozen(AT + timedelta(minutes=5)):
        assert outbox.drain() == 1


@pytest.mark.django_db
def test_one_failing_message_holds_up_no_other_and_is_tried_again_later(carried: list[dict]) -> None:
    for payload in ({"n": 1}, {"n": 2, "fail": True}, {"n": 3}):
        outbox.enqueue("test-topic", payload, at=AT)
    with clock.frozen(AT):
        assert outbox.drain() == 2
        assert outbox.drain() == 0
    assert [payload["n"] for payload in carried] == [1, 3]
    waiting = OutboxMessage.objects.get(delivered_at__isnull=True)
    assert (waiting.attempts, waiting.available_at, waiting.last_error) == (
        1,
        AT + timedelta(seconds=2),
        "ValueError: cannot be carried out",
    )


@pytest.mark.django_db
def test_a_message_that_never_succeeds_ends_as_a_dead_letter(carried: list[dict]) -> None:
    outbox.enqueue("test-topic", {"fail": True}, at=AT)
    moment = AT
    for _ in range(outbox.MOST_ATTEMPTS):
        with clock.frozen(moment):
            outbox.drain()
        moment += timedelta(hours=2)
    message = OutboxMessage.objects.get()
    assert message.dead_at == moment - timedelta(hours=2)
    assert message.attempts == outbox.MOST_ATTEMPTS


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_transaction_leaves_no_message(carried: list[dict]) -> None:
    transaction.set_autocommit(False)
    outbox.enqueue("test-topic", {"n": 1}, at=AT)
    transaction.rollback()
    transaction.set_autocommit(True)
    assert outbox.drain() == 0
    assert OutboxMessage.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_share_the_messages_and_repeat_none(carried: list[dict]) -> None:
    for number in range(300):
        outbox.enqueue("test-topic", {"n": number}, at=AT)

    def work() -> None:
        try:
            outbox.drain(batch=20)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(payload["n"] for payload in carried) == list(range(300))


@pytest.mark.django_db
def test_a_worker_that_outlived_its_lease_takes_nothing_back(carried: list[dict]) -> None:
    outbox.enqueue("test-topic", {"n": 1}, at=AT)
    with clock.frozen(AT):
        slow = outbox._claim(10)
    with clock.frozen(AT + outbox.LEASE):
        assert outbox.drain() == 1
        with pytest.raises(RuntimeError):
            outbox._carry_out("test-topic", slow)
