"""More time, supervision orders and their replies, appeals against cards."""

from apps.cases.actions import Action
from apps.cases.capacities import By
from apps.cases.choices import OPEN, CaseState
from apps.cases.workflow.rows import F, P, S, Transition, row

SUPERVISION: tuple[Transition, ...] = (
    row(Action.EXTEND, [S.REGISTERED, S.DISPATCHED], None, By.ABOVE, needs=P.CASE_EXTEND, note=True, inputs=("until",)),
    row(
        Action.ASK_EXTENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("until",),
        unless=[F.TIME_ASKED],
    ),
    row(
        Action.ASK_EXTENSION,
        [S.REGISTERED],
        None,
        By.DESK,
        needs=P.CASE_SETTLE,
        note=True,
        inputs=("until",),
        unless=[F.TIME_ASKED, F.AT_TOP],
    ),
    row(
        Action.DECIDE_EXTENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.ABOVE,
        needs=P.CASE_EXTEND,
        inputs=("approved",),
        when=[F.TIME_ASKED],
    ),
    row(Action.SUPERVISE, sorted(OPEN), None, By.COVERING, needs=P.CASE_SUPERVISE, note=True),
    row(Action.REPLY, sorted(OPEN), None, By.HOLDER, note=True, when=[F.ORDER_OPEN]),
    row(Action.REPLY, sorted(OPEN), None, By.DESK, needs=P.CASE_SETTLE, note=True, when=[F.ORDER_OPEN]),
    row(Action.WITHDRAW, sorted(OPEN), None, By.ORDERER, needs=P.CASE_SUPERVISE, note=True, when=[F.ORDER_OPEN]),
    row(Action.APPEAL, list(CaseState), None, By.CARDED, note=True, unless=[F.ARCHIVED]),
    row(
        Action.DECIDE_APPEAL,
        list(CaseState),
        None,
        By.REVIEWER,
        needs=P.CASE_SUPERVISE,
        note=True,
        inputs=("upheld",),
        unless=[F.ARCHIVED],
    ),
)
