"""Whoever is asked first names everything missing at once, follows the case, and hands it over with a reason only."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.cases.models import Case, CaseEvent, MissingList
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.deadlines.models import Limit
from apps.notices.models import Notice
from apps.notices.texts import render
from tests.factories.accounts import api_of, client_of, make_user
from tests.factories.cases import World
from tests.factories.grid import grant

MISSING = ["身份证复印件", "房屋权属证明"]


def asked(world: World, by: str = "station", **given: Any) -> Case:
    """A case asked about at the service hall's window."""
    return world.report(by, **{"source": "service_hall", **given})


def colleague(world: World) -> Any:
    """Another one at the station's desk."""
    person = make_user("station2", "李同")
    grant(person, "station", world.unit("community 0 0"))
    world.people["station2"] = person
    return person


def told(world: World, *kinds: str) -> list[tuple[str, str]]:
    """Who was told of these kinds, and the title as it is read."""
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    wanted = [f"case.{kind}" for kind in kinds]
    notices = Notice.objects.filter(kind__in=wanted).select_related("recipient").order_by("id")
    found = [(one.recipient.username, render(one.title, one.params, at=world.at)) for one in notices]
    Notice.objects.all().delete()
    return found


def states(case: Case) -> list[tuple[str, str]]:
    rows = Limit.objects.filter(subject_url=f"/cases/{case.number}/").exclude(state="ended")
    return sorted(rows.values_list("stage", "state"))


class TestWhoIsAsked:
    """At a window or on a line; nobody otherwise."""

    @pytest.mark.parametrize("source", ["service_hall", "hotline_12345", "hotline_12319", "leaders_line", "petition"])
    def test_whoever_enters_it_is(self, world: World, source: str) -> None:
        assert asked(world, source=source).first_asked == world.people["station"]

    @pytest.mark.parametrize("source", ["patrol", "department", "media", "video"])
    def test_nobody_is_for_what_was_not_asked(self, world: World, source: str) -> None:
        case = asked(world, source=source)
        assert case.first_asked is None
        with pytest.raises(WrongState):
            world.move(case, "transfer", "station", to="street", note="x")

    def test_every_step_that_matters_is_told(self, world: World) -> None:
        case = asked(world)
        world.move(case, "register", "station")
        world.move(case, "escalate", "station", note="超出权限")
        world.move(case, "dispatch", "street", agency=world.agencies["section"].code)
        world.move(case, "comment", "leader", note="请关注")
        assert told(world, "followed") == [("station", f"首问案件已派遣：{case.number} {case.title}")]
        world.move(case, "accept", "agency")
        world.move(case, "feedback", "agency", note="已清运")
        world.move(case, "verify", "worker", passed=True)
        world.move(case, "close", "street")
        assert [title.split("：")[0] for _who, title in told(world, "followed", "close")] == [
            "首问案件已反馈",
            "首问案件已核查",
            "已结案",  # he entered it himself, and is told that as its reporter
        ]


