"""Whether the tree is what it claims to be, and whether every open row still lies where its path says."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from django.db.models import F, Q

from apps.grid.models import PARENT_KIND, Unit
from apps.grid.placed import PATH_COLUMNS, PlacedModel, placed_models

SHOWN = 20


def tree_faults() -> Iterator[str]:
    """Everything that is wrong with the trees: numbering, parents' kinds, levels; one sentence each, by tree."""
    trees: dict[int, list[Unit]] = defaultdict(list)
    units = {unit.pk: unit for unit in Unit.objects.order_by("tree_id", "lft", "pk")}
    for unit in units.values():
        trees[unit.tree_id].append(unit)
    for tree_id, members in trees.items():
        yield from _numbering_faults(tree_id, members)
        for unit in members:
            yield from _place_faults(unit, units)


def _numbering_faults(tree_id: int, members: list[Unit]) -> Iterator[str]:
    roots = [unit.code for unit in members if unit.parent_id is None]
    if len(roots) != 1:
        yield f"tree {tree_id}: {len(roots)} districts instead of one ({', '.join(roots) or 'none'})"
    holders: dict[int, list[str]] = defaultdict(list)
    for unit in members:
        holders[unit.lft].append(unit.code)
        holders[unit.rght].append(unit.code)
    for number in sorted(holders):
        if len(holders[number]) > 1:
            yield f"tree {tree_id}: {number} is used as lft or rght by {', '.join(holders[number])}"
    missing = sorted(set(range(1, 2 * len(members) + 1)) - holders.keys())
    if missing:
        yield f"tree {tree_id}: lft/rght has {len(missing)} hole(s), the first at {missing[0]}"


def _place_faults(unit: Unit, units: dict[int, Unit]) -> Iterator[str]:
    parent = units.get(unit.parent_id) if unit.parent_id else None
    if unit.lft >= unit.rght:
        yield f"{unit.code}: lft {unit.lft} is not before rght {unit.rght}"
    if (parent.kind if parent else None) != PARENT_KIND[unit.kind]:
        yield f"{unit.code}: a {unit.kind} under {parent.kind if parent else 'nothing'}"
    if unit.level != (parent.level + 1 if parent else 0):
        yield f"{unit.code}: level {unit.level} does not follow its parent's"
    if parent is None:
        return
    if parent.tree_id != unit.tree_id:
        yield f"{unit.code}: in tree {unit.tree_id}, its parent {parent.code} in tree {parent.tree_id}"
    elif not parent.lft < unit.lft < unit.rght < parent.rght:
        yield f"{unit.code}: lft/rght {unit.lft}–{unit.rght} outside its parent's {parent.lft}–{parent.rght}"
    if parent.closed_on is not None and unit.closed_on is None:
        yield f"{unit.code}: open under {parent.code}, which is closed"


def placement_faults() -> Iterator[str]:
    """Every open row of a registered model whose path is not that of today's tree, the first ``SHOWN`` by name."""
    for placed in placed_models():
        label = placed.model._meta.label
        wrong = _misplaced(placed)
        rows = list(wrong.order_by("pk").values("pk", *PATH_COLUMNS)[: SHOWN + 1])
        for row in rows[:SHOWN]:
            path = "/".join(str(row[column] or "-") for column in PATH_COLUMNS)
            yield f"{label} {row['pk']}: its path {path} is not in today's tree"
        if len(rows) > SHOWN:
            yield f"{label}: {wrong.count()} open rows in all with such a path"


def _misplaced(placed: PlacedModel):  # type: ignore[no-untyped-def]  # reason: a queryset of any placed model
    wrong = Q(pk__in=[])
    kinds = list(PARENT_KIND)
    for kind in kinds:
        present = Q(**{f"{kind}__isnull": False})
        wrong |= present & ~Q(**{f"{kind}__kind": kind})
        wrong |= Q(**{f"{kind}__closed_on__isnull": False})
    for upper, lower in pairwise(kinds):
        present = Q(**{f"{lower}__isnull": False})
        wrong |= present & (Q(**{f"{upper}__isnull": True}) | ~Q(**{f"{lower}__parent_id": F(f"{upper}_id")}))
    return placed.model._base_manager.filter(placed.open_rows).filter(wrong)
