"""The outbox: nothing committed is lost, nothing rolled back happens, a failing message holds up no other."""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from apps.core import clock, outbox
from apps.core.models import OutboxMessage
from apps.core.tasks import forget_delivered

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


@pytest.mark.django_db
def test_a_dead_letter_says_so_in_the_log_and_the_others_never_waited_for_it(carried: list[dict], caplog) -> None:
    outbox.enqueue("test-topic", {"fail": True}, at=AT)
    moment = AT
    for number in range(outbox.MOST_ATTEMPTS):
        outbox.enqueue("test-topic", {"n": number}, at=moment)
        with clock.frozen(moment):
            assert outbox.drain() == 1
        moment += timedelta(hours=2)
    poisoned = OutboxMessage.objects.get(delivered_at__isnull=True)
    assert [payload["n"] for payload in carried] == list(range(outbox.MOST_ATTEMPTS))
    assert caplog.messages[-1] == (
        f"outbox test-topic {poisoned.pk} is a dead letter after 12 attempts: ValueError: cannot be carried out"
    )


@pytest.mark.django_db
def test_a_message_whose_topic_nobody_knows_ends_as_a_dead_letter(carried: list[dict]) -> None:
    outbox.enqueue("forgotten-topic", {}, at=AT)
    moment = AT
    for _ in range(outbox.MOST_ATTEMPTS):
        with clock.frozen(moment):
            assert outbox.drain() == 0
        moment += timedelta(hours=2)
    assert OutboxMessage.objects.get().dead_at is not None


@pytest.mark.django_db
def test_a_message_that_ends_its_worker_harms_no_other_and_is_given_up(caplog) -> None:
    """KeyboardInterrupt stands for a worker that is gone: nothing after the consumer's line is done."""
    carried = []

    def deadly(messages: Sequence[OutboxMessage]) -> None:
        if any(message.payload.get("deadly") for message in messages):
            raise KeyboardInterrupt
        carried.extend(message.payload["n"] for message in messages)

    outbox.consumer("test-topic")(deadly)
    try:
        for payload in ({"n": 0}, {"deadly": True}, {"n": 2}, {"n": 3}):
            outbox.enqueue("test-topic", payload, at=AT)
        moment, deaths = AT, 0
        while OutboxMessage.objects.filter(delivered_at__isnull=True, dead_at__isnull=True).exists():
            with clock.frozen(moment):
                try:
                    outbox.drain()
                except KeyboardInterrupt:
                    deaths += 1
                    continue
            moment += outbox.LEASE
        assert (sorted(carried), deaths) == ([0, 2, 3], outbox.MOST_ATTEMPTS)
        poisoned = OutboxMessage.objects.get(dead_at__isnull=False)
        assert poisoned.payload == {"deadly": True}
        assert caplog.messages == [
            f"outbox test-topic {poisoned.pk} is a dead letter after 12 attempts: "
            "its worker ended each time that it was tried"
        ]
    finally:
        del outbox._consumers["test-topic"]


@pytest.mark.django_db
def test_a_worker_that_fails_after_its_lease_does_not_bury_what_another_delivered(carried: list[dict]) -> None:
    outbox.enqueue("test-topic", {"n": 1}, at=AT)
    with clock.frozen(AT):
        (slow,) = outbox._claim(1)
    with clock.frozen(AT + outbox.LEASE):
        assert outbox.drain() == 1
        outbox._give_up(slow, "too late")
        outbox._postpone(slow, "too late")
    message = OutboxMessage.objects.get()
    assert (message.delivered_at, message.dead_at, message.last_error) == (AT + outbox.LEASE, None, "")


@pytest.mark.django_db
def test_what_a_clock_running_ahead_wrote_is_carried_out_when_the_clock_is_right_again(carried: list[dict], caplog):
    ahead = AT + timedelta(days=1)
    outbox.enqueue("test-topic", {"n": "at once"}, at=ahead)
    outbox.enqueue("test-topic", {"n": "in an hour"}, at=ahead, after=timedelta(hours=1))
    outbox.enqueue("test-topic", {"n": "planned"}, at=AT, after=timedelta(days=3))
    outbox.enqueue("test-topic", {"n": "tried"}, at=AT)
    with clock.frozen(AT):
        (tried,) = outbox._claim(1)
    OutboxMessage.objects.filter(pk=tried.pk).update(available_at=ahead)
    assert outbox.mend_clock_jump(at=AT + timedelta(minutes=1)) == 3
    assert caplog.messages == ["outbox: the clock went back; 3 messages that waited for a later time are due again"]
    assert outbox.mend_clock_jump(at=AT + timedelta(minutes=2)) == 0
    for later, expected in ((2, ["at once", "tried"]), (62, ["in an hour"]), (60 * 24 * 3, ["planned"])):
        carried.clear()
        with clock.frozen(AT + timedelta(minutes=later)):
            outbox.drain()
        assert [payload["n"] for payload in carried] == expected


@pytest.mark.django_db
def test_delivered_messages_are_forgotten_in_batches_after_the_days_they_are_kept(carried: list[dict]) -> None:
    for number in range(7):
        outbox.enqueue("test-topic", {"n": number}, at=AT)
    with clock.frozen(AT):
        outbox.drain()
    outbox.enqueue("test-topic", {"n": "dead"}, at=AT)
    OutboxMessage.objects.filter(delivered_at__isnull=True).update(dead_at=AT, attempts=12)
    later = AT + timedelta(days=20)
    outbox.enqueue("test-topic", {"n": "new"}, at=later)
    with clock.frozen(later):
        outbox.drain()
        outbox.enqueue("test-topic", {"n": "waiting"}, at=AT)
    days = timedelta(days=30)
    assert outbox.forget_delivered(at=AT + days, keep=days, batch=3) == 0
    with clock.frozen(AT + days + timedelta(seconds=1)):
        assert forget_delivered() == 7
    kept = OutboxMessage.objects.order_by("pk").values_list("payload__n", flat=True)
    assert list(kept) == ["dead", "new", "waiting"]
    assert outbox.forget_delivered(at=later + days + timedelta(seconds=1), keep=days, batch=1) == 1


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
