"""Reading units and their boundaries for pages and the API; every list starts from ``visible_to``."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count, Q, QuerySet, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid import location
from apps.grid.geometry import simplified_together
from apps.grid.models import PARENT_KIND, Boundary, BoundaryState, Unit, UnitKind
from apps.grid.permissions import Permission
from apps.grid.placed import PATH_RELATED, place_at, placed_models
from apps.grid.scopes import covers, scopes_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person

PAGE_SIZE = 50
LARGEST_PAGE = 200
SIMPLIFY = {
    "district": 0.0008,
    "street": 0.0002,
    "community": 0.00004,
    "grid": 0.00001,
}  # degrees, by the parent's kind


def unit_count() -> int:
    """How many units there are in all trees, closed ones too."""
    return Unit.objects.count()


def only_district_name() -> str:
    """The district's name where there is exactly one, else nothing; for the sign-in page, as names are public."""
    names = list(Unit.objects.filter(kind=UnitKind.DISTRICT).values_list("name", flat=True)[:2])
    return names[0] if len(names) == 1 else ""


def published_grids() -> list[dict[str, Any]]:
    """The outlines of all open grids, for measuring."""
    rows = Boundary.objects.filter(state=BoundaryState.PUBLISHED, unit__kind="grid", unit__closed_on__isnull=True)
    return list(rows.order_by("unit__code").values_list("geometry", flat=True))


def visible_unit(user: "Person", code: str, permission: Permission = Permission.UNIT_VIEW) -> Unit:
    """One unit with its ancestors. Raises ``NotVisible`` outside the scope, ``NotAllowed`` where it may only be
    seen.
    """
    found = Unit.objects.visible_to(user).select_related(*PATH_RELATED).filter(code=code).first()
    if found is None:
        raise NotVisible
    if permission is not Permission.UNIT_VIEW and not covers(user, permission, place_at(found)):
        raise NotAllowed
    return found


def may(user: "Person", permission: Permission, unit: Unit) -> bool:
    """Whether ``user`` holds ``permission`` over ``unit``."""
    return covers(user, permission, place_at(unit))


def first_unit(user: "Person", permission: Permission = Permission.UNIT_VIEW) -> Unit | None:
    """Where a user begins: the first of the topmost units of his scope."""
    scopes = scopes_of(user, permission)
    return Unit.objects.select_related(*PATH_RELATED).get(pk=scopes[0].unit_id) if scopes else None


def units_at(user: "Person", lon: float, lat: float) -> list[Unit]:
    """The chain of units that holds a point, the district first. Raises ``NotVisible`` outside every grid, and where
    the lowest of them is outside the scope."""
    found = location.locate(lon, lat)
    if found is None:
        raise NotVisible
    lowest = visible_unit(user, found.unit.code)
    chain = [lowest]
    while chain[0].parent is not None:
        chain.insert(0, chain[0].parent)
    return chain


def units_page(user: "Person", wanted: dict[str, str], cursor: str | None, size: int) -> KeysetPage[Unit]:
    """Open units in the scope, by code; ``wanted`` may have ``kind``, ``parent`` (a code) and ``q`` (name or code)."""
    units = Unit.objects.visible_to(user).open().select_related("parent")
    if wanted.get("kind"):
        units = units.filter(kind=wanted["kind"])
    if wanted.get("parent"):
        units = units.filter(parent__code=wanted["parent"])
    if wanted.get("q"):
        units = units.filter(Q(name__icontains=wanted["q"]) | Q(code__startswith=wanted["q"]))
    return keyset_page(units, ["code"], cursor, min(size, LARGEST_PAGE))


def visible_children(user: "Person", unit: Unit) -> "QuerySet[Unit]":
    """The open children of a unit that are in the scope, by code."""
    return Unit.objects.visible_to(user).open().filter(parent_id=unit.pk).order_by("code")


def siblings_of(user: "Person", unit: Unit) -> "QuerySet[Unit]":
    """The open units beside a unit, itself included, that are in the scope."""
    return Unit.objects.visible_to(user).open().filter(kind=unit.kind, parent_id=unit.parent_id).order_by("code")


def tree_around(user: "Person", unit: Unit) -> list[Unit]:
    """The tree opened along the way to ``unit``: every open unit in the scope whose parent lies on that way, in tree
    order.
    """
    way = [pk for pk in place_at(unit).values() if pk is not None]
    tops = [scope.unit_id for scope in scopes_of(user, Permission.UNIT_VIEW)]
    shown = Unit.objects.visible_to(user).open().filter(Q(parent__in=way) | Q(pk__in=tops))
    return list(shown.order_by("tree_id", "lft"))


