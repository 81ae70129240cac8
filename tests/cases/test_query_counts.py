"""How many queries each call costs, whatever the number of rows: literal figures, at one row and at three."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.cases.models import Case
from apps.core import clock
from tests.factories.accounts import api_of
from tests.factories.cases import World


def cost(world: World, client: Any, path: str, body: Any = None) -> int:
    with clock.frozen(world.tick()), CaptureQueriesContext(connection) as asked:
        answer = client.get(path) if body is None else client.post(path, body, format="json")
    assert answer.status_code in {200, 201}, answer.content
    return len(asked)


def report_body(world: World) -> dict[str, Any]:
    lon, lat = world.point()
    return {"category": world.category.key, "title": "井盖缺失", "lon": lon, "lat": lat}


def test_creation(world: World) -> None:
    cost(world, api_of(world["worker"]), "/api/v1/cases/", report_body(world))
    for _ in range(3):
        assert cost(world, api_of(world["worker"]), "/api/v1/cases/", report_body(world)) == 13
    client = api_of(world["worker"])
    client.credentials(HTTP_IDEMPOTENCY_KEY="once")
    assert cost(world, client, "/api/v1/cases/", report_body(world)) == 18


@pytest.mark.parametrize("rows", [1, 3])
def test_api_list(world: World, rows: int) -> None:
    for _ in range(rows):
        world.dispatched()
    assert cost(world, api_of(world["leader"]), "/api/v1/cases/") == 6
    assert cost(world, api_of(world["leader"]), "/api/v1/cases/?unit=310106001") == 7


@pytest.mark.parametrize("rows", [1, 3])
def test_api_case(world: World, rows: int) -> None:
    case = world.handled()
    for _ in range(rows - 1):
        case = world.move(case, "rework", "street", note="返工")
        case = world.move(case, "feedback", "agency", note="已办")
    assert cost(world, api_of(world["street"]), f"/api/v1/cases/{case.number}/") == 3
    assert cost(world, api_of(world["street"]), f"/api/v1/cases/{case.number}/events/") == 4
    assert Case.objects.count() == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_an_action(world: World, rows: int) -> None:
    assistants = ("helper",) if rows == 3 else ()
    case = world.dispatched(assisting=assistants)
    client = api_of(world["agency"])
    body = {"version": 1}
    assert cost(world, client, f"/api/v1/cases/{case.number}/accept/", body) == 13
