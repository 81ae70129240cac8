"""Pages by key: no OFFSET, no row lost or repeated where thousands share one key."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import DateTimeField, Model, Q, QuerySet

from apps.core.errors import InvalidInput

Row = TypeVar("Row", bound=Model)
MOST = 2**63


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """One page: its rows and the cursors of the pages before and after it (``None`` where there is none)."""

    rows: list[Row]
    next: str | None
    previous: str | None


def encode_cursor(direction: str, values: Sequence[Any]) -> str:
    """An opaque cursor that stands after (``n``) or before (``p``) the given key values."""
    plain = [value.isoformat() if isinstance(value, datetime | date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps([direction, *plain]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, fields: Sequence[str]) -> tuple[str, list[Any]]:
    """The direction and values of a cursor. Raises ``InvalidInput`` when it was not made here."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        direction, *values = json.loads(base64.urlsafe_b64decode(padded.encode()))
        if direction not in {"n", "p"} or len(values) != len(fields) or not all(map(_is_key, values)):
            raise ValueError
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInput(fields={"cursor": ["cursor"]}) from error
    return direction, values


def _is_key(value: Any) -> bool:
    """Whether a column could hold it. Raises ``ValueError`` for text that cannot be written."""
    if isinstance(value, str):
        value.encode()
        return "\0" not in value
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST


def after(fields: Sequence[str], values: Sequence[Any], *, backwards: bool) -> Q:
    """The rows that stand after ``values`` in the order of ``fields`` (``-name`` for descending)."""
    condition = Q()
    equal = Q()
    for field, value in zip(fields, values, strict=True):
        name = field.lstrip("-")
        rising = field.startswith("-") == backwards
        condition |= equal & Q(**{f"{name}__{'gt' if rising else 'lt'}": value})
        equal &= Q(**{name: value})
    return condition


def bounded(queryset: QuerySet[Row], fields: Sequence[str], cursor: str | None) -> tuple[QuerySet[Row], bool]:
    """The queryset ordered and started at the cursor, and whether it runs backwards. A first bound on the
    leading key lets an index start where the page does. Raises ``InvalidInput`` for a cursor that was not made here."""
    direction, values = decode_cursor(cursor, fields) if cursor else ("n", None)
    backwards = direction == "p"
    order = [_flip(field) for field in fields] if backwards else list(fields)
    if values is not None:
        lead = fields[0].lstrip("-")
        rising = fields[0].startswith("-") == backwards
        try:
            _check_moments(queryset.model, fields, values)
            queryset = queryset.filter(**{f"{lead}__{'gte' if rising else 'lte'}": values[0]})
            queryset = queryset.filter(after(fields, values, backwards=backwards))
        except (ValueError, TypeError, OverflowError, ValidationError) as error:
            raise InvalidInput(fields={"cursor": ["cursor"]}) from error
    return queryset.order_by(*order), backwards


def _check_moments(model: type[Model], fields: Sequence[str], values: Sequence[Any]) -> None:
    """Cursors made here say every moment with its offset. Raises ``ValueError`` or ``TypeError`` where one does not."""
    for name, value in zip(fields, values, strict=True):
        try:
            field = model._meta.get_field(name.lstrip("-"))
        except FieldDoesNotExist:
            continue
        if isinstance(field, DateTimeField) and datetime.fromisoformat(value).tzinfo is None:
            raise ValueError(value)


def finish(rows: list[Row], fields: Sequence[str], size: int, cursor: str | None, backwards: bool) -> KeysetPage[Row]:
    """A page of ``rows`` that were read with one more than ``size`` to see whether another page follows."""
    more = len(rows) > size
    rows = rows[:size]
    if backwards:
        rows = rows[::-1]
    if not rows:
        return KeysetPage([], None, None)
    names = [field.lstrip("-") for field in fields]
    first = [getattr(rows[0], name) for name in names]
    last = [getattr(rows[-1], name) for name in names]
    has_next = more or backwards
    has_previous = more if backwards else cursor is not None
    return KeysetPage(
        rows,
        encode_cursor("n", last) if has_next else None,
        encode_cursor("p", first) if has_previous else None,
    )


def keyset_page(queryset: QuerySet[Row], fields: Sequence[str], cursor: str | None, size: int) -> KeysetPage[Row]:
    """The page of ``queryset`` at ``cursor``, ordered by ``fields`` whose last one is unique."""
    queryset, backwards = bounded(queryset, fields, cursor)
    return finish(list(queryset[: size + 1]), fields, size, cursor, backwards)


def _flip(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"
