"""What may happen to a case: one table that pages, API, tests and documents read. Data and pure checks, no queries.

The rules come from ``spec/2-cases.md`` (The closed loop) and ``spec/interfaces.md`` (Cases). Each module holds
the rows of one stage; ``table`` puts them together.
"""

from apps.cases.actions import Action
from apps.cases.capacities import By, Fact
from apps.cases.workflow.checks import Standing, available, check, ends_of, fits, rows_of
from apps.cases.workflow.rows import Transition
from apps.cases.workflow.table import LEG_ACTIONS, TRANSITIONS

__all__ = [
    "LEG_ACTIONS",
    "TRANSITIONS",
    "Action",
    "By",
    "Fact",
    "Standing",
    "Transition",
    "available",
    "check",
    "ends_of",
    "fits",
    "rows_of",
]
