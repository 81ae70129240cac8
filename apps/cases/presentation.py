"""How cases look in lists and on pages: plain values for templates, made without queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.cases.actions import ACTION_LABELS, Action
from apps.cases.choices import CaseState, EnforcementState, LegRole, LegState, Source, Urgency
from apps.cases.models import Case, Leg
from apps.cases.workflow import Transition
from apps.core.clock import SHANGHAI
from apps.core.presentation import limit_look
from apps.deadlines.calendar import WorkingCalendar
from apps.deadlines.choices import Card, LimitState, Measure
from apps.deadlines.models import Limit
from apps.deadlines.rulebook import Rulebook

STATE_TONES = {CaseState.SUSPENDED: "hold", CaseState.CLOSED: "ok"}
STATE_ICONS = {CaseState.SUSPENDED: "player-pause", CaseState.CLOSED: "circle-check"}
LEVELS = ("district", "street", "community", "grid")


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
        paused = self.state == "paused"
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
    paused = case.state == CaseState.SUSPENDED or case.missing_asked
    timed = case.urgency != Urgency.URGENT and not paused
    left = working_minutes(book.calendar_for(case.place), at, case.due_at) if timed else None
    return Look(case.due_at, "paused" if paused else "", began or started_at(case), left, case.card)


def look_of_limit(limit: Limit, book: Rulebook, at: datetime) -> Look:
    """A limit of its own, such as that of the whole case."""
    card = "" if limit.card == Card.NONE else limit.card
    if limit.state == LimitState.ENDED:
        return Look(limit.due_at, "done", limit.started_at, None, card)
    paused = limit.state == LimitState.PAUSED
    timed = limit.measure != Measure.CALENDAR_HOURS and not paused
    left = working_minutes(book.calendar_for(limit.place), at, limit.due_at) if timed else None
    return Look(limit.due_at, "paused" if paused else "", limit.started_at, left, card)


@dataclass(frozen=True)
class CaseRow:
    """One case of a list."""

    case: Case
    look: Look
    url: str
    current: bool = False

    @property
    def icon(self) -> str:
        """The category's icon."""
        return self.case.category.icon or "point"

    @property
    def place(self) -> str:
        """Where it is, in the fewest words."""
        return self.case.address or self.case.unit.name

    @property
    def source(self) -> str | Promise:
        """Where it came from."""
        return Source(self.case.source).label

    @property
    def state(self) -> str | Promise:
        """The word of its state."""
        return CaseState(self.case.state).label

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return STATE_TONES.get(CaseState(self.case.state), "")


def rows_of(
    cases: Iterable[Case], book: Rulebook, at: datetime, *, link: Any = None, current: str = ""
) -> list[CaseRow]:
    """Rows for a list; ``link(case)`` says where each leads, else to its own page."""
    return [
        CaseRow(
            case,
            look_of(case, book, at),
            link(case) if link else reverse("cases:case", args=[case.number]),
            case.number == current,
        )
        for case in cases
    ]


@dataclass(frozen=True)
class ActionButton:
    """A button of the action bar."""

    action: str
    label: str | Promise
    icon: str
    key: str
    primary: bool


