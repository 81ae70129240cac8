"""Areas, repairs, coverage and coordinate systems against known figures."""

import json
import math
import random

import numpy as np
import pytest
import shapely
from django.conf import settings
from shapely.geometry import MultiPolygon, Polygon, box, shape

from apps.grid import geometry as geo
from apps.grid.crs import Crs, to_bd09, to_gcj02, to_wgs84
from apps.grid.tessellation import Cell, divide, tessellate


def test_area_and_perimeter_are_those_of_the_ellipsoid():
    b, e = 6_356_752.314, math.sqrt(0.00669438002290)
    sine = math.sin(math.radians(1))
    zone = b**2 / 2 * math.radians(1) * (sine / (1 - (e * sine) ** 2) + math.atanh(e * sine) / e)
    assert geo.measure(box(0, 0, 1, 1)).area == pytest.approx(zone, rel=1e-7)  # between two parallels, in closed form
    small = geo.measure(box(121.44, 31.24, 121.45, 31.25))
    assert small.area == pytest.approx(952.5 * 1108.8, rel=2e-3)
    assert small.perimeter == pytest.approx(2 * (952.5 + 1108.8), rel=2e-3)


def test_holes_and_parts_and_directions_count_rightly():
    outer, hole = box(121, 31, 121.01, 31.01), box(121.002, 31.002, 121.004, 31.004)
    with_hole = Polygon(outer.exterior.coords, [hole.exterior.coords])
    assert geo.area_of(with_hole) == pytest.approx(geo.area_of(outer) - geo.area_of(hole), rel=1e-9)
    assert geo.area_of(Polygon(list(outer.exterior.coords)[::-1])) == pytest.approx(geo.area_of(outer), rel=1e-12)
    other = box(122, 31, 122.01, 31.01)
    assert geo.area_of(MultiPolygon([outer, other])) == pytest.approx(2 * geo.area_of(outer), rel=1e-9)


def test_a_long_edge_with_a_vertex_on_it_makes_no_gap():
    """A geodesic between far vertices strays from the line that GeoJSON means; the pieces must not show as faults."""
    parent = box(120, 31, 120.2, 31.1)
    children = {"a": box(120, 31, 120.1, 31.1), "b": box(120.1, 31, 120.2, 31.1)}
    found = geo.coverage(parent, children)
    assert found.faults == []
    assert geo.area_of(parent) == pytest.approx(sum(geo.area_of(child) for child in children.values()), rel=1e-9)


def test_coverage_tells_each_fault_with_its_size_and_place():
    parent = box(121, 31, 121.02, 31.01)
    children = {"a": box(121, 31, 121.011, 31.01), "b": box(121.01, 31, 121.021, 31.009)}
    found = geo.coverage(parent, children)
    assert [(fault.kind, fault.units) for fault in found.faults] == [
        ("gap", ()),
        ("overlap", ("a", "b")),
        ("outside", ("b",)),
    ]
    unit = geo.area_of(box(121, 31, 121.001, 31.001))
    assert [round(fault.area / unit) for fault in found.faults] == [9, 9, 9]
    for fault in found.faults:
        assert fault.shape.contains(shapely.Point(fault.lon, fault.lat))


def test_invalid_rings_are_placed():
    bow = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    fault = geo.invalid_fault(bow)
    assert (fault.kind, fault.reason, fault.lon, fault.lat) == ("invalid", "self-intersection", 1.0, 1.0)
    assert geo.invalid_fault(box(0, 0, 1, 1)) is None


def test_a_repair_has_no_fault_left():
    parent = box(121, 31, 121.03, 31.01)
    siblings = [box(121, 31, 121.01, 31.01), box(121.02, 31, 121.03, 31.01)]
    wrong = box(121.008, 31.001, 121.018, 31.012)
    mended = geo.repair(wrong, parent, siblings)
    assert mended.equals(box(121.01, 31, 121.02, 31.01))
    bow = Polygon([(121.01, 31), (121.02, 31.01), (121.02, 31), (121.01, 31.01)])
    assert geo.repair(bow, parent, siblings).is_valid
    assert geo.repair(box(130, 10, 131, 11), parent, siblings).is_empty


