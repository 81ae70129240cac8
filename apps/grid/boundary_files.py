"""Reading outlines from GeoJSON files and zipped shapefiles, with the coordinate system stated."""

import json
from collections.abc import Mapping
from typing import Any

from shapely.geometry.base import BaseGeometry

from apps.grid.checks import published_outlines
from apps.grid.crs import Crs, to_wgs84
from apps.grid.geometry import PRECISION, Measure, invalid_fault, measure, overlap_faults, read_geojson, round_to
from apps.grid.models import Unit
from apps.grid.shapefiles import ShapefileError, read_shapefile

ZIP_MAGIC = b"PK"
Outlines = dict[str, tuple[BaseGeometry, Measure]]


class BoundaryFileError(Exception):
    """The file cannot be loaded; ``problems`` names each feature and what is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


def read_boundaries(data: bytes, parent_code: str, crs: Crs) -> Outlines:
    """The outlines of a GeoJSON file or a zipped shapefile by the ``code`` of each feature, in WGS 84.

    Each must be the unit ``parent_code`` itself or one of its open children. Raises ``BoundaryFileError`` naming
    every bad feature: no code, unknown unit, twice, not a polygon, invalid ring (with its place).
    """
    features = _features(data)
    allowed = set(Unit.objects.open().filter(code=parent_code).values_list("code", flat=True)) | set(
        Unit.objects.open().filter(parent__code=parent_code).values_list("code", flat=True)
    )
    if parent_code not in allowed:
        raise BoundaryFileError([f"there is no open unit {parent_code}"])
    problems: list[str] = []
    outlines: Outlines = {}
    for number, feature in enumerate(features, start=1):
        code = str((feature.get("properties") or {}).get("code") or "")
        name = f"feature {number} ({code or 'no code'})"
        if code not in allowed:
            problems.append(f"{name}: code is neither {parent_code} nor one of its open children")
        elif code in outlines:
            problems.append(f"{name}: the code comes twice")
        else:
            outline, reason = _outline(feature, crs)
            if outline is None:
                problems.append(f"{name}: {reason}")
            else:
                outlines[code] = (outline, measure(outline))
    if not problems and not outlines:
        problems.append("there is no feature in the file")
    if problems:
        raise BoundaryFileError(problems)
    return outlines


def _features(data: bytes) -> list[Mapping[str, Any]]:
    """The features of a GeoJSON file or, where the bytes are a zip archive, of a shapefile."""
    if data.startswith(ZIP_MAGIC):
        try:
            return list(read_shapefile(data))
        except ShapefileError as error:
            raise BoundaryFileError([str(error)]) from error
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError) as error:
        raise BoundaryFileError([f"the file is not JSON: {error}"]) from error
    if isinstance(document, Mapping) and document.get("type") == "Feature":
        return [document]
    if isinstance(document, Mapping) and document.get("type") == "FeatureCollection":
        return [one for one in document.get("features") or [] if isinstance(one, Mapping)]
    raise BoundaryFileError(["the file is neither a GeoJSON Feature nor a FeatureCollection"])


def _outline(feature: Mapping[str, Any], crs: Crs) -> tuple[BaseGeometry | None, str]:
    outline, fault = read_geojson(feature)
    if outline is not None:
        outline = round_to(to_wgs84(outline, crs), PRECISION)
        fault = invalid_fault(outline)
    if fault is not None:
        return None, f"{fault.reason} at {fault.lon:.6f}, {fault.lat:.6f}"
    return outline, ""


def check_outlines(parent_code: str, outlines: Outlines) -> None:
    """Refuse outlines that overlap each other or a published sibling beyond the tolerance. Raises
    ``BoundaryFileError``.
    """
    units = {unit.pk: unit.code for unit in Unit.objects.open().filter(parent__code=parent_code)}
    present = {units[pk]: outline for pk, outline in published_outlines(list(units)).items()}
    children = present | {code: outline for code, (outline, _size) in outlines.items() if code != parent_code}
    problems = set()
    for code in sorted(set(outlines) - {parent_code}):
        others = {other: outline for other, outline in children.items() if other != code}
        for fault in overlap_faults(code, children[code], others):
            first, second = sorted(fault.units)
            place = f"{fault.lon:.6f}, {fault.lat:.6f}"
            problems.add(f"{first} and {second} overlap by {fault.area:,.1f} m² at {place}")
    if problems:
        raise BoundaryFileError(sorted(problems))
