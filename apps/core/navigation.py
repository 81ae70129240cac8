"""The top bar's entries, announced by the rooms they lead to, so that the shell need not know any of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

User = Any
Label = str | Promise


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One entry: ``permission(user)`` decides whether it is shown, ``order`` its place from the left."""

    key: str
    label: Label
    url_name: str
    permission: Callable[[User], bool]
    order: int


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """An entry as it is drawn for one user on one page."""

    key: str
    label: Label
    url: str
    active: bool


_start_pages: list[Callable[[User], str]] = []
_items: dict[str, NavigationItem] = {}
_identities: list[Callable[[User], str]] = []
_place_names: list[Callable[[], str]] = []


def register_item(key: str, label: Label, url_name: str, permission: Callable[[User], bool], order: int) -> None:
    """Announce an entry; called from ``AppConfig.ready``. A second call with the same ``key`` replaces the first."""
    _items[key] = NavigationItem(key, label, url_name, permission, order)


def register_identity(provider: Callable[[User], str]) -> None:
    """Announce who can say in a few words for whom a user works; the first non-empty answer is shown."""
    if provider not in _identities:
        _identities.append(provider)


def register_start_page(provider: Callable[[User], str]) -> None:
    """Announce where some people start after signing in: ``provider(user)`` is a URL, or empty for everybody else."""
    if provider not in _start_pages:
        _start_pages.append(provider)


def start_page_of(user: User) -> str:
    """The URL on which the user starts, or an empty string for the home page."""
    return next((url for provider in _start_pages if (url := provider(user))), "")


def identity_of(user: User) -> str:
    """For whom the user works, or an empty string."""
    return next((text for provider in _identities if (text := provider(user))), "")


def register_place_name(provider: Callable[[], str]) -> None:
    """Announce who knows whose installation this is, for the sign-in page; the first non-empty answer counts."""
    if provider not in _place_names:
        _place_names.append(provider)


def place_name() -> str:
    """Whose installation this is, or an empty string."""
    return next((text for provider in _place_names if (text := provider())), "")


def links_for(user: User, path: str, active: str = "") -> list[NavigationLink]:
    """The entries this user may use, in order.

    The active one is ``active`` or else the longest URL that ``path`` starts with. An entry
    whose URL does not exist (its room is not installed) is left out.
    """
    if not getattr(user, "is_authenticated", False):
        return []
    usable: list[tuple[NavigationItem, str]] = []
    for item in sorted(_items.values(), key=lambda one: (one.order, one.key)):
        try:
            url = reverse(item.url_name)
        except NoReverseMatch:
            continue
        if item.permission(user):
            usable.append((item, url))
    if not active:
        below = [(len(url), item.key) for item, url in usable if path == url or (url != "/" and path.startswith(url))]
        active = max(below)[1] if below else ""
    return [NavigationLink(item.key, item.label, url, item.key == active) for item, url in usable]
