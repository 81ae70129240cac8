"""Merging, and what may still happen to a finished case."""

from apps.cases.actions import Action
from apps.cases.capacities import By
from apps.cases.workflow.rows import F, P, S, Transition, row

AFTERWARDS: tuple[Transition, ...] = (
    row(
        Action.MERGE,
        [S.REPORTED, S.REGISTERED],
        S.MERGED,
        By.DESK,
        needs=P.CASE_REGISTER,
        inputs=("into",),
        unless=[F.HAZARD],
    ),
    row(Action.REOPEN, [S.CLOSED], S.REGISTERED, By.DESK, needs=P.CASE_REGISTER, note=True, unless=[F.ARCHIVED]),
    row(Action.REOPEN, [S.CLOSED], S.REGISTERED, By.REPORTER, note=True, unless=[F.REOPENED, F.ARCHIVED]),
    row(
        Action.SPOT_CHECK,
        [S.CLOSED],
        None,
        By.VERIFIER,
        needs=P.CASE_VERIFY,
        inputs=("passed",),
        also=[S.REGISTERED],
        when=[F.SPOT_WAITING],
        unless=[F.ARCHIVED],
    ),
    row(
        Action.FOLLOW_UP,
        [S.CLOSED],
        None,
        By.CALLING,
        needs=P.CASE_CLOSE,
        inputs=("outcome",),
        also=[S.REGISTERED],
        when=[F.FOLLOW_UP_WAITING],
        unless=[F.ARCHIVED],
    ),
    row(Action.RATE, [S.CLOSED], None, By.REPORTER, inputs=("solved", "satisfied"), unless=[F.ARCHIVED]),
    row(
        Action.RATE,
        [S.CLOSED],
        None,
        By.DESK,
        needs=P.CASE_CLOSE,
        inputs=("solved", "satisfied"),
        unless=[F.ARCHIVED],
    ),
    row(
        Action.REVIEW_SAMPLE,
        [S.CLOSED],
        None,
        By.INSPECTOR,
        needs=P.CASE_SUPERVISE,
        inputs=("qualified",),
        also=[S.REGISTERED],
        when=[F.SAMPLED],
    ),
)
