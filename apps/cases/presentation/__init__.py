"""How cases look in lists and on pages: plain values for templates, made without queries."""

from apps.cases.presentation.buttons import (
    DIGITS,
    ICONS_AND_KEYS,
    LEADING,
    ORDER,
    ActionButton,
    bar_of,
    buttons_of,
)
from apps.cases.presentation.legs import LEG_MOVES, LEG_TONES, LegCard, leg_cards
from apps.cases.presentation.looks import (
    Look,
    end_of,
    give_looks,
    look_of,
    look_of_limit,
    started_at,
    working_minutes,
)
from apps.cases.presentation.rows import (
    PURPOSES,
    SORTS,
    STATE_ICONS,
    STATE_TONES,
    CaseRow,
    export_row,
    photos_of,
    points_of,
    rows_of,
)

__all__ = [
    "DIGITS",
    "ICONS_AND_KEYS",
    "LEADING",
    "LEG_MOVES",
    "LEG_TONES",
    "ORDER",
    "PURPOSES",
    "SORTS",
    "STATE_ICONS",
    "STATE_TONES",
    "ActionButton",
    "CaseRow",
    "LegCard",
    "Look",
    "bar_of",
    "buttons_of",
    "end_of",
    "export_row",
    "give_looks",
    "leg_cards",
    "look_of",
    "look_of_limit",
    "photos_of",
    "points_of",
    "rows_of",
    "started_at",
    "working_minutes",
]
