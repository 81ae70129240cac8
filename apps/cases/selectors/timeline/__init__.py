"""What happened to a case, in words: its events and the steps of its limits as one line of time."""

from apps.cases.selectors.timeline.lines import DESK_WORDS, STEP_LOOKS, WORDS, timeline_of
from apps.cases.selectors.timeline.parts import Entry, Payload, Say

__all__ = ["DESK_WORDS", "STEP_LOOKS", "WORDS", "Entry", "Payload", "Say", "timeline_of"]
