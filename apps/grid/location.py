"""Which grid is this? Answered from an index in the process, in microseconds, for every report and every position fix.

The index holds the published boundaries of open units. It is read at first use, thrown away after an edit in this
process (``forget``), and thrown away when a background check sees that the database's tree version moved on, so that
an edit anywhere is known everywhere within ``CHECK_SECONDS``. The checking thread only marks the index as old; whoever
asks next reads it anew on a connection of his own. The thread ends when nobody has asked for ``IDLE_SECONDS``; the
next question compares versions before it trusts the index, which is also what makes it right after a fork.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor
from typing import Any

import shapely
from django.db import connection
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from apps.grid.models import Boundary, BoundaryState, Unit

logger = logging.getLogger(__name__)

CHECK_SECONDS = 1.0
IDLE_SECONDS = 60.0
KINDS = ("district", "street", "community", "grid")


@dataclass(frozen=True, slots=True)
class UnitRef:
    """A unit by its id, code, name and kind."""

    id: int
    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class UnitPath:
    """The chain of units that holds a point, from the district down to the lowest; levels below that are ``None``."""

    district: UnitRef
    street: UnitRef | None = None
    community: UnitRef | None = None
    grid: UnitRef | None = None

    @property
    def units(self) -> tuple[UnitRef, ...]:
        """The chain, the district first."""
        return tuple(unit for unit in (self.district, self.street, self.community, self.grid) if unit is not None)

    @property
    def unit(self) -> UnitRef:
        """The lowest unit."""
        return self.units[-1]

    @property
    def place(self) -> dict[str, int | None]:
        """The four path columns of a row that lies here (see ``grid.placed``)."""
        return {f"{kind}_id": unit.id if (unit := getattr(self, kind)) else None for kind in KINDS}


CELLS_PER_DEGREE = 2000  # a cell of about fifty metres
MOST_CELLS = 200_000
Answer = tuple[tuple[tuple[BaseGeometry, UnitPath | None], ...], UnitPath | None]


class LocationIndex:
    """Published boundaries by level, the lowest asked first, and what is already known of small cells of the ground.

    A cell remembers which outlines cross it and the path of the outline that holds all of it, so that most questions
    need no geometry and the others one or two tests.
    """

    def __init__(self) -> None:
        rows = Unit.objects.order_by().values_list("pk", "code", "name", "kind", "parent_id", "closed_on")
        units = {row[0]: row for row in rows}
        outlines = Boundary.objects.filter(state=BoundaryState.PUBLISHED, unit__closed_on__isnull=True)
        drawn = dict(outlines.order_by("unit__code").values_list("unit_id", "geometry"))
        divided = {units[unit_id][4] for unit_id in drawn}
        self._levels = []
        self._cells: dict[tuple[int, int], Answer] = {}
        for kind in reversed(KINDS):
            ids = [unit_id for unit_id in drawn if units[unit_id][3] == kind]
            shapes = [shape(drawn[unit_id]) for unit_id in ids]
            shapely.prepare(shapes)
            paths = [None if unit_id in divided else _path(units, unit_id) for unit_id in ids]
            if ids:
                self._levels.append((shapely.STRtree(shapes), shapes, paths))

    def find(self, lon: float, lat: float) -> UnitPath | None:
        """The path of the lowest unit whose outline covers the point, its edge included.

        On an edge shared by two units the lower code wins. A unit that is divided among children with outlines does
        not answer for a gap between them: there the point is outside. Raises ``ValueError`` for what is no number.
        """
        key = (floor(lon * CELLS_PER_DEGREE), floor(lat * CELLS_PER_DEGREE))
        crossing, rest = self._cells.get(key) or self._cell(key)
        for outline, path in crossing:
            if shapely.intersects_xy(outline, lon, lat):
                return path
        return rest

    def _cell(self, key: tuple[int, int]) -> Answer:
        """Find out about a cell: its crossing outlines in the order they are asked, and who holds the rest of it."""
        west, south = (number / CELLS_PER_DEGREE for number in key)
        # a hair wider than the cell, so that no rounding of the key loses an outline at its edge
        box = shapely.box(
            west - 1e-9, south - 1e-9, west + 1 / CELLS_PER_DEGREE + 1e-9, south + 1 / CELLS_PER_DEGREE + 1e-9
        )
        crossing: list[tuple[BaseGeometry, UnitPath | None]] = []
        rest: UnitPath | None = None
        for tree, shapes, paths in self._levels:
            near = sorted(int(i) for i in tree.query(box, predicate="intersects"))
            whole = next((i for i in near if shapely.contains_properly(shapes[i], box)), None)
            if whole is not None:
                rest = paths[whole]
                break
            crossing += [(shapes[i], paths[i]) for i in near]
        answer = (tuple(crossing), rest)
        if len(self._cells) >= MOST_CELLS:
            self._cells.clear()
        self._cells[key] = answer
        return answer


def _path(units: dict[int, tuple[Any, ...]], unit_id: int) -> UnitPath:
    chain: dict[str, UnitRef] = {}
    here: int | None = unit_id
    while here is not None:
        pk, code, name, kind, parent_id, _closed = units[here]
        chain[kind] = UnitRef(pk, code, name, kind)
        here = parent_id
    return UnitPath(**chain)


def tree_version() -> int:
    """A number that grows with every committed change of a unit or a boundary, by whatever means it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM grid_treeversion")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


