"""Making things happen with limits and with the rules that give them."""

from apps.deadlines.services.limits import (
    change_holder,
    end_limit,
    end_limits,
    extend_limit,
    get_open_limit,
    make_ended,
    make_limit,
    pause_limit,
    resume_limit,
    start_limit,
    steps_of,
    unit_ids,
)

__all__ = [
    "change_holder",
    "end_limit",
    "end_limits",
    "extend_limit",
    "get_open_limit",
    "make_ended",
    "make_limit",
    "pause_limit",
    "resume_limit",
    "start_limit",
    "steps_of",
    "unit_ids",
]
