"""Hard cases: asking to set one aside, the special list, joint meetings, listed hazards."""

from apps.cases.actions import Action
from apps.cases.capacities import By
from apps.cases.choices import OPEN
from apps.cases.workflow.rows import F, P, S, Transition, row

HARD: tuple[Transition, ...] = (
    row(
        Action.ASK_SUSPENSION,
        [S.REGISTERED, S.DISPATCHED],
        None,
        By.HOLDER,
        note=True,
        inputs=("until", "promised"),
        unless=[F.PAUSE_ASKED],
    ),
    row(
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
    row(
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
    row(
        Action.PROPOSE_SPECIAL,
        [S.SUSPENDED],
        None,
        By.DESK,
        needs=P.CASE_SUSPEND,
        note=True,
        unless=[F.SPECIAL, F.SPECIAL_ASKED, F.AT_TOP],
    ),
    row(
        Action.LIST_SPECIAL,
        [S.SUSPENDED],
        None,
        By.DISTRICT,
        needs=P.CASE_SUSPEND,
        note=True,
        inputs=("until",),
        unless=[F.SPECIAL],
    ),
    row(
        Action.DECLINE_SPECIAL,
        [S.SUSPENDED],
        None,
        By.DISTRICT,
        needs=P.CASE_SUSPEND,
        note=True,
        when=[F.SPECIAL_ASKED],
    ),
    *(
        row(
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
    row(Action.UNLIST, sorted(OPEN), None, By.DISTRICT, needs=P.CASE_SUSPEND, note=True, when=[F.SPECIAL]),
    row(
        Action.TABLE,
        sorted(OPEN - {S.REPORTED}),
        None,
        By.CONVENER,
        needs=P.CASE_SUSPEND,
        note=True,
        unless=[F.TABLED],
    ),
    row(
        Action.RECORD_DECISION,
        sorted(OPEN),
        None,
        By.CONVENER,
        needs=P.CASE_SUSPEND,
        note=True,
        inputs=("agency", "until"),
        when=[F.TABLED],
    ),
    row(Action.RESOLVE_ITEM, sorted(OPEN), None, By.CONVENER, needs=P.CASE_SUSPEND, note=True, when=[F.TABLED]),
    row(
        Action.LIST_HAZARD,
        sorted(OPEN - {S.REPORTED}),
        None,
        By.DISTRICT,
        needs=P.CASE_SUPERVISE,
        note=True,
        inputs=("level", "agency", "party", "until"),
        unless=[F.HAZARD],
    ),
    row(Action.ACCEPT_HAZARD, sorted(OPEN), None, By.DISTRICT, needs=P.CASE_SUPERVISE, note=True, when=[F.HAZARD]),
)
