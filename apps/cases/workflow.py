"""What may happen to a case: one table that pages, API, tests and documents read. Data and pure checks, no queries.

The rules come from ``spec/2-cases.md`` (The closed loop) and ``spec/interfaces.md`` (Cases).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.cases.actions import Action
from apps.cases.capacities import By, Fact
from apps.cases.choices import OPEN, CaseState, LegState
from apps.core.errors import NotAllowed, WrongState
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


def _row(
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
    conditions = {"also": frozenset(also), "when": frozenset(when), "unless": frozenset(unless)}
    return Transition(action, frozenset(sources), target, by, **conditions, **more)  # type: ignore[arg-type]


TRANSITIONS: tuple[Transition, ...] = (
    _row(Action.REGISTER, [S.REPORTED], S.REGISTERED, By.DESK, needs=P.CASE_REGISTER),
    _row(Action.REFUSE, [S.REPORTED], S.REFUSED, By.DESK, needs=P.CASE_REGISTER, note=True),
    _row(Action.SETTLE, [S.REPORTED], S.CLOSED, By.REPORTER, needs=P.CASE_REPORT, note=True, when=[F.SPOT_CATEGORY]),
    _row(Action.SETTLE, [S.REGISTERED], S.HANDLED, By.DESK, needs=P.CASE_SETTLE, note=True),
    _row(Action.DISPATCH, [S.REGISTERED], S.DISPATCHED, By.DESK, needs=P.CASE_DISPATCH, inputs=("agency",)),
    _row(Action.ACCEPT, [S.DISPATCHED], None, By.HANDLER, legs=frozenset({LegState.OFFERED})),
    _row(Action.RETURN, [S.DISPATCHED], S.REGISTERED, By.HANDLER, note=True, legs=frozenset({LegState.OFFERED})),
    _row(
        Action.FEEDBACK,
        [S.DISPATCHED],
        S.HANDLED,
        By.HANDLER,
        note=True,
        legs=frozenset({LegState.ACCEPTED}),
        unless=[F.ENFORCING],
    ),
    _row(
        Action.VERIFY,
        [S.HANDLED],
        S.VERIFIED,
        By.VERIFIER,
        needs=P.CASE_VERIFY,
        inputs=("passed",),
        also=[S.DISPATCHED, S.REGISTERED],
    ),
    _row(
        Action.REWORK,
        [S.HANDLED, S.VERIFIED],
        S.DISPATCHED,
        By.DESK,
        needs=P.CASE_DISPATCH,
        note=True,
        also=[S.REGISTERED],
    ),
    _row(Action.CLOSE, [S.VERIFIED], S.CLOSED, By.DESK, needs=P.CASE_CLOSE, unless=[F.HAZARD]),
    _row(Action.ESCALATE, [S.REGISTERED], S.REGISTERED, By.DESK, needs=P.CASE_ESCALATE, note=True, unless=[F.AT_TOP]),
    _row(
        Action.SUSPEND,
        [S.REGISTERED, S.DISPATCHED],
        S.SUSPENDED,
        By.DESK,
        needs=P.CASE_SUSPEND,
        note=True,
        inputs=("until",),
        unless=[F.MISSING_ASKED],
    ),
    _row(Action.RESUME, [S.SUSPENDED], S.REGISTERED, By.DESK, needs=P.CASE_SETTLE, also=[S.DISPATCHED]),
    _row(Action.RESUME, [S.SUSPENDED], S.REGISTERED, By.ABOVE, needs=P.CASE_SUSPEND, also=[S.DISPATCHED]),
    _row(
        Action.ASK_SUSPENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("until", "promised"),
        unless=[F.PAUSE_ASKED],
    ),
    _row(
        Action.ASK_SUSPENSION,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("until", "promised"),
        when=[F.AT_BOTTOM],
        unless=[F.PAUSE_ASKED],
    ),
    _row(
        Action.DECIDE_SUSPENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.ABOVE,
        needs=P.CASE_SUSPEND,
        inputs=("approved",),
        also=[S.SUSPENDED],
        when=[F.PAUSE_ASKED],
        unless=[F.MISSING_ASKED],
    ),
    _row(
        Action.PROPOSE_SPECIAL,
        [S.SUSPENDED],
        None,
        By.DESK,
        needs=P.CASE_SUSPEND,
        note=True,
        unless=[F.SPECIAL, F.SPECIAL_ASKED, F.AT_TOP],
    ),
    _row(
        Action.LIST_SPECIAL,
        [S.SUSPENDED],
        None,
        By.DISTRICT,
        needs=P.CASE_SUSPEND,
        note=True,
        inputs=("until",),
        unless=[F.SPECIAL],
    ),
    _row(
        Action.DECLINE_SPECIAL,
        [S.SUSPENDED],
        None,
        By.DISTRICT,
        needs=P.CASE_SUSPEND,
        note=True,
        when=[F.SPECIAL_ASKED],
    ),
    *(
        _row(
            Action.RECORD_CONTROL,
            sorted(OPEN),
            None,
            by,
            needs=needs,
            note=True,
            inputs=("until",),
            when=[F.SPECIAL],
        )
        for by, needs in ((By.DISTRICT, P.CASE_SUSPEND), (By.DESK, P.CASE_SETTLE), (By.RESPONSIBLE, None))
    ),
    _row(Action.UNLIST, sorted(OPEN), None, By.DISTRICT, needs=P.CASE_SUSPEND, note=True, when=[F.SPECIAL]),
    _row(
        Action.TABLE,
        sorted(OPEN - {S.REPORTED}),
        None,
        By.CONVENER,
        needs=P.CASE_SUSPEND,
        note=True,
        unless=[F.TABLED],
    ),
    _row(
        Action.RECORD_DECISION,
        sorted(OPEN),
        None,
        By.CONVENER,
        needs=P.CASE_SUSPEND,
        note=True,
        inputs=("agency", "until"),
        when=[F.TABLED],
    ),
    _row(Action.RESOLVE_ITEM, sorted(OPEN), None, By.CONVENER, needs=P.CASE_SUSPEND, note=True, when=[F.TABLED]),
    _row(
        Action.LIST_HAZARD,
        sorted(OPEN - {S.REPORTED}),
        None,
        By.DISTRICT,
        needs=P.CASE_SUPERVISE,
        note=True,
        inputs=("level", "agency", "party", "until"),
        unless=[F.HAZARD],
    ),
    _row(Action.ACCEPT_HAZARD, sorted(OPEN), None, By.DISTRICT, needs=P.CASE_SUPERVISE, note=True, when=[F.HAZARD]),
    _row(Action.PUBLISH, [S.CLOSED], None, By.DESK, needs=P.CASE_CLOSE, when=[F.TO_PUBLISH], unless=[F.PUBLISHED]),
    _row(Action.EDIT_PUBLICATION, [S.CLOSED], None, By.DESK, needs=P.CASE_CLOSE, when=[F.TO_PUBLISH]),
    _row(
        Action.WITHHOLD,
        [S.CLOSED],
        None,
        By.DESK,
        needs=P.CASE_CLOSE,
        note=True,
        when=[F.TO_PUBLISH],
        unless=[F.WITHHELD],
    ),
    _row(
        Action.EXTEND, [S.REGISTERED, S.DISPATCHED], None, By.ABOVE, needs=P.CASE_EXTEND, note=True, inputs=("until",)
    ),
    _row(
        Action.ASK_EXTENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("until",),
        unless=[F.TIME_ASKED],
    ),
    _row(
        Action.ASK_EXTENSION,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("until",),
        unless=[F.TIME_ASKED, F.AT_TOP],
    ),
    _row(
        Action.DECIDE_EXTENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.ABOVE,
        needs=P.CASE_EXTEND,
        inputs=("approved",),
        when=[F.TIME_ASKED],
    ),
    _row(Action.SUPERVISE, sorted(OPEN), None, By.COVERING, needs=P.CASE_SUPERVISE, note=True),
    _row(Action.REPLY, sorted(OPEN), None, By.HOLDER, note=True, when=[F.ORDER_OPEN]),
    _row(Action.REPLY, sorted(OPEN), None, By.DESK, needs=P.CASE_SETTLE, note=True, when=[F.ORDER_OPEN]),
    _row(Action.WITHDRAW, sorted(OPEN), None, By.ORDERER, needs=P.CASE_SUPERVISE, note=True, when=[F.ORDER_OPEN]),
    _row(Action.APPEAL, list(CaseState), None, By.CARDED, note=True),
    _row(
        Action.DECIDE_APPEAL, list(CaseState), None, By.REVIEWER, needs=P.CASE_SUPERVISE, note=True, inputs=("upheld",)
    ),
    _row(
        Action.DISSUADE,
        [S.REPORTED, S.REGISTERED, S.DISPATCHED],
        None,
        By.COVERING,
        needs=P.CASE_REPORT,
        note=True,
        inputs=("heeded",),
    ),
    _row(
        Action.DISSUADE,
        [S.DISPATCHED],
        None,
        By.HANDLER,
        note=True,
        inputs=("heeded",),
        legs=frozenset({LegState.ACCEPTED}),
    ),
    _row(
        Action.HAND_OVER,
        [S.REGISTERED],
        S.DISPATCHED,
        By.DESK,
        needs=P.CASE_DISPATCH,
        note=True,
        inputs=("agency", "basis"),
    ),
    _row(
        Action.DECIDE_PENALTY,
        [S.DISPATCHED],
        None,
        By.HOLDER,
        inputs=("penalised", "decided_on"),
        legs=frozenset({LegState.ACCEPTED}),
        when=[F.ENFORCING],
    ),
    _row(
        Action.MEDIATE,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("held_at",),
        when=[F.DISPUTE],
    ),
    _row(
        Action.MEDIATE,
        [S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("held_at",),
        legs=frozenset({LegState.ACCEPTED}),
        when=[F.DISPUTE],
    ),
    _row(
        Action.CONCLUDE_MEDIATION,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("agreed",),
        when=[F.MEDIATING],
    ),
    _row(
        Action.CONCLUDE_MEDIATION,
        [S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("agreed",),
        legs=frozenset({LegState.ACCEPTED}),
        when=[F.MEDIATING],
    ),
    _row(
        Action.PRESENCE,
        sorted(OPEN),
        None,
        By.REPORTER,
        needs=P.CASE_REPORT,
        inputs=("present",),
        when=[F.DIRECT],
    ),
    *(
        _row(
            Action.ASK_MISSING,
            [S.REPORTED, S.REGISTERED],
            None,
            by,
            needs=needs,
            inputs=("missing",),
            unless=[F.MISSING_ASKED],
        )
        for by, needs in ((By.DESK, P.CASE_REGISTER), (By.FIRST_ASKED, None))
    ),
    *(
        _row(Action.SUPPLY, [S.REPORTED, S.REGISTERED], None, by, needs=needs, note=True, when=[F.MISSING_ASKED])
        for by, needs in ((By.DESK, P.CASE_REGISTER), (By.FIRST_ASKED, None), (By.REPORTER, None))
    ),
    _row(Action.TRANSFER, sorted(OPEN), None, By.FIRST_ASKED, note=True, inputs=("to",)),
    _row(
        Action.TRANSFER,
        sorted(OPEN),
        None,
        By.DESK,
        needs=P.CASE_REGISTER,
        note=True,
        inputs=("to",),
        when=[F.FOLLOWED],
    ),
    _row(
        Action.WHISTLE,
        [S.REPORTED, S.REGISTERED, S.DISPATCHED],
        None,
        By.GROUND,
        needs=P.CASE_REPORT,
        note=True,
        inputs=("agencies",),
    ),
    _row(Action.ARRIVE, sorted(OPEN), None, By.SUMMONED),
    _row(Action.REPORT_RESULT, sorted(OPEN), None, By.ON_SPOT, note=True),
    _row(Action.RATE_SUMMONED, list(CaseState), None, By.WHISTLER, inputs=("stars",)),
    _row(Action.ACKNOWLEDGE, list(CaseState), None, By.TOLD, when=[F.DUAL_WAITING]),
    _row(Action.COMMENT, list(CaseState), None, By.COVERING, needs=P.CASE_COMMENT, note=True),
    _row(Action.COMMENT, list(CaseState), None, By.TOLD, note=True),
    _row(
        Action.MERGE,
        [S.REPORTED, S.REGISTERED],
        S.MERGED,
        By.DESK,
        needs=P.CASE_REGISTER,
        inputs=("into",),
        unless=[F.HAZARD],
    ),
    _row(Action.REOPEN, [S.CLOSED], S.REGISTERED, By.DESK, needs=P.CASE_REGISTER, note=True),
    _row(Action.REOPEN, [S.CLOSED], S.REGISTERED, By.REPORTER, note=True, unless=[F.REOPENED]),
    _row(
        Action.SPOT_CHECK,
        [S.CLOSED],
        None,
        By.VERIFIER,
        needs=P.CASE_VERIFY,
        inputs=("passed",),
        also=[S.REGISTERED],
        when=[F.SPOT_WAITING],
    ),
    _row(Action.RATE, [S.CLOSED], None, By.REPORTER, inputs=("solved", "satisfied")),
    _row(Action.RATE, [S.CLOSED], None, By.DESK, needs=P.CASE_CLOSE, inputs=("solved", "satisfied")),
)

# An assistant's feedback or return ends its own leg and leaves the case where it is.
LEG_ACTIONS = frozenset({Action.ACCEPT, Action.RETURN, Action.FEEDBACK})


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
