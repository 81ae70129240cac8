"""Drawing, publishing and loading boundaries. A boundary is never overwritten: a newer one ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from apps.accounts.models import User
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, StaleVersion
from apps.grid import location
from apps.grid.checks import OutlineCheck, check_outline, say
from apps.grid.geometry import Measure, to_geojson
from apps.grid.models import Boundary, BoundaryState, Unit
from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers
from apps.grid.tree import lock_tree


@dataclass(frozen=True)
class Saved:
    """A boundary that was written and what the checks said of it."""

    boundary: Boundary
    check: OutlineCheck


@transaction.atomic
def save_draft(*, actor: User | None, unit: Unit, geometry: Any, because: str = "", at: datetime) -> Saved:
    """Keep an outline as the unit's one draft; it may have gaps and overlaps still, which the checks tell.

    Raises ``NotVisible``, ``NotAllowed``, ``InvalidInput`` (no polygon, or an invalid ring: with the place).
    """
    unit = _locked(actor, unit)
    check = check_outline(unit, geometry)
    if check.outline is None or check.size is None:
        raise refusal(check)
    values = _values(check.outline, check.size, actor, because, at)
    draft, _created = Boundary.objects.update_or_create(unit=unit, state=BoundaryState.DRAFT, defaults=values)
    return Saved(draft, check)


@transaction.atomic
def publish_boundary(
    *, actor: User | None, unit: Unit, geometry: Any, because: str, at: datetime, base: int | None = None
) -> Saved:
    """Let an outline hold from ``at`` on; the one before ends at the same moment, and the draft is used up.

    ``base`` is the id of the published boundary the drawing began from (0 for none); ``None`` skips the comparison.
    Raises ``NotVisible``, ``NotAllowed``, ``StaleVersion`` when another was published meanwhile, and
    ``InvalidInput`` when the reason is missing or the outline has an invalid ring, reaches out of its parent, leaves
    a child outside, or overlaps a sibling by more than ``geometry.TOLERANCE``; ``extra`` then has ``lon``, ``lat``,
    ``shape`` of the worst fault and all ``faults``.
    """
    unit = _locked(actor, unit)
    present = Boundary.objects.filter(unit=unit, state=BoundaryState.PUBLISHED).first()
    if base is not None and base != (present.pk if present else 0):
        raise StaleVersion(extra={"published": present.pk if present else 0})
    if not because.strip():
        raise InvalidInput(fields={"because": [_("请写明缘由。")]})
    check = check_outline(unit, geometry)
    if check.refusals or check.outline is None or check.size is None:
        raise refusal(check)
    _end(present, at)
    Boundary.objects.filter(unit=unit, state=BoundaryState.DRAFT).delete()
    boundary = Boundary.objects.create(
        unit=unit,
        state=BoundaryState.PUBLISHED,
        valid_from=at,
        **_values(check.outline, check.size, actor, because.strip(), at),
    )
    transaction.on_commit(location.forget)
    return Saved(boundary, check)


@transaction.atomic
def discard_draft(*, actor: User | None, unit: Unit) -> bool:
    """Throw the unit's draft away; says whether there was one. Raises ``NotVisible``, ``NotAllowed``."""
    unit = _locked(actor, unit)
    deleted, _rows = Boundary.objects.filter(unit=unit, state=BoundaryState.DRAFT).delete()
    return bool(deleted)


@transaction.atomic
def load_boundaries(
    outlines: Mapping[str, tuple[BaseGeometry, Measure]], *, because: str, at: datetime, synthetic: bool = False
) -> int:
    """Publish many outlines at once by their units' codes, where they differ from what is published; returns how many.

    For the command ``import_boundaries``, which has read and checked them together. Raises ``KeyError`` for an
    unknown code.
    """
    lock_tree()
    units = {unit.code: unit for unit in Unit.objects.open().filter(code__in=outlines)}
    present = {
        boundary.unit_id: boundary
        for boundary in Boundary.objects.filter(unit__in=units.values(), state=BoundaryState.PUBLISHED)
    }
    new = []
    for code, (outline, size) in outlines.items():
        unit = units[code]
        before = present.get(unit.pk)
        if before is not None and before.geometry == to_geojson(outline):
            continue
        _end(before, at)
        values = _values(outline, size, None, because, at) | {"synthetic": synthetic}
        new.append(Boundary(unit=unit, state=BoundaryState.PUBLISHED, valid_from=at, **values))
    Boundary.objects.bulk_create(new, batch_size=1000)
    transaction.on_commit(location.forget)
    return len(new)


def refusal(check: OutlineCheck) -> InvalidInput:
    """The error that says what is wrong with an outline and where."""
    worst = check.refusals[0]
    found = [fault.as_json() | {"text": say(fault, check.names)} for fault in check.faults]
    first = worst.as_json()
    return InvalidInput(
        fields={"geometry": [say(fault, check.names) for fault in check.refusals]},
        extra={"lon": first["lon"], "lat": first["lat"], "shape": first["shape"], "faults": found},
    )


def _locked(actor: User | None, unit: Unit) -> Unit:
    """The unit as it is now, with the tree held still; checks scope, then right. ``actor`` is ``None`` for
    commands.
    """
    lock_tree()
    units = Unit.objects.open().select_related("parent__parent__parent")
    if actor is not None:
        units = units.filter(pk__in=Unit.objects.visible_to(actor).values("pk"))
    found = units.filter(pk=unit.pk).first()
    if found is None:
        raise NotVisible
    if actor is not None and not covers(actor, Permission.BOUNDARY_EDIT, place_at(found)):
        raise NotAllowed
    return found


def _values(outline: BaseGeometry, size: Measure, actor: User | None, because: str, at: datetime) -> dict[str, Any]:
    return {
        "geometry": to_geojson(outline),
        "area": Decimal(f"{size.area:.1f}"),
        "perimeter": Decimal(f"{size.perimeter:.1f}"),
        "synthetic": False,
        "drawn_by": actor,
        "drawn_at": at,
        "because": because[:200],
    }


def _end(boundary: Boundary | None, at: datetime) -> None:
    if boundary is not None:
        boundary.state, boundary.valid_to = BoundaryState.ENDED, max(at, boundary.valid_from or at)
        boundary.save(update_fields=["state", "valid_to"])
