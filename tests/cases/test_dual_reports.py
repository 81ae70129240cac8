"""What is beyond a worker's powers is told to the desk and to the department's liaison in one moment."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.cases.models import Case, CaseEvent, DualReport
from apps.cases.selectors import Wanted, case_page
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.waiting import waiting_for
from apps.notices.models import Notice
from apps.organisation.services_liaisons import name_liaison
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World, make_category


def with_liaison(world: World) -> World:
    """The district's department has its liaison with the worker's community."""
    name_liaison(
        actor=world["unit_admin"],
        unit=world.unit("community 0 0"),
        agency_id=world.agencies["department"].pk,
        user_id=world.people["department"].pk,
        valid_from=world.at.date(),
        at=world.at,
    )
    return world


def heard(world: World, *kinds: str) -> dict[str, list[str]]:
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return {
        kind: sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))
        for kind in kinds
    }


class TestWhoIsTold:
    """By itself where a liaison is there, on demand otherwise."""

    def test_what_no_worker_may_settle_goes_to_the_liaison_by_itself(self, world: World) -> None:
        case = with_liaison(world).report()
        told = DualReport.objects.get()
        assert (told.case, told.agency, told.liaison, told.asked, told.told_at) == (
            case,
            world.agencies["department"],
            world.people["department"],
            False,
            case.reported_at,
        )
        assert (case.dual, case.desk) == (True, world.centre("station"))
        assert heard(world, "report", "dual") == {"report": ["station"], "dual": ["department", "grid_leader"]}
        payload = CaseEvent.objects.get(case=case).payload or {}
        assert (payload["dual"], payload["liaison"]) == ("绿化市容局", "department")

    @pytest.mark.parametrize(
        "given",
        [
            {"category": {"on_the_spot": True}},
            {"category": {"duty": ""}},
            {"category": {"duty": "gas"}},
            {"source": "hotline_12345"},
            {"place": "grid 1 0 0", "by": "worker_b"},
        ],
    )
    def test_nothing_else_does(self, world: World, given: dict[str, Any]) -> None:
        with_liaison(world)
        if "category" in given:
            given = {"category": make_category("小广告", **given["category"])}
        assert world.report(**given).dual is False
        assert not DualReport.objects.exists()

    def test_asked_for_without_a_liaison_it_goes_to_the_departments_people(self, world: World) -> None:
        assert world.report().dual is False
        case = world.report(dual=True)
        told = DualReport.objects.get()
        assert (told.case, told.agency, told.liaison, told.asked) == (case, world.agencies["department"], None, True)
        assert heard(world, "dual")["dual"] == ["department", "grid_leader"]

    def test_what_is_no_departments_duty_cannot_be_reported_so(self, world: World) -> None:
        for duty in ("", "gas"):
            with pytest.raises(InvalidInput) as refused:
                world.report(dual=True, category=make_category("其他", duty=duty))
            assert list(refused.value.fields) == ["dual"]
        assert not Case.objects.exists()

    def test_a_liaison_who_ended_is_told_no_more(self, world: World) -> None:
        with_liaison(world)
        world.people["department"].liaisons.update(valid_to=world.at.date())
        world.at += timedelta(days=1)
        assert world.report().dual is False

    def test_a_direct_report_may_be_dual_too(self, world: World) -> None:
        case = with_liaison(world).report(direct=True, direct_reason="人群聚集")
        assert (case.direct, case.dual) == (True, True)
        assert heard(world, "direct", "dual") == {"direct": ["district"], "dual": ["department", "grid_leader"]}


class TestTheLiaison:
    """Sees the case, takes note, says something; the desk keeps it."""

    def test_sees_it_and_nothing_else(self, world: World) -> None:
        case = with_liaison(world).report()
        other = world.report(category=make_category("小广告", on_the_spot=True))
        page = case_page(world["department"], Wanted(), cursor=None, size=10)
        assert [one.pk for one in page.rows] == [case.pk]
        assert not Case.objects.visible_to(world["department"]).filter(pk=other.pk).exists()
        assert not Case.objects.visible_to(world["agency"]).filter(pk=case.pk).exists()

    def test_takes_note_once(self, world: World) -> None:
        case = with_liaison(world).report()
        version = case.version
        case = world.move(case, "acknowledge", "department", note="下午到现场")
        told = DualReport.objects.get()
        assert (told.acknowledged_by, told.acknowledged_at, told.note) == (
            world.people["department"],
            world.at,
            "下午到现场",
        )
        assert (case.state, case.holder, case.version) == ("reported", world.centre("station"), version)
        event = CaseEvent.objects.filter(case=case).latest("sequence")
        assert (event.action, (event.payload or {})["for"]) == ("acknowledge", "绿化市容局")
        assert heard(world, "acknowledge")["acknowledge"] == ["station", "worker"]
        with pytest.raises(WrongState):
            world.move(case, "acknowledge", "department")

    def test_may_comment_but_not_act(self, world: World) -> None:
        case = with_liaison(world).report()
        world.move(case, "comment", "department", note="属我局职责")
        for action in ("register", "dispatch", "feedback"):
            with pytest.raises(NotAllowed):
                world.move(case, action, "department", note="x", agency="y")

    @pytest.mark.parametrize(
        ("who", "refusal"), [("station", NotAllowed), ("worker", NotAllowed), ("agency", NotVisible)]
    )
    def test_nobody_else_takes_note(self, world: World, who: str, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            world.move(with_liaison(world).report(), "acknowledge", who)

    def test_it_waits_at_the_liaisons_home(self, world: World) -> None:
        case = with_liaison(world).report()

        def waits() -> list[str]:
            with clock.frozen(world.at):
                return [str(item.kind) for item in waiting_for(world["department"])]

        assert waits() == ["双报待签收"]
        world.move(case, "acknowledge", "department")
        assert waits() == []

    @pytest.mark.parametrize("rows", [1, 3])
    def test_their_list_costs_the_same_at_any_length(self, world: World, rows: int) -> None:
        with_liaison(world)
        for _ in range(rows):
            world.report()
        with clock.frozen(world.at), CaptureQueriesContext(connection) as asked:
            assert len(api_of(world["department"]).get("/api/v1/cases/").json()["results"]) == rows
        assert len(asked) == 8


class TestEdges:
    """The API, the phone, the case page."""

    def test_over_the_api(self, world: World) -> None:
        lon, lat = world.point()
        body = {"category": world.category.key, "title": "井盖缺失", "lon": lon, "lat": lat, "dual": True}
        with clock.frozen(world.at):
            made = api_of(world["worker"]).post("/api/v1/cases/", body, format="json").json()
            path = f"/api/v1/cases/{made['number']}/"
            said = api_of(world["department"]).post(f"{path}acknowledge/", {"note": "收到"}, format="json")
        assert (made["dual"]["agency"], made["dual"]["liaison"], made["dual"]["acknowledged_at"]) == (
            world.agencies["department"].code,
            None,
            None,
        )
        assert (said.status_code, said.json()["dual"]["acknowledged_at"] is not None) == (200, True)

    def test_from_the_phone_and_on_the_page(self, world: World) -> None:
        lon, lat = world.point()
        body = {
            "client_id": "3f0c9f0e-8d2b-4a57-9d3c-0a4d5ee2b7a1",
            "category": world.category.key,
            "text": "绿化带被占用",
            "lon": lon,
            "lat": lat,
            "dual": "1",
        }
        with clock.frozen(world.at):
            assert client_of(world["worker"]).post("/field/report/", body).status_code == 302
            case = Case.objects.get()
            page = client_of(world["station"]).get(f"/cases/{case.number}/").content.decode()
            seen = client_of(world["department"]).get(f"/cases/{case.number}/")
        assert ("绿化市容局" in page, "待签收" in page, seen.status_code) == (True, True, 200)


def test_the_database_keeps_it_whole(world: World) -> None:
    with_liaison(world).report()
    told = DualReport.objects.get()
    for columns in (
        {"acknowledged_at": world.at},
        {"note": "无人签收"},
        {"acknowledged_by": told.liaison},
        {"acknowledged_by": told.liaison, "acknowledged_at": told.told_at - timedelta(minutes=1)},
    ):
        with pytest.raises(IntegrityError, match="cases_dualreport_acknowledged_whole"), transaction.atomic():
            DualReport.objects.filter(pk=told.pk).update(**columns)
