"""Pages of lists in the API: their size, and the links to the pages beside them (``spec/interfaces.md``)."""

from collections.abc import Mapping
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.errors import InvalidInput
from apps.core.keyset import KeysetPage

DEFAULT_SIZE = 50
MOST_SIZE = 200
LONGEST_NUMBER = 6


def page_size(given: Mapping[str, Any], *, default: int = DEFAULT_SIZE, most: int = MOST_SIZE) -> int:
    """Rows per page as ``size`` asks. Raises ``InvalidInput`` naming ``size``."""
    size = given.get("size")
    if not size:
        return default
    if not size.isdecimal() or len(size) > LONGEST_NUMBER or not 1 <= int(size) <= most:
        raise InvalidInput(fields={"size": [f"1–{most}"]})
    return int(size)


def page_answer(request: Request, page: KeysetPage[Any], results: Any, **more: Any) -> Response:
    """The answer of a list: links to the next and the previous page, or null, what ``more`` tells, the rows."""
    links = {"next": _link(request, page.next), "previous": _link(request, page.previous)}
    return Response({**links, **more, "results": results})


def _link(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    params = request.query_params.copy()
    params["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
