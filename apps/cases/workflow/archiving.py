"""Putting the file of a finished case away, and taking it out again."""

from apps.cases.actions import Action
from apps.cases.capacities import By
from apps.cases.workflow.rows import F, P, S, Transition, row

# While any of these is so a finished case waits for something, and its file is not put away. Whatever else can wait for
# a finished case is added here; the task that puts files away by itself asks this very row.
STILL_WAITS = (F.SPOT_WAITING, F.FOLLOW_UP_WAITING, F.APPEALED, F.CALLED, F.PUBLICITY_WAITS)

ARCHIVING: tuple[Transition, ...] = (
    row(
        Action.ARCHIVE,
        [S.CLOSED, S.REFUSED, S.MERGED],
        None,
        By.DESK,
        needs=P.CASE_CLOSE,
        when=[F.TO_ARCHIVE],
        unless=STILL_WAITS,
    ),
    row(
        Action.UNARCHIVE,
        [S.CLOSED],
        None,
        By.DISTRICT,
        needs=P.CASE_CLOSE,
        note=True,
        also=[S.REGISTERED],
        when=[F.ARCHIVED],
    ),
    row(
        Action.UNARCHIVE,
        [S.REFUSED, S.MERGED],
        None,
        By.DISTRICT,
        needs=P.CASE_CLOSE,
        note=True,
        when=[F.ARCHIVED],
    ),
)
