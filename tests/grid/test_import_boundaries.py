"""Loading boundaries from GeoJSON and zipped shapefiles: what is loaded, converted, compared, refused."""

import io
import json
import struct
import zipfile
from io import StringIO

import numpy as np
import pytest
import shapely
from django.core.management import call_command
from django.core.management.base import CommandError
from pyproj import CRS, Transformer
from shapely.geometry import mapping, shape

from apps.grid.crs import to_bd09, to_gcj02
from apps.grid.models import Boundary
from tests.factories.grid import make_tree, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_tree()


def feature(code, geometry):
    return {"type": "Feature", "properties": {"code": code}, "geometry": geometry}


def written(tmp_path, features, name="outlines.geojson"):
    path = tmp_path / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def load(path, parent, **options) -> str:
    out = StringIO()
    call_command("import_boundaries", str(path), parent=parent, stdout=out, **options)
    return out.getvalue()


def halves(tree):
    """The two grids of the first community, their common edge moved to the east."""
    first, second = tree.grid(0, 0, 0), tree.grid(0, 0, 1)
    west, south, edge, north = tree.boxes[first.code]
    east = tree.boxes[second.code][2]
    middle = round(edge + 0.002, 6)
    return [
        feature(first.code, square(west, south, middle, north)),
        feature(second.code, square(middle, south, east, north)),
    ]


def test_children_are_published_and_the_ones_before_end(tree, tmp_path):
    community = tree.community(0, 0)
    features = halves(tree)
    out = load(written(tmp_path, features), community.code)
    assert out == "2 outlines read, 2 published\nno gap and no overlap\n"
    for one in features:
        rows = Boundary.objects.filter(unit__code=one["properties"]["code"]).order_by("pk")
        assert [row.state for row in rows] == ["ended", "published"]
        assert (rows[1].geometry, rows[1].because, rows[1].synthetic) == (one["geometry"], "导入边界", False)
    assert load(written(tmp_path, features), community.code).startswith("2 outlines read, 0 published")


def test_a_gap_is_printed_and_ends_with_one(tree, tmp_path):
    first, second = halves(tree)
    west, south, east, north = shape(second["geometry"]).bounds
    second["geometry"] = square(west, south, round(east - 0.001, 6), north)
    with pytest.raises(CommandError) as told:
        load(written(tmp_path, [first, second]), tree.community(0, 0).code)
    assert told.value.returncode == 1
    assert Boundary.objects.filter(state="ended").count() == 2


@pytest.mark.parametrize(("crs", "forward"), [("gcj02", to_gcj02), ("bd09", to_bd09)])
def test_other_systems_are_converted(tree, tmp_path, crs, forward):
    shifted = []
    for one in halves(tree):
        moved = shapely.transform(shape(one["geometry"]), forward)
        shifted.append(feature(one["properties"]["code"], mapping(moved)))
    out = load(written(tmp_path, shifted), tree.community(0, 0).code, crs=crs)
    assert out.startswith("2 outlines read, 2 published")
    for one in halves(tree):
        new = Boundary.objects.get(unit__code=one["properties"]["code"], state="published").geometry
        assert shape(new).normalize().equals_exact(shape(one["geometry"]).normalize(), 2e-7)


def test_every_bad_feature_is_named_and_nothing_is_loaded(tree, tmp_path):
    first, second = halves(tree)
    west, south, east, north = shape(first["geometry"]).bounds
    bow = {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, north], [east, south], [west, north], [west, south]]],
    }
    features = [
        first,
        first,
        feature(second["properties"]["code"], bow),
        feature(tree.grid(1, 0, 0).code, second["geometry"]),
        feature(None, second["geometry"]),
        feature(tree.community(0, 0).code, {"type": "Point", "coordinates": [1, 2]}),
    ]
    with pytest.raises(CommandError) as told:
        load(written(tmp_path, features), tree.community(0, 0).code)
    lines = str(told.value).splitlines()
    assert lines[0] == "nothing was loaded, 5 problem(s):"
    assert [line.split(" ")[1] for line in lines[1:]] == ["2", "3", "4", "5", "6"]
    assert "comes twice" in lines[1]
    assert "self-intersection at 121.4" in lines[2]
    assert "neither" in lines[3]
    assert "neither" in lines[4]
    assert "not-a-polygon" in lines[5]
    assert Boundary.objects.exclude(state="published").count() == 0


def test_outlines_that_overlap_are_refused_with_area_and_place(tree, tmp_path):
    first, second = halves(tree)
    west, south, east, north = shape(first["geometry"]).bounds
    first["geometry"] = square(west, south, round(east + 0.001, 6), north)
    with pytest.raises(CommandError, match=r"overlap by [\d,.]+ m² at 121\.45") as told:
        load(written(tmp_path, [first, second]), tree.community(0, 0).code)
    assert "nothing was loaded" in str(told.value)
    assert Boundary.objects.exclude(state="published").count() == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"{", "not JSON"), (b"[]", "neither"), (b'{"type": "FeatureCollection"}', "no feature"), (b"PK", "zip")],
)
def test_a_file_of_another_kind_is_refused(tree, tmp_path, content, reason):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(CommandError, match=reason):
        load(path, tree.community(0, 0).code)
    with pytest.raises(CommandError, match="no open unit 123456"):
        load(written(tmp_path, halves(tree)), "123456")
    with pytest.raises(CommandError, match="cannot be read"):
        load(tmp_path / "absent", tree.community(0, 0).code)


