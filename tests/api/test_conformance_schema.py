"""The description of the API is OpenAPI 3, true to itself, and its pages need nobody else's server."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import yaml
from django.test import Client

FIXED = {
    "/api/v1/auth/token/": {"post"},
    "/api/v1/me/": {"get"},
    "/api/v1/units/": {"get"},
    "/api/v1/units/{code}/": {"get"},
    "/api/v1/units/locate/": {"get"},
    "/api/v1/categories/": {"get"},
    "/api/v1/agencies/": {"get"},
    "/api/v1/logs/": {"get", "post"},
    "/api/v1/cases/": {"get", "post"},
    "/api/v1/cases/{number}/": {"get"},
    "/api/v1/cases/{number}/events/": {"get"},
    "/api/v1/cases/{number}/attachments/": {"post"},
    "/api/v1/cases/{number}/{action}/": {"post"},
    "/api/v1/scores/": {"get"},
    "/api/v1/scores/{score_id}/": {"get"},
    "/api/v1/scores/{score_id}/rows/": {"get"},
}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    answer = Client().get("/api/schema/")
    assert answer.status_code == 200
    return yaml.safe_load(answer.content)  # type: ignore[no-any-return]


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Every schema below ``node`` that names a default."""
    if isinstance(node, dict):
        if "default" in node and ("type" in node or "enum" in node):
            yield node
        for inner in node.values():
            yield from schemas(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from schemas(inner)


def test_every_fixed_call_is_described(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.")
    for path, methods in FIXED.items():
        assert methods <= set(document["paths"][path]), path


def test_every_filter_of_the_list_of_cases_is_described(document: dict[str, Any]) -> None:
    listed = document["paths"]["/api/v1/cases/"]["get"]["parameters"]
    filters = {"state", "unit", "category", "holder", "card", "supervised", "source", "urgency", "from", "to", "q"}
    assert {one["name"] for one in listed} == filters | {"cursor", "size"}
    assert next(one for one in listed if one["name"] == "from")["schema"] == {"type": "string", "format": "date"}


def test_no_default_contradicts_its_own_schema(document: dict[str, Any]) -> None:
    found = list(schemas(document))
    assert len(found) > 5
    for schema in found:
        jsonschema.validate(schema["default"], schema)


def test_the_pages_load_only_our_own_files() -> None:
    answer = Client().get("/api/docs/")
    page = answer.content.decode()
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert any(address.startswith("/static/vendor/swagger/swagger-ui-bundle") for address in addresses)
    assert [address for address in addresses if not address.startswith("/")] == []
    assert "<script>" not in page
    assert "'unsafe" not in answer["Content-Security-Policy"]
    script = next(address for address in addresses if address.endswith("script="))
    assert "SwaggerUIBundle" in Client().get(script).content.decode()
