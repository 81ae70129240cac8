"""From an event to the receiver: signed, in order, once for each key, whatever happens on the way."""

import hashlib
import hmac
import re
from datetime import timedelta
from pathlib import Path

import pytest

from apps.cases.actions import Action
from apps.cases.choices import Callback
from apps.cases.services import Caller
from apps.cases.webhooks import claims, services
from apps.cases.webhooks.choices import EVENT_LABELS, EVENT_TYPES
from apps.cases.webhooks.fanout import spread as spread_events
from apps.cases.webhooks.models import WebhookDelivery, WebhookSubscriber
from apps.core import clock
from apps.notices.models import Notice
from tests.factories.webhooks import SECRET, make_subscriber

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "webhooks.md"


def guide_verify():
    """The function that the receivers' guide gives."""
    text = re.search(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert text is not None
    space: dict = {}
    exec(text[1], space)  # noqa: S102 - the example of our own guide
    return space["verify"]


def states() -> list[str]:
    return list(WebhookDelivery.objects.order_by("id").values_list("state", flat=True))


def test_every_action_of_the_table_has_a_type_of_event_of_its_own() -> None:
    assert set(EVENT_TYPES) == {"report", "spot_draw", "sample_draw", *(action.value for action in Action)}
    assert len(set(EVENT_TYPES.values())) == len(EVENT_TYPES)
    assert set(EVENT_TYPES.values()) < set(EVENT_LABELS)


def test_events_arrive_in_order_and_verify_as_the_guide_says(world, street, gateway, deliver) -> None:
    case = world.report()
    world.move(case, "register", "station")
    deliver()
    assert [one.headers["Gridgov-Event"] for one in gateway.received] == ["case.reported", "case.registered"]
    verify, first = guide_verify(), gateway.received[0]
    now = int(first.headers["Gridgov-Timestamp"])
    assert verify(SECRET, first.headers, first.body.encode(), now)
    assert not verify("another", first.headers, first.body.encode(), now)
    assert not verify(SECRET, first.headers, first.body.encode() + b" ", now)
    assert not verify(SECRET, first.headers, first.body.encode(), now + 301)
    assert first.json["id"] == f"{case.number}.1"
    assert (first.json["version"], first.json["type"], first.json["sequence"]) == (1, "case.reported", 1)
    assert first.json["case"]["number"] == case.number
    assert first.json["case"]["place"]["grid"] == world.unit("grid 0 0 0").code
    assert WebhookDelivery.objects.filter(state="sent", status=200).count() == 2


def test_the_signature_may_be_made_with_sm3(world, street, gateway, deliver, settings) -> None:
    settings.WEBHOOK_ALGORITHM = "sm3"
    world.report()
    deliver()
    (got,) = gateway.received
    signed = f"{got.headers['Gridgov-Timestamp']}.{got.body}".encode()
    right = hmac.new(SECRET.encode(), signed, lambda: hashlib.new("sm3")).hexdigest()
    assert got.headers["Gridgov-Signature"] == f"sm3={right}"


def test_both_secrets_sign_while_they_rotate(world, street, gateway, deliver) -> None:
    _, fresh = services.rotate_secret(actor=world["admin"], subscriber_id=street.pk, at=world.at)
    world.report()
    deliver()
    verify, got = guide_verify(), gateway.received[0]
    now = int(got.headers["Gridgov-Timestamp"])
    assert verify(SECRET, got.headers, got.body.encode(), now)
    assert verify(fresh, got.headers, got.body.encode(), now)
    world.tick(hours=25)
    world.report()
    deliver()
    got = gateway.received[-1]
    now = int(got.headers["Gridgov-Timestamp"])
    assert not verify(SECRET, got.headers, got.body.encode(), now)
    assert verify(fresh, got.headers, got.body.encode(), now)


def test_what_failed_is_tried_again_under_its_key_and_later_events_of_the_case_wait(
    world, street, gateway, deliver
) -> None:
    gateway.script = ["500"]
    case = world.report()
    world.move(case, "register", "station")
    deliver()
    assert states() == ["failed", "waiting"]
    deliver(timedelta(minutes=1))
    assert [one.headers["Gridgov-Event"] for one in gateway.received] == [
        "case.reported",
        "case.reported",
        "case.registered",
    ]
    keys = [one.headers["Gridgov-Delivery"] for one in gateway.received]
    assert keys[0] == keys[1] != keys[2]
    assert states() == ["sent", "sent"]
    assert WebhookSubscriber.objects.get().standing == "ok"


@pytest.mark.parametrize(
    ("behaviour", "state", "failure"),
    [
        ("404", "failed", "refused"),
        ("410", "dead", "gone"),
        ("429:7", "failed", "busy"),
        ("503", "failed", "server-error"),
        ("redirect", "failed", "redirected"),
        ("cut", "failed", "broken-answer"),
    ],
)
def test_each_wrong_answer_has_its_name(world, street, gateway, deliver, behaviour, state, failure) -> None:
    gateway.behaviour = behaviour
    world.report()
    deliver()
    row = WebhookDelivery.objects.get()
    assert (row.state, row.failure, len(gateway.received)) == (state, failure, 1)


def test_a_receiver_that_hangs_holds_up_nobody_else(world, street, gateway, deliver, settings) -> None:
    settings.WEBHOOK_TOTAL_SECONDS = 0.3
    make_subscriber(world["admin"], f"{gateway.url}/quick", at=world.at, unit=world.unit("street 0"))
    gateway.behaviours = {"/street": "hang"}
    world.report()
    deliver()
    found = dict(WebhookDelivery.objects.values_list("subscriber__url", "state"))
    assert found == {f"{gateway.url}/street": "failed", f"{gateway.url}/quick": "sent"}
    assert WebhookDelivery.objects.get(state="failed").failure == "timeout"


def test_the_beginning_of_a_long_answer_is_kept(world, street, gateway, deliver) -> None:
    gateway.behaviour = "html"
    world.report()
    deliver()
    row = WebhookDelivery.objects.get()
    assert (row.state, row.answer_headers["content-type"]) == ("sent", "text/html")
    assert "sign in" in row.answer_body


def test_a_worker_that_died_after_the_call_repeats_it_under_the_same_key(
    world, street, gateway, spread, deliver
) -> None:
    world.report()
    at = spread()
    claimed = claims.claim(street.pk, most=4, at=at)
    assert [one.attempt for one in claimed] == [1]
    assert claims.claim(street.pk, most=4, at=at) == []
    deliver(claims.LEASE)
    (got,) = gateway.received
    assert got.headers["Gridgov-Delivery"] == claimed[0].key
    assert claims.record(street.pk, [(claimed[0], claims.Answered())], at=at) == 0
    assert WebhookDelivery.objects.get().attempts == 2


def test_an_event_told_twice_by_the_outbox_is_one_message(world, street, spread) -> None:
    case = world.report()
    spread()
    spread_events({(case.pk, 1)}, at=world.at)
    assert WebhookDelivery.objects.count() == 1


def test_after_the_last_attempt_it_is_dead_until_somebody_sends_it_again(
    world, street, gateway, deliver, settings
) -> None:
    settings.WEBHOOK_MOST_ATTEMPTS = 2
    gateway.behaviour = "500"
    world.report()
    deliver()
    deliver(timedelta(hours=1))
    assert states() == ["dead"]
    deliver(timedelta(hours=9))
    assert len(gateway.received) == 2
    gateway.behaviour = "ok"
    assert services.resend_dead(actor=world["admin"], subscriber_id=street.pk, at=world.at) == 1
    deliver()
    assert states() == ["sent"]
    assert len({one.headers["Gridgov-Delivery"] for one in gateway.received}) == 1


def test_the_attempts_last_between_one_day_and_two(settings) -> None:
    waits = [claims.delay_after(attempt, spread=0.5) for attempt in range(1, settings.WEBHOOK_MOST_ATTEMPTS)]
    assert timedelta(days=1) < sum(waits, timedelta()) < timedelta(days=2)


def test_days_of_failures_pause_a_subscriber_and_tell_the_administrators(world, street, gateway, deliver) -> None:
    gateway.behaviour = "500"
    world.report()
    deliver()
    deliver(timedelta(days=3, minutes=1))
    street.refresh_from_db()
    assert street.standing == "paused"
    assert list(Notice.objects.filter(kind="webhook.paused").values_list("recipient", flat=True)) == [world["admin"].pk]
    world.report()
    assert deliver(timedelta(days=4)) == {}
    assert WebhookDelivery.objects.count() == 1
    gateway.behaviour = "ok"
    services.switch_subscriber(actor=world["admin"], subscriber_id=street.pk, active=True, at=world.at)
    deliver(timedelta(days=4))
    assert states() == ["sent"]


def test_failures_in_a_row_bring_a_rest_and_then_one_probe(world, street, gateway, deliver) -> None:
    gateway.behaviour = "500"
    for _ in range(6):
        world.report()
    deliver()
    street.refresh_from_db()
    assert street.failures >= 5
    assert street.rest_until is not None
    assert claims.claim(street.pk, most=4, at=street.rest_until - timedelta(seconds=1)) == []
    assert len(claims.claim(street.pk, most=4, at=street.rest_until + timedelta(hours=1))) == 1


def test_nobody_elses_name_or_number_is_in_a_message(world, street, gateway, deliver) -> None:
    caller = Caller(name="王小明", phone="13800138000", callback=Callback.PHONE)
    case = world.report(
        by="station",
        caller=caller,
        title="13912345678 来电反映垃圾",
        description="联系 139 1234 5678，身份证 310106199001011234。",
    )
    world.move(case, "register", "station", note="已联系王小明 13800138000")
    deliver()
    sent = "".join(one.body for one in gateway.received)
    assert len(gateway.received) == 2
    for secret in ("王小明", "13800138000", "13912345678", "139 1234 5678", "310106199001011234"):
        assert secret not in sent
    assert world["station"].name not in sent
    assert "139****5678" in sent


def test_old_messages_that_arrived_are_forgotten_and_dead_ones_stay(world, street, gateway, deliver, settings) -> None:
    gateway.script = ["ok", "410"]
    world.report()
    deliver()
    world.report()
    deliver()
    assert services.forget_sent(at=world.at + timedelta(days=29)) == 0
    assert services.forget_sent(at=world.at + timedelta(days=31)) == 1
    assert states() == ["dead"]


def test_a_test_message_arrives_in_the_same_frame(world, street, gateway, deliver) -> None:
    with clock.frozen(world.at):
        services.send_test(actor=world["admin"], subscriber_id=street.pk, at=world.at)
    deliver()
    (got,) = gateway.received
    assert (got.headers["Gridgov-Event"], got.json["type"], got.json["case"]) == ("test", "test", None)
