"""The publication of what was settled."""

from apps.cases.actions import Action
from apps.cases.capacities import By
from apps.cases.workflow.rows import F, P, S, Transition, row

PUBLISHING: tuple[Transition, ...] = (
    row(
        Action.PUBLISH,
        [S.CLOSED],
        None,
        By.DESK,
        needs=P.CASE_CLOSE,
        when=[F.TO_PUBLISH],
        unless=[F.PUBLISHED, F.ARCHIVED],
    ),
    row(
        Action.EDIT_PUBLICATION,
        [S.CLOSED],
        None,
        By.DESK,
        needs=P.CASE_CLOSE,
        when=[F.TO_PUBLISH],
        unless=[F.ARCHIVED],
    ),
    row(
        Action.WITHHOLD,
        [S.CLOSED],
        None,
        By.DESK,
        needs=P.CASE_CLOSE,
        note=True,
        when=[F.TO_PUBLISH],
        unless=[F.WITHHELD, F.ARCHIVED],
    ),
)
