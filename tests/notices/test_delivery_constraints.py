"""What the database refuses of addresses, choices, hours, deliveries and channels."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.notices.models import ChannelState, ContactAddress, Delivery, NoticeHours, NoticePreference
from tests.factories.accounts import make_user
from tests.factories.notices import SENT, make_notice, make_reachable

pytestmark = pytest.mark.django_db


def refused(name, queryset, **change):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        assert queryset.update(**change) == 1


@pytest.fixture
def delivery(channels):
    channels("sms")
    make_notice(make_reachable(make_user(), "sms"))
    return Delivery.objects.all()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("notices_delivery_channel_known", {"channel": "pigeon"}),
        ("notices_delivery_state_known", {"state": "lost", "failure": "lost"}),
        ("notices_delivery_sent_is_dated", {"state": "sent"}),
        ("notices_delivery_sent_is_dated", {"sent_at": SENT}),
        ("notices_delivery_sent_after_made", {"state": "sent", "sent_at": SENT - timedelta(seconds=1)}),
        ("notices_delivery_failure_named", {"state": "dead"}),
        ("notices_delivery_urgent_at_once", {"urgent": True, "digest": True}),
        ("notices_delivery_bundle_is_sent_itself", {"notice": None, "urgent": True}),
    ],
)
def test_each_constraint_of_a_delivery_holds(delivery, name, change):
    refused(name, delivery, **change)


def test_only_what_waits_for_a_digest_is_gathered(delivery):
    refused("notices_delivery_bundle_of_digest", delivery, bundle=delivery.get())


def test_a_notice_goes_out_once_per_channel_and_a_key_is_one_messages_own(delivery):
    first = delivery.get()
    facts = {"recipient": first.recipient, "channel": "sms", "next_attempt_at": SENT, "created_at": SENT}
    with pytest.raises(IntegrityError, match="notices_delivery_once"), transaction.atomic():
        Delivery.objects.create(notice=first.notice, **facts)
    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        Delivery.objects.create(key=first.key, **facts)


def test_each_constraint_of_an_address_and_of_a_choice_holds():
    make_reachable(make_user(), "sms", "mail")
    addresses = ContactAddress.objects.filter(channel="sms")
    refused("notices_contactaddress_channel_known", addresses, channel="pigeon")
    refused("notices_contactaddress_one_per_channel", addresses, channel="mail")
    refused("notices_contactaddress_given", addresses, address="")
    chosen = NoticePreference.objects.all()
    refused("notices_noticepreference_group_known", chosen, group="weather")
    refused("notices_noticepreference_timing_known", chosen, timing="sometimes")
    for channels in ([], ["pigeon"]):
        refused("notices_noticepreference_channels_known", chosen, channels=channels)
    with pytest.raises(IntegrityError, match="notices_noticepreference_one_per_group"), transaction.atomic():
        NoticePreference.objects.create(user=chosen.get().user, group="system", timing="now", channels=["sms"])


def test_each_constraint_of_hours_and_channels_holds():
    NoticeHours.objects.create(user=make_user())
    for hours in ([], ["08:00", "09:00", "10:00", "11:00", "12:00"]):
        refused("notices_noticehours_digests_given", NoticeHours.objects.all(), digest_hours=hours)
    ChannelState.objects.create(channel="sms")
    refused("notices_channelstate_pause_has_cause", ChannelState.objects.all(), paused_until=SENT)
    with pytest.raises(IntegrityError, match="notices_channelstate_known"), transaction.atomic():
        ChannelState.objects.create(channel="pigeon")


def test_an_address_is_encrypted_and_masked():
    make_reachable(make_user(), "sms", "mail", "wecom")
    kept = {one.channel: one for one in ContactAddress.objects.all()}
    assert kept["sms"].masked == "138****5678"
    assert kept["mail"].masked == "z***@example.gov.cn"
    assert kept["wecom"].masked == "zh***"
    from_disk = ContactAddress.objects.extra(select={"raw": "address"}).values_list("raw", flat=True)
    assert all(b"13812345678" not in bytes(raw) for raw in from_disk)
