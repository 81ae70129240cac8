"""The buttons of the acts: icon, key and place of each in the bar."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise

from apps.cases.actions import ACTION_LABELS, Action
from apps.cases.workflow import Transition


@dataclass(frozen=True)
class ActionButton:
    """A button of the action bar; a ``seldom`` one stands behind 更多."""

    action: str
    label: str | Promise
    icon: str
    key: str
    primary: bool
    seldom: bool = False


ICONS_AND_KEYS: dict[Action, tuple[str, str]] = {
    Action.REGISTER: ("clipboard-check", "a"),
    Action.REFUSE: ("ban", "i"),
    Action.SETTLE: ("tool", "t"),
    Action.SETTLE_AT_ONCE: ("square-check", "3"),
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
    Action.ARCHIVE: ("archive", "4"),
    Action.UNARCHIVE: ("archive-off", "4"),
    Action.FOLLOW_UP: ("phone-call", "h"),
    Action.REVIEW_SAMPLE: ("clipboard-search", "v"),
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
    Action.SETTLE_AT_ONCE,
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
    Action.FOLLOW_UP,
    Action.REVIEW_SAMPLE,
    Action.SUPPLY,
    Action.ASK_MISSING,
    Action.TRANSFER,
    Action.ARRIVE,
    Action.REPORT_RESULT,
    Action.RATE_SUMMONED,
    Action.WHISTLE,
    Action.ACKNOWLEDGE,
    Action.ARCHIVE,
    Action.UNARCHIVE,
    Action.REOPEN,
    Action.RATE,
    Action.PRESENCE,
    Action.COMMENT,
]
LEADING = frozenset(ORDER[:8])
DIGITS = "1234567890"
BAR_ROOM, MORE_ROOM = 750, 90
"""Pixels of the bar beside two lists on a screen of 1,440 px, and those that 更多 takes."""
WIDE, NARROW, FRAME, LEAD = 14, 7.6, 51, 23
"""Pixels of a Chinese character and of another, of a button around its label with its key, and of the leading icon."""
SELDOM = frozenset(
    {
        Action.HAND_OVER,
        Action.DISSUADE,
        Action.DECLINE_SPECIAL,
        Action.PROPOSE_SPECIAL,
        Action.UNLIST,
        Action.TABLE,
        Action.LIST_HAZARD,
        Action.EDIT_PUBLICATION,
        Action.WITHHOLD,
        Action.ASK_SUSPENSION,
        Action.ASK_EXTENSION,
        Action.EXTEND,
        Action.WITHDRAW,
        Action.APPEAL,
        Action.ASK_MISSING,
        Action.TRANSFER,
        Action.WHISTLE,
        Action.REOPEN,
        Action.PRESENCE,
    }
)


def buttons_of(rows: Iterable[Transition]) -> list[ActionButton]:
    """The action bar, the leading action first; where they do not fit into one row in the reader's language, the seldom
    ones and what else finds no room stand behind 更多."""
    actions = sorted((row.action for row in rows), key=ORDER.index)
    lead = actions[0] if actions and actions[0] in LEADING else None
    keys, shown = _keys_of(actions), _shown(actions)
    return [
        ActionButton(
            action.value,
            ACTION_LABELS[action],
            ICONS_AND_KEYS[action][0],
            keys[action],
            primary=action is lead,
            seldom=action not in shown,
        )
        for action in actions
    ]


def _shown(actions: list[Action]) -> frozenset[Action]:
    """What stands in the bar itself; a comment, which comes last, keeps its place."""
    if LEAD + sum(map(_width, actions)) <= BAR_ROOM:
        return frozenset(actions)
    often = sorted((action for action in actions if action not in SELDOM), key=lambda one: one is not Action.COMMENT)
    room: float = BAR_ROOM - MORE_ROOM - LEAD
    shown: list[Action] = []
    for action in often:
        room -= _width(action)
        if room < 0:
            break
        shown.append(action)
    return frozenset(shown)


def _width(action: Action) -> float:
    """About how wide its button is, in pixels."""
    label = str(ACTION_LABELS[action])
    return FRAME + sum(WIDE if ord(sign) > 0x2E7F else NARROW for sign in label)


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
