"""A report that was received before is answered with the case it became, to those who may see that case."""

import uuid
from typing import Any

import pytest

from apps.core import clock
from tests.factories.accounts import api_of
from tests.factories.cases import World


def report(world: World, who: str, **more: Any) -> Any:
    lon, lat = world.point()
    body = {"category": world.category.key, "title": "井盖缺失", "lon": lon, "lat": lat} | more
    with clock.frozen(world.tick()):
        return api_of(world[who]).post("/api/v1/cases/", body, format="json")


@pytest.mark.parametrize("mark", ["source_number", "client_id"])
def test_the_conflict_carries_the_present_state(world: World, mark: str) -> None:
    given = {mark: str(uuid.uuid4()), "source": "hotline_12345"}
    first = report(world, "station", **given).json()
    again = report(world, "station", **given, **({"title": "别的事"} if mark == "client_id" else {}))
    body = again.json()
    assert (again.status_code, body["state"], body["version"], body["number"]) == (
        409,
        "reported",
        1,
        first["number"],
    )


@pytest.mark.parametrize("mark", ["source_number", "client_id"])
def test_nothing_of_it_is_told_to_others(world: World, mark: str) -> None:
    given = {mark: str(uuid.uuid4()), "source": "hotline_12345"}
    first = report(world, "station", **given).json()
    other = report(world, "street_b", **given, unit="310106002001001", title="别的事")
    assert (other.status_code, first["number"] in other.content.decode()) == (409, False)
    assert not {"state", "version", "number"} & set(other.json())
