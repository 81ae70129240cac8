"""What lies near a case: possible duplicates, and how often the same thing happened here."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from apps.cases.choices import CaseState
from apps.cases.models import Case

if TYPE_CHECKING:
    from apps.grid.scopes import Person

NEAR_METRES = 50
NEAR_DAYS = 30
HISTORY_DAYS = 365
MOST = 200
EARTH = 6_371_008.8  # metres, mean radius
DEGREE = math.pi * EARTH / 180  # metres of one degree of latitude


@dataclass(frozen=True)
class Neighbour:
    """A case of the same category close by; ``metres`` away."""

    case: Case
    metres: int


def metres_between(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """The distance of two points in degrees, by haversine, in metres."""
    half_lat = math.radians(lat_b - lat_a) / 2
    half_lon = math.radians(lon_b - lon_a) / 2
    root = (
        math.sin(half_lat) ** 2
        + math.cos(math.radians(lat_a)) * math.cos(math.radians(lat_b)) * math.sin(half_lon) ** 2
    )
    return 2 * EARTH * math.asin(math.sqrt(root))


def box_around(lon: float, lat: float) -> dict[str, tuple[float, float]]:
    """The conditions of a box that holds everything within 50 m of a point."""
    tall = NEAR_METRES / DEGREE
    wide = tall / max(math.cos(math.radians(lat)), 0.01)
    return {"lat__range": (lat - tall, lat + tall), "lon__range": (lon - wide, lon + wide)}


def cases_around(
    user: "Person",
    category_id: int,
    lon: float,
    lat: float,
    *,
    since: datetime,
    until: datetime,
    exclude: int | None = None,
) -> list[tuple[Case, float]]:
    """Cases of a category within 50 m of a point that ``user`` sees, with their distance in metres, the latest first.
    One query: a bounding box, then exact distances."""
    inside = Case.objects.visible_to(user).filter(
        category_id=category_id, reported_at__range=(since, until), **box_around(lon, lat)
    )
    found = []
    for other in inside.exclude(pk=exclude).select_related("category").order_by("-reported_at")[:MOST]:
        metres = metres_between(lon, lat, other.lon, other.lat)
        if metres <= NEAR_METRES:
            found.append((other, metres))
    return found


def neighbours_of(user: "Person", case: Case) -> tuple[list[Neighbour], int]:
    """Cases of the same category within 50 m and 30 days that ``user`` sees, nearest first; and the number of such
    cases within a year up to this one, itself included. One query: a bounding box, then exact distances."""
    around = cases_around(
        user,
        case.category_id,  # type: ignore[attr-defined]
        case.lon,
        case.lat,
        since=case.reported_at - timedelta(days=HISTORY_DAYS),
        until=case.reported_at + timedelta(days=NEAR_DAYS),
        exclude=case.pk,
    )
    found = [Neighbour(other, round(metres)) for other, metres in around]
    soon = timedelta(days=NEAR_DAYS)
    near = [
        one
        for one in found
        if abs(one.case.reported_at - case.reported_at) <= soon and one.case.state != CaseState.MERGED
    ]
    earlier = sum(one.case.reported_at <= case.reported_at for one in found)
    return sorted(near, key=lambda one: one.metres), earlier + 1
