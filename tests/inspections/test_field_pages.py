"""The phone's pages: who may open them, what they show, how a form is answered, and how many queries they cost."""

import json
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.cases.models import Case, CaseEvent
from apps.core import clock
from apps.core.models import Attachment
from apps.inspections import selectors, services
from apps.inspections.models import DailyLog, LogEntry
from tests.factories.accounts import client_of
from tests.factories.cases import make_category, photo_file

JSON = {"Accept": "application/json"}
PAGES = ["field:today", "field:report", "field:categories", "field:log", "field:verify", "field:me"]


def get(world, by, url, **query):
    with clock.frozen(world.at):
        return client_of(world[by]).get(url, query)


def post(world, by, url, data, **headers):
    with clock.frozen(world.at):
        return client_of(world[by]).post(url, data, headers=headers)


@pytest.mark.parametrize("page", PAGES)
def test_those_who_keep_logs_enter_and_nobody_else(world, page, client):
    assert {by: get(world, by, reverse(page)).status_code for by in ("worker", "station", "street", "clerk")} == {
        "worker": 200,
        "station": 200,
        "street": 403,
        "clerk": 403,
    }
    assert client.get(reverse(page)).url == f"{reverse('accounts:sign-in')}?next={reverse(page)}"


def test_today_shows_what_is_due_the_overdue_first(world):
    first, second = world.handled(title="先到期"), world.handled(title="后到期")
    Case.objects.filter(pk=first.pk).update(due_at=world.at.replace(year=2025))
    with clock.frozen(world.at):
        day = selectors.today_page(world["worker"], world.at)
    assert ([case.title for case in day.overdue], [case.title for case in day.verifications]) == (
        ["先到期"],
        ["后到期"],
    )
    assert (day.reported, day.verified, day.log_open, day.log_due) == (2, 0, True, True)
    assert [case.pk for case in day.reports] == [second.pk, first.pk]
    text = get(world, "worker", reverse("field:today")).content.decode()
    assert text.index("核查：先到期") < text.index("核查：后到期") < text.index("今日日志") < text.index("我上报的")


def test_nobody_is_asked_to_verify_what_he_cannot(world):
    world.handled()
    assert {by: len(selectors.cases_to_verify(world[by])) for by in ("worker", "station", "mate", "worker_b")} == {
        "worker": 1,
        "station": 1,
        "mate": 0,
        "worker_b": 0,
    }


def test_a_report_with_photos_is_answered_with_its_page(world):
    lon, lat = world.point()
    one = str(uuid.uuid4())
    data = {
        "client_id": str(uuid.uuid4()),
        "text": "垃圾堆在路口",
        "category": world.category.key,
        "lon": lon,
        "lat": lat,
        "photo": [SimpleUploadedFile("a.jpg", photo_file().read(), "image/jpeg")],
        "photo_id": [one],
    }
    answer = post(world, "worker", reverse("field:report"), data, **JSON)
    case = Case.objects.get()
    assert (answer.status_code, answer.json()) == (201, {"url": reverse("field:case", args=[case.number])})
    assert str(Attachment.objects.get().client_id) == one
    data["photo"] = [SimpleUploadedFile("a.jpg", photo_file().read(), "image/jpeg")]
    assert post(world, "worker", reverse("field:report"), data, **JSON).json() == answer.json()
    assert (Case.objects.count(), Attachment.objects.count()) == (1, 1)


def test_a_wrong_report_names_its_fields_and_loses_nothing(world):
    data = {"client_id": str(uuid.uuid4()), "text": "", "address": "大宁路 1 号", "category": "none"}
    answer = post(world, "worker", reverse("field:report"), data, **JSON)
    assert (answer.status_code, sorted(answer.json()["errors"])) == (400, ["category", "lon", "text"])
    page = post(world, "worker", reverse("field:report"), data)
    assert page.status_code == 422
    assert 'value="大宁路 1 号"' in page.content.decode()
    assert data["client_id"] in page.content.decode()


def test_a_report_outside_the_grid_says_so_beside_the_place(world):
    lon, lat = world.point("grid 1 0 0")
    data = {"client_id": str(uuid.uuid4()), "text": "远处", "category": world.category.key, "lon": lon, "lat": lat}
    answer = post(world, "worker", reverse("field:report"), data, **JSON)
    assert (answer.status_code, answer.json()["errors"]) == (400, {"lon": ["地点不在您负责的范围内。"]})


