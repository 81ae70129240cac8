"""What a row of the table is made of."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.cases.actions import Action
from apps.cases.capacities import By, Fact
from apps.cases.choices import CaseState, LegState
from apps.grid.permissions import Permission


@dataclass(frozen=True)
class Transition:
    """One row: from which states, by whom and with which permission, to which state (``None``: it
    stays). ``also`` are further states it may end in, by what is given or by where the case came from. ``legs``
    are the states the actor's own leg may be in; ``inputs`` must be given, ``note`` a text too. ``when`` holds the
    facts that must all be so, ``unless`` those of which none may be."""

    action: Action
    sources: frozenset[CaseState]
    target: CaseState | None
    by: By
    needs: Permission | None = None
    note: bool = False
    inputs: tuple[str, ...] = ()
    legs: frozenset[LegState] = field(default_factory=frozenset)
    also: frozenset[CaseState] = field(default_factory=frozenset)
    when: frozenset[Fact] = field(default_factory=frozenset)
    unless: frozenset[Fact] = field(default_factory=frozenset)


S = CaseState
P = Permission
F = Fact


def row(
    action: Action,
    sources: Iterable[CaseState],
    target: CaseState | None,
    by: By,
    *,
    also: Iterable[CaseState] = (),
    when: Iterable[Fact] = (),
    unless: Iterable[Fact] = (),
    **more: object,
) -> Transition:
    """A row with its sets frozen, so that the table reads as a table."""
    conditions = {"also": frozenset(also), "when": frozenset(when), "unless": frozenset(unless)}
    return Transition(action, frozenset(sources), target, by, **conditions, **more)  # type: ignore[arg-type]
