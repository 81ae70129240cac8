"""What is asked, called for and said beside the handling of a case."""

from apps.cases.actions import Action
from apps.cases.capacities import By
from apps.cases.choices import OPEN, CaseState
from apps.cases.workflow.rows import F, P, S, Transition, row

BESIDE: tuple[Transition, ...] = (
    row(
        Action.PRESENCE,
        sorted(OPEN),
        None,
        By.REPORTER,
        needs=P.CASE_REPORT,
        inputs=("present",),
        when=[F.DIRECT],
    ),
    *(
        row(
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
        row(Action.SUPPLY, [S.REPORTED, S.REGISTERED], None, by, needs=needs, note=True, when=[F.MISSING_ASKED])
        for by, needs in ((By.DESK, P.CASE_REGISTER), (By.FIRST_ASKED, None), (By.REPORTER, None))
    ),
    row(Action.TRANSFER, sorted(OPEN), None, By.FIRST_ASKED, note=True, inputs=("to",)),
    row(
        Action.TRANSFER,
        sorted(OPEN),
        None,
        By.DESK,
        needs=P.CASE_REGISTER,
        note=True,
        inputs=("to",),
        when=[F.FOLLOWED],
    ),
    row(
        Action.WHISTLE,
        [S.REPORTED, S.REGISTERED, S.DISPATCHED],
        None,
        By.GROUND,
        needs=P.CASE_REPORT,
        note=True,
        inputs=("agencies",),
    ),
    row(Action.ARRIVE, sorted(OPEN), None, By.SUMMONED),
    row(Action.REPORT_RESULT, sorted(OPEN), None, By.ON_SPOT, note=True),
    row(Action.RATE_SUMMONED, list(CaseState), None, By.WHISTLER, inputs=("stars",), unless=[F.ARCHIVED]),
    row(Action.ACKNOWLEDGE, list(CaseState), None, By.TOLD, when=[F.DUAL_WAITING]),
    row(Action.COMMENT, list(CaseState), None, By.COVERING, needs=P.CASE_COMMENT, note=True),
    row(Action.COMMENT, list(CaseState), None, By.TOLD, note=True),
)