def test_categories_are_found_by_name_and_suggested_by_text(world):
    lamp = make_category("路灯故障")
    cover = make_category("井盖破损")
    with clock.frozen(world.at):
        found = selectors.category_suggestions(world["worker"], words="路灯", text="", on=world.at.date())
        near = selectors.category_suggestions(world["worker"], words="", text="门口的井盖破损了", on=world.at.date())
        nothing = selectors.category_suggestions(world["worker"], words="没有这种", text="", on=world.at.date())
    assert [one.category for one in found] == [lamp]
    assert [one.category for one in near] == [cover]
    assert nothing == []
    world.report()
    usual = selectors.category_suggestions(world["worker"], words="", text="门口的井盖破损了", on=world.at.date())
    assert [one.category for one in usual] == [cover, world.category]


def test_a_day_without_incident_is_filed_by_one_post(world):
    day = world.at.date()
    data = {"client_id": str(uuid.uuid4()), "date": str(day), "phone_at": world.at.isoformat()}
    answer = post(world, "worker", reverse("field:log-file"), data)
    assert (answer.status_code, answer.url) == (302, f"{reverse('field:log')}?date={day}")
    again = post(world, "worker", reverse("field:log-file"), data)
    assert again.status_code == 302
    assert DailyLog.objects.values_list("state", "filed_at", "phone_at").get() == ("filed", world.at, world.at)
    other = post(world, "worker", reverse("field:log-file"), data | {"client_id": str(uuid.uuid4())})
    assert other.status_code == 409


def test_an_entry_is_noted_refused_beside_its_field_and_taken_back(world):
    url, day = reverse("field:entry-add"), str(world.at.date())
    data = {"client_id": str(uuid.uuid4()), "date": day, "subject": "culture", "text": ""}
    wrong = post(world, "worker", url, data)
    assert wrong.status_code == 422
    assert "请写明内容。" in wrong.content.decode()
    assert post(world, "worker", url, data | {"text": "放电影"}).status_code == 302
    entry = LogEntry.objects.get()
    assert (entry.subject, entry.text) == ("culture", "放电影")
    remove = reverse("field:entry-remove", args=[entry.client_id])
    assert post(world, "mate", remove, {"date": day}).status_code == 404
    assert post(world, "worker", remove, {"date": day}).status_code == 302
    assert LogEntry.objects.count() == 0


def test_an_entry_becomes_a_case_on_its_page(world):
    entry = services.add_entry(
        actor=world["worker"], client_id=uuid.uuid4(), date=world.at.date(), subject="urban", text="占道", at=world.at
    )
    url = reverse("field:entry-case", args=[entry.client_id])
    assert [get(world, by, url).status_code for by in ("worker", "mate")] == [200, 404]
    lon, lat = world.point()
    assert post(world, "worker", url, {"lon": lon, "lat": lat}, **JSON).json()["errors"] == {
        "category": ["请选择类别。"]
    }
    answer = post(world, "worker", url, {"lon": lon, "lat": lat, "category": world.category.key}, **JSON)
    number = Case.objects.get().number
    assert (answer.status_code, answer.json()["url"]) == (201, reverse("field:case", args=[number]))
    assert get(world, "worker", url).url == reverse("field:case", args=[number])


def test_a_verification_on_its_page(world):
    case = world.handled()
    url = reverse("field:verify-case", args=[case.number])
    assert [get(world, by, url).status_code for by in ("worker", "mate", "worker_b")] == [200, 404, 404]
    bad = post(world, "worker", url, {"version": case.version, "passed": "no"}, **JSON)
    assert (bad.status_code, list(bad.json()["errors"])) == (400, ["note"])
    stale = post(world, "worker", url, {"version": case.version - 1, "passed": "yes"}, **JSON)
    assert (stale.status_code, stale.json()["errors"]) == (409, {})
    assert post(world, "mate", url, {"version": case.version, "passed": "yes"}, **JSON).status_code == 404
    assert post(world, "worker", url, {"version": case.version, "passed": "yes"}, **JSON).status_code == 201
    case.refresh_from_db()
    assert case.state == "verified"


