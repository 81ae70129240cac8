"""The catalogues under ``config/catalogues``: read strictly, loaded idempotently, announced by their rooms.

A room that keeps a catalogue registers its loader in ``AppConfig.ready``; ``manage.py load_catalogues`` calls them
all, in the order of their registration, in one transaction.
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction

from apps.core.locks import advisory_lock


class CatalogueError(ValueError):
    """A catalogue file is wrong; ``problems`` holds one ``file line N: reason`` for every bad row."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, in rows; a row set inactive because it left its file counts as changed.

    ``kept`` rows differ from their file because somebody changed them in the product; the load left them alone.
    """

    created: int
    changed: int
    unchanged: int
    kept: int = 0


@dataclass(frozen=True, slots=True)
class CatalogueLine:
    """One row of a file: its line number (the header is line 1) and its cells by column, stripped."""

    number: int
    cells: dict[str, str]


Loader = Callable[[], LoadReport]
_loaders: dict[str, Loader] = {}


def register_loader(name: str, loader: Loader) -> None:
    """Announce a catalogue, from ``AppConfig.ready``. A second call with the same ``name`` replaces the first."""
    _loaders[name] = loader


def registered_loaders() -> tuple[str, ...]:
    """The names of the announced catalogues, in the order in which they are loaded."""
    return tuple(_loaders)


@transaction.atomic
def load_all() -> dict[str, LoadReport]:
    """Call every registered loader; all of them or, on the first ``CatalogueError``, none.

    Two loads at once take turns.
    """
    advisory_lock("core.catalogues")
    return {name: loader() for name, loader in _loaders.items()}


def catalogue_path(name: str) -> Path:
    """Where the catalogue file ``name`` lies."""
    return Path(settings.CONFIG_DIR) / "catalogues" / name


def read_lines(path: Path, columns: Sequence[str]) -> list[CatalogueLine]:
    """The rows of a UTF-8 CSV file with exactly ``columns`` as its header, in order; empty lines are skipped.

    Raises ``CatalogueError`` for a missing file, another header, or rows with too few or too many cells.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            if header != list(columns):
                raise CatalogueError([f"{path.name} line 1: the header must be {','.join(columns)}"])
            rows = [(reader.line_num, row) for row in reader if row]
    except OSError as error:
        raise CatalogueError([f"{path.name}: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise CatalogueError([f"{path.name}: not UTF-8"]) from error
    problems = [
        f"{path.name} line {number}: {len(row)} cells where {len(columns)} belong"
        for number, row in rows
        if len(row) != len(columns)
    ]
    if problems:
        raise CatalogueError(problems)
    return [
        CatalogueLine(number, {name: cell.strip() for name, cell in zip(columns, row, strict=True)})
        for number, row in rows
    ]


def upsert_rows(
    model: type[models.Model], key: str, rows: Iterable[dict[str, Any]], *, retire: bool = True
) -> LoadReport:
    """Bring the table of ``model`` into step with ``rows``, dicts of field values told apart by the field ``key``.

    New rows are created, differing ones updated, equal ones left alone. With ``retire`` a row of the table that is not
    among ``rows`` gets ``active=False``; nothing is ever deleted.
    """
    manager = model._base_manager
    present: dict[Any, Any] = {getattr(row, key): row for row in manager.select_for_update()}
    created: list[models.Model] = []
    changed: list[models.Model] = []
    touched: set[str] = set()
    unchanged = 0
    for values in rows:
        row = present.pop(values[key], None)
        if row is None:
            created.append(model(**values))
            continue
        differing = {name for name, value in values.items() if getattr(row, name) != value}
        if differing:
            for name in differing:
                setattr(row, name, values[name])
            touched |= differing
            changed.append(row)
        else:
            unchanged += 1
    for row in present.values() if retire else ():
        if row.active:
            row.active = False
            touched.add("active")
            changed.append(row)
    manager.bulk_create(created, batch_size=500)
    if changed:
        manager.bulk_update(changed, sorted(touched), batch_size=500)
    return LoadReport(len(created), len(changed), unchanged)
