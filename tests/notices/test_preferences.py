"""Choosing channels and hours: one's own only, never without an address, in force for what has not gone out yet."""

from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.clock import SHANGHAI
from apps.core.errors import InvalidInput
from apps.notices import services
from apps.notices.choices import Channel, Group, Timing
from apps.notices.hours import Hours
from apps.notices.models import ContactAddress, Delivery, NoticeHours, NoticePreference
from apps.notices.services_preferences import Chosen, save_preferences
from tests.factories.accounts import client_of, make_user
from tests.factories.notices import make_notice, make_reachable

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=SHANGHAI)
USUAL = Hours(time(22), time(7), (time(8, 30), time(17)))
PAGE = "/notices/preferences/"


@pytest.fixture(autouse=True)
def noon(channels):
    channels("mail", "sms", "wecom")
    with clock.frozen(NOON):
        yield


def sent_in(**changes) -> dict:
    """What the page's form sends when nothing is chosen, with changes."""
    bare = {f"timing_{group}": "inbox" for group in Group}
    hours = {"quiet_from": "22:00", "quiet_until": "07:00", "digest_first": "08:30", "digest_second": "17:00"}
    return bare | hours | changes


def test_the_page_names_every_group_and_every_channel_that_exists():
    text = client_of(make_user()).get(PAGE).content.decode()
    assert all(str(group.label) in text for group in Group)
    assert "企业微信账号" in text
    assert "钉钉账号" not in text
    assert "红牌" in text


def test_without_any_channel_the_page_says_so(settings):
    settings.NOTICE_CHANNELS = {}
    text = client_of(make_user()).get(PAGE).content.decode()
    assert "通知只在收件箱" in text
    assert "立即发送" not in text


def test_what_is_chosen_is_kept_and_shown_again():
    user = make_user()
    browser = client_of(user)
    body = sent_in(
        address_sms="+86 138 1234-5678",
        timing_cards="now",
        channels_cards=["sms"],
        quiet_from="23:00",
        digest_second="",
    )
    assert browser.post(PAGE, body)["Location"] == PAGE
    address = ContactAddress.objects.get()
    assert (address.user, address.channel, address.text, address.changed_at) == (user, "sms", "13812345678", NOON)
    assert list(NoticePreference.objects.values_list("group", "timing", "channels")) == [("cards", "now", ["sms"])]
    hours = NoticeHours.objects.get()
    assert (hours.quiet_from, hours.quiet_until, hours.digest_hours) == (time(23), time(7), [time(8, 30)])
    text = browser.get(PAGE).content.decode()
    assert "138****5678" in text
    assert "13812345678" not in text


def test_saving_again_leaves_an_unchanged_address_and_its_date_alone():
    user = make_user()
    for number, address in enumerate(["13812345678", "138 1234 5678", ""]):
        chosen = Chosen({}, USUAL, {Channel.SMS: address} if address else {})
        save_preferences(user=user, chosen=chosen, at=NOON + timedelta(days=number))
    assert ContactAddress.objects.get().changed_at == NOON