class _Keeper:
    """The index of this process and the thread that watches over its age."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.index: LocationIndex | None = None
        self.used = 0.0
        self.seen: int | None = None
        self.blind = False
        self.thread: threading.Thread | None = None

    def current(self) -> LocationIndex:
        """The index, read or read anew where needed."""
        self.used = time.monotonic()
        index = self.index
        if index is not None and self.thread is not None:
            return index
        with self.lock:
            self._watch()
            if self.index is None:
                self.index = LocationIndex()
            return self.index

    def _watch(self) -> None:
        """Start the thread and wait for its first look, so that no change falls between that look and our reading."""
        if self.thread is not None:
            return
        looked = threading.Event()
        self.thread = threading.Thread(target=self._run, args=[looked], name="grid-location", daemon=True)
        self.thread.start()
        looked.wait(timeout=10)

    def _run(self, looked: threading.Event) -> None:
        me = threading.current_thread()
        while self.thread is me:
            self._look()
            looked.set()
            if time.monotonic() - self.used > IDLE_SECONDS:
                self.thread = None
                return
            time.sleep(CHECK_SECONDS)

    def _look(self) -> None:
        try:
            version = tree_version()
        except Exception as problem:  # the watch must outlive a database that is away for a while
            if not self.blind:
                logger.warning("the tree's version cannot be read, the known boundaries stay in use: %s", problem)
            self.blind = True
            return
        finally:
            connection.close()
        self.blind = False
        if version != self.seen:
            if self.seen is not None:
                self.index = None
            self.seen = version


_keeper = _Keeper()


def _after_fork() -> None:
    global _keeper
    parent, _keeper = _keeper, _Keeper()
    _keeper.index, _keeper.seen = parent.index, parent.seen


os.register_at_fork(after_in_child=_after_fork)


def locate(lon: float, lat: float) -> UnitPath | None:
    """The units that hold a point given in degrees of WGS 84 / CGCS2000; ``None`` outside every grid.

    In a community whose grids have no published boundary the path ends with the community, and so on upwards.
    """
    return _keeper.current().find(lon, lat)


def forget() -> None:
    """Read the boundaries anew at the next question; called after an edit in this process has been committed."""
    _keeper.index = None


def each_leaf() -> Iterator[UnitPath]:
    """Every path that ``locate`` may answer, in no order that is promised."""
    for _tree, _shapes, paths in _keeper.current()._levels:
        yield from (path for path in paths if path is not None)
