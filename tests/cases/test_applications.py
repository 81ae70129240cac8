"""Complete applications are settled at once by whoever was asked; incomplete ones are told what is missing."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from apps.cases.catalogue import read_categories
from apps.cases.models import Case, CaseEvent, CaseFile, CategoryVersion, Publication
from apps.cases.selectors.asking import settled_at_once
from apps.cases.services import Caller
from apps.cases.services.archiving import archive_ripe
from apps.cases.services.categories import change_category
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, WrongState
from apps.deadlines.models import Limit
from apps.notices.models import Notice
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World, now_is


@pytest.fixture(autouse=True)
def _apply(world: World) -> None:
    """What is reported here is applied for."""
    world.category.application = True
    world.category.save()


def asked(world: World, **given: Any) -> Case:
    """An application made at the service hall's window."""
    return world.report("station", source="service_hall", title="申请高龄津贴", **given)


def settle(world: World, case: Case, by: str = "station", **given: Any) -> Case:
    return world.move(case, "settle_at_once", by, note="材料齐全，已办妥", at=world.tick(minutes=12), **given)


class TestTheAct:
    """From what waits to be screened or dispatched straight to the end."""

    def test_a_complete_one_is_closed_in_one_step(self, world: World) -> None:
        case = settle(world, asked(world))
        station = world.centre("station")
        assert (case.state, case.open, case.holder, case.settled_kind, case.handled_in_time) == (
            "closed",
            False,
            None,
            "at_once",
            True,
        )
        assert (case.handled_by, case.handler, case.registered_at, case.handled_at, case.verified_at) == (
            world.people["station"],
            station,
            world.at,
            world.at,
            None,
        )
        event = CaseEvent.objects.filter(case=case).latest("sequence")
        assert event.payload == {"for": station.name, "note": "材料齐全，已办妥", "minutes": 12}
        assert list(Limit.objects.exclude(state="ended").values_list("stage", flat=True)) == []
        assert [leg.state for leg in world.legs(case)] == ["fed_back"]

    def test_also_once_it_is_registered(self, world: World) -> None:
        case = asked(world)
        world.move(case, "register", "station")
        registered = Case.objects.get(pk=case.pk).registered_at
        case = settle(world, case)
        assert (case.state, case.registered_at) == ("closed", registered)

    def test_by_whoever_was_asked_wherever_it_lies(self, world: World) -> None:
        case = asked(world)
        world.move(case, "register", "station")
        case = world.move(case, "escalate", "station", note="请街道办理")
        assert settle(world, case).state == "closed"

    def test_nobody_else(self, world: World) -> None:
        case = asked(world)
        for who, refusal in (("street", WrongState), ("worker", NotAllowed), ("leader", NotAllowed)):
            with pytest.raises(refusal):
                settle(world, case, who)

    def test_only_what_is_applied_for(self, world: World) -> None:
        world.category.application = False
        world.category.save()
        with pytest.raises(WrongState):
            settle(world, asked(world))

    def test_not_while_something_is_missing(self, world: World) -> None:
        case = world.move(asked(world), "ask_missing", "station", missing=["身份证明"])
        with pytest.raises(WrongState):
            settle(world, case)
        case = world.move(case, "supply", "station", note="已补身份证明")
        assert settle(world, case).state == "closed"

    def test_not_without_a_result_nor_without_the_evidence(self, world: World) -> None:
        case = asked(world)
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "settle_at_once", "station")
        assert list(refused.value.fields) == ["note"]
        world.category.evidence = "photo_after"
        world.category.save()
        with pytest.raises(InvalidInput) as refused:
            settle(world, case)
        assert list(refused.value.fields) == ["photo"]

    def test_a_dispatched_one_goes_its_way(self, world: World) -> None:
        with pytest.raises(WrongState):
            settle(world, world.dispatched(), "street")

    def test_reopened_it_starts_anew(self, world: World) -> None:
        case = settle(world, asked(world))
        case = world.move(case, "reopen", "station", note="金额不对")
        assert (case.state, case.holder) == ("registered", world.centre("station"))

    def test_who_asked_is_told_in_person(self, world: World) -> None:
        case = asked(world, caller=Caller(name="王建国", phone="13800138000", callback="phone"))
        settle(world, case)
        with clock.frozen(world.at + timedelta(seconds=1)):
            outbox.drain()
        assert not Notice.objects.filter(kind="case.close").exists()  # the operator did it himself
        publication = Publication.objects.get(case=case)
        assert (publication.how, publication.agency) == ("at_once", None)
        world.move(case, "withhold", "station", note="涉及个人")
        assert archive_ripe(at=world.at + timedelta(days=22)) == 1
        pieces = CaseFile.objects.get(case=case).pieces
        assert (pieces["register"], pieces["dispatch"], pieces["verify"], pieces["told"], pieces["result"]) == (
            "at_once",
            "at_once",
            "at_once",
            "present",
            "present",
        )