@pytest.mark.parametrize(
    ("change", "field", "remedy"),
    [
        ({"address_sms": "12345"}, "address_sms", "11 位手机号"),
        ({"address_mail": "nobody"}, "address_mail", "完整的邮箱地址"),
        ({"address_mail": "a@b.cn\r\nBcc: c@d.cn"}, "address_mail", "完整的邮箱地址"),
        ({"address_wecom": "<@all>"}, "address_wecom", "账号"),
        ({"timing_cards": "now"}, "channels_cards", "至少选择一个渠道"),
        ({"timing_cards": "now", "channels_cards": ["sms", "mail"]}, "channels_cards", "电子邮件、短信"),
        ({"timing_cards": "now", "channels_cards": ["dingtalk"]}, "channels_cards", "dingtalk"),
        ({"timing_cards": "sometimes"}, "timing_cards", "sometimes"),
        ({"quiet_from": "25:00"}, "quiet_from", ""),
        ({"digest_first": ""}, "digest_first", ""),
        ({"address_sms": "1" * 400}, "address_sms", "254"),
        ({"address_wecom": "a\0b"}, "address_wecom", ""),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy_and_nothing_is_kept(change, field, remedy):
    user = make_user()
    answer = client_of(user).post(PAGE, sent_in(**change))
    assert answer.status_code == 422
    assert any(remedy in text for text in answer.context["form"].errors[field])
    assert (ContactAddress.objects.count(), NoticePreference.objects.count()) == (0, 0)


def test_an_address_cannot_be_removed_while_a_group_still_needs_it():
    user = make_reachable(make_user(), "sms")
    chosen = Chosen({Group.CARDS: (Timing.NOW, frozenset({Channel.SMS}))}, USUAL, removed=frozenset({Channel.SMS}))
    with pytest.raises(InvalidInput) as refused:
        save_preferences(user=user, chosen=chosen, at=NOON)
    assert list(refused.value.fields) == ["channels_cards"]
    save_preferences(user=user, chosen=Chosen({}, USUAL, removed=frozenset({Channel.SMS})), at=NOON)
    assert (ContactAddress.objects.count(), NoticePreference.objects.count()) == (0, 0)


def test_what_waits_for_a_channel_turned_off_is_not_sent(deliver, gateway):
    user = make_reachable(make_user(), "sms", group="cards", timing="digest")
    other = make_reachable(make_user(), "sms", group="cards", timing="digest")
    for person in (user, other):
        make_notice(person, at=NOON, kind="deadline.yellow")
    save_preferences(user=user, chosen=Chosen({}, USUAL), at=NOON)
    assert sorted(Delivery.objects.values_list("recipient", "state", "failure")) == sorted(
        [(user.pk, "skipped", "turned-off"), (other.pk, "waiting", "")]
    )
    deliver(NOON + timedelta(hours=6))
    assert len(gateway.received) == 1


def test_nobody_sees_or_changes_anothers_choices():
    mine, other = make_user(), make_reachable(make_user(), "mail")
    browser = client_of(mine)
    assert "z***@example.gov.cn" not in browser.get(PAGE).content.decode()
    browser.post(PAGE, sent_in(address_mail="mine@example.gov.cn"))
    assert ContactAddress.objects.visible_to(other).get().text == "zhou.lan@example.gov.cn"
    assert NoticePreference.objects.visible_to(other).count() == 1


def test_the_inbox_shows_where_a_notice_went_at_a_fixed_cost(deliver):
    user = make_reachable(make_user(), "sms", "wecom")
    browser = client_of(user)
    costs = []
    for number in range(3):
        make_notice(user, at=NOON, params={"subject": str(number)})
        with CaptureQueriesContext(connection) as queries:
            text = browser.get("/notices/").content.decode()
        costs.append(len(queries))
    assert costs == [costs[0]] * 3
    assert "短信 待发送" in text
    deliver(NOON + timedelta(seconds=1))
    assert "企业微信 已发送" in browser.get("/notices/").content.decode()


def test_the_inbox_narrows_to_a_group():
    user = make_user()
    make_notice(user, kind="deadline.red", params={"subject": "红的"})
    make_notice(user, kind="case.dispatch", params={"subject": "派的"})
    make_notice(user, kind="never-registered", params={"subject": "别的"})
    browser = client_of(user)
    for group, shown in (("cards", "红的"), ("dispatched", "派的"), ("system", "别的")):
        text = browser.get(f"/notices/?group={group}").content.decode()
        assert [word for word in ("红的", "派的", "别的") if word in text] == [shown]
    assert "这一类没有通知" in browser.get("/notices/?group=scores").content.decode()
    assert "红的" in browser.get("/notices/?group=nonsense").content.decode()


def test_reading_stays_possible_for_those_who_get_it_elsewhere(deliver):
    user = make_reachable(make_user(), "sms")
    notice = make_notice(user, at=NOON)
    deliver(NOON + timedelta(seconds=1))
    assert services.mark_read(user=user, at=NOON + timedelta(minutes=1), notice_id=notice.pk) == 1