ICONS_AND_KEYS: dict[Action, tuple[str, str]] = {
    Action.REGISTER: ("clipboard-check", "a"),
    Action.REFUSE: ("ban", "i"),
    Action.SETTLE: ("tool", "t"),
    Action.DISPATCH: ("send", "d"),
    Action.ACCEPT: ("check", "a"),
    Action.RETURN: ("arrow-back-up", "r"),
    Action.FEEDBACK: ("message-check", "f"),
    Action.VERIFY: ("eye-check", "v"),
    Action.REWORK: ("refresh", "w"),
    Action.CLOSE: ("circle-check", "c"),
    Action.ESCALATE: ("arrow-up", "e"),
    Action.SUSPEND: ("player-pause", "s"),
    Action.RESUME: ("player-play", "s"),
    Action.ASK_SUSPENSION: ("hourglass", "s"),
    Action.DECIDE_SUSPENSION: ("hourglass-high", "h"),
    Action.PROPOSE_SPECIAL: ("folder-up", "1"),
    Action.LIST_SPECIAL: ("folder-star", "2"),
    Action.DECLINE_SPECIAL: ("folder-x", "3"),
    Action.RECORD_CONTROL: ("clipboard-text", "4"),
    Action.UNLIST: ("folder-minus", "5"),
    Action.TABLE: ("users-group", "6"),
    Action.RECORD_DECISION: ("gavel", "7"),
    Action.RESOLVE_ITEM: ("list-check", "8"),
    Action.LIST_HAZARD: ("alert-octagon", "9"),
    Action.ACCEPT_HAZARD: ("shield-check", "9"),
    Action.PUBLISH: ("world", "1"),
    Action.EDIT_PUBLICATION: ("world-cog", "2"),
    Action.WITHHOLD: ("world-off", "3"),
    Action.EXTEND: ("calendar-plus", "l"),
    Action.ASK_EXTENSION: ("calendar-question", "l"),
    Action.DECIDE_EXTENSION: ("calendar-check", "b"),
    Action.SUPERVISE: ("flag", "u"),
    Action.REPLY: ("message-reply", "y"),
    Action.WITHDRAW: ("flag-off", "0"),
    Action.APPEAL: ("scale", "q"),
    Action.DECIDE_APPEAL: ("gavel", "z"),
    Action.DISSUADE: ("speakerphone", "1"),
    Action.HAND_OVER: ("shield", "5"),
    Action.DECIDE_PENALTY: ("gavel", "2"),
    Action.MEDIATE: ("messages", "3"),
    Action.CONCLUDE_MEDIATION: ("heart-handshake", "4"),
    Action.ASK_MISSING: ("list-check", "6"),
    Action.SUPPLY: ("checkup-list", "6"),
    Action.TRANSFER: ("arrows-exchange", "8"),
    Action.WHISTLE: ("speakerphone", "9"),
    Action.ARRIVE: ("map-pin-check", "7"),
    Action.REPORT_RESULT: ("report", "8"),
    Action.RATE_SUMMONED: ("stars", "7"),
    Action.ACKNOWLEDGE: ("mail-check", "6"),
    Action.PRESENCE: ("map-pin-check", "5"),
    Action.COMMENT: ("message", "m"),
    Action.MERGE: ("git-merge", "g"),
    Action.REOPEN: ("rotate", "o"),
    Action.RATE: ("star", "p"),
    Action.SPOT_CHECK: ("zoom-check", "v"),
}
# The order of the bar: what moves the case first, what only speaks last.
ORDER = [
    Action.REGISTER,
    Action.DISPATCH,
    Action.ACCEPT,
    Action.DECIDE_PENALTY,
    Action.FEEDBACK,
    Action.VERIFY,
    Action.CLOSE,
    Action.RESUME,
    Action.SETTLE,
    Action.ESCALATE,
    Action.RETURN,
    Action.REWORK,
    Action.REFUSE,
    Action.MERGE,
    Action.CONCLUDE_MEDIATION,
    Action.MEDIATE,
    Action.HAND_OVER,
    Action.DISSUADE,
    Action.REPLY,
    Action.DECIDE_EXTENSION,
    Action.DECIDE_SUSPENSION,
    Action.DECIDE_APPEAL,
    Action.LIST_SPECIAL,
    Action.RECORD_CONTROL,
    Action.DECLINE_SPECIAL,
    Action.PROPOSE_SPECIAL,
    Action.UNLIST,
    Action.RECORD_DECISION,
    Action.RESOLVE_ITEM,
    Action.TABLE,
    Action.ACCEPT_HAZARD,
    Action.LIST_HAZARD,
    Action.PUBLISH,
    Action.EDIT_PUBLICATION,
    Action.WITHHOLD,
    Action.SUSPEND,
    Action.ASK_SUSPENSION,
    Action.ASK_EXTENSION,
    Action.EXTEND,
    Action.SUPERVISE,
    Action.WITHDRAW,
    Action.APPEAL,
    Action.SPOT_CHECK,
    Action.SUPPLY,
    Action.ASK_MISSING,
    Action.TRANSFER,
    Action.ARRIVE,
    Action.REPORT_RESULT,
    Action.RATE_SUMMONED,
    Action.WHISTLE,
    Action.ACKNOWLEDGE,
    Action.REOPEN,
    Action.RATE,
    Action.PRESENCE,
    Action.COMMENT,
]
LEADING = frozenset(ORDER[:8])
DIGITS = "1234567890"


def buttons_of(rows: Iterable[Transition]) -> list[ActionButton]:
    """The action bar, the leading action first."""
    actions = sorted((row.action for row in rows), key=ORDER.index)
    lead = actions[0] if actions and actions[0] in LEADING else None
    keys = _keys_of(actions)
    return [
        ActionButton(action.value, ACTION_LABELS[action], ICONS_AND_KEYS[action][0], keys[action], action is lead)
        for action in actions
    ]


def _keys_of(actions: Iterable[Action]) -> dict[Action, str]:
    """A key for each: its own, or the first free digit where one before it in the bar has taken that."""
    keys: dict[Action, str] = {}
    wanting: list[Action] = []
    for action in actions:
        key = ICONS_AND_KEYS[action][1]
        if key in keys.values():
            wanting.append(action)
        else:
            keys[action] = key
    free = (digit for digit in DIGITS if digit not in set(keys.values()))
    return keys | {action: next(free, "") for action in wanting}


