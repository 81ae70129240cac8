"""Which category is meant? Pure matching of words against the catalogue, the same answer for the same input."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from apps.cases.models import Category

MOST = 8
EARLIER_COUNTS = 2  # what one earlier case of like words is worth, a shared pair of the own name being worth 3
MOST_EARLIER = 5
WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A leaf with the name above it, and why: the words it shares with what was written, and how many earlier cases
    of like words had it."""

    category: Category
    path: str
    shared: tuple[str, ...] = field(default=())
    earlier: int = 0


def _pairs(text: str) -> set[str]:
    """Pairs of neighbouring Chinese characters, and whole Latin words."""
    lowered = text.lower()
    chinese = re.findall(r"[\u4e00-\u9fff]+", lowered)
    pairs = {run[place : place + 2] for run in chinese for place in range(len(run) - 1)}
    return pairs | {word for word in WORD.findall(lowered) if len(word) > 2}


def search(categories: Sequence[Category], words: str) -> list[Suggestion]:
    """The leaves whose own name or a name above contains all of ``words``; exact beginnings first."""
    wanted = words.lower().split()
    found = []
    for place, leaf in enumerate(categories):
        names = f"{leaf.name} {leaf.name_en} {_above(leaf)}".lower()
        if wanted and all(word in names for word in wanted):
            own = f"{leaf.name} {leaf.name_en}".lower()
            rank = 0 if leaf.label.lower().startswith(wanted[0]) else 1 if wanted[0] in own else 2
            found.append((rank, place, leaf))
    return [_suggestion(leaf) for _rank, _place, leaf in sorted(found, key=lambda one: one[:2])[:MOST]]


def suggest(
    categories: Sequence[Category],
    text: str,
    usual: Iterable[int] = (),
    earlier: Mapping[int, int] | None = None,
) -> list[Suggestion]:
    """The leaves nearest to what was written, by their names and by the categories that ``earlier`` cases of like
    words had (how many, by id), then those the person ``usual``ly reports (ids, commonest first)."""
    said = _pairs(text)
    before = earlier or {}
    scored = []
    for place, leaf in enumerate(categories):
        own = _pairs(f"{leaf.name} {leaf.name_en}")
        shared = said & own
        counted = min(before.get(leaf.pk, 0), MOST_EARLIER)
        score = len(shared) * 3 + len(said & _pairs(_above(leaf))) + counted * EARLIER_COUNTS
        if score:
            scored.append((-score, len(own), place, leaf, shared))
    chosen = [
        _suggestion(leaf, _joined(leaf.name, shared), before.get(leaf.pk, 0))
        for _score, _size, _place, leaf, shared in sorted(scored, key=lambda one: one[:3])
    ]
    by_id = {leaf.pk: leaf for leaf in categories}
    known = {one.category.pk for one in chosen}
    chosen += [_suggestion(by_id[pk]) for pk in usual if pk in by_id and pk not in known]
    return chosen[:MOST]


def _joined(name: str, shared: set[str]) -> tuple[str, ...]:
    """The shared pairs as they stand together in the name."""
    found: list[str] = []
    end = -1
    for place in range(len(name) - 1):
        if name[place : place + 2].lower() in shared:
            if place <= end:
                found[-1] += name[place + 1]
            else:
                found.append(name[place : place + 2])
            end = place + 1
    return tuple(dict.fromkeys(found))


def _above(leaf: Category) -> str:
    parent = leaf.parent
    return "" if parent is None else f"{parent.name} {parent.name_en}"


def _suggestion(leaf: Category, shared: tuple[str, ...] = (), earlier: int = 0) -> Suggestion:
    return Suggestion(leaf, leaf.parent.label if leaf.parent is not None else "", shared, earlier)
