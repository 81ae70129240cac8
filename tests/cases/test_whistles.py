"""A grid or community calls agencies to the spot; they arrive in time or late, say what came of it, and are rated."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.cases.models import Case, CaseEvent, Summons, Whistle
from apps.cases.selectors.whistles import SummonsWanted, agency_records
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.waiting import waiting_for
from apps.deadlines.models import LadderStep, Limit
from apps.deadlines.sweep import sweep
from apps.notices.models import Notice
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World
from tests.factories.deadlines import shanghai


def blow(world: World, case: Case, *names: str, by: str = "worker", **given: Any) -> Case:
    """Call agencies of the world by their names there."""
    codes = [world.agencies[name].code for name in names or ("department",)]
    return world.move(case, "whistle", by, **{"agencies": codes, "note": "燃气管线外露，需现场处置", **given})


def only(case: Case) -> Summons:
    return Summons.objects.select_related("agency", "whistle").get(case=case)


def limits(kind: str, summons: Summons) -> list[tuple[str, str, Any]]:
    rows = Limit.objects.filter(subject_kind=kind, subject_id=summons.pk)
    return [(limit.state, limit.holder.name, limit.due_at) for limit in rows]


def heard(world: World, kind: str) -> list[str]:
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    found = sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))
    Notice.objects.all().delete()
    return found


class TestCalling:
    """Who calls whom, until when."""

    def test_a_worker_calls_departments_and_sections(self, world: World) -> None:
        case = blow(world, world.report(), "department", "helper")
        whistle = Whistle.objects.get()
        assert (whistle.desk, whistle.blown_by, whistle.reason, whistle.number, whistle.arrive_by) == (
            world.centre("station"),
            world.people["worker"],
            "燃气管线外露，需现场处置",
            1,
            shanghai("2026-03-02 15:02"),  # four working hours over the noon break
        )
        called = {one.agency.name: one for one in Summons.objects.select_related("agency")}
        assert sorted(called) == ["城管中队", "绿化市容局"]
        one = called["绿化市容局"]
        assert (one.state, one.arrive_by, one.place) == ("called", whistle.arrive_by, case.place)
        assert limits("case_arrival", one) == [("running", "绿化市容局", whistle.arrive_by)]
        assert (case.state, case.holder, case.whistled, case.summonses_open) == (
            "reported",
            world.centre("station"),
            1,
            2,
        )
        assert heard(world, "whistle") == ["assistant", "department"]
        payload = CaseEvent.objects.filter(case=case).latest("sequence").payload or {}
        assert (payload["for"], payload["agencies"]) == (world.centre("station").name, ["绿化市容局", "城管中队"])

    def test_an_urgent_case_gives_one_hour(self, world: World) -> None:
        case = blow(world, world.report(urgency="urgent"))
        assert only(case).arrive_by - only(case).called_at == timedelta(hours=1)

    def test_a_time_of_ones_own(self, world: World) -> None:
        until = world.at + timedelta(minutes=40)
        assert only(blow(world, world.report(), until=until)).arrive_by == until

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"agencies": []}, "agencies"),
            ({"agencies": ["nobody"]}, "agencies"),
            ({"agencies": ["section_b"]}, "agencies"),
            ({"agencies": ["department", "department"]}, "agencies"),
            ({"agencies": ["station desk"]}, "agencies"),
            ({"note": ""}, "note"),
            ({"until": shanghai("2026-03-02 09:00")}, "until"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, world: World, given: dict[str, Any], field: str) -> None:
        if "agencies" in given:
            codes = [world.agencies[name].code if name in world.agencies else name for name in given["agencies"]]
            given = {"agencies": codes}
        with pytest.raises(InvalidInput) as refused:
            blow(world, world.report(), **given)
        assert list(refused.value.fields) == [field]
        assert not Summons.objects.exists()

    def test_nobody_is_called_twice_at_once(self, world: World) -> None:
        case = blow(world, world.report())
        with pytest.raises(InvalidInput):
            blow(world, case, "department", "helper")
        assert blow(world, case, "helper", by="station").whistled == 2

    @pytest.mark.parametrize(
        ("who", "refusal"),
        [
            ("street", NotAllowed),
            ("district", NotAllowed),
            ("leader", NotAllowed),
            ("mate", NotVisible),
            ("station_b", NotVisible),
        ],
    )
    def test_only_the_grid_and_its_community_call(self, world: World, who: str, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            blow(world, world.report(), by=who)

    def test_not_to_what_is_over(self, world: World) -> None:
        with pytest.raises(WrongState):
            blow(world, world.case_in("closed"))


class TestAnswering:
    """Arriving and telling the result, each on the clock."""

    def test_arriving_in_time_starts_the_time_for_the_result(self, world: World) -> None:
        case = blow(world, world.report())
        point = {"lon": case.lon + 0.001, "lat": case.lat}
        version = case.version
        case = world.move(case, "arrive", "department", note="两人到场", **point)
        one = only(case)
        assert (one.state, one.arrived_by, one.arrived_at, one.arrived_late, one.arrival_note) == (
            "arrived",
            world.people["department"],
            world.at,
            False,
            "两人到场",
        )
        assert 90 < (one.metres or 0) < 112
        assert [state for state, _holder, _due in limits("case_arrival", one)] == ["ended"]
        assert limits("case_result", one) == [("running", "绿化市容局", one.report_by)]
        assert (one.report_by, case.version) == (shanghai("2026-03-04 09:33"), version)
        assert heard(world, "arrive") == ["station", "worker"]

    def test_late_arrival_shows_and_costs_a_card(self, world: World) -> None:
        case = blow(world, world.report())
        one = only(case)
        late = one.arrive_by + timedelta(minutes=30)
        with clock.frozen(late):
            sweep(at=late)
        assert set(LadderStep.objects.filter(limit__subject_kind="case_arrival").values_list("kind", flat=True)) >= {
            "red"
        }
        case = world.move(case, "arrive", "department", at=late)
        one = only(case)
        assert (one.arrived_late, one.metres) == (True, None)
        payload = CaseEvent.objects.filter(case=case).latest("sequence").payload or {}
        assert payload["in_time"] is False

    def test_the_result_ends_it(self, world: World) -> None:
        case = blow(world, world.report())
        with pytest.raises(WrongState):
            world.move(case, "report_result", "department", note="x")
        world.move(case, "arrive", "department")
        with pytest.raises(WrongState):
            world.move(case, "arrive", "department")
        with pytest.raises(InvalidInput):
            world.move(case, "report_result", "department")
        case = world.move(case, "report_result", "department", note="已关阀，移交燃气公司")
        one = only(case)
        assert (one.state, one.result, one.reported_by, one.ended_at, one.reported_late) == (
            "reported",
            "已关阀，移交燃气公司",
            world.people["department"],
            world.at,
            False,
        )
        assert [state for state, _holder, _due in limits("case_result", one)] == ["ended"]
        assert case.summonses_open == 0
        assert heard(world, "report_result") == ["station", "worker"]

    def test_the_called_see_the_case_others_do_not(self, world: World) -> None:
        case = blow(world, world.report())
        assert Case.objects.visible_to(world["department"]).filter(pk=case.pk).exists()
        with pytest.raises(NotAllowed):
            world.move(case, "feedback", "department", note="x")
        with pytest.raises(NotVisible):
            world.move(case, "arrive", "agency")
        with pytest.raises(NotAllowed):
            world.move(case, "arrive", "station")

    def test_it_ends_with_the_case(self, world: World) -> None:
        case = world.move(blow(world, world.report()), "refuse", "station", note="不属实")
        one = only(case)
        assert (one.state, one.ended_at, case.summonses_open) == ("ended", world.at, 0)
        assert [state for state, _holder, _due in limits("case_arrival", one)] == ["ended"]

    def test_it_waits_at_the_agencys_home(self, world: World) -> None:
        case = blow(world, world.report())

        def waits() -> list[str]:
            with clock.frozen(world.at):
                return [str(item.kind) for item in waiting_for(world["department"])]

        assert waits() == ["吹哨：请到场"]
        world.move(case, "arrive", "department")
        assert waits() == ["吹哨：报告结果"]
        world.move(case, "report_result", "department", note="已处理")
        assert waits() == []


class TestRating:
    """Whoever called says how it was."""

    def reported(self, world: World) -> Case:
        case = blow(world, world.report())
        world.move(case, "arrive", "department")
        return world.move(case, "report_result", "department", note="已处理")

    def test_the_caller_or_his_desk_rates_once(self, world: World) -> None:
        case = self.reported(world)
        world.move(case, "rate_summoned", "worker", stars=5)
        one = only(case)
        assert (one.stars, one.rated_by) == (5, world.people["worker"])
        assert heard(world, "rate_summoned") == ["department"]
        with pytest.raises(WrongState):
            world.move(case, "rate_summoned", "station", stars=1, note="x")

    @pytest.mark.parametrize(
        ("given", "field"), [({"stars": 0}, "stars"), ({"stars": 6}, "stars"), ({"stars": 2}, "note")]
    )
    def test_one_to_five_and_reasons_for_the_lowest(self, world: World, given: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            world.move(self.reported(world), "rate_summoned", "station", **given)
        assert list(refused.value.fields) == [field]

    def test_nobody_else_rates_and_nothing_before_the_result(self, world: World) -> None:
        case = blow(world, world.report())
        with pytest.raises(WrongState):
            world.move(case, "rate_summoned", "worker", stars=5)
        for name in ("grid_leader", "street", "department"):
            with pytest.raises(NotAllowed):
                world.move(case, "rate_summoned", name, stars=5)

    def test_the_centre_reads_how_agencies_answer(self, world: World) -> None:
        world.move(self.reported(world), "rate_summoned", "worker", stars=4)
        blow(world, world.report(), "department", "helper")
        world.at += timedelta(days=2)
        found = agency_records(world["street"], SummonsWanted(), since=world.at - timedelta(days=30), at=world.at)
        assert [(row.agency.name, row.called, row.arrived, row.late, row.reported, row.stars) for row in found] == [
            ("绿化市容局", 2, 1, 1, 1, 4.0),
            ("城管中队", 1, 0, 1, 0, None),
        ]
        assert agency_records(world["street_b"], SummonsWanted(), since=shanghai("2026-01-01 00:00"), at=world.at) == []


class TestPages:
    """The case, the agency's list, the centre's list, the API."""

    def page(self, world: World, who: str, path: str) -> str:
        with clock.frozen(world.at):
            answer = client_of(world[who]).get(path)
        assert answer.status_code == 200
        return answer.content.decode()

    def test_each_sees_what_is_theirs(self, world: World) -> None:
        case = blow(world, world.report())
        assert "请本单位到场" in self.page(world, "department", "/whistles/")
        assert f"/cases/{case.number}/act/arrive/" in self.page(world, "department", "/whistles/")
        assert case.number in self.page(world, "street", "/whistles/")
        assert case.number not in self.page(world, "street_b", "/whistles/")
        assert case.number not in self.page(world, "agency", "/whistles/")
        assert "燃气管线外露" in self.page(world, "station", f"/cases/{case.number}/")
        assert 'data-position="lon"' in self.page(world, "department", f"/cases/{case.number}/act/arrive/")
        assert "绿化市容局" in self.page(world, "worker", f"/cases/{case.number}/act/whistle/")
        world.move(case, "arrive", "department", at=only(case).arrive_by + timedelta(hours=1))
        assert "迟到" in self.page(world, "street", "/whistles/?show=open&late=1")
        assert "绿化市容局" in self.page(world, "street", "/whistles/?show=agencies")

    def test_from_the_form_to_the_rating(self, world: World) -> None:
        case = world.report()
        base = f"/cases/{case.number}/act/"
        with clock.frozen(world.tick()):
            body = {"agencies": [world.agencies["department"].code], "note": "请到场", "version": case.version}
            assert client_of(world["worker"]).post(f"{base}whistle/", body).status_code == 302
            department = client_of(world["department"])
            assert department.post(f"{base}arrive/", {"lon": case.lon, "lat": case.lat}).status_code == 302
            assert department.post(f"{base}report_result/", {"note": "已处理"}).status_code == 302
            assert client_of(world["station"]).post(f"{base}rate_summoned/", {"stars": "5"}).status_code == 302
        one = only(case)
        assert (one.state, one.metres, one.stars) == ("reported", 0, 5)

    def test_over_the_api(self, world: World) -> None:
        case = world.report()
        path = f"/api/v1/cases/{case.number}/"
        body = {"version": case.version, "agencies": [world.agencies["department"].code], "note": "请到场"}
        with clock.frozen(world.tick()):
            called = api_of(world["worker"]).post(f"{path}whistle/", body, format="json")
            arrived = api_of(world["department"]).post(f"{path}arrive/", {"lon": 200, "lat": 31}, format="json")
            right = api_of(world["department"]).post(f"{path}arrive/", {}, format="json")
        assert (called.status_code, arrived.status_code, right.status_code) == (200, 400, 200)
        assert [(one["agency"], one["state"]) for one in right.json()["summonses"]] == [
            (world.agencies["department"].code, "arrived")
        ]

    @pytest.mark.parametrize("count", [1, 3])
    def test_each_list_costs_the_same_at_any_length(self, world: World, count: int) -> None:
        for _ in range(count):
            blow(world, world.report())
        costs = {}
        for who, show in (("department", "mine"), ("street", "open"), ("street", "agencies")):
            client = client_of(world[who])
            with clock.frozen(world.at), CaptureQueriesContext(connection) as asked:
                assert client.get(f"/whistles/?show={show}").status_code == 200
            costs[show] = len(asked)
        assert costs == {"mine": 6, "open": 8, "agencies": 9}


def test_the_database_keeps_summonses_whole(world: World) -> None:
    case = blow(world, world.report())
    one = only(case)
    people = {"arrived_by": world.people["department"]}
    for name, columns in (
        ("arrival_whole", {"arrived_at": world.at}),
        ("arrival_whole", {"metres": 5}),
        ("arrival_whole", people),
        ("arrival_whole", {**people, "arrived_at": world.at}),
        ("result_whole", {"result": "无人报告"}),
        ("result_whole", {"reported_by": world.people["department"], "result": "好"}),
        ("state_fits", {"state": "arrived"}),
        ("state_fits", {"ended_at": world.at}),
        ("state_fits", {**people, "arrived_at": world.at, "report_by": world.at + timedelta(days=1)}),
        ("rating_whole", {"stars": 5}),
        ("rating_whole", {"stars": 5, "rated_by": world.people["worker"]}),
    ):
        with pytest.raises(IntegrityError, match=f"cases_summons_{name}"), transaction.atomic():
            Summons.objects.filter(pk=one.pk).update(**columns)
    with pytest.raises(IntegrityError, match="cases_summons_one_open"), transaction.atomic():
        Summons.objects.create(
            whistle=one.whistle,
            case=case,
            agency=one.agency,
            called_at=one.called_at,
            arrive_by=one.arrive_by,
            **one.place,
        )
    whistle = Whistle.objects.filter(pk=one.whistle_id)
    for name, columns in (
        ("reason_given", {"reason": ""}),
        ("time_to_arrive", {"arrive_by": one.called_at - timedelta(hours=1)}),
    ):
        with pytest.raises(IntegrityError, match=f"cases_whistle_{name}"), transaction.atomic():
            whistle.update(**columns)
    with pytest.raises(IntegrityError, match="cases_whistle_case_number"), transaction.atomic():
        Whistle.objects.create(
            case=case,
            number=1,
            desk=world.centre("station"),
            blown_by=world.people["worker"],
            blown_at=world.at,
            reason="x",
            arrive_by=world.at + timedelta(hours=1),
        )
