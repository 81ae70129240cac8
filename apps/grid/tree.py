"""Writing the tree in bulk: the nested-set numbers are reckoned here and not by one query per node.

Everything that changes the tree holds the advisory lock ``TREE_LOCK`` to the end of its transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Max

from apps.core.locks import advisory_lock
from apps.core.text import pinyin_key
from apps.grid.announcements import on_units_created
from apps.grid.models import CODE_LENGTH, PARENT_KIND, TREE_LOCK, Unit, UnitFact

BATCH = 2000
NUMBERS = ("lft", "rght", "level", "tree_id")


def lock_tree() -> None:
    """Wait until nobody else changes any tree; the lock is held to the end of the transaction."""
    advisory_lock(TREE_LOCK)


def new_unit(
    *, code: str, name: str, kind: str, parent: Unit | None, opened_on: date, grid_type: str | None = None
) -> Unit:
    """An unsaved unit. Raises ``ValueError`` when its code does not fit its kind or its parent is of the wrong
    kind.
    """
    if len(code) != CODE_LENGTH[kind] or (parent.kind if parent else None) != PARENT_KIND[kind]:
        raise ValueError(f"{code} cannot be a {kind} under {parent.code if parent else 'nothing'}")
    return Unit(
        code=code,
        name=name,
        name_key=pinyin_key(name),
        kind=kind,
        parent=parent,
        opened_on=opened_on,
        grid_type=grid_type,
        tree_id=0,
        lft=0,
        rght=0,
        level=0,
    )


def renumber(units: Iterable[Unit], tree_id: int) -> list[Unit]:
    """Give every unit of one tree its ``lft, rght, level, tree_id``, siblings by code; returns those that changed."""
    children: dict[str | None, list[Unit]] = defaultdict(list)
    by_id = {unit.pk: unit for unit in units if unit.pk}
    for unit in units:
        above = unit.parent if unit.parent_id is None or unit.parent_id not in by_id else by_id[unit.parent_id]
        children[above.code if above else None].append(unit)
    changed = []
    number = 0
    stack = [(root, 0, False) for root in sorted(children[None], key=lambda unit: unit.code, reverse=True)]
    lefts: dict[str, int] = {}
    while stack:
        unit, level, leaving = stack.pop()
        number += 1
        if not leaving:
            lefts[unit.code] = number
            stack.append((unit, level, True))
            below = sorted(children[unit.code], key=lambda child: child.code, reverse=True)
            stack += [(child, level + 1, False) for child in below]
            continue
        numbers = (lefts[unit.code], number, level, tree_id)
        if tuple(getattr(unit, name) for name in NUMBERS) != numbers:
            for name, value in zip(NUMBERS, numbers, strict=True):
                setattr(unit, name, value)
            changed.append(unit)
    return changed


def tree_units(root: Unit) -> list[Unit]:
    """Every unit of a district's tree, closed ones too."""
    return list(Unit.objects.filter(tree_id=root.tree_id).order_by("lft"))


def next_tree_id() -> int:
    """A tree number that is not in use; called under the lock."""
    return (Unit.objects.aggregate(last=Max("tree_id"))["last"] or 0) + 1


def add_units(existing: Sequence[Unit], new: Sequence[Unit], *, because: str) -> None:
    """Insert ``new`` units, parents before children, into the tree of ``existing`` ones, or as a tree of their own.

    The caller holds the lock and a transaction. Writes each unit's first dated fact and announces the units.
    """
    tree_id = existing[0].tree_id if existing else next_tree_id()
    moved = [unit for unit in renumber([*existing, *new], tree_id) if unit.pk]
    Unit.objects.bulk_update(moved, NUMBERS, batch_size=BATCH)
    for kind in PARENT_KIND:
        units = [unit for unit in new if unit.kind == kind]
        for unit in units:
            unit.parent = unit.parent  # reason: the parent has its key only since it was inserted
        Unit.objects.bulk_create(units, batch_size=BATCH)
    UnitFact.objects.bulk_create(
        [
            UnitFact(unit=unit, name=unit.name, parent=unit.parent, valid_from=unit.opened_on, because=because)
            for unit in new
        ],
        batch_size=BATCH,
    )
    on_units_created.tell(new)
