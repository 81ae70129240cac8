"""Points that other rooms put on the map: open cases, premises, people. A room registers its overlay in
``AppConfig.ready``.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from apps.accounts.models import User
    from apps.grid.models import Unit

MOST_POINTS = 5000


@dataclass(frozen=True, slots=True)
class MapPoint:
    """One point: degrees of WGS 84, ``tone`` ``ok, near, late`` or ``hold``, what it is called and where it leads."""

    id: str
    lon: float
    lat: float
    tone: str
    title: str
    url: str = ""


Points = Callable[["User", "Unit"], Iterable[MapPoint]]


@dataclass(frozen=True, slots=True)
class Overlay:
    """A kind of points; ``points(user, unit)`` answers what that user may see inside that unit."""

    key: str
    label: "str | Promise"
    points: Points


_overlays: dict[str, Overlay] = {}


def register_overlay(key: str, label: "str | Promise", points: Points) -> None:
    """Announce an overlay; a second call with the same ``key`` replaces the first."""
    _overlays[key] = Overlay(key, label, points)


def overlays() -> list[Overlay]:
    """Every overlay, in the order of registration."""
    return list(_overlays.values())


def points_in(user: "User", unit: "Unit") -> list[dict[str, Any]]:
    """The points of every overlay inside a unit that ``user`` may see, at most ``MOST_POINTS`` of each."""
    found: list[dict[str, Any]] = []
    for overlay in _overlays.values():
        for point, _number in zip(overlay.points(user, unit), range(MOST_POINTS), strict=False):
            found.append(asdict(point) | {"overlay": overlay.key})
    return found
