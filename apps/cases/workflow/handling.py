"""From the report to closing: screening, dispatch, handling, feedback, verification, setting aside."""

from apps.cases.actions import Action
from apps.cases.capacities import By
from apps.cases.choices import LegState
from apps.cases.workflow.rows import F, P, S, Transition, row

HANDLING: tuple[Transition, ...] = (
    row(Action.REGISTER, [S.REPORTED], S.REGISTERED, By.DESK, needs=P.CASE_REGISTER),
    row(Action.REFUSE, [S.REPORTED], S.REFUSED, By.DESK, needs=P.CASE_REGISTER, note=True),
    row(Action.SETTLE, [S.REPORTED], S.CLOSED, By.REPORTER, needs=P.CASE_REPORT, note=True, when=[F.SPOT_CATEGORY]),
    row(Action.SETTLE, [S.REGISTERED], S.HANDLED, By.DESK, needs=P.CASE_SETTLE, note=True),
    *(
        row(
            Action.SETTLE_AT_ONCE,
            [S.REPORTED, S.REGISTERED],
            S.CLOSED,
            by,
            needs=needs,
            note=True,
            when=[F.APPLICATION],
            unless=[F.MISSING_ASKED, F.MEDIATING, F.HAZARD],
        )
        for by, needs in ((By.DESK, P.CASE_SETTLE), (By.FIRST_ASKED, None))
    ),
    row(Action.DISPATCH, [S.REGISTERED], S.DISPATCHED, By.DESK, needs=P.CASE_DISPATCH, inputs=("agency",)),
    row(Action.ACCEPT, [S.DISPATCHED], None, By.HANDLER, legs=frozenset({LegState.OFFERED})),
    row(Action.RETURN, [S.DISPATCHED], S.REGISTERED, By.HANDLER, note=True, legs=frozenset({LegState.OFFERED})),
    row(
        Action.FEEDBACK,
        [S.DISPATCHED],
        S.HANDLED,
        By.HANDLER,
        note=True,
        legs=frozenset({LegState.ACCEPTED}),
        unless=[F.ENFORCING],
    ),
    row(
        Action.VERIFY,
        [S.HANDLED],
        S.VERIFIED,
        By.VERIFIER,
        needs=P.CASE_VERIFY,
        inputs=("passed",),
        also=[S.DISPATCHED, S.REGISTERED],
    ),
    row(
        Action.REWORK,
        [S.HANDLED, S.VERIFIED],
        S.DISPATCHED,
        By.DESK,
        needs=P.CASE_DISPATCH,
        note=True,
        also=[S.REGISTERED],
    ),
    row(Action.CLOSE, [S.VERIFIED], S.CLOSED, By.DESK, needs=P.CASE_CLOSE, unless=[F.HAZARD]),
    row(Action.ESCALATE, [S.REGISTERED], S.REGISTERED, By.DESK, needs=P.CASE_ESCALATE, note=True, unless=[F.AT_TOP]),
    row(
        Action.SUSPEND,
        [S.REGISTERED, S.DISPATCHED],
        S.SUSPENDED,
        By.DESK,
        needs=P.CASE_SUSPEND,
        note=True,
        inputs=("until",),
        unless=[F.MISSING_ASKED],
    ),
    row(Action.RESUME, [S.SUSPENDED], S.REGISTERED, By.DESK, needs=P.CASE_SETTLE, also=[S.DISPATCHED]),
    row(Action.RESUME, [S.SUSPENDED], S.REGISTERED, By.ABOVE, needs=P.CASE_SUSPEND, also=[S.DISPATCHED]),
)
