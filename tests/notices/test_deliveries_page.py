"""``/manage/notices/``: for system administrators alone, narrowed by the URL, sending again and trying a channel."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.clock import SHANGHAI
from apps.core.errors import NotAllowed, NotVisible, WrongState
from apps.grid.permissions import Role
from apps.notices import services_deliveries
from apps.notices.choices import Channel
from apps.notices.models import Delivery, Notice
from apps.notices.selectors_deliveries import channel_lines
from tests.factories.accounts import client_of, make_user
from tests.factories.grid import grant, make_tree
from tests.factories.notices import make_notice, make_reachable

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=SHANGHAI)
SOON = NOON + timedelta(seconds=1)
PAGE = "/manage/notices/"


@pytest.fixture(autouse=True)
def noon(channels):
    channels("sms", "wecom")
    with clock.frozen(NOON):
        yield


@pytest.fixture
def admin():
    user = make_user("admin", "顾明")
    grant(user, Role.SYSTEM_ADMIN, make_tree().district)
    return user


def give_up(channel: str = "sms", people: int = 1, kind: str = "deadline.red") -> list[Delivery]:
    """Messages that were given up."""
    for _ in range(people):
        make_notice(make_reachable(make_user(), channel, group="cards"), at=NOON, kind=kind)
    lost = Delivery.objects.filter(channel=channel, state="waiting")
    keys = list(lost.values_list("pk", flat=True))
    lost.update(state="dead", failure="rejected", last_error="403 no", attempts=3)
    return list(Delivery.objects.filter(pk__in=keys).order_by("pk"))


def test_it_tells_what_was_given_up_and_why_but_not_what_it_said(admin):
    (lost,) = give_up()
    text = client_of(admin).get(PAGE).content.decode()
    for word in ("未送达", "网关拒绝", "403 no", "红牌", lost.recipient.name):
        assert word in text
    assert str(lost.notice.params["subject"]) not in text
    assert "13812345678" not in text


def test_the_url_narrows_the_list(admin):
    give_up("sms")
    give_up("wecom")
    make_notice(make_reachable(make_user(), "sms"), at=NOON)
    browser = client_of(admin)

    def shown(query: str) -> list[tuple[str, str]]:
        return sorted((one.channel, one.state) for one in browser.get(PAGE + query).context["page"].rows)

    assert shown("?channel=sms") == [("sms", "dead"), ("sms", "waiting")]
    assert shown("?state=dead") == [("sms", "dead"), ("wecom", "dead")]
    assert shown("?channel=sms&failure=rejected") == [("sms", "dead")]
    assert len(shown("?channel=pigeon&state=nonsense")) == 3
    assert browser.get(PAGE + "?cursor=nonsense").status_code == 400


def test_one_is_sent_again_under_its_own_key(admin, deliver, gateway):
    first, second = give_up(people=2)
    client_of(admin).post(f"{PAGE}{first.pk}/retry/")
    deliver(SOON)
    assert gateway.keys == [str(first.key)]
    assert list(Delivery.objects.order_by("pk").values_list("state", "attempts")) == [("sent", 1), ("dead", 3)]
    with pytest.raises(WrongState):
        services_deliveries.retry_delivery(actor=admin, delivery_id=first.pk, at=SOON)
    with pytest.raises(NotVisible):
        services_deliveries.retry_delivery(actor=admin, delivery_id=second.pk + 99, at=SOON)


def test_everything_given_up_on_a_channel_is_sent_again_and_no_other(admin):
    give_up("sms", people=3)
    give_up("wecom")
    client_of(admin).post(f"{PAGE}retry/", {"channel": "sms"})
    assert set(Delivery.objects.values_list("channel", "state")) == {("sms", "waiting"), ("wecom", "dead")}


def test_a_digest_given_up_goes_out_again_with_what_it_gathered(admin, deliver, gateway):
    user = make_reachable(make_user(), "sms", timing="digest")
    for _ in range(2):
        make_notice(user, at=NOON)
    gateway.behaviour = "400"
    deliver(NOON.replace(hour=17))
    assert set(Delivery.objects.values_list("state", flat=True)) == {"dead"}
    gateway.behaviour = "ok"
    at = NOON.replace(hour=18)
    assert services_deliveries.retry_dead(actor=admin, channel=Channel.SMS, at=at) == 1
    deliver(at)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert len(set(gateway.keys)) == 1


def test_a_test_goes_to_oneself_at_any_hour(admin, deliver, gateway):
    browser = client_of(admin)
    browser.post(f"{PAGE}test/", {"channel": "sms"})
    assert Notice.objects.count() == 0
    make_reachable(admin, "sms")
    night = NOON.replace(hour=23)
    with clock.frozen(night):
        browser.post(f"{PAGE}test/", {"channel": "sms"})
    deliver(night)
    assert Delivery.objects.get().state == "sent"
    assert gateway.received[0].json["content"] == "短信试发消息。收到这条消息，说明渠道可用。发送于 11-21 周六 23:00。"
    assert browser.post(f"{PAGE}test/", {"channel": "pigeon"}).status_code == 400


@pytest.mark.parametrize(
    ("act", "given"),
    [
        (services_deliveries.retry_delivery, {"delivery_id": 1}),
        (services_deliveries.retry_dead, {"channel": Channel.SMS}),
        (services_deliveries.send_test, {"channel": Channel.SMS}),
        (channel_lines, {}),
    ],
)
def test_nobody_else_may(act, given):
    person = make_user()
    with pytest.raises(NotAllowed):
        act(person, at=NOON) if act is channel_lines else act(actor=person, at=NOON, **given)


def test_the_page_costs_the_same_at_any_length(admin):
    browser = client_of(admin)
    costs = []
    for _ in range(3):
        give_up()
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(PAGE).status_code == 200
        costs.append(len(queries))
    assert costs == [costs[0]] * 3


def test_pages_follow_each_other_without_losing_or_repeating(admin):
    made = [one.pk for one in give_up(people=45)]
    browser, seen, cursor = client_of(admin), [], ""
    while cursor is not None:
        page = browser.get(f"{PAGE}?size=20&cursor={cursor}").context["page"]
        seen += [one.pk for one in page.rows]
        cursor = page.next
    assert seen == sorted(made, reverse=True)


def test_the_overview_and_the_figures_count_what_was_given_up(admin):
    give_up(people=2)
    make_notice(make_reachable(make_user(), "sms"), at=NOON)
    text = client_of(admin).get("/manage/310106/").content.decode()
    assert "未送达 2，待发送 1" in text
    figures = client_of(admin).get("/metrics").content.decode().splitlines()
    assert "gridgov_notice_deliveries_waiting 1.0" in figures
    assert "gridgov_notice_deliveries_dead 2.0" in figures
