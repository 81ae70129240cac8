"""Putting files away by themselves: what is ripe, complete and waits for nothing. In batches of bounded size, each in
its own transaction; safe to run twice, late, or killed half-way."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.cases.actions import Action
from apps.cases.choices import CASE_TOPIC
from apps.cases.filing import Filing, Line, missing_of
from apps.cases.matters import read_duals
from apps.cases.models import Case, CaseEvent, CaseFile
from apps.cases.selectors.filing import files_of
from apps.cases.services.archive import put_away
from apps.cases.services.files import may_ripen_early, plan_files, ripens_at
from apps.cases.standing import facts_of
from apps.cases.workflow import rows_of
from apps.core.audit import make_event
from apps.core.outbox import enqueue_many
from apps.deadlines import rulebook

Details = dict[str, Any]
BATCH = 200
MOST = 5_000
"""Files that one run looks at; the next run goes on."""
BACKLOG = timedelta(days=31)
"""What was finished so long before the first run gets a file as well; older cases have none, as they have no
publication."""
AGAIN = timedelta(days=1)
"""After so long the task looks again at a file that was not complete; every act on its case has it look at once."""


def archive_ripe(*, at: datetime, most: int = MOST) -> int:
    """Make the files of finished cases that have none, ripen those whose time is over, and put away what is complete;
    what is not waits with its missing pieces. A case that is being acted on waits for the next run. Answers how many
    were put away."""
    _in_batches(_plan_some, at, most)
    _in_batches(_ripen_some, at, most)
    away = 0
    looked = 0
    while looked < most:
        done, seen = _archive_some(at)
        away, looked = away + done, looked + seen
        if not seen:
            break
    return away


def _in_batches(work: Any, at: datetime, most: int) -> None:
    done = 0
    while done < most and (count := work(at)):
        done += count


def _locked(cases: Any) -> list[Case]:
    rows = cases.select_for_update(of=("self",), skip_locked=True).select_related("category", "desk__unit")
    return list(rows[:BATCH])


@transaction.atomic
def _plan_some(at: datetime) -> int:
    without = Case.objects.filter(open=False, filing="", closed_at__gte=at - BACKLOG)
    cases = _locked(without.order_by("closed_at", "id"))
    if cases:
        plan_files(cases, at=at)
        Case.objects.bulk_update(cases, ["filing"])
    return len(cases)


@transaction.atomic
def _ripen_some(at: datetime) -> int:
    """The time is reckoned again, so that a day off announced meanwhile counts."""
    due = CaseFile.objects.filter(state=Filing.YOUNG, ripe_at__lte=at).order_by("ripe_at", "id")
    ids = list(due.values_list("case_id", flat=True)[:BATCH])
    cases = {case.pk: case for case in _locked(Case.objects.filter(pk__in=ids, filing=Filing.YOUNG).order_by("pk"))}
    book = rulebook.held()
    files = list(CaseFile.objects.filter(case__in=cases, state=Filing.YOUNG))
    ripe: list[int] = []
    for file in files:
        case = cases[file.case_id]  # type: ignore[attr-defined]
        file.ripe_at = file.ripe_at if may_ripen_early(case) else ripens_at(case, book, file.closed_at)
        if file.ripe_at <= at:
            file.state, file.check_at = Filing.RIPE, at
            ripe.append(case.pk)
    CaseFile.objects.bulk_update(files, ["ripe_at", "state", "check_at"])
    Case.objects.filter(pk__in=ripe).update(filing=Filing.RIPE)
    return len(files)


@transaction.atomic
def _archive_some(at: datetime) -> tuple[int, int]:
    """How many of a batch were put away, and how many were looked at."""
    due = CaseFile.objects.filter(check_at__lte=at).order_by("check_at", "id")
    ids = list(due.values_list("case_id", flat=True)[:BATCH])
    cases = _locked(Case.objects.filter(pk__in=ids, filing=Filing.RIPE).order_by("pk"))
    files = {file.case_id: file for file in CaseFile.objects.filter(case__in=cases)}  # type: ignore[attr-defined]
    read_duals(cases)
    registers = files_of(cases)
    complete = [case for case in cases if not missing_of(registers[case.pk]) and not _waits(case)]
    _put_away(complete, files, registers, at)
    left = [files[case.pk] for case in cases if case.filing == Filing.RIPE]
    for file in left:
        file.missing = missing_of(registers[file.case_id])  # type: ignore[attr-defined]
        file.check_at = at + AGAIN
    CaseFile.objects.bulk_update(left, ["missing", "check_at"])
    return len(complete), len(cases)


def _waits(case: Case) -> bool:
    """Whether something of the table's own row for putting away is not so, or waits."""
    facts = set(facts_of(case))
    return not any(row.when <= facts and not row.unless & facts for row in rows_of(Action.ARCHIVE))


def _put_away(
    cases: Sequence[Case], files: dict[int, CaseFile], registers: dict[int, list[Line]], at: datetime
) -> None:
    put_away(((files[case.pk], registers[case.pk]) for case in cases), at=at)
    CaseFile.objects.bulk_update(
        [files[case.pk] for case in cases],
        ["year", "sequence", "number", "state", "archived_at", "check_at", "missing", "pieces"],
    )
    events = []
    for case in cases:
        case.filing, case.version = Filing.ARCHIVED, case.version + 1
        payload: Details = {"number": files[case.pk].number, "missing": []}
        states = {"from_state": case.state, "to_state": case.state}
        action = Action.ARCHIVE.value
        events.append(make_event(CaseEvent, case, actor=None, action=action, payload=payload, at=at, **states))
    CaseEvent.objects.bulk_create(events)
    Case.objects.bulk_update(cases, ["filing", "version", "head_sequence", "head_hash"])
    messages = [
        {"case": case.pk, "action": Action.ARCHIVE.value, "event": case.head_sequence, "actor": None} for case in cases
    ]
    enqueue_many(CASE_TOPIC, messages, at=at)
