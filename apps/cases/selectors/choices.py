"""What the filters of a list and the intake form offer."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from shapely.geometry import shape

from apps.cases.models import Category
from apps.grid.models import Boundary, BoundaryState, Unit, UnitKind
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person

BRANCH_LEVEL = 2


@dataclass(frozen=True)
class FilterChoices:
    """Units one level below the scope, and the branches of the catalogue."""

    units: list[Unit]
    branches: list[Category]


def filter_choices(user: "Person", *, on: date) -> FilterChoices:
    """Two queries."""
    tops = [scope.unit_id for scope in scopes_of(user, Permission.CASE_VIEW)]
    below = Unit.objects.open().filter(parent_id__in=tops) if tops else Unit.objects.none()
    branches = (
        Category.objects.filter(level=BRANCH_LEVEL, active=True).offered_to(user, on).order_by("scheme", "kind", "code")
    )
    return FilterChoices(list(below.order_by("tree_id", "lft")), list(branches))


def leaves(user: "Person", *, on: date) -> list[Category]:
    """Every category that a case in the user's scope can have on a day, with its branches."""
    found = Category.objects.leaves().offered_to(user, on).select_related("parent__parent")
    return list(found.order_by("scheme", "kind", "code"))


def report_units(user: "Person") -> list[Unit]:
    """Where a desk may say that something lies: its unit and two levels below, in tree order."""
    found: list[Unit] = []
    for scope in scopes_of(user, Permission.CASE_REGISTER):
        kinds = {
            "district": [UnitKind.DISTRICT, UnitKind.STREET, UnitKind.COMMUNITY],
            "street": [UnitKind.STREET, UnitKind.COMMUNITY],
            "community": [UnitKind.COMMUNITY, UnitKind.GRID],
        }.get(scope.kind, [UnitKind.GRID])
        units = Unit.objects.open().filter(
            tree_id=scope.tree_id, lft__gte=scope.lft, rght__lte=scope.rght, kind__in=kinds
        )
        found += units.order_by("lft")
    return found


def point_inside(unit: Unit) -> tuple[float, float] | None:
    """Longitude and latitude of a point inside a unit's outline, for what is known by its unit alone."""
    boundary = Boundary.objects.filter(unit=unit, state=BoundaryState.PUBLISHED).values_list("geometry", flat=True)
    geometry = boundary.first()
    if geometry is None:
        return None
    point = shape(geometry).representative_point()
    return round(point.x, 6), round(point.y, 6)