class TestAtTheDesk:
    """The form offers it in the same step; how long it took and how often is seen."""

    def body(self, world: World, **given: Any) -> dict[str, Any]:
        lon, lat = world.point()
        return {
            "client_id": str(uuid.uuid4()),
            "category": world.category.key,
            "title": "申请高龄津贴",
            "lon": lon,
            "lat": lat,
            "source": "service_hall",
            "at_once": "on",
            "result": "已登记发放",
        } | given

    def test_registered_and_settled_in_one_step_once(self, world: World) -> None:
        client, given = client_of(world["station"]), self.body(world)
        with now_is(world):
            answers = [client.post("/cases/new/", given) for _ in range(2)]
        case = Case.objects.get()
        assert [answer["Location"] for answer in answers] == [f"/cases/{case.number}/"] * 2
        assert (case.state, case.settled_kind, case.first_asked) == ("closed", "at_once", world.people["station"])
        with now_is(world):
            page = client.get(f"/cases/{case.number}/").content.decode()
        assert "用时 0 分钟" in page
        assert "材料齐全，当场办结，用时 0 分钟" in page

    @pytest.mark.parametrize(
        ("application", "given", "field"), [(True, {"result": " "}, "result"), (False, {}, "at_once")]
    )
    def test_what_cannot_be_is_refused_and_nothing_is_made(
        self, world: World, application: bool, given: dict[str, Any], field: str
    ) -> None:
        world.category.application = application
        world.category.save()
        with now_is(world):
            answer = client_of(world["station"]).post("/cases/new/", self.body(world, **given))
        assert answer.status_code == 422
        assert f'href="#id_{field}"' in answer.content.decode()
        assert not Case.objects.exists()

    def test_evidence_that_lacks_undoes_the_report(self, world: World) -> None:
        world.category.evidence = "photo_after"
        world.category.save()
        with now_is(world):
            answer = client_of(world["station"]).post("/cases/new/", self.body(world))
        assert answer.status_code == 422
        assert not Case.objects.exists()

    def test_the_share_stands_on_the_page_of_who_was_asked(self, world: World) -> None:
        settle(world, asked(world))
        case = asked(world)
        world.move(case, "register", "station")
        world.move(case, "settle", "station", note="已办")
        world.move(case, "verify", "worker", passed=True)
        world.move(case, "close", "station")
        found = settled_at_once(world["station"], at=world.at)
        assert (found.ended, found.at_once, found.percent) == (2, 1, 50)
        with now_is(world):
            page = client_of(world["station"]).get("/cases/followed/").content.decode()
        assert "近 90 天办结的申办事项 2 件，当场办结 1 件，占 50%" in page
        assert settled_at_once(world["station"], at=world.at + timedelta(days=91)).percent == 0

    def test_over_the_api(self, world: World) -> None:
        case = asked(world)
        api, path = api_of(world["station"]), f"/api/v1/cases/{case.number}/"
        with now_is(world):
            seen = api.get(path).json()
            answer = api.post(f"{path}settle_at_once/", {"version": case.version, "note": "已办妥"}, format="json")
            leaf = next(one for one in api.get("/api/v1/categories/").json()["results"])
        assert ("settle_at_once" in seen["actions"], leaf["application"]) == (True, True)
        assert (answer.status_code, answer.json()["settled_kind"], answer.json()["state"]) == (200, "at_once", "closed")


class TestTheFlag:
    """Which matters are applied for is data."""

    def test_the_shipped_catalogue_says_it_of_public_services(self) -> None:
        found = {row.key for row in read_categories() if row.application}
        assert all(key.startswith("gridgov:event:P") for key in found)
        assert {"gridgov:event:P01001", "gridgov:event:P03001", "gridgov:event:P06001", "gridgov:event:P07001"} <= found

    def test_it_is_changed_from_a_day_on(self, world: World) -> None:
        change_category(
            actor=world["admin"],
            category_id=world.category.pk,
            changes={"application": False},
            effective_from=world.at.date() + timedelta(days=1),
            because="改由区级受理",
            at=world.at,
        )
        kept = CategoryVersion.objects.filter(category=world.category).order_by("id")
        assert list(kept.values_list("application", flat=True)) == [True, False]
