"""Bringing the tree into step with a division file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from apps.core import clock
from apps.core.text import pinyin_key
from apps.grid import location
from apps.grid.announcements import on_units_renamed
from apps.grid.divisions import DivisionError, DivisionRow
from apps.grid.models import Unit, UnitFact
from apps.grid.tree import BATCH, add_units, lock_tree, new_unit, tree_units

Progress = Callable[[str, int], object]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did: units made, renamed and found as they were."""

    created: int
    renamed: int
    unchanged: int

    @property
    def changes(self) -> int:
        """Rows of the file that led to a change."""
        return self.created + self.renamed


def quiet(_step: str, _count: int) -> None:
    """No progress."""


@transaction.atomic
def import_division(
    rows: Sequence[DivisionRow], *, at: datetime, because: str = "导入行政区划", progress: Progress = quiet
) -> ImportReport:
    """Bring one district's tree into step with a file that ``divisions.read_division`` has read.

    Units that are missing are made, names that changed are changed and both are dated; nothing is ever moved, closed
    or taken away. ``progress`` hears each step with its number of units. Raises ``DivisionError`` when a row
    contradicts the tree as it is; nothing is changed then.
    """
    lock_tree()
    day = clock.local(at).date()
    known = {unit.code: unit for unit in Unit.objects.filter(code__in=[row.code for row in rows])}
    district = known.get(rows[0].code)
    existing = tree_units(district) if district else []
    _refuse_contradictions(rows, known, existing)
    progress("checked", len(rows))

    known |= {unit.code: unit for unit in existing}
    new = []
    for row in rows:
        if row.code not in known:
            parent = known[row.parent_code] if row.parent_code else None
            known[row.code] = new_unit(code=row.code, name=row.name, kind=row.kind, parent=parent, opened_on=day)
            new.append(known[row.code])
    if new:
        add_units(existing, new, because=because)
    progress("created", len(new))
    renamed = [(known[row.code], row.name) for row in rows if known[row.code].name != row.name]
    _rename(renamed, day, because)
    progress("renamed", len(renamed))
    if new or renamed:
        transaction.on_commit(location.forget)
    return ImportReport(len(new), len(renamed), len(rows) - len(new) - len(renamed))


def _refuse_contradictions(rows: Sequence[DivisionRow], known: dict[str, Unit], existing: Sequence[Unit]) -> None:
    """A code of the file may stand in the tree already, but only as the same kind, under the same parent."""
    codes = {unit.pk: unit.code for unit in existing}
    problems = []
    for row in rows:
        unit = known.get(row.code)
        if unit is None:
            continue
        if unit.pk not in codes:
            problems.append((row.line, f"code {row.code} belongs to another district"))
        elif unit.kind != row.kind:
            problems.append((row.line, f"wrong level: {row.code} is a {unit.kind} already"))
        elif codes.get(unit.parent_id, "") != row.parent_code:
            problems.append((row.line, f"{row.code} is under {codes.get(unit.parent_id)} already"))
    if problems:
        raise DivisionError(problems)


def _rename(renamed: Sequence[tuple[Unit, str]], day: date, because: str) -> None:
    """Change names: the present fact ends on ``day`` and one with the new name begins."""
    if not renamed:
        return
    units = []
    for unit, name in renamed:
        unit.name, unit.name_key = name, pinyin_key(name)
        units.append(unit)
    Unit.objects.bulk_update(units, ["name", "name_key"], batch_size=BATCH)
    UnitFact.objects.filter(unit__in=units, valid_to__isnull=True).update(valid_to=day)
    UnitFact.objects.bulk_create(
        [
            UnitFact(unit=unit, name=unit.name, parent_id=unit.parent_id, valid_from=day, because=because)
            for unit in units
        ],
        batch_size=BATCH,
    )
    on_units_renamed.tell(units)
