"""Lists of hard cases and of samples over the API: the same scopes and orders as their pages."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.cases.models import Case, JointMeeting, Sample
from apps.core import clock
from tests.factories.accounts import api_of
from tests.factories.cases import World
from tests.factories.samples import FAULTY, draw, review, sampled


def get(world: World, path: str, who: str = "district", status: int = 200) -> Any:
    """The answer of a list to somebody."""
    with clock.frozen(world.at):
        answer = api_of(world[who]).get(f"/api/v1/{path}")
    assert answer.status_code == status, answer.content
    return answer.json()


def listed(world: World) -> Case:
    case = world.case_in("suspended")
    given = {"until": (world.at + timedelta(days=7)).date(), "agency": world.agencies["department"].code}
    return world.move(case, "list_special", "district", note="历史遗留", **given)


def hazard(world: World) -> Case:
    given = {"level": "district", "agency": world.agencies["section"].code, "party": "某物业公司"}
    until = (world.at + timedelta(days=7)).date()
    return world.move(world.to_street(), "list_hazard", "district", note="外墙空鼓", until=until, **given)


def place_of(world: World) -> dict[str, str]:
    names = {"district": "district", "street": "street 0", "community": "community 0 0", "grid": "grid 0 0 0"}
    return {level: world.unit(name).code for level, name in names.items()}


def test_the_special_list(world: World) -> None:
    case = listed(world)
    rows = get(world, "special-list/")["results"]
    assert [row["case"] for row in rows] == [
        {
            "number": case.number,
            "title": case.title,
            "category": world.category.key,
            "state": "suspended",
            "place": place_of(world),
        }
    ]
    assert (rows[0]["state"], rows[0]["agency"], rows[0]["controls_made"]) == (
        "listed",
        world.agencies["department"].code,
        0,
    )
    assert get(world, "special-list/?overdue=true")["results"] == []
    world.tick(days=30)
    assert len(get(world, "special-list/?overdue=true")["results"]) == 1
    assert get(world, "special-list/?show=proposed")["results"] == []
    assert list(get(world, "special-list/?show=all", status=400)["errors"]) == ["show"]
    assert get(world, "special-list/", "street_b")["results"] == []
    assert [row["id"] for row in get(world, "special-list/", "department")["results"]] == [rows[0]["id"]]
    get(world, "special-list/", "worker", 403)


def test_listed_hazards(world: World) -> None:
    case = hazard(world)
    rows = get(world, "listed-hazards/?level=district", "street")["results"]
    assert [(row["case"]["number"], row["party"], row["accepted_at"]) for row in rows] == [
        (case.number, "某物业公司", None)
    ]
    assert get(world, "listed-hazards/?show=accepted")["results"] == []
    assert get(world, "listed-hazards/", "street_b")["results"] == []
    get(world, "listed-hazards/", "clerk", 403)


def test_joint_meetings_and_their_items(world: World) -> None:
    case = world.move(world.to_street(), "table", "street", note="三家推诿")
    meeting = JointMeeting.objects.get()
    rows = get(world, "joint-meetings/", "street")["results"]
    assert [(row["unit"], row["week"], row["items"], row["done"]) for row in rows] == [
        (world.unit("street 0").code, meeting.week.isoformat(), 1, 0)
    ]
    items = get(world, f"joint-meetings/{meeting.pk}/items/", "street")["results"]
    assert [(row["case"]["number"], row["why"], row["number"]) for row in items] == [(case.number, "hand", 1)]
    assert get(world, f"joint-meetings/?unit={world.unit('street 1').code}")["results"] == []
    get(world, f"joint-meetings/{meeting.pk}/items/", "street_b", 404)
    get(world, f"joint-meetings/{meeting.pk}/items/", "worker", 404)
    get(world, "joint-meetings/", "clerk", 403)


def test_samples_and_their_reviews(world: World) -> None:
    good, bad = sampled(world, 2)
    review(world, good)
    review(world, bad, **FAULTY)
    sample = Sample.objects.get()
    rows = get(world, "samples/", "leader")["results"]
    assert [(row["id"], row["seed"], row["population"], row["digest"]) for row in rows] == [
        (sample.pk, sample.seed, 2, sample.digest)
    ]
    assert rows[0]["progress"] == {"waiting": 0, "qualified": 1, "unqualified": 1, "lapsed": 0, "rate": 50}
    found = get(world, f"samples/{sample.pk}/reviews/", "leader")["results"]
    assert [(row["case"]["number"], row["state"], row["faults"], row["reviewed_by"]) for row in found] == [
        (good.number, "qualified", [], "leader"),
        (bad.number, "unqualified", ["evidence"], "leader"),
    ]
    assert get(world, "samples/", "street")["results"] == []
    get(world, f"samples/{sample.pk}/reviews/", "street", 404)
    get(world, "samples/", "station", 403)


@pytest.mark.parametrize("count", [1, 3])
def test_each_list_costs_the_same_at_any_length(world: World, count: int) -> None:
    for _ in range(count):
        listed(world)
        world.move(hazard(world), "table", "street", note="三家推诿")
    sampled(world, count)
    for _ in range(count - 1):
        draw(world)
    meeting = JointMeeting.objects.get()
    for week in range(1, count):
        opened = {"opened_at": world.at, "closed_at": world.at}
        JointMeeting.objects.create(unit=meeting.unit, week=meeting.week - timedelta(weeks=week), **opened)
    sample = Sample.objects.order_by("pk")[0]
    lists = ["special-list/", "listed-hazards/", "joint-meetings/", "samples/"]
    lists += [f"joint-meetings/{meeting.pk}/items/", f"samples/{sample.pk}/reviews/"]
    costs = []
    for path in lists:
        client = api_of(world["district"])
        with clock.frozen(world.at), CaptureQueriesContext(connection) as asked:
            rows = client.get(f"/api/v1/{path}").json()["results"]
        assert len(rows) >= 1, path
        costs.append(len(asked))
    assert costs == [3] * 6
