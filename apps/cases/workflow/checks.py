"""Who may use which row now: pure checks of the table, no queries."""

from dataclasses import dataclass

from apps.cases.actions import Action
from apps.cases.capacities import By, Fact
from apps.cases.choices import CaseState, LegState
from apps.cases.workflow.rows import Transition
from apps.cases.workflow.table import TRANSITIONS
from apps.core.errors import NotAllowed, WrongState
from apps.grid.permissions import Permission


@dataclass(frozen=True)
class Standing:
    """What the table asks of the actor, gathered beforehand by ``standing_of``."""

    state: CaseState
    capacities: frozenset[tuple[By, Permission | None]]
    """The capacities in which the actor could ever act on this case, with the permission held for each."""
    present: frozenset[By]
    """Those in which the actor may act now: the desk is the case's desk, the handler's leg is open …"""
    leg_state: LegState | None
    facts: frozenset[Fact]
    """What is so about the case beside its state."""


def rows_of(action: Action) -> tuple[Transition, ...]:
    """The rows of one action."""
    return tuple(row for row in TRANSITIONS if row.action is action)


def ends_of(row: Transition, source: CaseState) -> frozenset[CaseState]:
    """Every state in which a case that was in ``source`` may be after the row was used; an assistant's leg moves it
    nowhere."""
    return row.also | {row.target or source} | ({source} if row.by is By.HANDLER else set())


def check(action: Action, standing: Standing) -> Transition:
    """The row by which the actor may act. Raises ``NotAllowed``, then ``WrongState``, in that order."""
    able = [row for row in rows_of(action) if (row.by, row.needs) in standing.capacities]
    if not able:
        raise NotAllowed
    for row in able:
        if fits(row, standing):
            return row
    raise WrongState(extra={"state": standing.state.value})


def fits(row: Transition, standing: Standing) -> bool:
    """Whether a row the actor is able to use can be used now."""
    return (
        standing.state in row.sources
        and row.by in standing.present
        and (not row.legs or standing.leg_state in row.legs)
        and row.when <= standing.facts
        and not (row.unless & standing.facts)
    )


def available(standing: Standing) -> list[Transition]:
    """Every row the actor may use now, in the order of the table, one for each action."""
    rows: dict[Action, Transition] = {}
    for row in TRANSITIONS:
        if (row.by, row.needs) in standing.capacities and fits(row, standing):
            rows.setdefault(row.action, row)
    return list(rows.values())
