"""The tabs of ``/manage/`` and the lines of its overview, announced by the rooms they belong to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from apps.accounts.models import User
    from apps.grid.models import Unit


@dataclass(frozen=True, slots=True)
class ManageTab:
    """A tab: its URL takes the unit's code; it is shown to those who hold ``permission`` over the unit."""

    key: str
    label: "str | Promise"
    url_name: str
    permission: Permission
    order: int


@dataclass(frozen=True, slots=True)
class OverviewLine:
    """A line of the overview: ``tone`` is empty, ``near`` or ``late``."""

    label: str
    value: str
    url: str = ""
    tone: str = ""


Lines = Callable[["User", "Unit"], Iterable[OverviewLine]]
_tabs: dict[str, ManageTab] = {}
_lines: list[Lines] = []


def register_tab(key: str, label: "str | Promise", url_name: str, permission: Permission, order: int) -> None:
    """Announce a tab from ``AppConfig.ready``; overview 10, boundary 20, people 30, duty 40, catalogues 50, changes
    60.
    """
    _tabs[key] = ManageTab(key, label, url_name, permission, order)


def register_lines(provider: Lines) -> None:
    """Announce lines of the overview; ``provider(user, unit)`` answers what that user may know."""
    if provider not in _lines:
        _lines.append(provider)


def tabs_for(user: "User", unit: "Unit", active: str) -> list[dict[str, Any]]:
    """The tabs ``user`` may open on ``unit``, as ``components/tabs.html`` draws them."""
    place = place_at(unit)
    return [
        {"label": tab.label, "url": reverse(tab.url_name, args=[unit.code]), "active": tab.key == active, "count": None}
        for tab in sorted(_tabs.values(), key=lambda one: one.order)
        if covers(user, tab.permission, place)
    ]


def tab_addresses() -> set[str]:
    """The names of the tabs' addresses."""
    return {tab.url_name for tab in _tabs.values()}


def lines_for(user: "User", unit: "Unit") -> list[OverviewLine]:
    """The lines of every room about a unit."""
    return [line for provider in _lines for line in provider(user, unit)]
