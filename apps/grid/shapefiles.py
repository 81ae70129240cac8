"""Reading polygons with their ``code`` from a zipped shapefile (ESRI Shapefile Technical Description, 1998); pure.

A ``.prj`` with a projected system (the CGCS2000 3-degree zones of Chinese surveys, say) is brought to degrees; without
a ``.prj`` the coordinates are taken for degrees.
"""

import io
import struct
import zipfile
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry import MultiPolygon, Polygon, mapping
from shapely.geometry.base import BaseGeometry

POLYGON_TYPES = {5, 15, 25}  # Polygon, PolygonZ, PolygonM
LARGEST_MEMBER = 200 * 1024 * 1024
Feature = dict[str, Any]


class ShapefileError(ValueError):
    """The archive is no shapefile of polygons; the text says why."""


def read_shapefile(data: bytes) -> list[Feature]:
    """GeoJSON features with ``code`` in their properties, in the order of the file. Raises ``ShapefileError``."""
    members = _members(data)
    try:
        codes = _codes(members["dbf"])
        outlines = list(_outlines(members["shp"]))
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ShapefileError(f"the shapefile is damaged: {error}") from error
    if len(codes) != len(outlines):
        raise ShapefileError(f"the .dbf has {len(codes)} rows, the .shp {len(outlines)}")
    turn = _to_degrees(members.get("prj"))
    features = []
    for code, outline in zip(codes, outlines, strict=True):
        if code is not None and outline is not None:
            geometry = mapping(turn(outline))
            features.append({"type": "Feature", "properties": {"code": code}, "geometry": geometry})
    return features


def _members(data: bytes) -> dict[str, bytes]:
    """The one ``.shp``, ``.dbf`` and, if there, ``.prj`` of the archive by their endings."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found: dict[str, bytes] = {}
            for info in archive.infolist():
                ending = info.filename.rsplit(".", 1)[-1].lower()
                if ending not in {"shp", "dbf", "prj"}:
                    continue
                if ending in found:
                    raise ShapefileError(f"the archive has more than one .{ending}")
                if info.file_size > LARGEST_MEMBER:
                    raise ShapefileError(f"{info.filename} is larger than {LARGEST_MEMBER // 1024 // 1024} MB")
                found[ending] = archive.read(info)
    except (zipfile.BadZipFile, RuntimeError) as error:
        raise ShapefileError(f"the file is no zip archive that can be read: {error}") from error
    for ending in ("shp", "dbf"):
        if ending not in found:
            raise ShapefileError(f"the archive has no .{ending}")
    return found


def _codes(table: bytes) -> list[str | None]:
    """The column ``code`` of the dBASE table; ``None`` for rows marked as deleted."""
    rows, start, width = struct.unpack_from("<IHH", table, 4)
    offset, place = 1, 32
    column: tuple[int, int] | None = None
    while table[place] != 0x0D:
        name = table[place : place + 11].split(b"\0")[0].decode("ascii", "replace").lower()
        length = table[place + 16]
        if name == "code":
            column = (offset, length)
        offset += length
        place += 32
    if column is None:
        raise ShapefileError("the .dbf has no column `code`")
    first, length = column
    codes: list[str | None] = []
    for number in range(rows):
        row = table[start + number * width : start + (number + 1) * width]
        deleted = row[0] == 0x2A
        codes.append(None if deleted else row[first : first + length].decode("ascii").strip())
    return codes


def _outlines(shapes: bytes) -> Iterator[BaseGeometry | None]:
    """The geometry of each record; ``None`` for a null shape. Polygons only."""
    place = 100
    while place + 8 <= len(shapes):
        (words,) = struct.unpack_from(">i", shapes, place + 4)
        record = shapes[place + 8 : place + 8 + 2 * words]
        place += 8 + 2 * words
        (kind,) = struct.unpack_from("<i", record)
        if kind == 0:
            yield None
        elif kind in POLYGON_TYPES:
            yield _polygon(record)
        else:
            raise ShapefileError(f"shape type {kind} is no polygon")


def _polygon(record: bytes) -> BaseGeometry:
    parts, count = struct.unpack_from("<ii", record, 36)
    starts = [*struct.unpack_from(f"<{parts}i", record, 44), count]
    points = np.frombuffer(record, dtype="<f8", count=2 * count, offset=44 + 4 * parts).reshape(-1, 2)
    outer: list[Polygon] = []
    holes: list[Polygon] = []
    for begin, end in pairwise(starts):
        ring = Polygon(points[begin:end])
        (holes if ring.exterior.is_ccw else outer).append(ring)
    cut: list[list[Any]] = [[] for _ in outer]
    for hole in holes:
        around = [i for i, ring in enumerate(outer) if ring.contains(hole.representative_point())]
        if around:
            cut[min(around, key=lambda i: outer[i].area)].append(hole.exterior.coords)
    polygons = [Polygon(ring.exterior.coords, inner) for ring, inner in zip(outer, cut, strict=True)]
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


def _to_degrees(projection: bytes | None) -> Any:
    """A function that brings a geometry to degrees of its own datum."""
    if projection is None:
        return lambda geometry: geometry
    try:
        crs = CRS.from_wkt(projection.decode("utf-8-sig", "replace"))
    except CRSError as error:
        raise ShapefileError(f"the .prj cannot be read: {error}") from error
    if not crs.is_projected or crs.geodetic_crs is None:
        return lambda geometry: geometry
    transformer = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)

    def turn(geometry: BaseGeometry) -> BaseGeometry:
        return shapely.transform(geometry, lambda p: np.column_stack(transformer.transform(p[:, 0], p[:, 1])))

    return turn
