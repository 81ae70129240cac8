"""Dissuasion, law enforcement and the mediation of disputes."""

from apps.cases.actions import Action
from apps.cases.capacities import By
from apps.cases.choices import LegState
from apps.cases.workflow.rows import F, P, S, Transition, row

DISPUTES: tuple[Transition, ...] = (
    row(
        Action.DISSUADE,
        [S.REPORTED, S.REGISTERED, S.DISPATCHED],
        None,
        By.COVERING,
        needs=P.CASE_REPORT,
        note=True,
        inputs=("heeded",),
    ),
    row(
        Action.DISSUADE,
        [S.DISPATCHED],
        None,
        By.HANDLER,
        note=True,
        inputs=("heeded",),
        legs=frozenset({LegState.ACCEPTED}),
    ),
    row(
        Action.HAND_OVER,
        [S.REGISTERED],
        S.DISPATCHED,
        By.DESK,
        needs=P.CASE_DISPATCH,
        note=True,
        inputs=("agency", "basis"),
    ),
    row(
        Action.DECIDE_PENALTY,
        [S.DISPATCHED],
        None,
        By.HOLDER,
        inputs=("penalised", "decided_on"),
        legs=frozenset({LegState.ACCEPTED}),
        when=[F.ENFORCING],
    ),
    row(
        Action.MEDIATE,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("held_at",),
        when=[F.DISPUTE],
    ),
    row(
        Action.MEDIATE,
        [S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("held_at",),
        legs=frozenset({LegState.ACCEPTED}),
        when=[F.DISPUTE],
    ),
    row(
        Action.CONCLUDE_MEDIATION,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("agreed",),
        when=[F.MEDIATING],
    ),
    row(
        Action.CONCLUDE_MEDIATION,
        [S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("agreed",),
        legs=frozenset({LegState.ACCEPTED}),
        when=[F.MEDIATING],
    ),
)
