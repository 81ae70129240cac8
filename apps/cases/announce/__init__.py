"""What a case tells people and hears from its limits: notices of its events, and cards set by the ladder."""

from apps.cases.announce.events import notify_of_events, register_kinds
from apps.cases.announce.limits import follow_limits, follow_moved_limits
from apps.cases.announce.recipients import ANSWERS
from apps.cases.announce.words import ITEMS, LIMIT, WORDS

__all__ = [
    "ANSWERS",
    "ITEMS",
    "LIMIT",
    "WORDS",
    "follow_limits",
    "follow_moved_limits",
    "notify_of_events",
    "register_kinds",
]