class TestMissing:
    """Everything at once; the clock waits for the answer."""

    def test_the_chip_says_that_the_clock_stands_and_no_suspension(self, world: World) -> None:
        case = asked(world)
        world.move(case, "ask_missing", "station", missing=MISSING)
        with clock.frozen(world.at):
            page = client_of(world["station"]).get(f"/cases/{case.number}/").content.decode()
        assert ("暂停计时" in page, "player-pause" in page) == (True, False)

    def test_the_limits_wait(self, world: World) -> None:
        case = asked(world)
        world.move(case, "register", "station")
        due = Case.objects.get(pk=case.pk).due_at
        case = world.move(case, "ask_missing", "station", missing=MISSING, at=world.tick(minutes=30))
        assert (case.missing_asked, case.state, states(case)) == (
            True,
            "registered",
            [("handling", "paused"), ("whole", "paused")],
        )
        kept = MissingList.objects.get()
        assert (kept.items, kept.asked_by, kept.state) == (MISSING, world.people["station"], "asked")
        assert (CaseEvent.objects.filter(case=case).latest("sequence").payload or {})["items"] == MISSING
        case = world.move(case, "supply", "station", note="材料已补齐", at=world.at + timedelta(days=1))
        kept.refresh_from_db()
        assert (kept.state, kept.answer, kept.answered_by) == ("supplied", "材料已补齐", world.people["station"])
        assert (case.missing_asked, states(case)) == (False, [("handling", "running"), ("whole", "running")])
        assert due is not None
        assert case.due_at == due + timedelta(days=1)

    def test_a_second_list_only_after_an_answer(self, world: World) -> None:
        case = world.move(asked(world), "ask_missing", "station", missing=MISSING)
        with pytest.raises(WrongState):
            world.move(case, "ask_missing", "station", missing=["户口簿"])
        world.move(case, "supply", "station", note="已补齐")
        case = world.move(case, "ask_missing", "station", missing=["户口簿"])
        assert case.missing_lists_made == 2

    @pytest.mark.parametrize(
        "missing", [[], ["  "], ["身份证", "身份证"], ["x" * 101], [str(number) for number in range(21)]]
    )
    def test_a_list_names_something_once(self, world: World, missing: list[str]) -> None:
        with pytest.raises(InvalidInput) as refused:
            world.move(asked(world), "ask_missing", "station", missing=missing)
        assert list(refused.value.fields) == ["missing"]

    def test_the_reporter_hears_and_supplies(self, world: World) -> None:
        case = world.report()
        world.move(case, "ask_missing", "station", missing=MISSING)
        assert told(world, "ask_missing") == [("worker", f"请补正所缺：{case.number} {case.title}")]
        world.move(case, "supply", "worker", note="照片已补")
        assert [who for who, _title in told(world, "supply")] == ["station"]

    def test_whoever_goes_on_without_it_does_not_need_it(self, world: World) -> None:
        case = asked(world)
        world.move(case, "register", "station")
        world.move(case, "ask_missing", "station", missing=MISSING)
        case = world.move(case, "escalate", "station", note="情况紧急先办")
        assert MissingList.objects.get().state == "lapsed"
        assert (case.missing_asked, states(case)) == (False, [("handling", "running"), ("whole", "running")])
        with pytest.raises(WrongState):
            world.move(case, "supply", "street", note="x")

    def test_it_ends_with_the_case(self, world: World) -> None:
        case = world.move(asked(world), "ask_missing", "station", missing=MISSING)
        case = world.move(case, "refuse", "station", note="不符合条件")
        assert (MissingList.objects.get().state, case.missing_asked, states(case)) == ("lapsed", False, [])

    @pytest.mark.parametrize(
        ("who", "refusal"), [("leader", NotAllowed), ("grid_leader", NotAllowed), ("agency", NotVisible)]
    )
    def test_nobody_else_asks_or_supplies(self, world: World, who: str, refusal: type[Exception]) -> None:
        case = asked(world)
        with pytest.raises(refusal):
            world.move(case, "ask_missing", who, missing=MISSING)
        with pytest.raises(refusal):
            world.move(case, "supply", who, note="x")


