"""Rows of a case before they have ids: the case itself, its legs with their limits, and its events."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from apps.assessment.seeding.world import Ground, Kind, Office, Span


@dataclass(slots=True)
class LegDraft:
    """One leg and its limit."""

    sequence: int
    agency: Office
    desk: Office
    stage: str
    state: str
    opened: datetime
    span: Span
    head: int | None
    accepted: datetime | None = None
    ended: datetime | None = None
    version: int = 1
    in_time: bool | None = None
    handled_by: int | None = None
    note: str = ""
    paused: datetime | None = None

    def end(self, state: str, at: datetime, note: str = "") -> None:
        """End the leg; its limit ends with it."""
        self.state, self.ended, self.note = state, at, note
        self.version += 1
        self.in_time = at <= self.span.due


@dataclass(slots=True)
class OrderDraft:
    """A supervision order that waits for its reply, and its limit."""

    centre: Office
    holder: Office
    head: int | None
    at: datetime
    text: str
    span: Span


@dataclass(slots=True)
class PauseDraft:
    """How a desk set a case aside, and what it promised."""

    desk: Office
    at: datetime
    reason: str
    promised_on: date


@dataclass(slots=True)
class PublicationDraft:
    """What the public reads of a closed case, and where that stands."""

    state: str
    publish_at: datetime | None
    published_at: datetime | None


@dataclass(slots=True)
class EventDraft:
    """One event before it is chained."""

    at: datetime
    actor: int | None
    action: str
    payload: dict[str, Any]
    before: str
    after: str
    leg: int | None


@dataclass(slots=True)
class Story:
    """A case with everything that hangs on it; ids are given when it is written."""

    ground: Ground
    kind: Kind
    title: str
    description: str
    address: str
    lon: float
    lat: float
    source: str
    reporter: int
    reported: datetime
    desk: Office
    state: str = "reported"
    holder: int | None = None
    due: datetime | None = None
    version: int = 1
    legs: list[LegDraft] = field(default_factory=list)
    events: list[EventDraft] = field(default_factory=list)
    suspended_from: str | None = None
    review_on: date | None = None
    supervised: bool = False
    supervisor: int | None = None
    handler: Office | None = None
    handled_by: int | None = None
    settled_kind: str = ""
    reworks: int = 0
    returns: int = 0
    merged: bool = False
    solved: bool | None = None
    satisfied: bool | None = None
    registered: datetime | None = None
    dispatched: datetime | None = None
    handled: datetime | None = None
    verified: datetime | None = None
    closed: datetime | None = None
    handling_due: datetime | None = None
    handled_in_time: bool | None = None
    whole: Span | None = None
    desks: list[tuple[datetime, Office, int | None]] = field(default_factory=list)
    order: OrderDraft | None = None
    pause: PauseDraft | None = None
    publication: PublicationDraft | None = None

    @property
    def open(self) -> bool:
        """Whether somebody still holds the case."""
        return self.closed is None

    def desk_at(self, moment: datetime) -> Office:
        """The desk that answered for the registered case then."""
        return next(office for since, office, _head in reversed(self.desks) if since <= moment)


def stamp(moment: datetime) -> str:
    """A moment as the event's JSON spells it."""
    text = moment.astimezone(UTC).isoformat()
    if moment.microsecond:
        text = text[:23] + text[26:]
    return text.replace("+00:00", "Z")
