"""Units and boundaries of the demonstration: a real district divided into invented grids, marked as synthetic."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

import numpy as np
from django.conf import settings
from django.db import transaction

from apps.core import clock
from apps.grid import location
from apps.grid.divisions import read_division
from apps.grid.geometry import measure, read_geojson, to_geojson
from apps.grid.models import Boundary, BoundaryState, GridType, Unit, UnitKind
from apps.grid.services.division import Progress, import_division, quiet
from apps.grid.tessellation import Cell, tessellate
from apps.grid.tree import BATCH, add_units, lock_tree, new_unit, tree_units

AGE = timedelta(days=1100)  # the demonstration's tree is older than its history
BECAUSE = "示范数据"
FEWEST_GRIDS, MOST_GRIDS = 5, 8
URBAN_HOUSEHOLDS = (200, 500)
RURAL_HOUSEHOLDS = (100, 300)
DEDICATED_HOUSEHOLDS = (0, 40)
DEDICATED_SHARE = 0.4
DEDICATED = ("商务楼宇", "菜场", "公园", "学校", "医院", "商场")
RURAL_ENDINGS = ("村委会", "村民委员会", "村")
ENDINGS = ("社区居民委员会", "居民委员会", "村民委员会", "社区居委会", "居委会", "村委会", "社区", "村")


def short_name(name: str) -> str:
    """A community's name without the kind of committee it is."""
    for ending in ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name


@transaction.atomic
def seed_units(district_code: str, random: Random, *, at: datetime | None = None, progress: Progress = quiet) -> Unit:
    """Load a district of ``config/divisions``, give each community 5 to 8 grids and every unit a synthetic boundary.

    What is there already stays: communities that have grids get none, and where one unit of the district has a
    boundary none is drawn. Units and boundaries are dated back by ``AGE``. The same ``random`` gives the same
    result. Raises ``FileNotFoundError`` for a district that is not in ``config/divisions``; without an outline no
    boundary is drawn.
    """
    begun = (at or clock.now()) - AGE
    rows = read_division((settings.CONFIG_DIR / "divisions" / f"{district_code}.csv").read_bytes())
    import_division(rows, at=begun, because=BECAUSE, progress=progress)
    lock_tree()
    district = Unit.objects.get(code=district_code)
    add_grids(district, random, begun)
    units = tree_units(district)
    progress("grids", sum(unit.kind == UnitKind.GRID for unit in units))
    progress("boundaries", draw_boundaries(units, random, begun))
    transaction.on_commit(location.forget)
    return next(unit for unit in units if unit.code == district_code)


def add_grids(district: Unit, random: Random, begun: datetime) -> None:
    """Give every community without grids its 5 to 8 grids."""
    units = tree_units(district)
    divided = {unit.parent_id for unit in units if unit.kind == UnitKind.GRID}
    new = []
    for community in units:
        if community.kind == UnitKind.COMMUNITY and community.pk not in divided:
            new += _grids_of(community, random, begun)
    if new:
        add_units(units, new, because=BECAUSE)


def _grids_of(community: Unit, random: Random, begun: datetime) -> list[Unit]:
    count = random.randint(FEWEST_GRIDS, MOST_GRIDS)
    dedicated = random.randrange(count) if random.random() < DEDICATED_SHARE else None
    rural = community.name.endswith(RURAL_ENDINGS)
    grids = []
    for i in range(count):
        grid = new_unit(
            code=f"{community.code}{i + 1:03d}",
            name=f"第{i + 1}网格",
            kind=UnitKind.GRID,
            parent=community,
            opened_on=clock.local(begun).date(),
            grid_type=GridType.BASIC,
        )
        spread = RURAL_HOUSEHOLDS if rural else URBAN_HOUSEHOLDS
        if i == dedicated:
            grid.grid_type = GridType.DEDICATED
            grid.name = f"{short_name(community.name)}{random.choice(DEDICATED)}网格"
            spread = DEDICATED_HOUSEHOLDS
        grid.households = round(random.triangular(*spread, sum(spread) / 2))
        grids.append(grid)
    return grids


def draw_boundaries(units: Iterable[Unit], random: Random, begun: datetime) -> int:
    """Divide the district's outline among its units; returns how many boundaries were drawn."""
    units = [unit for unit in units if unit.closed_on is None]
    district = next(unit for unit in units if unit.parent_id is None)
    path = settings.CONFIG_DIR / "boundaries" / f"{district.code}.geojson"
    drawn = Boundary.objects.filter(unit__in=units, state=BoundaryState.PUBLISHED)
    if not path.exists() or drawn.exists():
        return 0
    outline, _fault = read_geojson(json.loads(path.read_text(encoding="utf-8")))
    if outline is None:
        return 0
    cells = {unit.pk: Cell(unit.code) for unit in units}
    below: dict[int | None, list[Cell]] = defaultdict(list)
    for unit in sorted(units, key=lambda unit: unit.code):
        below[unit.parent_id].append(cells[unit.pk])
    for unit in units:
        cells[unit.pk].children = below[unit.pk]
    generator = np.random.default_rng(random.getrandbits(64))
    outlines = tessellate(outline, cells[district.pk], generator)
    rows = []
    for unit in units:
        size = measure(outlines[unit.code])
        rows.append(
            Boundary(
                unit=unit,
                geometry=to_geojson(outlines[unit.code]),
                state=BoundaryState.PUBLISHED,
                synthetic=unit.pk != district.pk,
                area=Decimal(f"{size.area:.1f}"),
                perimeter=Decimal(f"{size.perimeter:.1f}"),
                valid_from=begun,
                drawn_at=begun,
                because=BECAUSE,
            )
        )
    Boundary.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)
