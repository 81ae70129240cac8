"""Major hazards: listed by the district with who removes them by when, accepted before the case can be closed."""

import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.cases.models import Case, HazardListing
from apps.cases.reviews import remind_hazards
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, WrongState
from apps.core.waiting import waiting_for
from apps.notices.models import Notice
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World
from tests.factories.deadlines import shanghai

DUE = date(2026, 3, 20)


def put(world: World, case: Case, by: str = "district", **given: Any) -> Case:
    named = {"level": "district", "agency": world.agencies["department"].code, "party": "某物业公司", "until": DUE}
    return world.move(case, "list_hazard", by, **{"note": "外墙脱落，限期加固", **named, **given})


def accept(world: World, case: Case, by: str = "district") -> Case:
    return world.move(case, "accept_hazard", by, note="现场验收，隐患消除")


def heard(world: World, kind: str) -> list[str]:
    """Who was told of ``kind``."""
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))


def get(world: World, who: str, path: str) -> Any:
    client = client_of(world[who])
    with clock.frozen(world.tick()):
        return client.get(path)


class TestListing:
    """By the district's centre or its leaders."""

    @pytest.mark.parametrize("who", ["district", "leader"])
    def test_listed_with_level_deadline_and_party(self, world: World, who: str) -> None:
        case = put(world, world.accepted(), who)
        listing = HazardListing.objects.get(case=case)
        assert (listing.level, listing.party, listing.agency, listing.due_on, listing.demand) == (
            "district",
            "某物业公司",
            world.agencies["department"],
            DUE,
            "外墙脱落，限期加固",
        )
        assert case.hazard
        assert heard(world, "list_hazard") == ["agency", "department", "street"]
        shown = api_of(world["department"]).get(f"/api/v1/cases/{case.number}/").json()
        assert (shown["hazard"], shown["hazard_listing"]["party"], shown["hazard_listing"]["due_on"]) == (
            True,
            "某物业公司",
            "2026-03-20",
        )
        assert (
            "区级挂牌督办，由某物业公司在 03-20 周五 前整改"
            in get(world, "street", f"/cases/{case.number}/").content.decode()
        )

    @pytest.mark.parametrize("who", ["street", "station", "agency", "worker"])
    def test_nobody_below_lists_or_accepts(self, world: World, who: str) -> None:
        case = world.accepted()
        with pytest.raises(NotAllowed):
            put(world, case, who)
        case = put(world, case)
        with pytest.raises(NotAllowed):
            accept(world, case, who)
        with pytest.raises(WrongState):
            put(world, case)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"level": "county"}, "level"),
            ({"level": None}, "level"),
            ({"agency": "nobody"}, "agency"),
            ({"party": " "}, "party"),
            ({"party": "某" * 81}, "party"),
            ({"until": date(2026, 3, 2)}, "until"),
            ({"note": ""}, "note"),
        ],
    )
    def test_what_is_wrong_is_named(self, world: World, given: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            put(world, world.accepted(), **given)
        assert list(refused.value.fields) == [field]
        assert not HazardListing.objects.exists()

    def test_closed_only_after_acceptance(self, world: World) -> None:
        case = put(world, world.verified())
        with pytest.raises(WrongState):
            world.move(case, "close", "street")
        case = accept(world, case, "leader")
        listing = HazardListing.objects.get(case=case)
        assert (case.hazard, listing.finding, listing.accepted_by) == (
            False,
            "现场验收，隐患消除",
            world.people["leader"],
        )
        assert heard(world, "accept_hazard") == ["department", "street"]
        assert world.move(case, "close", "street").state == "closed"

    def test_not_merged_away(self, world: World) -> None:
        case = put(world, world.to_street())
        with pytest.raises(WrongState):
            world.move(case, "merge", "street", into=world.to_street().number)

    def test_listed_again_later(self, world: World) -> None:
        case = put(world, accept(world, put(world, world.accepted())), level="city")
        assert list(HazardListing.objects.filter(case=case).values_list("number", "level")) == [
            (1, "district"),
            (2, "city"),
        ]

    def test_on_its_day_both_are_told_once(self, world: World) -> None:
        put(world, world.accepted())
        before, after = shanghai("2026-03-19 23:59"), shanghai("2026-03-20 00:01")
        assert [remind_hazards(at=at) for at in (before, after, after + timedelta(days=1))] == [0, 1, 1]
        assert heard(world, "hazard_due") == ["department", "district"]
        with clock.frozen(after):
            assert [str(item.kind) for item in waiting_for(world["department"])] == ["挂牌整改"]


class TestPage:
    """The queue, the list and its workbook."""

    def test_the_list_by_date(self, world: World) -> None:
        later = put(world, world.accepted(), until=date(2026, 3, 30))
        sooner = put(world, world.accepted(), level="city")
        gone = accept(world, put(world, world.accepted()))
        assert get(world, "street", "/dispatch/?queue=hazard").context["board"].counts["hazard"] == 2

        def shown(who: str, query: str = "") -> list[str]:
            return [one.case.number for one in get(world, who, f"/cases/hazards/{query}").context["page"].rows]

        assert shown("leader") == [sooner.number, later.number]
        assert shown("department", "?level=city") == [sooner.number]
        assert shown("district", "?show=accepted") == [gone.number]
        assert shown("street_b") == []
        assert get(world, "worker", "/cases/hazards/").status_code == 403
        answer = get(world, "street", "/cases/hazards/export/")
        lines = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active.iter_rows(values_only=True))
        assert [(line[0], line[6], line[8]) for line in lines[1:]] == [
            (sooner.number, "市级挂牌", "某物业公司"),
            (later.number, "区级挂牌", "某物业公司"),
        ]

    @pytest.mark.parametrize("rows", [1, 3])
    def test_cost(self, world: World, rows: int) -> None:
        for _ in range(rows):
            put(world, world.accepted())
        client = client_of(world["district"])
        with clock.frozen(world.tick()), CaptureQueriesContext(connection) as asked:
            assert client.get("/cases/hazards/").status_code == 200
        assert len(asked) == 8


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"party": ""}, "demand_and_party_given"),
        ({"demand": ""}, "demand_and_party_given"),
        ({"finding": "消除"}, "accepted_whole"),
        ({"accepted_at": shanghai("2026-03-01 09:00"), "finding": "消除"}, "accepted_whole"),
    ],
)
def test_half_a_listing(world: World, change: dict[str, Any], constraint: str) -> None:
    put(world, world.accepted())
    with pytest.raises(IntegrityError, match=f"cases_hazardlisting_{constraint}"), transaction.atomic():
        HazardListing.objects.update(**change)


def test_one_listing_at_a_time_and_while_open(world: World) -> None:
    put(world, world.accepted())
    listing = HazardListing.objects.get()
    listing.pk, listing.number = None, 2
    with pytest.raises(IntegrityError, match="cases_hazardlisting_one_open"), transaction.atomic():
        listing.save(force_insert=True)
    closed = world.case_in("closed")
    with pytest.raises(IntegrityError, match="cases_case_hazard_while_open"), transaction.atomic():
        Case.objects.filter(pk=closed.pk).update(hazard=True)
