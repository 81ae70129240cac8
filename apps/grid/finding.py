"""Units in the search box of the top bar."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.urls import reverse

from apps.core.search import PER_PROVIDER, SearchHit
from apps.grid import selectors
from apps.grid.models import UnitKind

if TYPE_CHECKING:
    from apps.accounts.models import User


def find_units(user: "User", words: str) -> Iterator[SearchHit]:
    """Units in the user's scope by a part of the name or the beginning of the code."""
    for unit in selectors.find_units(user, words, PER_PROVIDER):
        above = unit.parent
        place = f"{above.parent.name} › {above.name}" if above and above.parent else above.name if above else ""
        yield SearchHit(UnitKind(unit.kind).label, unit.name, place, reverse("grid:unit", args=[unit.code]), "map-pin")
