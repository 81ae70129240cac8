"""The pages and the API of subscribers, and what is always true of their rows."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.cases.webhooks.models import WebhookDelivery, WebhookSubscriber
from apps.cases.webhooks.overview import overview_lines
from apps.core import clock
from tests.factories.accounts import client_of
from tests.factories.webhooks import SECRET, make_subscriber


@pytest.fixture
def admin(world):
    return client_of(world["admin"])


def given(world, **changes) -> dict:
    scope = f"unit:{world.unit('street 0').code}"
    return {"name": "12345 热线", "url": "https://8.8.8.8/hook", "scope": scope} | changes


def test_the_secret_is_shown_once_and_kept_encrypted(world, admin) -> None:
    answer = admin.post("/manage/webhooks/new/", given(world, events=["case.closed"]))
    made = WebhookSubscriber.objects.get()
    assert (answer.status_code, made.events, len(made.secret)) == (200, ["case.closed"], 43)
    assert made.secret in answer.content.decode()
    assert made.secret not in admin.get(f"/manage/webhooks/{made.pk}/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM cases_webhooksubscriber")
        assert made.secret.encode() not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    "changes",
    [{"url": "https://127.0.0.1/"}, {"url": "\x00"}, {"scope": "unit:1"}, {"events": ["case.no"]}, {"name": "长" * 61}],
)
def test_wrong_input_is_answered_with_the_form(world, admin, changes) -> None:
    answer = admin.post("/manage/webhooks/new/", given(world, **changes))
    assert (answer.status_code, WebhookSubscriber.objects.count()) == (422, 0)
    assert list(answer.context["form"].errors) == list(changes)


def test_a_name_is_given_once(world, admin) -> None:
    admin.post("/manage/webhooks/new/", given(world))
    answer = admin.post("/manage/webhooks/new/", given(world))
    assert list(answer.context["form"].errors) == ["name"]


def test_the_api_lists_and_adds_subscribers(world, admin) -> None:
    body = {"name": "热线", "url": "https://8.8.8.8/hook", "unit": world.unit("street 0").code}
    made = admin.post("/api/v1/webhooks/", body, content_type="application/json")
    assert (made.status_code, len(made.json()["secret"])) == (201, 43)
    (row,) = admin.get("/api/v1/webhooks/").json()
    assert (row["unit"], row["agency"], row["standing"], "secret" in row) == (body["unit"], None, "ok", False)
    for wrong in ({}, [], body, body | {"name": "x", "agency": "y"}, body | {"name": "x", "unit": "9"}):
        answer = admin.post("/api/v1/webhooks/", wrong, content_type="application/json")
        assert answer.status_code == 400, wrong


def test_the_pages_of_a_subscriber_take_as_many_queries_for_three_messages_as_for_one(
    world, admin, street, gateway, deliver
) -> None:
    def queries(path: str) -> int:
        admin.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert admin.get(path).status_code == 200
        return len(seen)

    paths = ["/manage/webhooks/", f"/manage/webhooks/{street.pk}/"]
    world.report()
    deliver()
    one = [queries(path) for path in paths]
    gateway.script = ["500", "410"]
    for _ in range(2):
        world.report()
        deliver()
    make_subscriber(world["admin"], f"{gateway.url}/x", at=world.at, unit=world.unit("street 1"))
    assert [queries(path) for path in paths] == one


def test_a_page_shows_request_and_answer_and_sends_again(world, admin, street, gateway, deliver) -> None:
    gateway.behaviour = "410"
    world.report()
    deliver()
    row = WebhookDelivery.objects.get()
    page = admin.get(f"/manage/webhooks/deliveries/{row.pk}/").content.decode()
    for words in ("HTTP 410", str(row.key), "Gridgov-Signature", "对方表示不再接收"):
        assert words in page
    assert SECRET not in page
    with clock.frozen(world.at):
        assert admin.post(f"/manage/webhooks/deliveries/{row.pk}/resend/").status_code == 302
        assert admin.post(f"/manage/webhooks/deliveries/{row.pk}/resend/").status_code == 409
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)


def test_the_list_of_messages_is_narrowed_and_paged(world, admin, street, gateway, deliver) -> None:
    gateway.script = ["410"]
    for _ in range(3):
        world.report()
    deliver()
    page = admin.get(f"/manage/webhooks/{street.pk}/?state=dead").context["page"]
    assert [row.state for row in page.rows] == ["dead"]
    assert len(admin.get(f"/manage/webhooks/{street.pk}/?event=case.closed").context["page"].rows) == 0
    assert admin.get(f"/manage/webhooks/{street.pk}/?state=no&event=no").status_code == 200


def test_a_replay_of_the_page_needs_a_stretch_of_time(world, admin, street) -> None:
    path = f"/manage/webhooks/{street.pk}/replay/"
    assert admin.post(path, {"since": "x", "until": ""}).status_code == 422
    assert admin.post(path, {"since": "2026-03-02T00:00", "until": "2026-03-01T00:00"}).status_code == 422
    assert admin.post(path, {"since": "2026-03-01T00:00", "until": "2026-03-02T00:00"}).status_code == 302


def test_rows_that_cannot_be_are_refused(world, street, deliver) -> None:
    world.report()
    deliver()
    row, unit = WebhookDelivery.objects.filter(pk=WebhookDelivery.objects.get().pk), WebhookSubscriber.objects.all()
    attempts = {
        "cases_webhookdelivery_state_known": (row, {"state": "no", "sent_at": None, "failure": "lost"}),
        "cases_webhookdelivery_of_event": (row, {"sequence": 0}),
        "cases_webhookdelivery_sent_is_dated": (row, {"sent_at": None}),
        "cases_webhookdelivery_sent_after_made": (row, {"sent_at": "2020-01-01T00:00Z"}),
        "cases_webhookdelivery_failure_named": (row, {"state": "dead", "sent_at": None, "failure": ""}),
        "cases_webhooksubscriber_one_scope": (unit, {"unit": None}),
        "cases_webhooksubscriber_has_secret": (unit, {"secret": ""}),
        "cases_webhooksubscriber_previous_ends": (unit, {"previous_until": "2026-01-01T00:00Z"}),
        "cases_webhooksubscriber_pause_has_cause": (unit, {"failures": 0, "failing_since": "2026-01-01T00:00Z"}),
    }
    for name, (rows, values) in attempts.items():
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            rows.update(**values)
    copy = WebhookDelivery.objects.get()
    copy.pk = copy.key = None
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


def test_the_overview_of_the_district_leads_administrators_there(world, street) -> None:
    def line(who: str, unit: str) -> list[tuple[str, str, str]]:
        return [(one.value, one.url, one.tone) for one in overview_lines(world[who], world.unit(unit))]

    assert line("admin", "district") == [("1 个接收方，未送达 0", "/manage/webhooks/", "")]
    WebhookSubscriber.objects.update(failures=1, failing_since=world.at)
    assert line("admin", "district")[0][2] == "near"
    WebhookSubscriber.objects.update(paused_at=world.at)
    assert line("admin", "district")[0][2] == "late"
    assert line("admin", "street 0") == line("unit_admin", "district") == []
    WebhookSubscriber.objects.all().delete()
    assert line("admin", "district") == [("还没有接收方", "/manage/webhooks/", "")]
