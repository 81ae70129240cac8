"""Saved filters: the part of an address that is kept, and how many cases stand behind each."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import QueryDict

from apps.cases.inputs import list_wanted
from apps.cases.models import SavedFilter
from apps.cases.selectors.catalogue import KnownTogether
from apps.cases.selectors.listing import Wanted
from apps.cases.selectors.queues import Board, Queue, counts_of, queue_named
from apps.cases.selectors.saved import saved_filters
from apps.core.errors import DomainError
from apps.core.phones import is_phone

if TYPE_CHECKING:
    from apps.accounts.models import User

# What a saved filter keeps of an address. No caller: a phone is nothing to keep.
NAMES = ("queue", "unit", "category", "holder", "source", "urgency", "card", "supervised", "from", "to", "q", "sort")


@dataclass(frozen=True)
class SavedCount:
    """A saved filter with how many cases it finds now; none where it names what is there no longer."""

    saved: SavedFilter
    count: int | None
    active: bool


def query_to_save(given: QueryDict) -> str:
    """The part of an address that a saved filter keeps, always in the same order."""
    kept = QueryDict(mutable=True)
    for name in NAMES:
        value = given.get(name, "")
        if value and not (name == "q" and is_phone(value)):
            kept[name] = value
    return kept.urlencode()


def count_saved(user: "User", board: Board, shown: str) -> list[SavedCount]:
    """The person's filters with live counts; ``shown`` is the one in force. One query for the filters, one for all
    counts, and one each for the units, categories and agencies they name."""
    rows = saved_filters(user)
    asked = {row.pk: QueryDict(row.query) for row in rows}
    known = KnownTogether(*(_named(asked.values(), name) for name in ("unit", "category", "holder")))
    readable: dict[int, tuple[Queue, Wanted]] = {}
    for pk, given in asked.items():
        try:
            readable[pk] = (queue_named(given.get("queue", "")), list_wanted(given, known))
        except DomainError:
            continue
    counts = dict(zip(readable, counts_of(list(readable.values()), board.desks, moments=board.moments), strict=True))
    return [SavedCount(row, counts.get(row.pk), row.query == shown) for row in rows]


def _named(asked: Iterable[QueryDict], name: str) -> set[str]:
    return {str(given[name]) for given in asked if given.get(name)}
