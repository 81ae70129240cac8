"""The operator's form: what it shows while somebody is on the phone, and that nothing is lost or made twice."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client

from apps.cases.models import Case, CaseEvent, CaseReporter, DualReport
from apps.cases.services import Caller
from tests.cases.conftest import World
from tests.factories.cases import make_category, now_is
from tests.factories.residents import add_resident

PHONE = "13800138000"


@pytest.fixture
def desk(world: World, client: Client) -> Client:
    client.force_login(world["station"])
    return client


def body(world: World, **given: Any) -> dict[str, Any]:
    lon, lat = world.point()
    return {
        "client_id": str(uuid.uuid4()),
        "category": world.category.key,
        "title": "路灯不亮",
        "description": "共和新路门口一排路灯不亮",
        "lon": lon,
        "lat": lat,
        "source": "hotline_12345",
        "callback": "phone",
        "reporter_phone": PHONE,
        "reporter_name": "王小明",
    } | given


def post(world: World, client: Client, path: str, given: dict[str, Any]) -> str:
    with now_is(world):
        answer = client.post(f"/cases/new/{path}", given)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def test_a_call_becomes_a_case_once(world: World, desk: Client) -> None:
    given = body(world, urgency="urgent", source_number="T-1", occurred_at="2026-03-02T08:00")
    with now_is(world):
        first, second = (desk.post("/cases/new/", given) for _ in range(2))
    case = Case.objects.get()
    assert first["Location"] == second["Location"] == f"/dispatch/{case.number}/"
    assert (case.urgency, case.source, case.source_number) == ("urgent", "hotline_12345", "T-1")
    assert case.occurred_at is not None
    kept = CaseReporter.objects.get()
    assert (kept.name, kept.phone, kept.callback) == ("王小明", PHONE, "phone")


def test_what_is_grave_is_reported_directly_from_the_desk(world: World, desk: Client) -> None:
    given = body(world, direct="on")
    with now_is(world):
        refused = desk.post("/cases/new/", given)
        taken = desk.post("/cases/new/", given | {"direct_reason": "居民聚集，需区里到场"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["direct_reason"])
    case = Case.objects.get()
    assert taken.status_code == 302
    assert (case.direct, case.urgency, case.desk.unit.kind, case.dual) == (True, "urgent", "district", False)
    assert CaseEvent.objects.get(case=case, action="report").payload["note"] == "居民聚集，需区里到场"


def test_a_department_is_told_as_well_where_the_matter_is_its_duty(world: World, desk: Client) -> None:
    other = make_category("无人管的事", duty="")
    with now_is(world):
        refused = desk.post("/cases/new/", body(world, dual="on", category=other.key))
        taken = desk.post("/cases/new/", body(world, dual="on"))
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["dual"])
    case = Case.objects.get()
    assert (taken.status_code, case.dual, case.direct) == (302, True, False)
    assert DualReport.objects.get().asked is True


def test_a_repeated_source_number_says_which_case_it_became_and_loses_nothing(world: World, desk: Client) -> None:
    with now_is(world):
        desk.post("/cases/new/", body(world, source_number="T-1"))
        answer = desk.post("/cases/new/", body(world, source_number="T-1", title="另一句话"))
    page = answer.content.decode()
    case = Case.objects.get()
    assert answer.status_code == 422
    assert f'href="/cases/{case.number}/"' in page
    for typed in ("另一句话", "共和新路门口一排路灯不亮", PHONE, "王小明", "T-1"):
        assert typed in page


def test_a_wrong_phone_is_named_and_nothing_is_made(world: World, desk: Client) -> None:
    with now_is(world):
        answer = desk.post("/cases/new/", body(world, reporter_phone="12"))
    assert answer.status_code == 422
    assert "请填写手机号或带区号的固定电话。" in answer.content.decode()
    assert Case.objects.count() == 0


def test_the_caller_is_known_by_phone_within_the_scope(world: World, desk: Client) -> None:
    done = world.case_in("closed", title="旧的一件", caller=Caller(phone=PHONE))
    waiting = world.report(title="在办一件", caller=Caller(phone=PHONE))
    world.report(by="station_b", place="grid 1 0 0", title="别处一件", caller=Caller(phone=PHONE))
    shown = post(world, desk, "caller/", {"reporter_phone": "138 0013 8000"})
    assert re.findall(r">(在办一件|旧的一件|别处一件)<", shown) == ["在办一件", "旧的一件"]
    assert "共 2 件，近 30 天 2 件" in shown
    assert re.findall(r'name="supplement" value="([^"]+)"', shown) == [waiting.number]
    assert done.number in shown
    assert PHONE not in shown
    assert post(world, desk, "caller/", {"reporter_phone": "138"}).strip() == ""
    assert "没有此号码" in post(world, desk, "caller/", {"reporter_phone": "13900000000"})


def test_a_call_is_added_to_a_case_that_is_there(world: World, desk: Client) -> None:
    case = world.report()
    given = body(world, supplement=case.number, category="", lon="", lat="")
    with now_is(world):
        for _ in range(2):
            answer = desk.post("/cases/new/", given)
            assert answer["Location"] == f"/dispatch/{case.number}/"
        empty = desk.post("/cases/new/", body(world, supplement=case.number, title="", description=""))
        beyond = desk.post("/cases/new/", body(world, supplement="260101-000001"))
    assert Case.objects.count() == 1
    event = CaseEvent.objects.get(case=case, action="comment")
    assert (event.payload or {})["note"] == "路灯不亮\n共和新路门口一排路灯不亮"
    assert [row.phone for row in CaseReporter.objects.all()] == [PHONE]
    assert (empty.status_code, "请写明此次反映的情况。" in empty.content.decode()) == (422, True)
    assert beyond.status_code == 422


def test_doubles_are_shown_by_place_and_by_words_and_not_beyond_the_scope(world: World, desk: Client) -> None:
    lon, lat = world.point()
    near = world.report(title="别的说法", lon=lon + 0.0002)
    alike = world.report(title="共和新路门口路灯不亮", lon=lon + 0.002)
    world.report(title="垃圾满溢没人清运", lon=lon + 0.002)
    world.report(by="station_b", place="grid 1 0 0", title="路灯不亮")
    shown = post(world, desk, "alike/", body(world))
    assert sorted(re.findall(r'name="supplement" value="([^"]+)"', shown)) == sorted([near.number, alike.number])
    assert "相距 19 米" in shown
    assert "字词相似" in shown
    assert post(world, desk, "alike/", {"title": "完全两样", "lon": "x"}).strip() == ""


def test_an_address_is_found_among_earlier_ones_buildings_and_units(world: World, desk: Client) -> None:
    for _ in range(2):
        world.report(address="共和新路 13号")
    world.report(by="station_b", place="grid 1 0 0", address="共和新路 99号")
    home = add_resident(world.unit("grid 0 0 0"), world["worker"])
    shown = post(world, desk, "places/", {"address": "共和新路"})
    assert re.findall(r'data-kind="(\w+)" data-title="([^"]+)"', shown) == [("address", "共和新路 13号")]
    assert "先前 2 件" in shown
    assert f'data-lon="{world.point()[0]}' in shown
    building = home.dwelling.building
    assert f'data-kind="building" data-title="{building}"' in post(world, desk, "places/", {"address": building})
    unit = world.unit("grid 0 0 0")
    assert f'data-kind="unit" data-title="{unit.name}"' in post(world, desk, "places/", {"address": unit.name})
    assert post(world, desk, "places/", {"address": "路"}).strip() == ""


def test_a_desk_that_may_not_see_the_ledger_is_offered_no_building(world: World, client: Client) -> None:
    home = add_resident(world.unit("grid 0 0 0"), world["worker"])
    client.force_login(world["street"])
    assert "data-kind" not in post(world, client, "places/", {"address": home.dwelling.building})


def test_a_category_is_suggested_with_its_reason(world: World, desk: Client) -> None:
    other = world.report(title="窨井盖不见了")
    shown = post(world, desk, "categories/", {"title": "门口积存垃圾"})
    assert f'data-category="{world.category.key}"' in shown
    assert "含“积存垃圾”" in shown
    again = post(world, desk, "categories/", {"title": "窨井盖不见了"})
    assert f'data-category="{other.category.key}"' in again
    assert "相近的先前案件 1 件" in again


def test_duplicates_stand_in_groups_for_the_desk(world: World, desk: Client) -> None:
    lon, lat = world.point()
    first = world.report(title="垃圾堆在路口")
    second = world.report(title="另一种说法", lon=lon + 0.0001)
    third = world.report(title="夜里施工很吵，影响休息，请管一管", lon=lon + 0.002, lat=lat + 0.001)
    fourth = world.report(title="夜里施工很吵，影响休息", lon=lon + 0.003, lat=lat + 0.001)
    world.report(title="毫不相干", lon=lon - 0.002)
    with now_is(world):
        page = desk.get("/cases/duplicates/").content.decode()
    groups = [re.findall(r"\d{6}-\d{6}(?= ·)", part) for part in page.split('class="card duplicate-group"')[1:]]
    assert groups == [[first.number, second.number], [third.number, fourth.number]]
    assert f"into={first.number}" in page


def test_a_reporter_is_masked_on_the_page_and_shown_once_for_a_purpose(world: World, desk: Client) -> None:
    case = world.report(caller=Caller(name="王小明", phone=PHONE, callback="phone"))
    address = f"/cases/{case.number}/reporters/{case.reporters.get().pk}/"
    with now_is(world):
        page = desk.get(f"/cases/{case.number}/").content.decode()
        refused = desk.post(address, {"purpose": "看"})
        shown = desk.post(address, {"purpose": "回访核实情况"}).content.decode()
        after = desk.get(f"/cases/{case.number}/").content.decode()
    assert "王* 138****8000" in page
    assert PHONE not in page
    assert refused.status_code == 422
    assert PHONE in shown
    assert "王小明" in shown
    assert "查看反映人姓名和电话" in after
    desk.force_login(world["auditor"])
    with now_is(world):
        log = desk.get("/cases/reveals/").content.decode()
    assert "回访核实情况" in log
    assert case.number in log
    assert PHONE not in log
