"""Reading the bodies of API calls."""

from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

DEEPEST = 32


class StrictJSONParser(JSONParser):
    """JSON that can be stored: Unicode without lone surrogates, nested no deeper than ``DEEPEST``.

    Raises ``ParseError`` (400) for anything else.
    """

    def parse(
        self, stream: BinaryIO, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The document, whatever its outermost type."""
        try:
            data = super().parse(stream, media_type, cast(Any, parser_context))
            _check(data, DEEPEST)
        except RecursionError as error:
            raise ParseError(_("JSON 嵌套过深。")) from error
        except UnicodeEncodeError as error:
            raise ParseError(_("含有无法保存的字符。")) from error
        return data


def _check(data: Any, depth: int) -> None:
    """Raises ``UnicodeEncodeError`` for text that cannot be written, ``RecursionError`` below ``depth`` levels."""
    if isinstance(data, str):
        data.encode()
    elif isinstance(data, dict | list):
        if not depth:
            raise RecursionError
        for value in data:
            _check(value, depth - 1)
        for value in data.values() if isinstance(data, dict) else ():
            _check(value, depth - 1)
