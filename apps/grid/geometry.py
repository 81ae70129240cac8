"""Areas, lengths and faults of outlines. Pure: geometries in degrees of WGS 84 / CGCS2000 in, figures in metres out.

A fault is never only said: it comes with its place (longitude and latitude) and, where it has one, its shape.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry import MultiPolygon, Point, Polygon, mapping, shape
from shapely.geometry.base import BaseGeometry
from shapely.validation import explain_validity, make_valid

GEOD = Geod(ellps="GRS80")  # CGCS2000 and WGS 84 differ from it by less than a millimetre
PRECISION = 7  # decimal places of a degree: about a centimetre
GRAIN = 10.0**-PRECISION
TOLERANCE = 5.0  # m²: a gap, overlap or overhang below it is the noise of drawing
MOST_VERTICES = 20_000
LONGEST_EDGE = 0.002  # degrees, about 200 m


class FaultKind(StrEnum):
    """What can be wrong with an outline."""

    SHAPE = "shape"  # not a polygon of sane coordinates
    INVALID = "invalid"  # a ring crosses or touches itself
    OUTSIDE = "outside"  # reaches out of the parent
    OVERLAP = "overlap"  # covers part of a sibling
    GAP = "gap"  # part of the parent that no child covers


@dataclass(frozen=True)
class Fault:
    """One fault: its kind, where it is, how large (m², 0 for an invalid ring), its shape, and whom it concerns."""

    kind: FaultKind
    lon: float
    lat: float
    area: float = 0.0
    shape: BaseGeometry | None = None
    units: tuple[str, ...] = ()
    reason: str = ""

    def as_json(self) -> dict[str, Any]:
        """The fault for a program or a map; the shape as GeoJSON."""
        return {
            "kind": self.kind.value,
            "lon": round(self.lon, PRECISION),
            "lat": round(self.lat, PRECISION),
            "area": round(self.area, 1),
            "units": list(self.units),
            "reason": self.reason,
            "shape": to_geojson(self.shape) if self.shape is not None else None,
        }


@dataclass(frozen=True)
class Measure:
    """Geodesic area (m²) and perimeter (m, holes included)."""

    area: float
    perimeter: float


def measure(geometry: BaseGeometry) -> Measure:
    """Area and perimeter on the ellipsoid, whatever the direction of the rings.

    An edge is straight in longitude and latitude (RFC 7946). The geodesic between its ends strays from it, on an edge
    of some kilometres by a decimetre, which would make gaps where there are none; so long edges are cut up first.
    """
    area = perimeter = 0.0
    for polygon in polygons_of(shapely.segmentize(geometry, LONGEST_EDGE)):
        for number, ring in enumerate((polygon.exterior, *polygon.interiors)):
            lons, lats = ring.xy
            ring_area, ring_length = GEOD.polygon_area_perimeter(lons, lats)
            area += abs(ring_area) if number == 0 else -abs(ring_area)
            perimeter += ring_length
    return Measure(area, perimeter)


def area_of(geometry: BaseGeometry) -> float:
    """The geodesic area in m²; lines and points count nothing."""
    return measure(geometry).area


def polygons_of(geometry: BaseGeometry) -> list[Polygon]:
    """The polygons in a geometry of any kind, lines and points left out."""
    if geometry.is_empty:
        return []
    if isinstance(geometry, Polygon):
        return [geometry]
    if hasattr(geometry, "geoms"):
        return [polygon for part in geometry.geoms for polygon in polygons_of(part)]
    return []


def areal(geometry: BaseGeometry) -> BaseGeometry:
    """The part of a geometry that has area, as a Polygon or MultiPolygon."""
    parts = polygons_of(geometry)
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def to_geojson(geometry: BaseGeometry) -> dict[str, Any]:
    """GeoJSON with coordinates to ``PRECISION`` places, outer rings counter-clockwise (RFC 7946)."""
    rounded = round_to(geometry, PRECISION)
    if isinstance(rounded, Polygon | MultiPolygon):
        rounded = shapely.orient_polygons(rounded)
    plain: Mapping[str, Any] = mapping(rounded)
    return {"type": plain["type"], "coordinates": _lists(plain["coordinates"])}


def _lists(value: Any) -> Any:
    return [_lists(item) for item in value] if isinstance(value, tuple | list) else value


def read_geojson(document: Any) -> tuple[BaseGeometry | None, Fault | None]:
    """The polygon or multipolygon in a GeoJSON geometry or Feature, its coordinates rounded, or what is wrong with it.

    A ring that crosses itself is read, not refused: ``invalid_fault`` says where.
    """
    if isinstance(document, Mapping) and document.get("type") == "Feature":
        document = document.get("geometry")
    if not isinstance(document, Mapping) or document.get("type") not in ("Polygon", "MultiPolygon"):
        return None, Fault(FaultKind.SHAPE, 0.0, 0.0, reason="not-a-polygon")
    try:
        with np.errstate(invalid="ignore"):
            geometry = shapely.force_2d(shape(document))
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, shapely.errors.ShapelyError):
        return None, Fault(FaultKind.SHAPE, 0.0, 0.0, reason="malformed")
    points = shapely.get_coordinates(geometry)
    if len(points) > MOST_VERTICES:
        return None, Fault(FaultKind.SHAPE, 0.0, 0.0, reason="too-many-vertices")
    if geometry.is_empty or not all(math.isfinite(value) for point in points for value in point):
        return None, Fault(FaultKind.SHAPE, 0.0, 0.0, reason="malformed")
    for lon, lat in points:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            return None, Fault(FaultKind.SHAPE, float(lon), float(lat), reason="not-degrees")
    return round_to(geometry, PRECISION), None


def round_to(geometry: BaseGeometry, places: int) -> BaseGeometry:
    """The geometry with its coordinates rounded to decimal ``places``."""
    return shapely.transform(geometry, lambda points: points.round(places))


def invalid_fault(geometry: BaseGeometry) -> Fault | None:
    """Where and why an outline is invalid (self-intersection, hole outside its shell …), or ``None``."""
    if geometry.is_valid:
        return None if area_of(geometry) > 0 else Fault(FaultKind.SHAPE, *_somewhere(geometry), reason="no-area")
    text = explain_validity(geometry)
    reason, _, place = text.partition("[")
    numbers = place.rstrip("]").split()
    lon, lat = (float(numbers[0]), float(numbers[1])) if len(numbers) >= 2 else _somewhere(geometry)
    return Fault(FaultKind.INVALID, lon, lat, reason=reason.strip().lower().replace(" ", "-"))


def _somewhere(geometry: BaseGeometry) -> tuple[float, float]:
    lon, lat = shapely.get_coordinates(geometry)[0]
    return float(lon), float(lat)


def _faults_of(
    kind: FaultKind, region: BaseGeometry, units: tuple[str, ...], tolerance: float, *, thin: bool = False
) -> list[Fault]:
    """One fault for each separate piece of ``region`` larger than ``tolerance`` (m²), the largest first."""
    faults = []
    for piece in polygons_of(region):
        area = area_of(piece)
        if area > tolerance and not (thin and is_sliver(piece)):
            inside = piece.representative_point()
            faults.append(Fault(kind, inside.x, inside.y, area, piece, units))
    return sorted(faults, key=lambda fault: -fault.area)


def is_sliver(piece: Polygon) -> bool:
    """Whether a piece is thinner than about five centimetres, as rounding along a long border leaves it."""
    figures = measure(piece)
    return figures.perimeter > 0 and 2 * figures.area / figures.perimeter < 0.05


def outside_faults(geometry: BaseGeometry, parent: BaseGeometry, tolerance: float = TOLERANCE) -> list[Fault]:
    """The pieces of an outline that reach out of its parent."""
    return _faults_of(FaultKind.OUTSIDE, geometry.difference(parent), (), tolerance, thin=True)


def overlap_faults(
    code: str, geometry: BaseGeometry, siblings: Mapping[str, BaseGeometry], tolerance: float = TOLERANCE
) -> list[Fault]:
    """The pieces that an outline shares with its siblings, by the sibling's code."""
    faults = []
    for other, outline in siblings.items():
        if geometry.intersects(outline):
            shared = geometry.intersection(outline)
            faults += _faults_of(FaultKind.OVERLAP, shared, (code, other), tolerance, thin=True)
    return sorted(faults, key=lambda fault: -fault.area)


