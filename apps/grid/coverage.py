"""How well published boundaries tile, level by level below a unit."""

from collections import defaultdict
from dataclasses import dataclass, field

from shapely.geometry.base import BaseGeometry

from apps.grid.checks import published_outlines
from apps.grid.geometry import Fault, FaultKind, coverage
from apps.grid.models import Unit

WORDS = {FaultKind.GAP: "gap", FaultKind.OVERLAP: "overlap", FaultKind.OUTSIDE: "outside"}


@dataclass
class CoverageReport:
    """One line for each fault, and how many parents and children were compared."""

    lines: list[str] = field(default_factory=list)
    parents: int = 0
    children: int = 0


def coverage_lines(code: str) -> CoverageReport:
    """Compare every open unit below ``code`` (itself included) that has a boundary with its children's boundaries.

    A unit none of whose children has a boundary is not divided yet and is no fault. Raises ``LookupError`` when
    there is no such unit or it has no boundary.
    """
    top = Unit.objects.filter(code=code).first()
    if top is None:
        raise LookupError(f"there is no unit {code}")
    below = Unit.objects.open().filter(tree_id=top.tree_id, lft__gte=top.lft, rght__lte=top.rght).order_by("lft")
    units = list(below)
    outlines = published_outlines([unit.pk for unit in units])
    if top.pk not in outlines:
        raise LookupError(f"{code} has no boundary")
    children: dict[int, list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.pk != top.pk and unit.parent_id is not None:
            children[unit.parent_id].append(unit)
    report = CoverageReport()
    for parent in units:
        if parent.pk in outlines and any(child.pk in outlines for child in children[parent.pk]):
            _compare(parent, children[parent.pk], outlines, report)
    return report


def _compare(parent: Unit, children: list[Unit], outlines: dict[int, BaseGeometry], report: CoverageReport) -> None:
    drawn = {child.code: outlines[child.pk] for child in children if child.pk in outlines}
    report.parents += 1
    report.children += len(drawn)
    report.lines += [f"{parent.code}: {child.code} has no boundary" for child in children if child.pk not in outlines]
    report.lines += [_line(parent, fault) for fault in coverage(outlines[parent.pk], drawn).faults]


def _line(parent: Unit, fault: Fault) -> str:
    whom = f" of {' and '.join(fault.units)}" if fault.units else ""
    return f"{parent.code}: {WORDS[fault.kind]}{whom}, {fault.area:,.1f} m² at {fault.lon:.6f}, {fault.lat:.6f}"
