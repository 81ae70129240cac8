"""Major, urgent and sudden matters go straight to the district's centre; the worker stays on the scene."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from apps.cases.models import Case, CaseEvent
from apps.cases.selectors.detail import case_detail
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, WrongState
from apps.deadlines.models import Limit
from apps.notices.models import Notice
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World, make_category


def direct(world: World, **given: Any) -> Case:
    """A direct report of a matter that is not urgent by itself."""
    return world.report(direct=True, **{"direct_reason": "燃气泄漏，人群聚集", **given})


def heard(world: World) -> dict[str, list[str]]:
    """Who was told what, urgent kinds with a mark."""
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    found: dict[str, list[str]] = {}
    for notice in Notice.objects.filter(kind__startswith="case.").select_related("recipient").order_by("id"):
        mark = "!" if notice.urgent else ""
        found.setdefault(notice.recipient.username, []).append(notice.kind.removeprefix("case.") + mark)
    Notice.objects.all().delete()
    return found


class TestReporting:
    """It stands on the district's desk from the first minute."""

    def test_it_is_on_the_districts_desk_under_urgent_limits(self, world: World) -> None:
        case = direct(world)
        desk = world.centre("district")
        assert (case.desk, case.holder, case.direct, case.urgency, case.state) == (
            desk,
            desk,
            True,
            "urgent",
            "reported",
        )
        limit = Limit.objects.get(subject_url=f"/cases/{case.number}/")
        assert (limit.stage, limit.holder, limit.head, limit.measure) == (
            "screening",
            desk,
            None,
            "calendar_hours",
        )
        event = CaseEvent.objects.get(case=case)
        assert ((event.payload or {})["direct"], (event.payload or {})["note"]) == (True, "燃气泄漏，人群聚集")

    def test_street_and_community_are_told_at_once(self, world: World) -> None:
        case = direct(world)
        assert heard(world) == {"district": ["direct!"], "street": ["direct_told!"], "station": ["direct_told!"]}
        for name in ("street", "station"):
            assert Case.objects.visible_to(world[name]).filter(pk=case.pk).exists()
        assert not Case.objects.visible_to(world["street_b"]).filter(pk=case.pk).exists()

    def test_an_urgent_category_needs_no_reason(self, world: World) -> None:
        case = direct(world, category=make_category("燃气泄漏", urgency="urgent"), direct_reason="")
        assert (case.direct, case.desk) == (True, world.centre("district"))

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_another_needs_one(self, world: World, reason: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            direct(world, direct_reason=reason, urgency="urgent")
        assert list(refused.value.fields) == ["direct_reason"]
        assert not Case.objects.exists()

    def test_an_ordinary_report_stays_at_the_community(self, world: World) -> None:
        case = world.report(direct_reason="不应留下")
        assert (case.direct, case.desk) == (False, world.centre("station"))
        assert "note" not in (CaseEvent.objects.get(case=case).payload or {})

    def test_the_district_works_on_it_the_desks_below_look_on(self, world: World) -> None:
        case = direct(world)
        with pytest.raises(WrongState):
            world.move(case, "register", "station")
        with pytest.raises(WrongState):
            world.move(case, "register", "street")
        world.move(case, "register", "district")
        case = world.move(case, "dispatch", "district", agency=world.agencies["department"].code)
        assert (case.state, case.holder) == ("dispatched", world.agencies["department"])


class TestPresence:
    """Whether the worker is still on the scene."""

    def told(self, world: World, case: Case) -> tuple[str, bool]:
        presence = case_detail(world["district"], case.number, at=world.at).presence
        assert presence is not None
        return presence.person, presence.present

    def test_it_is_told_with_its_time(self, world: World) -> None:
        case = direct(world)
        assert self.told(world, case) == ("worker", True)
        heard(world)
        version = case.version
        world.move(case, "register", "district")
        case = world.move(case, "presence", "worker", present=True, note="已疏散")
        case = world.move(case, "presence", "worker", present=False)
        assert self.told(world, case) == ("worker", False)
        events = CaseEvent.objects.filter(case=case, action="presence").order_by("sequence")
        assert [(event.payload or {})["present"] for event in events] == [True, False]
        assert case.version == version + 1  # only said: whoever works on the case is not disturbed
        assert heard(world) == {"district": ["presence", "presence"]}

    def test_only_whoever_reported_it_directly(self, world: World) -> None:
        case = direct(world)
        for name in ("grid_leader", "station", "district"):
            with pytest.raises(NotAllowed):
                world.move(case, "presence", name, present=True)
        with pytest.raises(WrongState):
            world.move(world.report(), "presence", "worker", present=True)
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "presence", "worker")
        assert list(refused.value.fields) == ["present"]

    def test_it_ends_with_the_case(self, world: World) -> None:
        case = world.move(direct(world), "refuse", "district", note="不属实")
        assert case_detail(world["district"], case.number, at=world.at).presence is None
        with pytest.raises(WrongState):
            world.move(case, "presence", "worker", present=False)


