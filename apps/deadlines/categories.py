"""The categories of cases, of which this room knows only the codes: an upper room lends their names and a search."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CategoryOption:
    """A category to choose: its code (``scheme:kind:code``), what it is called, and how urgent it is of itself."""

    key: str
    label: str
    urgency: str


Search = Callable[[str, int], Sequence[CategoryOption]]
Find = Callable[[Iterable[str]], Mapping[str, CategoryOption]]


class _Lent:
    """What the upper room lent; nothing until then."""

    search: Search | None = None
    find: Find | None = None


def register_categories(*, search: Search, find: Find) -> None:
    """Lend the catalogue, from ``AppConfig.ready``: ``search(words, most)`` gives leaves, all of them for no words;
    ``find(keys)`` gives those of the keys that there are."""
    _Lent.search, _Lent.find = search, find


def search_categories(words: str = "", *, most: int = 2000) -> Sequence[CategoryOption]:
    """Leaves whose name or code holds ``words``; none where no room lends its catalogue."""
    return _Lent.search(words, most) if _Lent.search else []


def find_categories(keys: Iterable[str]) -> Mapping[str, CategoryOption]:
    """The categories of these codes, in one query; codes that are none are left out."""
    wanted = {key for key in keys if key}
    return _Lent.find(wanted) if _Lent.find and wanted else {}
