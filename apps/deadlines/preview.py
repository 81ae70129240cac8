"""What a change of the calendar would do to the open limits, before it is made: counted in one pass without a lock.

The pass reckons every limit as the recomputation will, by the very same function, so both give the same numbers.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import nlargest
from typing import Any

from apps.deadlines import rulebook
from apps.deadlines.choices import Measure
from apps.deadlines.edits import Edit
from apps.deadlines.models import Limit
from apps.deadlines.rulebook import Rulebook
from apps.deadlines.touched import Outlook, Reach, outlooks, touched_limits
from apps.grid.models import Unit
from apps.grid.placed import PATH_COLUMNS

PAGE = 2000
EXAMPLES = 8
# Up to so many limits are counted while somebody waits for the page (a second or so); more as a job with progress.
MOST_AT_ONCE = 4000

Move = tuple[int, str, str]


@dataclass(slots=True)
class Preview:
    """The effect of a change: limits looked at, ends moved, limits of which only steps move; how many by stage and unit
    (the level below the one that changes, the
    streets where all change); why the rest stays; who would become overdue and who no longer be.

    A move is a limit's id, its old and its new end; ``earliest`` and ``latest`` are those of the earliest and the
    latest new end, ``examples`` those that move farthest.
    """

    looked: int = 0
    moved: int = 0
    steps_only: int = 0
    groups: Counter[tuple[str, int]] = field(default_factory=Counter)
    later: int = 0
    sooner: int = 0
    earliest: Move | None = None
    latest: Move | None = None
    examples: list[Move] = field(default_factory=list)
    agreed: int = 0
    on_the_clock: int = 0
    same: int = 0
    overdue_then: int = 0
    overdue_no_more: int = 0

    def as_json(self) -> dict[str, Any]:
        """Plain data for the result of a job."""
        data = {name: getattr(self, name) for name in self.__slots__}
        data["groups"] = [[stage, unit, count] for (stage, unit), count in sorted(self.groups.items())]
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Preview":
        """The preview that ``as_json`` wrote."""
        groups = Counter({(stage, unit): count for stage, unit, count in data["groups"]})
        moves = {name: tuple(data[name]) if data[name] else None for name in ("earliest", "latest")}
        return cls(**{**data, "groups": groups, **moves, "examples": [tuple(move) for move in data["examples"]]})


def reach_of_edit(edit: Edit, unit: Unit | None) -> Reach | None:
    """Which limits the edit may move; ``None`` where no working time becomes different."""
    span = edit.span()
    return Reach(unit, *span) if span else None


def count_touched_by(edit: Edit, unit: Unit | None) -> int:
    """How many open limits there are to look at."""
    reach = reach_of_edit(edit, unit)
    return touched_limits(reach).count() if reach else 0


def preview_edit(
    edit: Edit, unit: Unit | None, *, at: datetime, done: Callable[[int], None] = lambda count: None
) -> Preview:
    """What ``edit`` of the calendar of ``unit`` would do at ``at``; reads only, in pages, with flat memory."""
    preview = Preview()
    reach = reach_of_edit(edit, unit)
    if reach is None:
        return preview
    book = rulebook_after(edit, rulebook.current())
    column = PATH_COLUMNS[min(unit.level + 1 if unit else 1, len(PATH_COLUMNS) - 1)]
    last = 0
    while page := list(touched_limits(reach).filter(pk__gt=last)[:PAGE]):
        moved = [outlook for outlook in outlooks(page, book, at=at) if _count(preview, outlook)]
        _count_moved(preview, moved, column, at)
        last = page[-1].pk
        done(preview.looked)
    return preview


def rulebook_after(edit: Edit, book: Rulebook) -> Rulebook:
    """The rules as they would be."""
    days = {key: None if day is None else day.is_working for key, day in edit.after.days.items()}
    return replace(book, calendars=book.calendars.changed(edit.unit, days=days, hours=edit.after.hours))


def _count(preview: Preview, outlook: Outlook) -> bool:
    """Count one limit in; says whether its end moves."""
    preview.looked += 1
    if outlook.is_moved:
        return True
    preview.steps_only += outlook.is_changed
    if outlook.limit.due_fixed:
        preview.agreed += 1
    elif outlook.limit.measure == Measure.CALENDAR_HOURS:
        preview.on_the_clock += 1
    else:
        preview.same += 1
    return False


def _count_moved(preview: Preview, moved: list[Outlook], column: str, at: datetime) -> None:
    for outlook in moved:
        limit = outlook.limit
        preview.moved += 1
        preview.groups[limit.stage, getattr(limit, column) or limit.unit_id] += 1
        later = outlook.due_at > limit.due_at
        preview.later += later
        preview.sooner += not later
        was, will = limit.is_overdue(at), (limit.paused_at or at) > outlook.due_at
        preview.overdue_then += will and not was
        preview.overdue_no_more += was and not will
    moves = [_move(outlook) for outlook in moved]
    if not moves:
        return
    preview.earliest = min(filter(None, [preview.earliest, *moves]), key=lambda move: _moment(move[2]))
    preview.latest = max(filter(None, [preview.latest, *moves]), key=lambda move: _moment(move[2]))
    preview.examples = nlargest(EXAMPLES, preview.examples + moves, key=lambda move: (_distance(move), -move[0]))


def _move(outlook: Outlook) -> Move:
    return outlook.limit.pk, outlook.limit.due_at.isoformat(), outlook.due_at.isoformat()


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _distance(move: Move) -> float:
    return abs((_moment(move[2]) - _moment(move[1])).total_seconds())


def limits_of(moves: list[Move]) -> dict[int, Limit]:
    """The limits of some moves, with the units of their paths."""
    ids = [move[0] for move in moves]
    return Limit.objects.select_related("district", "street", "community", "grid").in_bulk(ids)