def shapefile(features, *, prj: str = "", shape_type: int = 5) -> bytes:
    """A zipped shapefile: outer rings clockwise, ``code`` as text."""
    records, rows = b"", b""
    for number, one in enumerate(features, start=1):
        rings = [np.array(ring)[::-1] for ring in one["geometry"]["coordinates"]]
        points = np.concatenate(rings)
        starts = np.cumsum([0, *[len(ring) for ring in rings[:-1]]])
        bounds = [*points.min(axis=0), *points.max(axis=0)]
        body = struct.pack("<i4dii", shape_type, *bounds, len(rings), len(points))
        body += struct.pack(f"<{len(rings)}i", *starts) + points.astype("<f8").tobytes()
        records += struct.pack(">ii", number, len(body) // 2) + body
        rows += b" " + one["properties"]["code"].encode().ljust(20)
    head = struct.pack(">i20xi", 9994, (100 + len(records)) // 2) + struct.pack("<ii", 1000, shape_type) + bytes(64)
    column = b"CODE".ljust(11, b"\0") + b"C" + bytes(4) + bytes([20, 0]) + bytes(14)
    table = struct.pack("<B3xIHH20x", 3, len(features), 32 + 32 + 1, 21) + column + b"\r" + rows
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("grids.shp", head + records)
        archive.writestr("grids.dbf", table)
        if prj:
            archive.writestr("grids.prj", prj)
    return buffer.getvalue()


def test_a_zipped_shapefile_is_loaded(tree, tmp_path):
    path = tmp_path / "grids.zip"
    path.write_bytes(shapefile(halves(tree)))
    assert load(path, tree.community(0, 0).code) == "2 outlines read, 2 published\nno gap and no overlap\n"
    for one in halves(tree):
        new = Boundary.objects.get(unit__code=one["properties"]["code"], state="published").geometry
        assert shape(new).normalize() == shape(one["geometry"]).normalize()


def test_a_projected_shapefile_is_brought_to_degrees(tree, tmp_path):
    zone = CRS.from_epsg(4549)  # CGCS2000, 3-degree Gauss-Kruger, central meridian 120° E
    forward = Transformer.from_crs(zone.geodetic_crs, zone, always_xy=True)
    projected = []
    for one in halves(tree):
        ring = [forward.transform(lon, lat) for lon, lat in one["geometry"]["coordinates"][0]]
        projected.append(feature(one["properties"]["code"], {"type": "Polygon", "coordinates": [ring]}))
    path = tmp_path / "grids.zip"
    path.write_bytes(shapefile(projected, prj=zone.to_wkt("WKT1_ESRI")))
    assert load(path, tree.community(0, 0).code).startswith("2 outlines read, 2 published")
    for one in halves(tree):
        new = Boundary.objects.get(unit__code=one["properties"]["code"], state="published").geometry
        assert shape(new).normalize().equals_exact(shape(one["geometry"]).normalize(), 2e-7)


def test_holes_of_a_shapefile_stay_holes(tree, tmp_path):
    west, south, east, north = tree.boxes[tree.grid(0, 0, 0).code]
    hole = [[west + 0.004, south + 0.004], [west + 0.004, south + 0.006], [west + 0.006, south + 0.006]]
    outline = square(west, south, east, north)
    outline["coordinates"].append([*hole, hole[0]])
    path = tmp_path / "grid.zip"
    path.write_bytes(shapefile([feature(tree.grid(0, 0, 0).code, outline)]))
    with pytest.raises(CommandError, match="fault"):  # the hole is a gap
        load(path, tree.community(0, 0).code)
    new = Boundary.objects.get(unit=tree.grid(0, 0, 0), state="published").geometry
    assert len(new["coordinates"]) == 2


def test_a_damaged_shapefile_is_refused(tree, tmp_path):
    whole = shapefile(halves(tree))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    damaged = {
        "no .dbf": {"grids.shp": parts["grids.shp"]},
        "no column `code`": parts | {"grids.dbf": parts["grids.dbf"].replace(b"CODE", b"NAME")},
        "damaged": parts | {"grids.dbf": parts["grids.dbf"][:40]},
        "rows": parts | {"grids.shp": parts["grids.shp"][:100]},
        "more than one": parts | {"other.shp": parts["grids.shp"]},
    }
    for reason, members in damaged.items():
        path = tmp_path / "grids.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        with pytest.raises(CommandError, match=reason):
            load(path, tree.community(0, 0).code)
    path.write_bytes(shapefile(halves(tree), shape_type=3))
    with pytest.raises(CommandError, match="no polygon"):
        load(path, tree.community(0, 0).code)
    assert Boundary.objects.exclude(state="published").count() == 0
