"""Admission lists: what may be pushed to the grids of a unit, and whose list says so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from apps.cases.models import Admission, Category
from apps.core.errors import NotVisible
from apps.grid.models import Unit
from apps.grid.placed import place_at


@dataclass(frozen=True)
class AdmissionList:
    """The lines a unit goes by on a day; ``owner`` is the unit whose list it is, ``None`` where everything is
    admitted. ``planned`` are lines of the unit's own that are to come."""

    owner: Unit | None
    lines: list[Admission]
    planned: list[Admission]


def admission_list(unit: Unit, *, on: date) -> AdmissionList:
    """The list that a unit goes by. Two queries when the units above are loaded."""
    path = [pk for pk in place_at(unit).values() if pk]
    related = ("unit", "category__parent__parent", "admitted_by")
    found = Admission.objects.in_force(on).filter(unit__in=path).select_related(*related)
    lines = list(found.order_by("-unit__level", "category__scheme", "category__kind", "category__code"))
    owner = lines[0].unit if lines else None
    coming = Admission.objects.filter(unit=unit, effective_from__gt=on).select_related(*related)
    return AdmissionList(owner, [line for line in lines if line.unit == owner], list(coming))


def unadmitted(category: Category, units: Collection[Unit], *, on: date) -> list[Unit]:
    """Those of the units to whose grids a case of the category cannot be pushed. Two queries, none for no units."""
    if not units:
        return []
    paths = {unit.pk: [pk for pk in reversed(place_at(unit).values()) if pk] for unit in units}
    wanted = {pk for path in paths.values() for pk in path}
    listed: dict[int, set[int]] = {}
    for unit_id, category_id in Admission.objects.in_force(on).filter(unit__in=wanted).values_list("unit", "category"):
        listed.setdefault(unit_id, set()).add(category_id)
    branches = {category.pk, category.parent_id}  # type: ignore[attr-defined]
    if listed and category.parent is not None:
        branches.add(category.parent.parent_id)  # type: ignore[attr-defined]
    refused = []
    for unit in units:
        own = next((listed[pk] for pk in paths[unit.pk] if pk in listed), None)
        if own is not None and not own & branches:
            refused.append(unit)
    return refused


def admission_of(unit: Unit, admission_id: int) -> Admission:
    """A line of the unit's own list. Raises ``NotVisible``."""
    found = Admission.objects.filter(unit=unit, pk=admission_id).select_related("category", "unit").first()
    if found is None:
        raise NotVisible
    return found
