"""How a limit looks: what is left of it and its tone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from apps.cases.choices import CaseState, Urgency
from apps.cases.models import Case
from apps.core.clock import SHANGHAI
from apps.core.presentation import limit_look
from apps.deadlines.calendar import WorkingCalendar
from apps.deadlines.choices import Card, LimitState, Measure
from apps.deadlines.models import Limit
from apps.deadlines.rulebook import Rulebook


@dataclass(frozen=True)
class Look:
    """A limit as ``limit_chip`` draws it: ``left`` in working minutes, none where the clock runs without pause."""

    due_at: datetime | None
    state: str
    started_at: datetime | None
    left: int | None
    card: str

    def tone(self, at: datetime) -> str:
        """The tone of the limit at ``at``, for a point on the map: ``ok, near, late`` or ``hold``."""
        paused = self.state in {"paused", "stopped"}
        tone = limit_look(self.due_at, at=at, started_at=self.started_at, paused=paused, card=self.card).tone
        return "ok" if tone == "none" else tone


def end_of(day: date) -> datetime:
    """The last second of a day in Shanghai."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=SHANGHAI)


def working_minutes(calendar: WorkingCalendar, at: datetime, due_at: datetime) -> int:
    """Working minutes from ``at`` to ``due_at``, negative when over."""
    return int(calendar.working_seconds_between(at, due_at) / 60)


def started_at(case: Case) -> datetime:
    """When the present limit began, as near as the case itself knows."""
    moments = {
        CaseState.REPORTED: case.reported_at,
        CaseState.REGISTERED: case.registered_at,
        CaseState.DISPATCHED: case.dispatched_at,
        CaseState.HANDLED: case.handled_at,
        CaseState.VERIFIED: case.handled_at,
    }
    return moments.get(CaseState(case.state)) or case.reported_at


def look_of(case: Case, book: Rulebook, at: datetime, *, began: datetime | None = None) -> Look:
    """The limit of a case; ``began`` where the leg is known."""
    if not case.open or case.due_at is None:
        return Look(None, "", None, None, "")
    state = "paused" if case.state == CaseState.SUSPENDED else "stopped" if case.missing_asked else ""
    timed = case.urgency != Urgency.URGENT and not state
    left = working_minutes(book.calendar_for(case.place), at, case.due_at) if timed else None
    return Look(case.due_at, state, began or started_at(case), left, case.card)


def look_of_limit(limit: Limit, book: Rulebook, at: datetime, *, missing: bool = False) -> Look:
    """A limit of its own, such as that of the whole case; ``missing``: it stands still for what is missing."""
    card = "" if limit.card == Card.NONE else limit.card
    if limit.state == LimitState.ENDED:
        return Look(limit.due_at, "done", limit.started_at, None, card)
    paused = limit.state == LimitState.PAUSED
    timed = limit.measure != Measure.CALENDAR_HOURS and not paused
    left = working_minutes(book.calendar_for(limit.place), at, limit.due_at) if timed else None
    return Look(limit.due_at, ("stopped" if missing else "paused") if paused else "", limit.started_at, left, card)


def give_looks(rows: Iterable[Any], book: Rulebook, at: datetime) -> None:
    """Give each row the look of its ``limit`` as ``look``, none where it has none."""
    for row in rows:
        row.look = look_of_limit(row.limit, book, at) if row.limit is not None else None