def test_geojson_is_rounded_and_wound_as_the_standard_says():
    clockwise = Polygon([(0, 0), (0, 1), (1, 1.123456789), (1, 0)])
    written = geo.to_geojson(clockwise)
    ring = written["coordinates"][0]
    assert Polygon(ring).exterior.is_ccw
    assert [1.0, 1.1234568] in ring
    assert json.loads(json.dumps(written)) == written
    assert geo.read_geojson({"type": "Feature", "geometry": written})[0].equals(shape(written))


def test_gcj02_and_bd09_match_published_pairs_and_are_inverted():
    wgs = np.array([[116.404, 39.915]])
    assert to_gcj02(wgs)[0] == pytest.approx([116.41024449916938, 39.91640428150164], abs=1e-9)
    gcj = np.array([[116.404, 39.915]])
    point = to_wgs84(shapely.Point(*gcj[0]), Crs.GCJ02)
    baidu = to_bd09(np.array([[point.x, point.y]]))
    assert baidu[0] == pytest.approx([116.41036949371029, 39.92133699351021], abs=1e-8)
    dice = random.Random(7)
    points = np.array([[dice.uniform(74, 135), dice.uniform(18, 53)] for _ in range(500)])
    for crs, forward in ((Crs.GCJ02, to_gcj02), (Crs.BD09, to_bd09)):
        back = shapely.get_coordinates(to_wgs84(shapely.MultiPoint(forward(points)), crs))
        assert np.abs(back - points).max() < 1e-8  # about a millimetre
    abroad = np.array([[2.35, 48.85]])
    assert (to_gcj02(abroad) == abroad).all()


def test_simplified_outlines_still_share_their_edges():
    wavy = [(1 + 0.001 * (i % 2), i / 10) for i in range(11)]
    west = Polygon([(0, 0), *wavy, (0, 1)])
    east = Polygon([*wavy, (2, 1), (2, 0)])
    plain = [shape(one) for one in geo.simplified_together([geo.to_geojson(west), geo.to_geojson(east)], 0.05)]
    assert sum(len(one.exterior.coords) for one in plain) < len(west.exterior.coords)
    assert shapely.coverage_is_valid(plain)
    assert geo.simplified_together([], 1) == []


@pytest.mark.parametrize("district", ["310106", "350211"])
def test_the_parts_of_a_real_outline_are_of_about_equal_size(district):
    """For given seeds only, and not for 320412: where a bay cuts cells in two, a neighbour takes the smaller part."""
    path = settings.CONFIG_DIR / "boundaries" / f"{district}.geojson"
    outline, _fault = geo.read_geojson(json.loads(path.read_text()))
    for seed in (1, 2, 3):
        areas = [geo.area_of(part) for part in divide(outline, 9, np.random.default_rng(seed))]
        assert max(areas) < 4 * min(areas), seed


@pytest.mark.parametrize("district", ["310106", "320412", "350211"])
def test_a_real_outline_is_tiled_at_every_level(district):
    path = settings.CONFIG_DIR / "boundaries" / f"{district}.geojson"
    outline, fault = geo.read_geojson(json.loads(path.read_text()))
    assert fault is None
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    root = Cell("r", [Cell(f"{i}", [Cell(f"{i}.{j}") for j in range(6)]) for i in range(9)])
    found = tessellate(outline, root, np.random.default_rng(seed))
    assert len(found) == 1 + 9 + 54
    for cell in (root, *root.children):
        children = {child.key: found[child.key] for child in cell.children}
        assert geo.coverage(found[cell.key], children).faults == [], seed
    again = tessellate(outline, root, np.random.default_rng(seed))
    assert {key: one.wkb for key, one in again.items()} == {key: one.wkb for key, one in found.items()}
