"""No call answers 500: whatever is sent, it is understood or refused with a problem document that says why."""

import json
import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories.accounts import api_of
from tests.factories.cases import World

HOSTILE = {
    "nothing": b"",
    "null": b"null",
    "list": b'[{"x": 1}]',
    "number": b"1",
    "text": b'"x"',
    "cut off": b'{"a": ',
    "not unicode": b"\xff\xfe",
    "deep lists": b"[" * 5000 + b"]" * 5000,
    "deep objects": b'{"a":' * 900 + b"1" + b"}" * 900,
    "surrogate value": b'{"note": "\\ud800"}',
    "surrogate name": b'{"\\udfff": 1}',
    "not a number": b'{"version": NaN}',
    "endless digits": b'{"version": ' + b"9" * 5000 + b"}",
}
HOSTILE_VALUES = [
    None,
    True,
    -1,
    10**30,
    1e308,
    "",
    "a\x00b",
    "长" * 5000,
    [],
    [[]],
    {},
    {"a": 1},
    "0001-01-01T00:00:00",
]


def is_problem(answer: Any, status: int) -> bool:
    """Whether the answer is a problem document of that status with what every one of them has."""
    body = json.loads(answer.content)
    return (
        answer.status_code == status == body["status"]
        and answer["Content-Type"] == "application/problem+json"
        and body["type"].startswith("/api/problems/")
        and bool(body["detail"])
    )


def doors(world: World) -> dict[str, tuple[str, str]]:
    """Every call that takes a body: who makes it, and where."""
    number = world.to_street().number
    return {
        "token": ("worker", "auth/token/"),
        "report": ("station", "cases/"),
        "log": ("worker", "logs/"),
        "attach": ("station", f"cases/{number}/attachments/"),
        "extend": ("street", f"cases/{number}/extend/"),
        "dispatch": ("street", f"cases/{number}/dispatch/"),
        "comment": ("street", f"cases/{number}/comment/"),
        "resident": ("clerk", "residents/"),
        "find": ("clerk", "residents/find/"),
        "reveal": ("clerk", "residents/1/reveal/"),
        "move out": ("clerk", "residences/1/move-out/"),
    }


@pytest.mark.parametrize("keyed", [False, True])
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_bodies_are_refused(world: World, body: bytes, keyed: bool) -> None:
    for name, (who, path) in doors(world).items():
        headers = {"Idempotency-Key": uuid.uuid4().hex} if keyed else {}
        answer = api_of(world[who]).post(f"/api/v1/{path}", body, content_type="application/json", headers=headers)
        assert is_problem(answer, answer.status_code), (name, answer.content[:200])
        assert answer.status_code in {400, 403, 404, 409}, name


FIELDS = {
    "token": {"username": "x", "password": "x"},
    "report": {"category": "a:b:c", "title": "井盖", "lon": 121.4, "lat": 31.2, "unit": "x", "source_number": "1"},
    "log": {"client_id": str(uuid.UUID(int=1)), "date": "2026-03-02", "unit": "x", "phone_at": None, "entries": []},
    "extend": {"version": 1, "note": "雨", "until": "2026-03-09"},
    "dispatch": {"version": 1, "agency": "x", "assisting": []},
    "resident": {"grid": "x"},
    "reveal": {"purpose": "核对"},
    "move out": {"last_day": "2026-01-01"},
}


@pytest.mark.parametrize("value", HOSTILE_VALUES, ids=lambda value: repr(value)[:20])
def test_hostile_values_are_refused(world: World, value: Any) -> None:
    open_doors = doors(world)
    for name, fields in FIELDS.items():
        who, path = open_doors[name]
        for field in fields:
            body = json.dumps(fields | {field: value})
            answer = api_of(world[who]).post(f"/api/v1/{path}", body, content_type="application/json")
            assert is_problem(answer, answer.status_code), (name, field, answer.content[:200])


@pytest.mark.parametrize("path", ["nowhere/", "cases/%00/", "units/a%00b/", "scores/x/"])
def test_an_address_nobody_serves_is_a_problem_too(world: World, path: str) -> None:
    assert is_problem(api_of(world["worker"]).get(f"/api/v1/{path}"), 404)


def test_a_page_nobody_serves_stays_a_page(world: World) -> None:
    answer = api_of(world["worker"]).get("/nowhere/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["cases/?q=%00", "units/?q=a%00b", "categories/?q=%00", "residents/?q=%00"])
def test_a_query_that_cannot_be_stored_is_refused(world: World, path: str) -> None:
    assert is_problem(api_of(world["clerk"]).get(f"/api/v1/{path}"), 400)


def test_a_fault_of_ours_is_a_problem_without_its_details(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.cases.selectors.category_page", lambda **given: 1 / 0)
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(world["worker"])
    answer = client.get("/api/v1/categories/")
    assert is_problem(answer, 500)
    assert "ZeroDivision" not in answer.content.decode()
