"""How summonses look in lists and on the case: plain values for templates, made without queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.cases.actions import Action
from apps.cases.choices import SummonsState
from apps.cases.models import Summons
from apps.cases.presentation import ActionButton, bar_of

TONES = {SummonsState.CALLED: "near", SummonsState.ARRIVED: "info", SummonsState.REPORTED: "ok"}
MOVES = {SummonsState.CALLED: [Action.ARRIVE], SummonsState.ARRIVED: [Action.REPORT_RESULT]}


@dataclass(frozen=True)
class SummonsRow:
    """One summons of a list; ``buttons`` are what its agency does next."""

    summons: Summons
    missing: bool
    """Whether the time to arrive has passed and nobody came."""
    buttons: list[ActionButton]

    @property
    def tone(self) -> str:
        """The tone of its state."""
        return TONES.get(SummonsState(self.summons.state), "plain")

    @property
    def due_at(self) -> datetime | None:
        """The end of the limit that runs now."""
        if self.summons.ended_at is not None:
            return None
        return self.summons.report_by or self.summons.arrive_by

    @property
    def began(self) -> datetime:
        """When that limit began."""
        return self.summons.arrived_at or self.summons.called_at

    @property
    def stars(self) -> str:
        """The rating drawn."""
        return "★" * (self.summons.stars or 0)


def summons_rows(summonses: Iterable[Summons], at: datetime) -> list[SummonsRow]:
    """Rows for a list at a moment."""
    return [
        SummonsRow(
            one,
            one.arrived_at is None and one.ended_at is None and one.arrive_by < at,
            bar_of(MOVES.get(SummonsState(one.state), [])),
        )
        for one in summonses
    ]
