"""Comparing an outline with the boundaries around it, and saying what is wrong in words. Reads the database only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from apps.grid import geometry as geo
from apps.grid.geometry import Fault, FaultKind, Measure
from apps.grid.models import Boundary, BoundaryState, Unit

REFUSED = frozenset({FaultKind.SHAPE, FaultKind.INVALID, FaultKind.OUTSIDE, FaultKind.OVERLAP})


@dataclass(frozen=True)
class Surroundings:
    """The published outlines around a unit: its parent's, its open siblings', its open children's, by code."""

    parent: BaseGeometry | None
    siblings: dict[str, BaseGeometry]
    children: dict[str, BaseGeometry]
    names: dict[str, str]
    missing: tuple[str, ...]  # open siblings without a boundary


@dataclass(frozen=True)
class OutlineCheck:
    """An outline as it was read, its size and its faults; ``missing`` siblings keep gaps from being reckoned."""

    outline: BaseGeometry | None
    size: Measure | None
    faults: list[Fault]
    names: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def refusals(self) -> list[Fault]:
        """The faults with which nothing can be published."""
        return [fault for fault in self.faults if fault.kind in REFUSED]

    def of(self, kind: FaultKind) -> list[Fault]:
        """The faults of one kind."""
        return [fault for fault in self.faults if fault.kind == kind]

    def as_json(self) -> dict[str, Any]:
        """For the editor: sizes in m² and m, faults with words, and the state of each of the four checks."""
        return {
            "area": round(self.size.area, 1) if self.size else None,
            "perimeter": round(self.size.perimeter, 1) if self.size else None,
            "faults": [fault.as_json() | {"text": say(fault, self.names)} for fault in self.faults],
            "missing": list(self.missing),
            "publishable": self.outline is not None and not self.refusals,
        }


def surroundings_of(unit: Unit) -> Surroundings:
    """What a unit's outline is compared with, in one query for units and one for outlines."""
    open_units = Unit.objects.open()
    siblings = list(open_units.filter(parent_id=unit.parent_id).exclude(pk=unit.pk))
    children = [] if unit.kind == "grid" else list(open_units.filter(parent_id=unit.pk))
    wanted = [near.pk for near in (*siblings, *children)] + [unit.parent_id]
    drawn = published_outlines(wanted)
    return Surroundings(
        parent=drawn.get(unit.parent_id) if unit.parent_id else None,
        siblings={near.code: drawn[near.pk] for near in siblings if near.pk in drawn},
        children={near.code: drawn[near.pk] for near in children if near.pk in drawn},
        names={near.code: near.name for near in (*siblings, *children)},
        missing=tuple(near.code for near in siblings if near.pk not in drawn),
    )


def published_outlines(unit_ids: Sequence[int | None]) -> dict[int, BaseGeometry]:
    """The published outlines of units by their ids."""
    rows = Boundary.objects.filter(unit__in=[pk for pk in unit_ids if pk], state=BoundaryState.PUBLISHED)
    return {unit_id: shape(outline) for unit_id, outline in rows.values_list("unit_id", "geometry")}


def check_outline(unit: Unit, document: Any) -> OutlineCheck:
    """Read a GeoJSON outline and compare it with its surroundings: shape, rings, parent, siblings, children, gaps.

    Gaps are reckoned only where every open sibling has a boundary; they are told, not refused.
    """
    outline, fault = geo.read_geojson(document)
    if outline is None:
        return OutlineCheck(None, None, [fault] if fault else [])
    fault = geo.invalid_fault(outline)
    if fault is not None:
        return OutlineCheck(None, None, [fault])
    around = surroundings_of(unit)
    faults: list[Fault] = []
    if around.parent is not None:
        faults += geo.outside_faults(outline, around.parent)
    faults += geo.overlap_faults(unit.code, outline, around.siblings)
    for code, child in around.children.items():
        faults += [Fault(f.kind, f.lon, f.lat, f.area, f.shape, (code,)) for f in geo.outside_faults(child, outline)]
    if around.parent is not None and not around.missing:
        faults += geo.gap_faults(around.parent, [outline, *around.siblings.values()])
    return OutlineCheck(outline, geo.measure(outline), faults, around.names, around.missing)


def propose_repair(unit: Unit, document: Any) -> BaseGeometry | None:
    """An outline near the given one without its faults (``geometry.repair``), or ``None`` where nothing sensible is
    left.
    """
    outline, _fault = geo.read_geojson(document)
    if outline is None:
        return None
    around = surroundings_of(unit)
    parent = around.parent if around.parent is not None else geo.areal(geo.make_valid(outline))
    mended = geo.repair(outline, parent, list(around.siblings.values()))
    return None if mended.is_empty or geo.invalid_fault(mended) else mended


def say(fault: Fault, names: dict[str, str]) -> str:
    """A fault in words, with its figure."""
    if fault.kind == FaultKind.OVERLAP:
        other = names.get(fault.units[-1], fault.units[-1])
        return _("与%(unit)s重叠 %(area)s 平方米") % {"unit": other, "area": _figure(fault.area)}
    if fault.kind == FaultKind.GAP:
        return _("空白 %(area)s 平方米") % {"area": _figure(fault.area)}
    if fault.kind == FaultKind.OUTSIDE and fault.units:
        unit = names.get(fault.units[0], fault.units[0])
        return _("%(unit)s有 %(area)s 平方米落在边界之外") % {"unit": unit, "area": _figure(fault.area)}
    if fault.kind == FaultKind.OUTSIDE:
        return _("超出上级范围 %(area)s 平方米") % {"area": _figure(fault.area)}
    return _reasons().get(fault.reason, _("图形无效")) + _("（%(lon).6f, %(lat).6f）") % {
        "lon": fault.lon,
        "lat": fault.lat,
    }


def _figure(area: float) -> str:
    return f"{area:,.0f}" if area >= 10 else f"{area:.1f}"


def _reasons() -> dict[str, str]:
    return {
        "not-a-polygon": _("须为 GeoJSON 多边形"),
        "malformed": _("坐标不完整"),
        "too-many-vertices": _("顶点过多"),
        "not-degrees": _("坐标不是经纬度"),
        "no-area": _("图形没有面积"),
        "self-intersection": _("边界自相交"),
        "ring-self-intersection": _("边界自相接"),
        "hole-lies-outside-shell": _("空洞在边界之外"),
        "nested-shells": _("图形相互包含"),
        "nested-holes": _("空洞相互包含"),
        "duplicate-rings": _("边界重复"),
        "interior-is-disconnected": _("图形内部断开"),
        "too-few-points-in-geometry-component": _("顶点太少"),
    }
