"""What the search box of the top bar finds: every room that has something to find says so here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

User = Any
PER_PROVIDER = 20


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One thing found: ``kind`` says in a word what it is, ``icon`` is a Tabler outline name."""

    kind: str | Promise
    title: str
    place: str
    url: str
    icon: str


Provider = Callable[[User, str], Iterable[SearchHit]]
_providers: list[Provider] = []


def register_search(provider: Provider) -> None:
    """Announce a finder, from ``AppConfig.ready``: for a user and words it answers what that user may see."""
    if provider not in _providers:
        _providers.append(provider)


def has_providers() -> bool:
    """Whether anything can be searched at all."""
    return bool(_providers)


def search_for(user: User, words: str) -> list[SearchHit]:
    """What the rooms find, at most ``PER_PROVIDER`` from each, in the order of the rooms; nothing for no words."""
    words = words.strip()
    if not words:
        return []
    return [hit for provider in _providers for hit in list(provider(user, words))[:PER_PROVIDER]]