def gap_faults(parent: BaseGeometry, children: Iterable[BaseGeometry], tolerance: float = TOLERANCE) -> list[Fault]:
    """The pieces of the parent that no child covers."""
    covered = shapely.union_all(list(children))
    return _faults_of(FaultKind.GAP, parent.difference(covered), (), tolerance, thin=True)


@dataclass(frozen=True)
class Coverage:
    """How well children tile their parent; areas in m²."""

    gaps: list[Fault] = field(default_factory=list)
    overlaps: list[Fault] = field(default_factory=list)
    outside: list[Fault] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[Fault]:
        """All of them."""
        return [*self.gaps, *self.overlaps, *self.outside]


def coverage(parent: BaseGeometry, children: Mapping[str, BaseGeometry], tolerance: float = TOLERANCE) -> Coverage:
    """Compare the outlines of children, by code, with their parent's."""
    codes = sorted(children)
    outlines = [children[code] for code in codes]
    overlaps: list[Fault] = []
    tree = shapely.STRtree(outlines)
    for i, outline in enumerate(outlines):
        near = {codes[j]: outlines[j] for j in tree.query(outline) if j > i}
        overlaps += overlap_faults(codes[i], outline, near, tolerance)
    outside = [
        Fault(fault.kind, fault.lon, fault.lat, fault.area, fault.shape, (code,))
        for code, outline in zip(codes, outlines, strict=True)
        for fault in outside_faults(outline, parent, tolerance)
    ]
    return Coverage(gap_faults(parent, outlines, tolerance), overlaps, outside)


