"""Changing what gives limits: policies, ladders, and which set a unit goes by.

Every change counts from a later day on, so that no day is reckoned by two rules. It is checked as a whole before it is
written: rules for the very same matters on the same days are refused, and so is a stage left without a limit. Each
writes one ``RuleChange`` and, by trigger, renews the rulebook stamp. Right: ``SYSTEM_MANAGE``, over the unit where one
is named. Changes take turns under one lock.
"""

from apps.deadlines.services.rules.checks import Matters
from apps.deadlines.services.rules.ladders import add_ladder, change_ladder, end_ladder
from apps.deadlines.services.rules.policies import add_policy, change_policy, end_policy
from apps.deadlines.services.rules.presets import choose_preset, end_choice

__all__ = [
    "Matters",
    "add_ladder",
    "add_policy",
    "change_ladder",
    "change_policy",
    "choose_preset",
    "end_choice",
    "end_ladder",
    "end_policy",
]
