"""The file that a finished case gets, and what it follows of its case."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from apps.cases.actions import Action
from apps.cases.choices import AT_ONCE, CaseState
from apps.cases.filing import REJECT_WITHIN, TELLING, Filing
from apps.cases.matters import forget_matters
from apps.cases.models import Case, CaseFile
from apps.deadlines import rulebook
from apps.deadlines.rulebook import Rulebook
from apps.grid.scopes import KINDS

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

SETTLED_BY_ITS_REPORTER = ("spot", AT_ONCE)
MADE_AGAIN = ("desk", "category", "state", "closed_at", "ripe_at", "check_at", "missing")


def filing_follows(step: "Step") -> None:
    """After any act: a case that is finished now gets its file, one opened again loses it or has it out, and one that
    waits for being put away is looked at again. The caller saves the case."""
    case = step.case
    if case.open:
        if case.filing or step.row.action is Action.UNARCHIVE:
            _opened_again(case)
    elif case.closed_at == step.at:
        plan_files([case], at=step.at)
    elif case.filing == Filing.YOUNG and step.row.action in TELLING and may_ripen_early(case):
        CaseFile.objects.filter(case=case).update(state=Filing.RIPE, check_at=step.at)
        case.filing = Filing.RIPE
    elif case.filing == Filing.RIPE:
        CaseFile.objects.filter(case=case).update(check_at=step.at)


def may_ripen_early(case: Case) -> bool:
    """Whether a word that it is solved ends the time to reject it."""
    return case.solved is True and case.settled_kind not in SETTLED_BY_ITS_REPORTER


def _opened_again(case: Case) -> None:
    files = CaseFile.objects.filter(case=case)
    files.filter(number__isnull=True).delete()
    files.update(state=Filing.OUT, check_at=None)
    case.filing = ""
    forget_matters(case)


def plan_files(cases: Sequence[Case], *, at: datetime) -> None:
    """The files of cases that are finished, in one statement; a closed one ripens ``REJECT_WITHIN`` working days after
    its closing, another is ripe at once. The caller saves ``filing`` of the cases."""
    book = rulebook.held()
    CaseFile.objects.bulk_create(
        [_planned(case, book, at) for case in cases],
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=[*KINDS, *MADE_AGAIN],
    )
    for case in cases:
        forget_matters(case)


def _planned(case: Case, book: Rulebook, at: datetime) -> CaseFile:
    closed_at = case.closed_at or at
    ripe_at = ripens_at(case, book, closed_at)
    state = Filing.RIPE if ripe_at <= closed_at else Filing.YOUNG
    case.filing = state
    return CaseFile(
        case=case,
        desk_id=case.desk_id,  # type: ignore[attr-defined]
        category_id=case.category_id,  # type: ignore[attr-defined]
        state=state,
        closed_at=closed_at,
        ripe_at=ripe_at,
        check_at=at if state == Filing.RIPE else None,
        missing=[],
        **case.place,
    )


def ripens_at(case: Case, book: Rulebook, closed_at: datetime) -> datetime:
    """When the time to reject the result is over, by the working calendar of the place."""
    if case.state != CaseState.CLOSED:
        return closed_at
    return book.calendar_for(case.place).add_working_days(closed_at, REJECT_WITHIN)