def shown_on_map(user: "Person", unit: Unit) -> list[Unit]:
    """What a map of ``unit`` shows: its children; of a grid, its siblings; where there is neither, itself."""
    units = siblings_of(user, unit) if unit.kind == UnitKind.GRID else visible_children(user, unit)
    return list(units) or [unit]


@dataclass(frozen=True)
class MapView:
    """A map page: the lines of the list beside it, its title's figures, and the unit that stands out."""

    lines: list["ChildLine"]
    overview: "Overview"
    selected: str


def map_view(user: "Person", unit: Unit) -> MapView:
    """What the map page of a unit says beside the map."""
    selected = unit.code if unit.kind == UnitKind.GRID else ""
    return MapView(child_lines(shown_on_map(user, unit)), unit_overview(unit), selected)


def outlines_of(units: Iterable[Unit], parent_kind: str) -> dict[str, Any]:
    """A FeatureCollection of published outlines, simplified together so that neighbours still meet."""
    by_id = {unit.pk: unit for unit in units}
    rows = Boundary.objects.filter(unit__in=by_id, state=BoundaryState.PUBLISHED).order_by("unit__code")
    boundaries = list(rows)
    shapes = simplified_together([row.geometry for row in boundaries], SIMPLIFY[parent_kind])
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": unit_properties(by_id[row.unit_id]) | {"synthetic": row.synthetic},
                "geometry": outline,
            }
            for row, outline in zip(boundaries, shapes, strict=True)
        ],
    }


def unit_properties(unit: Unit) -> dict[str, Any]:
    """What a map says of a unit."""
    note = _("%(number)d 户") % {"number": unit.households} if unit.kind == UnitKind.GRID else ""
    return {"code": unit.code, "name": unit.name, "kind": unit.kind, "grid_type": unit.grid_type, "note": note}


def map_outlines(user: "Person", unit: Unit) -> dict[str, Any]:
    """The outlines a map of ``unit`` shows."""
    return outlines_of(shown_on_map(user, unit), unit.kind)


def outlines_around(unit: Unit) -> dict[str, Any]:
    """For the editor, exactly as stored: the unit, its open siblings (those in no scope of the user too: an edge has
    two sides) and the parent, each with ``role`` ``self``, ``sibling`` or ``parent``."""
    near = Unit.objects.open().filter(Q(parent_id=unit.parent_id, kind=unit.kind) | Q(pk=unit.parent_id))
    by_id = {one.pk: one for one in near}
    rows = Boundary.objects.filter(unit__in=by_id, state=BoundaryState.PUBLISHED).order_by("unit__code")

    def role(one: Unit) -> str:
        return "self" if one.pk == unit.pk else "parent" if one.pk == unit.parent_id else "sibling"

    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": unit_properties(by_id[row.unit_id]) | {"role": role(by_id[row.unit_id])},
                "geometry": row.geometry,
            }
            for row in rows
        ],
    }


def boundary_of(unit: Unit, state: str = BoundaryState.PUBLISHED) -> Boundary | None:
    """The unit's published boundary or its draft."""
    return Boundary.objects.select_related("drawn_by").filter(unit=unit, state=state).first()


def boundary_history(unit: Unit) -> list[Boundary]:
    """Every boundary the unit has or had, the oldest first, the draft last."""
    rows = Boundary.objects.filter(unit=unit).select_related("drawn_by")
    return sorted(rows, key=lambda row: (row.state == BoundaryState.DRAFT, row.valid_from or row.drawn_at, row.pk))


def boundary_feature(boundary: Boundary) -> dict[str, Any]:
    """One boundary as a GeoJSON Feature; areas in m², lengths in m."""
    return {
        "type": "Feature",
        "properties": {
            "id": boundary.pk,
            "state": boundary.state,
            "synthetic": boundary.synthetic,
            "area": float(boundary.area),
            "perimeter": float(boundary.perimeter),
            "valid_from": boundary.valid_from,
            "valid_to": boundary.valid_to,
            "drawn_at": boundary.drawn_at,
            "drawn_by": boundary.drawn_by.name if boundary.drawn_by else None,
            "because": boundary.because,
        },
        "geometry": boundary.geometry,
    }


@dataclass(frozen=True)
class Overview:
    """A unit at a glance; ``load`` is how far its households lie above (+) or below (−) its siblings' mean, in per
    cent.
    """

    unit: Unit
    households: int
    counts: dict[str, int]
    boundary: Boundary | None
    mean: int | None
    load: int | None

    @property
    def hectares(self) -> Decimal | None:
        """The area in hectares, to two places."""
        return to_hectares(self.boundary.area if self.boundary else None)

    @property
    def hectares_text(self) -> str:
        """The same with separators, whole beyond a hundred; a dash for none."""
        if self.hectares is None:
            return "—"
        return f"{self.hectares:,.0f}" if self.hectares >= 100 else f"{self.hectares:,}"

    @property
    def households_text(self) -> str:
        """The households with separators."""
        return f"{self.households:,}"

    @property
    def counts_text(self) -> dict[str, str]:
        """How many units of each kind lie below, with separators."""
        return {kind: f"{count:,}" for kind, count in self.counts.items()}

    @property
    def load_scale(self) -> int:
        """The end of the load's bar: one and a half times the mean, or the unit's own households beyond that."""
        return max(round((self.mean or 0) * 3 / 2), self.households, 1)

    @property
    def load_size(self) -> int:
        """The distance from the mean without its sign."""
        return abs(self.load or 0)


