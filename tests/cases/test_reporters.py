"""Residents who report: beside the case, masked, revealed one at a time with a purpose, and never a second case."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from apps.cases import services
from apps.cases.models import Case, CaseEvent, CaseReporter
from apps.cases.services import Caller
from apps.core.anchors import verify
from apps.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible
from tests.factories.accounts import api_of
from tests.factories.cases import World, now_is

WANG = Caller(name="王小明", phone="138 0013 8000", callback="phone")


def reporter_of(case: Case) -> CaseReporter:
    return CaseReporter.objects.get(case=case)


def supplement(world: World, case: Case, who: str = "station", **given: Any) -> Case:
    facts: dict[str, Any] = {"note": "又有人反映", "caller": Caller(phone="13900139000")}
    return services.supplement_case(number=case.number, actor=world[who], at=world.tick(), **(facts | given))


def test_a_report_keeps_its_reporter_encrypted_and_masked(world: World) -> None:
    case = world.report(by="station", caller=WANG, source="hotline_12345", occurred_at=world.at - timedelta(hours=1))
    kept = reporter_of(case)
    assert (kept.name, kept.phone, kept.callback, kept.source) == ("王小明", "13800138000", "phone", "hotline_12345")
    assert (kept.name_masked, kept.phone_masked) == ("王*", "138****8000")
    assert (case.reporter, case.occurred_at) == (world["station"], world.at - timedelta(hours=1, minutes=1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM cases_casereporter")
        stored = b"".join(bytes(cell) for cell in cursor.fetchall()[0])
    assert "王".encode() not in stored
    assert b"13800138000" not in stored
    assert "13800138000" not in str(list(CaseEvent.objects.filter(case=case).values()))


def test_one_who_stays_anonymous_shows_no_name(world: World) -> None:
    kept = reporter_of(world.report(caller=Caller(name="王小明", anonymous=True)))
    assert (kept.name_masked, kept.phone_masked) == ("", "")


def test_without_a_caller_no_row_is_written(world: World) -> None:
    world.report(caller=Caller())
    assert CaseReporter.objects.count() == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"caller": Caller(phone="12345")}, "reporter_phone"),
        ({"caller": Caller(name="名" * 61)}, "reporter_name"),
        ({"caller": Caller(name="王", callback="sms")}, "callback"),
    ],
)
def test_what_is_written_wrongly_is_refused_by_its_field(world: World, given: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.report(**given)
    assert list(refused.value.fields) == [field]
    assert Case.objects.count() == 0


def test_what_happens_in_time_to_come_is_refused(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.report(occurred_at=world.at + timedelta(days=1))
    assert list(refused.value.fields) == ["occurred_at"]


def test_the_database_refuses_what_the_service_would(world: World) -> None:
    case = world.report()
    rows = (
        {"phone": "13800138000"},
        {"phone_hash": b"x"},
        {"callback": "phone"},
    )
    for row in rows:
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseReporter.objects.create(case=case, source="petition", added_at=world.at, **row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(occurred_at=case.reported_at + timedelta(seconds=1))
    CaseReporter.objects.create(case=case, source="petition", source_number="7", added_at=world.at)
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseReporter.objects.create(case=case, source="petition", source_number="7", added_at=world.at)


def test_a_supplement_adds_a_comment_and_the_reporter_once(world: World) -> None:
    case = world.report(caller=WANG)
    key = uuid.uuid4()
    first = supplement(world, case, client_id=key, source="petition", source_number="X-1")
    again = supplement(world, case, client_id=key, source="petition", source_number="X-1")
    assert first.pk == again.pk == case.pk
    assert [row.phone for row in case.reporters.order_by("pk")] == ["13800138000", "13900139000"]
    actions = list(CaseEvent.objects.filter(case=case).order_by("sequence").values_list("action", flat=True))
    assert actions == ["report", "comment"]


def test_a_source_number_never_becomes_a_second_case(world: World) -> None:
    case = world.report(source="hotline_12345", source_number="A-1")
    supplement(world, case, source="hotline_12345", source_number="A-2")
    for number in ("A-1", "A-2"):
        for retry in (
            lambda: world.report(source="hotline_12345", source_number=number),
            lambda: supplement(world, case, source="hotline_12345", source_number=number),
        ):
            with pytest.raises(Conflict) as refused:
                retry()
            assert refused.value.code == "source-repeated"
            assert refused.value.extra["number"] == case.number
            assert case.number in str(refused.value.message)
    assert Case.objects.count() == 1
    world.report(source="petition", source_number="A-1")


def test_who_cannot_see_the_first_case_is_not_told_its_number(world: World) -> None:
    case = world.report(source="hotline_12345", source_number="A-1")
    with pytest.raises(Conflict) as refused:
        world.report(by="station_b", place="grid 1 0 0", source="hotline_12345", source_number="A-1")
    assert (refused.value.extra, case.number in str(refused.value.message)) == ({}, False)


def test_a_supplement_needs_the_right_to_comment(world: World) -> None:
    case = world.report()
    with pytest.raises(NotVisible):
        supplement(world, case, "station_b")
    with pytest.raises(NotAllowed):
        supplement(world, case, "worker")
    assert CaseReporter.objects.count() == 0


def reveal(world: World, case: Case, who: str, purpose: str = "回访核实情况") -> services.RevealedReporter:
    return services.reveal_reporter(
        number=case.number, reporter_id=reporter_of(case).pk, actor=world[who], purpose=purpose, at=world.tick()
    )


def test_a_reveal_is_an_event_in_the_chain_of_the_case(world: World) -> None:
    case = world.report(caller=WANG)
    shown = reveal(world, case, "station")
    assert (shown.name, shown.phone) == ("王小明", "13800138000")
    event = CaseEvent.objects.get(case=case, action="reveal")
    assert event.payload == {"purpose": "回访核实情况", "reporter": reporter_of(case).pk}
    case.refresh_from_db()
    assert (case.head_sequence, case.version) == (2, 1)
    assert list(verify()) == []
    with pytest.raises(InvalidInput):
        reveal(world, case, "station", "看")


def test_desks_and_whoever_handles_the_case_may_reveal_and_nobody_else(world: World) -> None:
    case = world.accepted(caller=WANG)
    for who in ("station", "street", "district", "agency"):
        assert reveal(world, case, who).phone == "13800138000"
    for who in ("worker", "leader", "assessor"):
        with pytest.raises(NotAllowed):
            reveal(world, case, who)
    for who in ("agency_b", "station_b", "clerk", "stranger"):
        with pytest.raises(NotVisible):
            reveal(world, case, who)


def test_whoever_handles_the_case_does_not_learn_who_wants_to_stay_anonymous(world: World) -> None:
    case = world.accepted(caller=Caller(name="王小明", phone="13800138000", anonymous=True))
    with pytest.raises(NotAllowed):
        reveal(world, case, "agency")
    assert reveal(world, case, "street").name == "王小明"


def test_the_api_takes_a_reporter_and_gives_none_back(world: World) -> None:
    lon, lat = world.point()
    body = {
        "category": world.category.key,
        "title": "路灯不亮",
        "lon": lon,
        "lat": lat,
        "source": "hotline_12345",
        "source_number": "Z-9",
        "urgency": "urgent",
        "occurred_at": world.at.isoformat(),
        "reporter_name": "王小明",
        "reporter_phone": "13800138000",
        "callback": "phone",
    }
    client = api_of(world["station"])
    with now_is(world):
        made = client.post("/api/v1/cases/", body, format="json")
        again = client.post("/api/v1/cases/", body, format="json")
        wrong = client.post("/api/v1/cases/", body | {"reporter_phone": "1", "source_number": "Z-8"}, format="json")
    assert made.status_code == 201
    assert made.json()["urgency"] == "urgent"
    assert (again.status_code, again.json()["number"]) == (409, made.json()["number"])
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["reporter_phone"])
    kept = CaseReporter.objects.get()
    assert (kept.case.number, kept.phone) == (made.json()["number"], "13800138000")
    for answer in (made, client.get("/api/v1/cases/"), client.get(f"/api/v1/cases/{kept.case.number}/events/")):
        assert "13800138000" not in answer.content.decode()
        assert "王小明" not in answer.content.decode()
