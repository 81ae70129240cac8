"""Which category is meant? Pure matching of words against the catalogue, for the phone."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apps.cases.models import Category

MOST = 8
WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A leaf with the names above it."""

    category: Category
    path: str


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


def suggest(categories: Sequence[Category], text: str, usual: Iterable[int] = ()) -> list[Suggestion]:
    """The leaves nearest to what was written, then those the person ``usual``ly reports (ids, commonest first)."""
    said = _pairs(text)
    scored = []
    for place, leaf in enumerate(categories):
        own = _pairs(f"{leaf.name} {leaf.name_en}")
        score = len(said & own) * 3 + len(said & _pairs(_above(leaf)))
        if score:
            scored.append((-score, len(own), place, leaf))
    chosen = [leaf for _score, _size, _place, leaf in sorted(scored, key=lambda one: one[:3])]
    by_id = {leaf.pk: leaf for leaf in categories}
    chosen += [by_id[pk] for pk in usual if pk in by_id and by_id[pk] not in chosen]
    return [_suggestion(leaf) for leaf in chosen[:MOST]]


def _above(leaf: Category) -> str:
    parent = leaf.parent
    return "" if parent is None else f"{parent.name} {parent.name_en}"


def _suggestion(leaf: Category) -> Suggestion:
    return Suggestion(leaf, leaf.parent.label if leaf.parent is not None else "")
