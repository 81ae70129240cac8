"""Points that lie inside a grid's polygon."""

from random import Random
from typing import Any

from shapely.geometry import Point, shape
from shapely.prepared import prep

from apps.grid.models import Boundary, BoundaryState


class PointMaker:
    """Draws points inside the published boundaries of grids, a handful per grid prepared in advance."""

    def __init__(self, rng: Random, grid_ids: set[int], per_grid: int = 12) -> None:
        """Read the published outlines of ``grid_ids``; a grid without one raises ``KeyError`` when asked for."""
        self._rng = rng
        self._points: dict[int, list[tuple[float, float]]] = {}
        rows = Boundary.objects.filter(state=BoundaryState.PUBLISHED, unit_id__in=grid_ids).order_by("unit_id")
        for unit_id, geometry in rows.values_list("unit_id", "geometry").iterator(chunk_size=500):
            self._points[unit_id] = self._draw(geometry, per_grid)

    def _draw(self, geometry: dict[str, Any], count: int) -> list[tuple[float, float]]:
        outline = shape(geometry)
        inside = prep(outline)
        west, south, east, north = outline.bounds
        points: list[tuple[float, float]] = []
        for _attempt in range(count * 20):
            lon = round(self._rng.uniform(west, east), 6)
            lat = round(self._rng.uniform(south, north), 6)
            if inside.contains(Point(lon, lat)):
                points.append((lon, lat))
                if len(points) == count:
                    return points
        middle = outline.representative_point()
        return [*points, (round(middle.x, 6), round(middle.y, 6))]

    def point(self, rng: Random, grid_id: int) -> tuple[float, float]:
        """Longitude and latitude in degrees, inside the grid."""
        return rng.choice(self._points[grid_id])
