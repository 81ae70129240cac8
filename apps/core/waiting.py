"""What waits for somebody: every room that gives people work says so here, and home shows it in order of its limits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

User = Any
Text = str | Promise


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """One thing to be done: ``kind`` in a word or two, ``state`` an optional badge, ``icon`` a Tabler outline name.

    ``due_at`` is ``None`` where there is no limit; ``started_at`` lets the limit chip tell near from far; ``left`` is
    what the working calendar leaves, in working minutes.
    """

    title: Text
    place: Text
    due_at: datetime | None
    url: str
    kind: Text
    icon: str
    state: Text = ""
    started_at: datetime | None = None
    left: int | None = None
    card: str = ""


Provider = Callable[[User], Iterable[WaitingItem]]
_providers: list[Provider] = []


def register_waiting(provider: Provider) -> None:
    """Announce a source of work, from ``AppConfig.ready``: it answers at most what fits on a page, soonest first."""
    if provider not in _providers:
        _providers.append(provider)


def waiting_for(user: User, limit: int = 100) -> list[WaitingItem]:
    """At most ``limit`` things that wait for the user, soonest limit first, those without a limit last."""
    items = [item for provider in _providers for item in provider(user)]
    items.sort(key=lambda item: (item.due_at is None, item.due_at.timestamp() if item.due_at else 0.0, str(item.title)))
    return items[:limit]