def repair(geometry: BaseGeometry, parent: BaseGeometry, siblings: Sequence[BaseGeometry]) -> BaseGeometry:
    """An outline as near as possible to ``geometry`` that is valid, inside the parent and clear of its siblings, and
    that takes in every gap which it borders and which is smaller than itself. Empty when nothing is left of it.

    A proposal: whoever draws accepts or refuses it.
    """
    taken = shapely.union_all(list(siblings)) if siblings else Polygon()
    kept = areal(areal(make_valid(geometry)).intersection(parent).difference(taken))
    own_area = area_of(kept)
    for gap in polygons_of(parent.difference(taken).difference(kept)):
        if gap.intersection(kept).length > 0 and area_of(gap) < own_area:
            kept = areal(kept.union(gap))
    return _tidy(kept)


def _tidy(geometry: BaseGeometry) -> BaseGeometry:
    """The larger parts, their coordinates on the grain of storage."""
    parts = [part for part in polygons_of(geometry) if not is_sliver(part)]
    snapped = shapely.set_precision(MultiPolygon(parts), GRAIN)
    return areal(snapped)


def centre(geometry: BaseGeometry) -> Point:
    """A point well inside, for a label."""
    return shapely.Point(shapely.maximum_inscribed_circle(areal(geometry), tolerance=GRAIN * 100).coords[0])


def simplified_together(documents: Sequence[Mapping[str, Any]], tolerance: float) -> list[dict[str, Any]]:
    """GeoJSON outlines with fewer vertices, for showing; shared edges stay shared. ``tolerance`` in degrees.

    Outlines that do not tile (overlapping ones, say) are each simplified alone, and one that would vanish stays as
    it is.
    """
    outlines = [shape(document) for document in documents]
    if not outlines:
        return []
    if shapely.coverage_is_valid(outlines):
        plain = list(shapely.coverage_simplify(outlines, tolerance))
    else:
        plain = list(shapely.simplify(outlines, tolerance))
    return [to_geojson(thin if polygons_of(thin) else full) for thin, full in zip(plain, outlines, strict=True)]
