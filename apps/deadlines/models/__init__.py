"""Rows of the clock."""

from apps.deadlines.models.limits import CardAppeal, LadderStep, LadderStepQuerySet, Limit, LimitChange, SweepRun
from apps.deadlines.models.rules import (
    CalendarChange,
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
    WorkingHours,
)

__all__ = [
    "CalendarChange",
    "CalendarDay",
    "CalendarYear",
    "CardAppeal",
    "DatedRule",
    "Ladder",
    "LadderRung",
    "LadderStep",
    "LadderStepQuerySet",
    "Limit",
    "LimitChange",
    "LimitPolicy",
    "LimitPreset",
    "PresetChoice",
    "RuleChange",
    "RulebookStamp",
    "SweepRun",
    "WorkingHours",
]