def test_what_the_lead_wrote_is_shown_and_not_what_a_helper_did(world):
    case = world.dispatched(assisting=("helper",))
    for who in ("agency", "assistant"):
        world.move(case, "accept", who)
    world.move(case, "feedback", "assistant", note="已到场")
    case = world.move(case, "feedback", "agency", note="已清运")
    page = get(world, "worker", reverse("field:verify-case", args=[case.number]))
    assert page.context["shown"].result == "已清运"


def test_progress_is_shown_to_those_who_see_the_case(world):
    case = world.report()
    url = reverse("field:case", args=[case.number])
    assert [get(world, by, url).status_code for by in ("worker", "station", "mate", "worker_b")] == [200, 200, 404, 404]


def test_a_simple_matter_is_settled_on_the_case_page(world):
    world.category = make_category("小事", on_the_spot=True)
    case = world.report()
    url = reverse("field:settle", args=[case.number])
    assert "已当场处置" in get(world, "worker", reverse("field:case", args=[case.number])).content.decode()
    wrong = post(world, "worker", url, {"version": case.version, "note": ""})
    assert (wrong.status_code, "请写明怎样处置的。" in wrong.content.decode()) == (422, True)
    assert post(world, "worker", url, {"version": case.version, "note": "已清"}, **JSON).status_code == 201
    case.refresh_from_db()
    assert case.state == "closed"


def test_a_dissuasion_is_written_down_on_the_case_page(world):
    case = world.report()
    url = reverse("field:dissuade", args=[case.number])
    assert "现场劝导" in get(world, "worker", reverse("field:case", args=[case.number])).content.decode()
    wrong = post(world, "worker", url, {"version": case.version})
    text = wrong.content.decode()
    assert (wrong.status_code, "请选择当事人是否听从。" in text, "请写明怎样劝导的。" in text) == (422, True, True)
    given = {"version": case.version, "heeded": "no", "note": "店主不愿收摊"}
    assert post(world, "worker", url, given, **JSON).status_code == 201
    event = CaseEvent.objects.get(case=case, action="dissuade")
    assert event.payload == {"note": "店主不愿收摊", "heeded": False}
    assert post(world, "worker", url, given, **JSON).status_code == 409


def test_who_may_not_dissuade_is_not_offered_it(world):
    case = world.handled()
    page = get(world, "worker", reverse("field:case", args=[case.number])).content.decode()
    assert "现场劝导" not in page
    given = {"version": case.version, "heeded": "yes", "note": "已劝"}
    assert post(world, "worker", reverse("field:dissuade", args=[case.number]), given, **JSON).status_code == 409


def count(world, url):
    client = client_of(world["worker"])
    with clock.frozen(world.at), CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


@pytest.mark.parametrize("page", ["field:today", "field:log", "field:verify", "field:me"])
def test_the_number_of_queries_does_not_grow(world, page):
    def one(title):
        world.handled(title=title)
        world.verified(title=title)
        services.add_entry(
            actor=world["worker"],
            client_id=uuid.uuid4(),
            date=world.at.date(),
            subject="urban",
            text=title,
            at=world.tick(),
        )

    one("一")
    first = count(world, reverse(page))
    one("二")
    one("三")
    assert (first, count(world, reverse(page))) == (first, first)
    assert first <= 14


def test_the_service_worker_governs_the_phone_pages_alone(client, world):
    answer = client.get(reverse("field:service-worker"))
    assert (answer["Content-Type"], answer["Service-Worker-Allowed"]) == ("text/javascript; charset=utf-8", "/field/")
    text = answer.content.decode()
    files = json.loads(text.split("const FILES = ")[1].split(";\n")[0])
    assert {"/static/css/field-app.css", "/static/js/field-form.js", "/field/offline/"} <= set(files)
    assert 'request.method !== "GET"' in text


def test_the_manifest_starts_the_phone_pages(client, world):
    body = client.get(reverse("field:manifest")).json()
    assert (body["start_url"], body["scope"], body["display"]) == ("/field/", "/field/", "standalone")


def test_the_page_without_network_knows_nobody(world):
    text = get(world, "worker", reverse("field:offline")).content.decode()
    assert "没有网络" in text
    assert "csrf" not in text.lower()
