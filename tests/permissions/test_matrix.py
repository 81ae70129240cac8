"""Every address of the product × every kind of person: what they get, written out by hand.

The columns are one who owns, those above, those beside, and those with another duty; the objects lie in the first grid
of the first community of the first street. A new address that is not in the table fails ``test_every_address``.
404: outside the scope. 403: lacking the right. 302: sent to the sign-in page, or on after a form. 4xx beside these says
that the person passed both checks and the bare request is refused for what it lacks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from apps.core import clock
from tests.factories.accounts import client_of
from tests.permissions.conftest import Ground
from tests.permissions.table import BODIES, PEOPLE, TABLE


@dataclass(frozen=True)
class Address:
    """One row: the name of an address, a method, and what each person gets."""

    name: str
    method: str
    path: str
    expected: tuple[str, ...]


def read_table() -> list[Address]:
    """The rows of the table."""
    rows = []
    for line in TABLE.strip().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, method, path, *expected = line.split()
        assert len(expected) == len(PEOPLE), line
        rows.append(Address(name, method, path, tuple(expected)))
    return rows


ROWS = read_table()


def addresses(resolver: Any, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """(name, route) of every pattern of the project."""
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern, route, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name or ''}", route


def test_every_address_is_in_the_table() -> None:
    named = {row.name for row in ROWS}
    assert sorted({name for name, _route in addresses(get_resolver())} - named) == []
    assert sorted(named - {name for name, _route in addresses(get_resolver())}) == []


def test_the_paths_of_the_table_are_those_of_its_addresses() -> None:
    routes: dict[str, list[str]] = {}
    for name, route in addresses(get_resolver()):
        routes.setdefault(name, []).append(re.sub(r"<[^>]+>", "*", route))
    for row in ROWS:
        plain = row.path.split("?")[0].removeprefix("/")
        shapes = [re.compile(re.escape(route).replace(r"\*", "[^/]+")) for route in routes[row.name]]
        assert any(shape.fullmatch(plain) for shape in shapes), row


@pytest.fixture(scope="module")
def clients(ground: Ground) -> dict[str, Client]:
    """Everybody, signed in once."""
    made = {person: client_of(ground.world[person]) for person in PEOPLE if person != "anonymous"}
    for client in made.values():
        client.raise_request_exception = False
    return made | {"anonymous": Client(raise_request_exception=False)}


def answer(ground: Ground, client: Client, row: Address) -> int:
    """The status one person gets; whatever it changed is undone, and who was signed out is signed in again."""
    path = row.path.format_map(ground.marks)
    body = {
        name: value.format_map(ground.marks) if isinstance(value, str) else value
        for name, value in BODIES.get(f"{row.name} {row.method}", {}).items()
    }
    mark, cookies = transaction.savepoint(), client.cookies.copy()
    try:
        with clock.frozen(ground.world.at):
            if row.path.startswith("/api/") and row.method != "GET":
                call = getattr(client, row.method.lower())
                return call(path, body, content_type="application/json").status_code
            return getattr(client, row.method.lower())(path, body).status_code
    finally:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(mark)
        client.cookies = cookies


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.name} {row.method}" for row in ROWS])
def test_what_everybody_gets(ground: Ground, db: None, clients: dict[str, Client], row: Address) -> None:
    found = {person: str(answer(ground, clients[person], row)) for person in PEOPLE}
    assert found == dict(zip(PEOPLE, row.expected, strict=True))
