"""Deliveries: planned with the notice, carried out at least once, tried again, given up, in nobody's way."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache

from apps.core.clock import SHANGHAI
from apps.notices import carrier, claims, services
from apps.notices.choices import Channel
from apps.notices.models import ChannelState, Delivery, Notice, NoticeHours, NoticePreference
from tests.factories.accounts import make_user
from tests.factories.notices import make_notice, make_reachable

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=SHANGHAI)
SOON = NOON + timedelta(seconds=1)


def only() -> Delivery:
    return Delivery.objects.get()


def test_a_person_without_preferences_gets_the_inbox_and_nothing_else(channels, gateway, deliver):
    channels("sms", "mail")
    make_notice(make_user(), at=NOON)
    assert deliver(SOON) == {}
    assert (Notice.objects.count(), Delivery.objects.count(), gateway.received) == (1, 0, [])


def test_where_no_channel_is_configured_nothing_is_planned(settings):
    settings.NOTICE_CHANNELS = {}
    make_notice(make_reachable(make_user(), "sms"), at=NOON)
    assert (Delivery.objects.count(), carrier.carry_out()) == (0, {})


def test_a_chosen_channel_without_an_address_is_left_out(channels):
    channels("sms", "wecom")
    user = make_reachable(make_user(), "sms")
    NoticePreference.objects.update(channels=["sms", "wecom"])
    make_notice(user, at=NOON)
    assert only().channel == "sms"


def test_a_sent_delivery_knows_when_and_under_which_number(channels, gateway, deliver):
    channels("sms")
    notice = make_notice(make_reachable(make_user(), "sms"), at=NOON)
    assert deliver(SOON) == {"sms": 1}
    sent = only()
    assert (sent.notice, sent.state, sent.sent_at, sent.gateway_id, sent.attempts) == (notice, "sent", SOON, "m1", 1)
    assert gateway.keys == [str(sent.key)]
    assert gateway.received[0].json["id"] == str(sent.key)
    assert deliver(SOON + timedelta(days=1)) == {}


def test_the_same_occasion_twice_is_delivered_once(channels, gateway, deliver):
    channels("sms")
    user = make_reachable(make_user(), "sms")
    for _ in range(2):
        services.notify([user.pk], kind="test", title="通知", dedupe_key="occasion", at=NOON)
    deliver(SOON)
    assert len(gateway.received) == 1


def test_a_worker_that_dies_after_the_request_repeats_it_under_the_same_key(channels, gateway, deliver, monkeypatch):
    channels("sms")
    make_notice(make_reachable(make_user(), "sms"), at=NOON)

    def die(*given, **named):
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(claims, "record", die)
        with pytest.raises(SystemExit):
            deliver(SOON)
    assert (only().state, only().attempts) == ("waiting", 1)
    assert deliver(SOON + claims.LEASE / 2) == {}
    assert deliver(SOON + claims.LEASE) == {"sms": 1}
    assert gateway.keys == [str(only().key)] * 2
    assert (only().state, only().attempts) == ("sent", 2)


def test_a_word_that_comes_after_the_lease_counts_no_more(channels, deliver):
    channels("sms")
    make_notice(make_reachable(make_user(), "sms"), at=NOON)
    (stale,) = claims.claim(Channel.SMS, most=1, at=NOON)
    late = NOON + claims.LEASE
    (fresh,) = claims.claim(Channel.SMS, most=1, at=late)
    final = carrier.Retry(carrier.Failure.TIMEOUT)
    assert claims.record(Channel.SMS, [(stale, final)], at=late) == 0
    assert claims.record(Channel.SMS, [(fresh, claims.Sent("m7"))], at=late) == 1
    assert (only().state, only().gateway_id) == ("sent", "m7")


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [
        ("500", "server-error"),
        ("503", "server-error"),
        ("429", "busy"),
        ("errcode:429", "busy"),
        ("html", "broken-answer"),
        ("truncated", "broken-answer"),
        ("cut", "broken-answer"),
        ("hang", "timeout"),
        ("drip", "timeout"),
    ],
)
def test_what_may_pass_is_tried_again(channels, settings, gateway, deliver, behaviour, failure):
    channels("sms")
    make_notice(make_reachable(make_user(), "sms"), at=NOON)
    gateway.behaviour = behaviour
    if failure == "timeout":
        settings.NOTICE_READ_SECONDS = settings.NOTICE_TOTAL_SECONDS = 0.3
    deliver(SOON)
    settings.NOTICE_READ_SECONDS = settings.NOTICE_TOTAL_SECONDS = 20
    assert (only().state, only().failure) == ("failed", failure)
    gateway.behaviour = "ok"
    deliver(only().next_attempt_at + timedelta(minutes=2))
    assert (only().state, only().attempts, only().failure) == ("sent", 2, "")
    assert len(set(gateway.keys)) == 1


@pytest.mark.parametrize(
    ("behaviour", "failure"),
    [("400", "rejected"), ("403", "rejected"), ("redirect", "rejected"), ("errcode:501", "bad-address")],
)
def test_what_cannot_pass_is_given_up_at_once(channels, gateway, deliver, behaviour, failure):
    channels("sms")
    make_notice(make_reachable(make_user(), "sms"), at=NOON)
    gateway.behaviour = behaviour
    deliver(SOON)
    assert (only().state, only().failure, only().attempts) == ("dead", failure, 1)
    assert deliver(SOON + timedelta(days=1)) == {}
    assert [one.path for one in gateway.received] == ["/sms"]


def test_a_refused_connection_is_tried_again_later_and_later_and_then_given_up(channels, settings, deliver):
    channels("sms")
    settings.NOTICE_CHANNELS["sms"]["url"] = "http://127.0.0.1:9/"
    settings.NOTICE_MOST_ATTEMPTS = 4
    make_notice(make_reachable(make_user(), "sms"), at=NOON)
    waited, moment = [], SOON
    while only().state in {"waiting", "failed"}:
        deliver(moment)
        waited.append(only().next_attempt_at - moment)
        moment = only().next_attempt_at
    assert (only().state, only().failure, only().attempts) == ("dead", "unreachable", 4)
    assert only().last_error == "ConnectionRefusedError"
    for number, span in enumerate(waited[:-1]):
        assert 0.75 * 30 * 2**number <= span.total_seconds() <= 1.25 * 30 * 2**number


def test_delays_double_up_to_two_hours_and_never_undercut_the_gateway():
    spans = [claims.delay_after(attempt, spread=0.5).total_seconds() for attempt in range(1, 12)]
    assert spans == [30, 60, 120, 240, 480, 960, 1920, 3840, 7200, 7200, 7200]
    assert claims.delay_after(1, pause=timedelta(minutes=10)) == timedelta(minutes=10)


def test_a_hanging_gateway_holds_up_only_itself(channels, settings, gateway, deliver):
    channels("sms", "wecom")
    settings.NOTICE_READ_SECONDS = settings.NOTICE_TOTAL_SECONDS = 1.5
    gateway.behaviours = {"/sms": "hang"}
    for _ in range(12):
        user = make_reachable(make_user(), "sms", "wecom")
        make_notice(user, at=NOON)
    deliver(SOON)
    assert list(Delivery.objects.filter(state="sent").values_list("channel", flat=True)) == ["wecom"] * 12
    # All of the other channel's went out while the first requests of this one were still hanging.
    assert set(Delivery.objects.filter(channel="sms").values_list("state", flat=True)) <= {"failed", "waiting"}
    assert sum(one.path == "/wecom" for one in gateway.received) == 12


def test_a_gateway_that_keeps_failing_is_left_alone_for_a_while_and_then_tried_once(channels, gateway, deliver):
    channels("sms")
    gateway.behaviour = "500"
    for _ in range(20):
        make_notice(make_reachable(make_user(), "sms"), at=NOON)
    tried = deliver(SOON)["sms"]
    assert tried < 20
    state = ChannelState.objects.get(channel="sms")
    assert state.failures == tried
    assert deliver(state.paused_until - timedelta(seconds=1)) == {}
    assert deliver(state.paused_until) == {"sms": 1}
    gateway.behaviour = "ok"
    later = ChannelState.objects.get(channel="sms").paused_until
    deliver(later + timedelta(hours=1))
    state.refresh_from_db()
    assert (state.failures, state.paused_until) == (0, None)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_a_gateway_that_asks_for_rest_gets_it(channels, gateway, deliver):
    channels("sms")
    make_notice(make_reachable(make_user(), "sms"), at=NOON)
    gateway.script = ["429:300"]
    deliver(SOON)
    assert only().next_attempt_at == SOON + timedelta(seconds=300)
    assert ChannelState.objects.get().paused_until == SOON + timedelta(seconds=300)


def test_no_minute_has_more_messages_than_the_channel_takes(channels):
    channels("sms", per_minute=20)
    user = make_reachable(make_user(), "sms")
    drafts = [services.Draft(frozenset([user.pk]), "test", "通知", f"{number}") for number in range(45)]
    services.send(drafts, at=NOON)
    sent = []
    for second in range(0, 240, 2):
        claimed = claims.claim(Channel.SMS, most=6, at=NOON + timedelta(seconds=second))
        Delivery.objects.filter(pk__in=[one.delivery for one in claimed]).update(state="dead", failure="rejected")
        sent += [second] * len(claimed)
        if len(sent) == 45:
            break
    assert len(sent) == 45
    assert max(sum(1 for other in sent if second <= other < second + 60) for second in sent) <= 20


def test_urgent_ones_go_first(channels, gateway, deliver):
    channels("sms", per_minute=4)
    calm, urgent = make_reachable(make_user(), "sms"), make_reachable(make_user(), "sms")
    make_notice(calm, at=NOON)
    notice = make_notice(urgent, at=NOON, urgent=True)
    deliver(SOON)
    assert Delivery.objects.get(state="sent").notice == notice


def test_quiet_hours_hold_back_what_is_not_urgent(channels, gateway, deliver):
    channels("sms")
    user = make_reachable(make_user(), "sms")
    night, morning = NOON.replace(hour=23), NOON.replace(day=22, hour=7)
    calm, urgent = make_notice(user, at=night), make_notice(user, at=night, urgent=True)
    deliver(night)
    assert (calm.deliveries.get().state, urgent.deliveries.get().state) == ("waiting", "sent")
    assert deliver(morning - timedelta(seconds=1)) == {}
    assert deliver(morning) == {"sms": 1}


def test_a_repeat_keeps_quiet_hours_too(channels, gateway, deliver):
    channels("sms")
    make_notice(make_reachable(make_user(), "sms"), at=NOON.replace(hour=21, minute=59))
    gateway.behaviour = "500"
    deliver(NOON.replace(hour=21, minute=59))
    gateway.behaviour = "ok"
    assert deliver(NOON.replace(hour=22, minute=5)) == {}
    assert (only().attempts, only().next_attempt_at) == (1, NOON.replace(day=22, hour=7, minute=0))


def test_own_quiet_hours_count(channels, gateway, deliver):
    channels("sms")
    user = make_reachable(make_user(), "sms")
    NoticeHours.objects.create(user=user, quiet_from="11:30", quiet_until="14:00")
    make_notice(user, at=NOON)
    assert deliver(SOON) == {}
    assert deliver(NOON.replace(hour=14)) == {"sms": 1}


def test_a_digest_gathers_the_gravest_first_and_leaves_out_what_was_read(channels, gateway, deliver):
    channels("wecom")
    user = make_reachable(make_user(), "wecom", timing="digest")
    for subject in ("甲", "乙", "丙"):
        make_notice(user, at=NOON, params={"subject": subject})
    urgent = make_notice(user, at=NOON, params={"subject": "急"}, urgent=True)
    services.mark_read(user=user, at=SOON, notice_id=Notice.objects.order_by("pk").first().pk)
    deliver(SOON)
    assert [one.notice for one in Delivery.objects.filter(state="sent")] == [urgent]
    five = NOON.replace(hour=17)
    assert deliver(five - timedelta(seconds=1)) == {}
    assert deliver(five) == {"wecom": 1}
    text = gateway.received[-1].json["markdown"]["content"]
    assert "2 条通知" in text
    assert "甲" not in text
    assert text.index("乙") < text.index("丙")
    states = dict(Delivery.objects.filter(digest=True).values_list("notice__params__subject", "state"))
    assert states == {"甲": "skipped", "乙": "sent", "丙": "sent"}
    assert deliver(five) == {}


def test_a_failed_digest_is_one_message_tried_again(channels, gateway, deliver):
    channels("wecom")
    user = make_reachable(make_user(), "wecom", timing="digest")
    for _ in range(3):
        make_notice(user, at=NOON)
    five = NOON.replace(hour=17)
    gateway.behaviour = "500"
    deliver(five)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"failed"}
    gateway.behaviour = "ok"
    deliver(five + timedelta(minutes=1))
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert len(gateway.received) == 2
    assert len(set(gateway.keys)) == 1


def test_who_left_or_removed_the_address_gets_nothing(channels, gateway, deliver):
    channels("sms")
    left, moved = make_reachable(make_user(), "sms"), make_reachable(make_user(), "sms")
    for user in (left, moved):
        make_notice(user, at=NOON)
    left.is_active = False
    left.save()
    moved.contact_addresses.all().delete()
    assert deliver(SOON) == {}
    assert sorted(Delivery.objects.values_list("state", "failure")) == [("skipped", "left"), ("skipped", "no-address")]


def test_what_cannot_be_put_into_words_is_closed_and_holds_up_no_other(channels, gateway, deliver):
    channels("sms")
    broken = make_notice(make_reachable(make_user(), "sms"), at=NOON, params={})
    whole = make_notice(make_reachable(make_user(), "sms"), at=NOON)
    deliver(SOON)
    assert (broken.deliveries.get().failure, whole.deliveries.get().state) == ("unworded", "sent")


def test_an_attempt_too_many_without_a_word_is_given_up(channels, settings, deliver):
    channels("sms")
    settings.NOTICE_MOST_ATTEMPTS = 2
    make_notice(make_reachable(make_user(), "sms"), at=NOON)
    for number in range(2):
        assert len(claims.claim(Channel.SMS, most=1, at=NOON + number * claims.LEASE)) == 1
    deliver(NOON + 2 * claims.LEASE)
    assert (only().state, only().failure) == ("dead", "lost")


def test_sending_costs_the_same_statements_for_one_as_for_a_thousand(channels, django_assert_num_queries):
    channels("sms", "wecom")
    users = [make_reachable(make_user(), "sms", "wecom") for _ in range(3)]
    for people in (users[:1], users):
        with django_assert_num_queries(3):  # notices, preferences, deliveries
            services.notify([one.pk for one in people], kind="test", title="通知", dedupe_key=f"{len(people)}", at=NOON)
    drafts = [services.Draft(frozenset([users[0].pk]), "test", "通知", f"many {number}") for number in range(2000)]
    with django_assert_num_queries(6):
        services.send(drafts, at=NOON)
    assert Delivery.objects.count() == 2 * (4 + 2000)


def test_the_wecom_token_is_asked_for_once_and_again_when_it_is_refused(channels, settings, gateway, deliver):
    channels()
    cache.clear()
    settings.NOTICE_CHANNELS = {
        "wecom": {"api": gateway.url, "corporation": "c", "secret": "s", "agent": 7, "per_minute": 600}
    }
    user = make_reachable(make_user(), "wecom")
    for _ in range(2):
        make_notice(user, at=NOON)
        deliver(SOON)
    gateway.script = ["errcode:42001"]
    make_notice(user, at=NOON)
    deliver(SOON)
    assert [one.path.removeprefix("/cgi-bin/") for one in gateway.received] == [
        "gettoken", "message/send", "message/send", "message/send", "gettoken", "message/send"
    ]  # fmt: skip
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    last = gateway.received[-1]
    assert (last.query["access_token"], last.json["touser"], last.json["agentid"]) == ("token5", "zhoulan", 7)