def bar_of(actions: Iterable[Action]) -> list[ActionButton]:
    """Buttons of these actions, in the order given."""
    return [
        ActionButton(action.value, ACTION_LABELS[action], *ICONS_AND_KEYS[action], primary=False) for action in actions
    ]


LEG_TONES = {LegState.OFFERED: "info", LegState.FAILED: "late", LegState.RETURNED: "near", LegState.FED_BACK: "ok"}


@dataclass(frozen=True)
class LegCard:
    """One leg on the agency's desk."""

    leg: Leg
    look: Look
    note: str
    actions: list[ActionButton]

    @property
    def state(self) -> str | Promise:
        """The word of its state."""
        return LegState(self.leg.state).label

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return LEG_TONES.get(LegState(self.leg.state), "")

    @property
    def role(self) -> str | Promise:
        """Lead or assisting."""
        return LegRole(self.leg.role).label


PURPOSES = {"before": _("处置前"), "after": _("处置后"), "evidence": _("现场")}


def photos_of(attachments: Iterable[Any]) -> list[dict[str, Any]]:
    """Photos for the grid of pictures."""
    return [
        {
            "url": reverse("attachment", args=[photo.pk]),
            "thumbnail_url": reverse("attachment-small", args=[photo.pk]),
            "caption": PURPOSES.get(photo.purpose, ""),
        }
        for photo in attachments
    ]


def leg_cards(legs: Iterable[Leg], book: Rulebook, at: datetime) -> list[LegCard]:
    """Cards for the agency's desk, with what its people may do by the state of each leg."""
    cards = []
    for leg in legs:
        paused = leg.case.state == CaseState.SUSPENDED
        done = leg.ended_at is not None
        timed = leg.case.urgency != Urgency.URGENT and not paused and not done
        left = working_minutes(book.calendar_for(leg.case.place), at, leg.due_at) if timed else None
        card = leg.case.card if leg.role == LegRole.LEAD and not done else ""
        look = Look(leg.due_at, "paused" if paused else "", leg.opened_at, left, card)
        moves = [] if paused or leg.case.state != CaseState.DISPATCHED else LEG_MOVES.get(LegState(leg.state), [])
        if leg.case.enforcing and Action.FEEDBACK in moves:
            moves = [Action.DECIDE_PENALTY]  # before it the result is not fed back
        if leg.role == LegRole.LEAD and not done:
            moves = [*moves, *_more_moves(leg, at)]
        buttons = [
            ActionButton(action.value, ACTION_LABELS[action], *ICONS_AND_KEYS[action], primary=number == 0)
            for number, action in enumerate(moves)
        ]
        cards.append(LegCard(leg, look, getattr(leg, "words", None) or "", buttons))
    return cards


def _more_moves(leg: Leg, at: datetime) -> list[Action]:
    """What the holder may do beside moving the case: answer an order, ask for more time before its end."""
    more = [Action.REPLY] if leg.case.orders_open else []
    if leg.case.state == CaseState.DISPATCHED and not leg.case.extension_asked and at <= leg.due_at:
        more.append(Action.ASK_EXTENSION)
    if leg.case.state == CaseState.DISPATCHED and not leg.case.suspension_asked:
        more.append(Action.ASK_SUSPENSION)
    return more


LEG_MOVES = {LegState.OFFERED: [Action.ACCEPT, Action.RETURN], LegState.ACCEPTED: [Action.FEEDBACK]}

SORTS = (("limit", _("按时限")), ("newest", _("新的在前")), ("oldest", _("旧的在前")))


def points_of(cases: Iterable[Case], book: Rulebook, at: datetime, *, link: Any) -> list[dict[str, Any]]:
    """Cases as points of a map, coloured by their limits."""
    return [
        {
            "id": case.number,
            "lon": case.lon,
            "lat": case.lat,
            "tone": look_of(case, book, at).tone(at),
            "title": case.title,
            "url": link(case),
        }
        for case in cases
    ]


def export_row(case: Case) -> list[Any]:
    """One line of the exported list."""
    return [
        case.number,
        case.title,
        case.category.label,
        CaseState(case.state).label,
        Urgency(case.urgency).label,
        case.street.name if case.street else None,
        case.community.name if case.community else None,
        case.grid.name if case.grid else None,
        case.address,
        Source(case.source).label,
        case.holder.name if case.holder else None,
        case.reported_at,
        case.due_at,
        case.get_card_display() if case.card else None,
        case.supervised,
        case.return_count,
        case.rework_count,
        *_enforcement_cells(case),
    ]


def _enforcement_cells(case: Case) -> list[Any]:
    """Number, kind and amount of the last penalty; empty where there is none. The hand-overs are prefetched."""
    punished = [one for one in case.enforcements.all() if one.state == EnforcementState.PENALISED]
    last = punished[-1] if punished else None
    return [last.document, last.get_penalty_display(), last.amount] if last is not None else [None, None, None]
