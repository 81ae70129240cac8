"""How spot checks look in lists: plain values for templates, made without queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.cases.choices import SpotState
from apps.cases.models import SpotCheck
from apps.core.workbooks import Cell

TONES = {SpotState.PASSED: "ok", SpotState.FAILED: "late", SpotState.WAITING: "near"}


@dataclass(frozen=True)
class SpotRow:
    """One check of a list."""

    check: SpotCheck

    @property
    def case(self) -> Any:
        """The case that was drawn."""
        return self.check.case

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return TONES.get(SpotState(self.check.state), "plain")


def spot_rows(checks: Iterable[SpotCheck]) -> list[SpotRow]:
    """Rows for a list."""
    return [SpotRow(check) for check in checks]


def export_row(check: SpotCheck) -> list[Cell]:
    """One line of the exported list."""
    return [
        check.case.number,
        check.case.title,
        check.community.name if check.community else None,
        check.grid.name if check.grid else None,
        check.settled_by.name,
        check.settled_at,
        check.get_state_display(),
        check.checked_by.name if check.checked_by else None,
        check.ended_at,
        check.note,
    ]