class TestEdges:
    """The API, the phone, the pages."""

    def body(self, world: World, **more: Any) -> dict[str, Any]:
        lon, lat = world.point()
        return {"category": world.category.key, "title": "井盖缺失", "lon": lon, "lat": lat, **more}

    def test_over_the_api(self, world: World) -> None:
        client = api_of(world["worker"])
        with clock.frozen(world.at):
            refused = client.post("/api/v1/cases/", self.body(world, direct=True), format="json")
            made = client.post("/api/v1/cases/", self.body(world, direct=True, direct_reason="路面塌陷"), format="json")
            number = made.json()["number"]
            said = client.post(f"/api/v1/cases/{number}/presence/", {"present": False}, format="json")
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["direct_reason"])
        assert (made.status_code, made.json()["direct"], made.json()["desk"]) == (
            201,
            True,
            world.centre("district").code,
        )
        assert said.status_code == 200

    def from_phone(self, world: World, client: Client, **more: Any) -> Any:
        lon, lat = world.point()
        body = {
            "client_id": "3f0c9f0e-8d2b-4a57-9d3c-0a4d5ee2b7a1",
            "category": world.category.key,
            "text": "路面塌陷，已围挡",
            "lon": lon,
            "lat": lat,
            **more,
        }
        return client.post("/field/report/", body, headers={"accept": "application/json"})

    def test_from_the_phone(self, world: World) -> None:
        worker = client_of(world["worker"])
        with clock.frozen(world.at):
            refused = self.from_phone(world, worker, direct="1")
            made = self.from_phone(world, worker, direct="1", direct_reason="路面塌陷")
            again = self.from_phone(world, worker, direct="1", direct_reason="路面塌陷")
            case = Case.objects.get()
            page = worker.get(f"/field/cases/{case.number}/").content.decode()
            said = worker.post(f"/field/cases/{case.number}/presence/", {"present": "no"})
            wrong = worker.post(f"/field/cases/{case.number}/presence/", {"present": "perhaps"})
            after = worker.get(f"/field/cases/{case.number}/").content.decode()
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["direct_reason"])
        assert (made.status_code, again.json()) == (201, made.json())
        assert (case.direct, case.desk) == (True, world.centre("district"))
        assert ("worker在现场" in page, "worker已离开现场" in after) == (True, True)
        assert (said.status_code, wrong.status_code) == (302, 400)

    def test_it_is_marked_where_it_is_listed(self, world: World) -> None:
        case = direct(world)
        district = client_of(world["district"])
        with clock.frozen(world.at):
            queue = district.get("/dispatch/").content.decode()
            found = district.get("/cases/").content.decode()
            page = district.get(f"/cases/{case.number}/").content.decode()
        assert (">直<" in queue, "直报" in found, "worker在现场" in page) == (True, True, True)
