"""Dividing an outline into cells of about equal area that tile it exactly; pure and, for one seed, always the same.

A cell is the part of the outline that is nearest to its site (Voronoi), and the sites are moved to the middle of their
cells a few times (Lloyd), which makes the cells compact and balanced. Cells are divided again for the next level. At
the end all borders of the lowest level are cut at each other's ends on the grain of storage, and every higher cell is
put together from its parts, so that neighbours share their vertices and no gap opens between levels.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from apps.grid.geometry import GRAIN, areal, polygons_of

ROUNDS = 12
SAMPLES_PER_CELL = 80
FEWEST_SAMPLES = 400
Points = NDArray[np.float64]


@dataclass
class Cell:
    """A node to be given an outline: ``key`` is the caller's name for it; children divide it further."""

    key: str
    children: list["Cell"] = field(default_factory=list)
    outline: BaseGeometry = field(default_factory=Polygon)


def tessellate(outline: BaseGeometry, root: Cell, generator: np.random.Generator) -> dict[str, BaseGeometry]:
    """Divide ``outline`` among the tree under ``root``; returns the outline of every node by its key.

    The children of the root are laid out from south to north, all others in reading order: from west to east in rows,
    the rows from north to south. The root keeps ``outline`` itself.
    """
    root.outline = outline
    leaves: list[Cell] = []
    stack = [(root, northwards)]
    while stack:
        cell, order = stack.pop()
        if not cell.children:
            leaves.append(cell)
            continue
        parts = order(divide(cell.outline, len(cell.children), generator))
        for child, part in zip(cell.children, parts, strict=True):
            child.outline = part
            stack.append((child, reading_order))
    exact = _share_edges(leaves, outline)
    found: dict[str, BaseGeometry] = {}
    _put_together(root, exact, found)
    found[root.key] = outline
    return found


def divide(outline: BaseGeometry, count: int, generator: np.random.Generator) -> list[BaseGeometry]:
    """``outline`` as ``count`` connected cells of about equal area (on the ground, not in degrees).

    Less equal where deep bays cut cells in two: the smaller part then goes to a neighbour.
    """
    if count == 1:
        return [outline]
    shrink = np.array([np.cos(np.radians(outline.centroid.y)), 1.0])
    sample = _sample(outline, max(FEWEST_SAMPLES, count * SAMPLES_PER_CELL), generator) * shrink
    sites = sample[generator.choice(len(sample), count, replace=False)]
    for _ in range(ROUNDS):
        nearest = np.argmin(((sample[:, None, :] - sites[None, :, :]) ** 2).sum(axis=2), axis=1)
        for i in range(count):
            own = sample[nearest == i]
            if len(own):
                sites[i] = own.mean(axis=0)
    flat = shapely.transform(outline, lambda points: points * shrink)
    cells = shapely.voronoi_polygons(MultiPoint(sites), extend_to=flat.envelope.buffer(0.01)).geoms
    owners = shapely.STRtree(list(cells))
    ordered = [cells[int(owners.query(site, predicate="within")[0])] for site in shapely.points(sites)]
    pieces = _connected([shapely.intersection(cell, flat) for cell in ordered])
    return [shapely.transform(piece, lambda points: points / shrink) for piece in pieces]


def _sample(outline: BaseGeometry, size: int, generator: np.random.Generator) -> Points:
    """``size`` points spread evenly over the outline."""
    shapely.prepare(outline)
    west, south, east, north = outline.bounds
    found: list[Points] = []
    have = 0
    while have < size:
        tries = generator.random((size * 2, 2)) * [east - west, north - south] + [west, south]
        inside = tries[shapely.contains_xy(outline, tries)]
        found.append(inside)
        have += len(inside)
    return np.concatenate(found)[:size]


def _connected(cells: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Cells cut in two by a bay of the outline give the smaller parts to the neighbour they border longest."""
    kept: list[BaseGeometry] = []
    loose: list[Polygon] = []
    for cell in cells:
        parts = sorted(polygons_of(cell), key=lambda part: part.area, reverse=True)
        kept.append(parts[0])
        loose += parts[1:]
    for part in sorted(loose, key=lambda part: part.area, reverse=True):
        borders = [part.intersection(cell).length for cell in kept]
        best = int(np.argmax(borders))
        kept[best] = areal(kept[best].union(part))
    return kept


def northwards(cells: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """From south to north."""
    return sorted(cells, key=lambda cell: (cell.centroid.y, cell.centroid.x))


def reading_order(cells: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """From west to east in rows, the rows from north to south; a row is about one cell high."""
    rows = max(1, round(len(cells) ** 0.5))
    falling = sorted(cells, key=lambda cell: -cell.centroid.y)
    edges = [round(len(cells) * row / rows) for row in range(rows + 1)]
    ordered: list[BaseGeometry] = []
    for row in range(rows):
        ordered += sorted(falling[edges[row] : edges[row + 1]], key=lambda cell: cell.centroid.x)
    return ordered


Order = Callable[[Sequence[BaseGeometry]], list[BaseGeometry]]


def _share_edges(leaves: Sequence[Cell], outline: BaseGeometry) -> dict[str, list[Polygon]]:
    """Cut all borders at each other's ends on the grain of storage and give each face to the leaf it lies in."""
    lines = [cell.outline.boundary for cell in leaves] + [outline.boundary]
    noded = shapely.union_all(lines, grid_size=GRAIN)
    faces = list(shapely.polygonize([noded]).geoms)
    tree = shapely.STRtree([cell.outline for cell in leaves])
    exact: dict[str, list[Polygon]] = {cell.key: [] for cell in leaves}
    for face in faces:
        inside = face.representative_point()
        if outline.contains(inside):
            exact[leaves[int(tree.nearest(inside))].key].append(face)
    return exact


def _put_together(cell: Cell, exact: dict[str, list[Polygon]], found: dict[str, BaseGeometry]) -> list[Polygon]:
    faces = exact[cell.key] if not cell.children else []
    for child in cell.children:
        faces = faces + _put_together(child, exact, found)
    found[cell.key] = areal(shapely.union_all(faces))
    return faces
