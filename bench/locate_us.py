"""``locate_us``: which grid holds a point, beside a bare R-tree and one polygon test on the same outlines."""

import random
from itertools import cycle

import shapely
from shapely.geometry import shape

from apps.grid import selectors
from apps.grid.location import locate
from bench.harness import Context

POINTS = 2000
SEED = 310106


def run(context: Context) -> None:
    """Points all over the district, the same for both, one after the other."""
    outlines = [shape(outline) for outline in selectors.published_grids()]
    shapely.prepare(outlines)
    tree = shapely.STRtree(outlines)
    points = _points(outlines)
    mine, bare = cycle(points), cycle(points)

    def ours() -> None:
        locate(*next(mine))

    def floor() -> None:
        lon, lat = next(bare)
        for i in tree.query(shapely.Point(lon, lat)):
            if shapely.intersects_xy(outlines[i], lon, lat):
                return

    for _ in points:
        ours()
    context.figure("locate_us", ours, floor, n=len(outlines), repeat=15, calls=POINTS, unit="us")


def _points(outlines: list[shapely.Geometry]) -> list[tuple[float, float]]:
    """One point in the frame of an outline drawn by lot, again and again: most lie in it, the rest beside it."""
    dice = random.Random(SEED)
    frames = [dice.choice(outlines).bounds for _ in range(POINTS)]
    return [(dice.uniform(west, east), dice.uniform(south, north)) for west, south, east, north in frames]
