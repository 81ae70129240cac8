"""Small trees for tests: units with paths, centres and square boundaries that tile exactly.

``make_tree()`` gives two streets of two communities of two grids::

    tree = make_tree()
    tree.district, tree.streets[0], tree.communities[3], tree.grids[7]
    tree.grid(0, 1, 0)                      # first street, second community, first grid
    lon, lat = centre_of(tree.grids[0])     # a point well inside

Both ``parent`` chains are loaded, so ``place_at(unit)`` costs no query.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from apps.accounts.models import User
from apps.core import clock
from apps.core.text import pinyin_key
from apps.grid import location
from apps.grid.models import Boundary, Unit, UnitFact
from apps.grid.permissions import Role
from apps.organisation.models import Agency, RoleGrant
from apps.organisation.services import create_centres, grant_role

OPENED = date(2024, 1, 1)
SIDE = 0.04  # degrees, the district's square
ORIGINS = {"310106": (121.44, 31.24), "320412": (119.90, 31.65), "350211": (118.03, 24.62)}
Box = tuple[float, float, float, float]


@dataclass
class Tree:
    """The units of one district, in tree order; ``boxes`` are their squares as (west, south, east, north)."""

    district: Unit
    streets: list[Unit] = field(default_factory=list)
    communities: list[Unit] = field(default_factory=list)
    grids: list[Unit] = field(default_factory=list)
    boxes: dict[str, Box] = field(default_factory=dict)

    def street(self, number: int) -> Unit:
        """One street, counted from 0."""
        return self.streets[number]

    def community(self, street: int, number: int) -> Unit:
        """One community of a street."""
        parent = self.streets[street]
        return [unit for unit in self.communities if unit.parent_id == parent.pk][number]

    def grid(self, street: int, community: int, number: int) -> Unit:
        """One grid of a community of a street."""
        parent = self.community(street, community)
        return [unit for unit in self.grids if unit.parent_id == parent.pk][number]

    @property
    def units(self) -> list[Unit]:
        """All units."""
        return [self.district, *self.streets, *self.communities, *self.grids]


def make_tree(
    code: str = "310106", *, streets: int = 2, communities: int = 2, grids: int = 2, boundaries: bool = True
) -> Tree:
    """A district with its centres and, unless refused, published boundaries: streets are strips from west to east,
    communities of a street from north to south, grids of a community from west to east again."""
    tree = _units(code, streets, communities, grids)
    create_centres(tree.units)
    if boundaries:
        Boundary.objects.bulk_create([_boundary(unit, tree.boxes[unit.code]) for unit in tree.units])
    location.forget()
    return tree


def make_district(code: str = "310106") -> Unit:
    """A district with nothing below it, and its centre."""
    return make_tree(code, streets=0).district


def _units(code: str, streets: int, communities: int, grids: int) -> Tree:
    last = Unit.objects.order_by("tree_id").values_list("tree_id", flat=True).last() or 0
    counter = iter(range(1, 1_000_000))
    west, south = ORIGINS.get(code, (110.0 + int(code) % 1000 / 50, 30.0))
    boxes: dict[str, Box] = {code: (west, south, west + SIDE, south + SIDE)}

    def node(code: str, name: str, kind: str, level: int, parent: Unit | None) -> Unit:
        unit = Unit(code=code, name=name, name_key=pinyin_key(name), kind=kind, parent=parent, opened_on=OPENED)
        unit.grid_type = "basic" if kind == "grid" else None
        unit.households = 300 if kind == "grid" else 0
        unit.tree_id, unit.level, unit.lft = last + 1, level, next(counter)
        return unit

    tree = Tree(node(code, f"{code}区", "district", 0, None), boxes=boxes)
    for s in range(streets):
        street = node(f"{code}{s + 1:03d}", f"第{s + 1}街道", "street", 1, tree.district)
        boxes[street.code] = _strip(boxes[code], s, streets, across=True)
        tree.streets.append(street)
        for c in range(communities):
            community = node(f"{street.code}{c + 1:03d}", f"{s + 1}街{c + 1}社区", "community", 2, street)
            boxes[community.code] = _strip(boxes[street.code], c, communities, across=False)
            tree.communities.append(community)
            for g in range(grids):
                grid = node(f"{community.code}{g + 1:03d}", f"第{g + 1}网格", "grid", 3, community)
                boxes[grid.code] = _strip(boxes[community.code], g, grids, across=True)
                grid.rght = next(counter)
                tree.grids.append(grid)
            community.rght = next(counter)
        street.rght = next(counter)
    tree.district.rght = next(counter)
    for units in ([tree.district], tree.streets, tree.communities, tree.grids):
        Unit.objects.bulk_create(units)
    UnitFact.objects.bulk_create(
        [
            UnitFact(unit=unit, name=unit.name, parent=unit.parent, valid_from=OPENED, because="测试")
            for unit in tree.units
        ]
    )
    return tree


def _strip(box: Box, number: int, count: int, *, across: bool) -> Box:
    """The part ``number`` of ``count``, from the west or, not ``across``, from the north."""
    west, south, east, north = box
    if across:
        edges = [round(west + (east - west) * i / count, 6) for i in range(count + 1)]
        return edges[number], south, edges[number + 1], north
    edges = [round(north - (north - south) * i / count, 6) for i in range(count + 1)]
    return west, edges[number + 1], east, edges[number]


def square(west: float, south: float, east: float, north: float) -> dict[str, object]:
    """A GeoJSON polygon of one rectangle, counter-clockwise."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def _boundary(unit: Unit, box: Box) -> Boundary:
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    return Boundary(
        unit=unit,
        geometry=square(*box),
        state="published",
        synthetic=True,
        area=1000,
        perimeter=100,
        valid_from=moment,
        drawn_at=moment,
        because="测试",
    )


def centre_of(unit: Unit) -> tuple[float, float]:
    """A longitude and latitude well inside a unit of ``make_tree`` (the middle of its published square)."""
    ring = Boundary.objects.get(unit=unit, state="published").geometry["coordinates"][0]
    lons, lats = [point[0] for point in ring], [point[1] for point in ring]
    return (min(lons) + max(lons)) / 2, (min(lats) + max(lats)) / 2


def centre_agency(unit: Unit) -> Agency:
    """The station or centre of a unit that is not a grid."""
    return Agency.objects.get(unit=unit, kind="centre")


def grant(
    user: User,
    role: Role | str,
    unit: Unit | None = None,
    *,
    agency: Agency | None = None,
    valid_from: date = OPENED,
    valid_to: date | None = None,
) -> RoleGrant:
    """Let ``user`` hold ``role`` on a unit or an agency since 2024; the user object sees it at once."""
    return grant_role(
        actor=None,
        user=user,
        role=Role(role),
        unit=unit,
        agency=agency,
        valid_from=valid_from,
        valid_to=valid_to,
        because="测试",
        at=clock.now(),
    )
