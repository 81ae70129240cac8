"""The space that photos take up, counted in the street they belong to, and what administrators see of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.presentation import size_text
from apps.core.quotas import MEGABYTE, limits, use_of_units
from apps.grid.manage_tabs import OverviewLine
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers

if TYPE_CHECKING:
    from apps.accounts.models import User

NEAR_SHARE = 80  # per cent from which the space of a unit is said to run out


def storage_unit(place: Mapping[str, int | None]) -> int:
    """The unit in whose total the photos of a row of this path count: its street, or the district where it lies in
    none."""
    unit = place["street_id"] or place["district_id"]
    if unit is None:
        raise ValueError("a row that carries a photo lies in a district")
    return unit


@dataclass(frozen=True, slots=True)
class StorageLine:
    """What the photos of one unit take up; sizes in bytes."""

    unit: Unit
    photos: int
    size: int
    most: int

    @property
    def share(self) -> int:
        """Per cent of what is allowed."""
        return self.size * 100 // self.most

    @property
    def tone(self) -> str:
        """``near`` where little is left, ``late`` where nothing is."""
        return "late" if self.share >= 100 else "near" if self.share >= NEAR_SHARE else ""


def storage_lines(user: "User") -> list[StorageLine]:
    """Every district and street within the scope, those that are closed only where they hold photos, the fullest
    first. Two queries."""
    used, most = use_of_units(), limits().unit_mb * MEGABYTE
    units = Unit.objects.visible_to(user, Permission.SYSTEM_MANAGE).filter(kind__in=["district", "street"])
    lines = [
        StorageLine(unit, use.files if use else 0, use.size if use else 0, most)
        for unit in units.order_by("tree_id", "lft")
        if (use := used.get(unit.pk)) or unit.closed_on is None
    ]
    return sorted(lines, key=lambda line: -line.size)


def storage_overview(user: "User", unit: Unit) -> Iterable[OverviewLine]:
    """One line that leads to the page of the space, for those who administer the system of a district."""
    if unit.kind != "district" or not covers(user, Permission.SYSTEM_MANAGE, place_at(unit)):
        return []
    lines = storage_lines(user)
    tones = {line.tone for line in lines}
    tone = next((one for one in ("late", "near") if one in tones), "")
    used = size_text(sum(line.size for line in lines))
    return [OverviewLine(_("照片空间"), used, reverse("grid:storage"), tone)]
