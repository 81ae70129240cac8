"""Rows of the clock."""

from apps.deadlines.models.limits import CardAppeal, LadderStep, LadderStepQuerySet, Limit, SweepRun
from apps.deadlines.models.rules import (
    CalendarDay,
    CalendarYear,
    DatedRule,
    Ladder,
    LadderRung,
    LimitPolicy,
    LimitPreset,
    PresetChoice,
    RulebookStamp,
    RuleChange,
)

__all__ = [
    "CalendarDay",
    "CalendarYear",
    "CardAppeal",
    "DatedRule",
    "Ladder",
    "LadderRung",
    "LadderStep",
    "LadderStepQuerySet",
    "Limit",
    "LimitPolicy",
    "LimitPreset",
    "PresetChoice",
    "RuleChange",
    "RulebookStamp",
    "SweepRun",
]
