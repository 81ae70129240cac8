"""A cursor or a size that was not made here is refused by name, on every list."""

import base64
import json
from typing import Any

import pytest

from tests.factories.accounts import api_of
from tests.factories.cases import World

CURSORS = [
    [],
    ["n"],
    ["n", None],
    ["n", None, None],
    ["n", True, True],
    ["n", "\x00"],
    ["n", "\x00", 1],
    ["n", "\ud800"],
    ["n", {"a": 1}],
    ["n", [], []],
    ["n", [1], 1],
    [{}, 1],
    ["n", 10**40],
    ["n", 10**40, 10**40],
    ["n", float("nan"), float("nan")],
    ["n", "2026-11-22T00:00:00+00:00", float("inf")],
    ["n", 1, 2, 3, 4],
]
LISTS = {
    "units/": "leader",
    "categories/": "worker",
    "cases/": "leader",
    "cases/?state=closed": "leader",
    "logs/": "leader",
    "residents/": "clerk",
    "residents/?sort=-age": "clerk",
    "notices/": "worker",
    "announcements/": "worker",
}
SIZES = ["0", "-1", "1.5", "x", "²", "100000", "9" * 5000]


def encoded(values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def get(world: World, path: str, **query: str) -> Any:
    name, _, more = path.partition("?")
    return api_of(world[LISTS[path]]).get(
        f"/api/v1/{name}", dict(part.split("=") for part in more.split("&") if part) | query
    )


@pytest.mark.parametrize("path", LISTS)
def test_cursors_not_made_here(world: World, path: str) -> None:
    for letter in ("", "o", "d") if path.startswith("cases") else ("",):
        for values in CURSORS:
            answer = get(world, path, cursor=letter + encoded(values))
            assert (answer.status_code, list(answer.json()["errors"])) == (400, ["cursor"]), values
    deep = base64.urlsafe_b64encode(b"[" * 3000).decode()
    assert get(world, path, cursor=deep).status_code == 400


@pytest.mark.parametrize("path", LISTS)
def test_values_of_another_kind_are_refused_or_empty(world: World, path: str) -> None:
    for values in (["n", "x"], ["n", "x", 1], ["n", "x", "x"], ["n", 1, "1"], ["p", "2026-11-22", 1]):
        answer = get(world, path, cursor=encoded(values))
        assert answer.status_code in {200, 400}, values
    for moment in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-W01-1"):
        for letter in ("", "o", "d"):
            assert get(world, path, cursor=letter + encoded(["n", moment, 1])).status_code in {200, 400}, moment


MOMENTS = ["cases/", "cases/?state=closed", "notices/"]


@pytest.mark.parametrize("path", MOMENTS)
@pytest.mark.parametrize("moment", ["2026-11-22T00:00:00", "2026-11-22"])
def test_a_moment_without_its_offset_was_not_made_here(world: World, path: str, moment: str) -> None:
    for letter in ("o", "d") if path.startswith("cases") else ("",):
        answer = get(world, path, cursor=letter + encoded(["n", moment, 1]))
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["cursor"]), letter


@pytest.mark.parametrize("path", LISTS)
def test_sizes_out_of_range(world: World, path: str) -> None:
    for size in SIZES:
        answer = get(world, path, size=size)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["size"]), size