class TestHandingOver:
    """Only with a reason, to somebody who takes in cases there."""

    def test_to_a_colleague(self, world: World) -> None:
        heir, case = colleague(world), asked(world)
        case = world.move(case, "transfer", "station", to="station2", note="轮岗")
        assert case.first_asked == heir
        assert [who for who, _title in told(world, "transfer")] == ["station2"]
        payload = CaseEvent.objects.filter(case=case).latest("sequence").payload or {}
        assert (payload["from"], payload["to"], payload["note"]) == ("station", "李同", "轮岗")

    @pytest.mark.parametrize("to", ["station", "worker", "station_b", "nobody"])
    def test_not_to_just_anybody(self, world: World, to: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            world.move(asked(world), "transfer", "station", to=to, note="轮岗")
        assert list(refused.value.fields) == ["to"]

    def test_not_without_a_reason(self, world: World) -> None:
        colleague(world)
        with pytest.raises(InvalidInput) as refused:
            world.move(asked(world), "transfer", "station", to="station2")
        assert list(refused.value.fields) == ["note"]


class TestPages:
    """The own list, the case, the forms, the API."""

    def test_mine_to_follow(self, world: World) -> None:
        case, other = asked(world), world.report()
        done = world.move(asked(world), "refuse", "station", note="不属实")
        with clock.frozen(world.at):
            page = client_of(world["station"]).get("/cases/followed/").content.decode()
            empty = client_of(world["street"]).get("/cases/followed/").content.decode()
        assert [number in page for number in (case.number, done.number, other.number)] == [True, True, False]
        assert "您还没有首问的案件" in empty

    def test_from_the_forms(self, world: World) -> None:
        colleague(world)
        case = asked(world)
        station, base = client_of(world["station"]), f"/cases/{case.number}/act/"
        with clock.frozen(world.tick()):
            form = station.get(f"{base}transfer/").content.decode()
            asking = {"missing": "身份证复印件\n\n房屋权属证明", "version": case.version}
            assert station.post(f"{base}ask_missing/", asking).status_code == 302
            page = station.get(f"/cases/{case.number}/").content.decode()
            supplying = {"note": "已补", "version": case.version + 1}
            assert station.post(f"{base}supply/", supplying).status_code == 302
            handing = {"to": "station2", "note": "轮岗", "version": case.version + 2}
            assert station.post(f"{base}transfer/", handing).status_code == 302
        assert ("李同" in form, "身份证复印件；房屋权属证明" in page) == (True, True)
        assert MissingList.objects.get().items == MISSING
        assert Case.objects.get(pk=case.pk).first_asked == world.people["station2"]

    def test_over_the_api(self, world: World) -> None:
        case = asked(world)
        client, path = api_of(world["station"]), f"/api/v1/cases/{case.number}/"
        with clock.frozen(world.tick()):
            answer = client.post(
                f"{path}ask_missing/", {"version": case.version, "missing": MISSING}, format="json"
            ).json()
        assert (answer["first_asked"], [one["items"] for one in answer["missing"]]) == ("station", [MISSING])

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_costs_the_same_at_any_length(self, world: World, count: int) -> None:
        for _ in range(count):
            asked(world)
        client = client_of(world["station"])
        with clock.frozen(world.at), CaptureQueriesContext(connection) as queries:
            assert client.get("/cases/followed/").status_code == 200
        assert len(queries) == 11


def test_the_database_keeps_lists_whole(world: World) -> None:
    case = world.move(asked(world), "ask_missing", "station", missing=MISSING)
    kept = MissingList.objects.get()
    for name, columns in (
        ("something_missing", {"items": []}),
        ("answered_whole", {"state": "supplied"}),
        ("answered_whole", {"ended_at": world.at}),
        ("answered_whole", {"state": "lapsed"}),
        ("answered_whole", {"state": "supplied", "answered_by": kept.asked_by, "answer": "已补"}),
    ):
        with pytest.raises(IntegrityError, match=f"cases_missinglist_{name}"), transaction.atomic():
            MissingList.objects.filter(pk=kept.pk).update(**columns)
    row = {"case": case, "leg": kept.leg, "items": ["x"], "asked_by": kept.asked_by, "asked_at": world.at}
    for name, number in (("one_open", 2), ("case_number", 1)):
        state = {"state": "lapsed", "ended_at": world.at} if name == "case_number" else {}
        with pytest.raises(IntegrityError, match=f"cases_missinglist_{name}"), transaction.atomic():
            MissingList.objects.create(**row, number=number, **state)