def unit_overview(unit: Unit) -> Overview:
    """Counts and sums over the subtree in four queries, whatever its size."""
    below = Unit.objects.open().filter(tree_id=unit.tree_id, lft__gte=unit.lft, rght__lte=unit.rght)
    sums = below.aggregate(
        households=Sum("households", default=0),
        **{kind: Count("pk", filter=Q(kind=kind) & ~Q(pk=unit.pk)) for kind in PARENT_KIND},
    )
    mean = _sibling_mean(unit)
    households = sums.pop("households")
    counts = {kind: number for kind, number in sums.items() if number}
    load = round((households - mean) * 100 / mean) if mean else None
    return Overview(unit, households, counts, boundary_of(unit), mean, load)


def _sibling_mean(unit: Unit) -> int | None:
    """The mean number of households of the unit's open siblings, itself included; basic grids are compared with
    basic ones.
    """
    if unit.parent_id is None:
        return None
    if unit.kind == UnitKind.GRID:
        siblings = Unit.objects.open().filter(parent_id=unit.parent_id, grid_type=unit.grid_type)
        found = siblings.aggregate(mean=Avg("households"), number=Count("pk"))
    else:
        within = Q(tree_id=unit.tree_id, kind=UnitKind.GRID)
        parent = unit.parent
        inside = Q(lft__gt=parent.lft, rght__lt=parent.rght)  # type: ignore[union-attr]
        total = Unit.objects.open().filter(within & inside).aggregate(sum=Sum("households", default=0))["sum"]
        number = Unit.objects.open().filter(parent_id=unit.parent_id).count()
        found = {"mean": total / number if number else None, "number": number}
    return round(found["mean"]) if found["mean"] and found["number"] > 1 else None


@dataclass(frozen=True)
class ChildLine:
    """A child in a table: households of its subtree, number of its own children, area in hectares."""

    unit: Unit
    households: int
    children: int
    hectares: Decimal | None


def child_lines(units: Iterable[Unit]) -> list[ChildLine]:
    """Figures of sibling units in two queries, whatever their number."""
    units = list(units)
    if not units:
        return []
    areas = dict(Boundary.objects.filter(unit__in=units, state=BoundaryState.PUBLISHED).values_list("unit_id", "area"))
    inside = Q(pk__in=[])
    for unit in units:
        inside |= Q(tree_id=unit.tree_id, lft__gte=unit.lft, rght__lte=unit.rght)
    rows = Unit.objects.open().filter(inside).values_list("tree_id", "lft", "parent_id", "households")
    households: dict[int, int] = dict.fromkeys((unit.pk for unit in units), 0)
    children: dict[int, int] = dict.fromkeys((unit.pk for unit in units), 0)
    for tree_id, lft, parent_id, number in rows:
        owner = next(unit for unit in units if unit.tree_id == tree_id and unit.lft <= lft <= unit.rght)
        households[owner.pk] += number
        children[owner.pk] += parent_id == owner.pk
    return [ChildLine(unit, households[unit.pk], children[unit.pk], to_hectares(areas.get(unit.pk))) for unit in units]


def to_hectares(area: Decimal | None) -> Decimal | None:
    """Square metres as hectares, to two places."""
    return (area / 10_000).quantize(Decimal("0.01")) if area is not None else None


def rows_touched(unit: Unit) -> list[tuple[str, int]]:
    """How many open rows of each registered kind lie in the unit: what a new boundary may move. Names in the user's
    language.
    """
    found = []
    for placed in placed_models():
        if not isinstance(placed.model._meta.verbose_name, Promise):
            continue  # a record without a name for people, such as the limits of a case
        number = placed.model._base_manager.filter(placed.open_rows, **{f"{unit.kind}_id": unit.pk}).count()
        if number:
            found.append((str(placed.model._meta.verbose_name), number))
    return found


def find_units(user: "Person", words: str, most: int) -> list[Unit]:
    """Units in the scope whose name has ``words`` or whose code begins with them, the higher levels first."""
    units = Unit.objects.visible_to(user).open().filter(Q(name__icontains=words) | Q(code__startswith=words))
    return list(units.select_related(*PATH_RELATED).order_by("level", "tree_id", "lft")[:most])
