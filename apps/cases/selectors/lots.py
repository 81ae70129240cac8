"""Reading the shares that are drawn, and drawing again what was drawn."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apps.cases.drawing import SETS_SHARE, how_many, lots
from apps.cases.models.lots import Draw, Share
from apps.core.errors import NotAllowed
from apps.grid.models import Unit
from apps.grid.scopes import holds, scopes_of

if TYPE_CHECKING:
    from apps.accounts.models import User


@dataclass(frozen=True)
class Shares:
    """The shares set within the scope, the latest of each unit, by unit; the units one may set; and the share where
    none is set."""

    rows: list[Share]
    units: list[Unit]
    default: int


def sets_shares(user: "User") -> bool:
    """Whether the user may set the share anywhere."""
    return holds(user, SETS_SHARE)


def shares_of(rows: type[Share], user: "User") -> Shares:
    """Two queries and one per scope. Raises ``NotAllowed`` for those who set none."""
    if not sets_shares(user):
        raise NotAllowed
    units: list[Unit] = []
    for scope in scopes_of(user, SETS_SHARE):
        within = Unit.objects.open().filter(tree_id=scope.tree_id, lft__gte=scope.lft, rght__lte=scope.rght)
        units += within.exclude(kind="grid").order_by("lft")
    latest = rows._default_manager.filter(unit__in=[unit.pk for unit in units]).select_related("unit", "set_by")
    found = latest.order_by("unit_id", "-set_at", "-id").distinct("unit")
    return Shares(sorted(found, key=lambda row: row.unit.lft), units, rows.default_percent)


def is_repeated(draw: Draw, numbers: Collection[str]) -> bool:
    """Whether drawing again with the draw's seed gives just these case numbers."""
    again = lots(draw.seed, draw.population, how_many(len(draw.population), draw.percent))
    return sorted(again) == sorted(numbers)
