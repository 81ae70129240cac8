"""Putting the file of a finished case away under its number, and taking it out again."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.cases.choices import CaseState
from apps.cases.filing import Filing, Line, Piece, missing_of
from apps.cases.matters import forget_matters
from apps.cases.models import ArchiveBook, Case, CaseFile
from apps.cases.selectors.filing import files_of
from apps.cases.services.reopening import take_up_again
from apps.core import clock
from apps.core.errors import InvalidInput, WrongState
from apps.grid.models import Unit

if TYPE_CHECKING:
    from apps.cases.services.acting import Step

Details = dict[str, Any]


def archive(step: "Step") -> Details:
    """Put away under the number of its district and year. Whoever does so by hand names exactly what is missing, and
    says why; what is complete needs no word."""
    file = _file(step.case)
    lines = files_of([step.case])[step.case.pk]
    missing = missing_of(lines)
    _check_named(step, missing)
    put_away([(file, lines)], at=step.at)
    file.archived_by, file.reason = step.actor, step.note if missing else ""
    file.save()
    step.case.filing = Filing.ARCHIVED
    forget_matters(step.case)
    return {"number": file.number, "missing": missing}


def _file(case: Case) -> CaseFile:
    file = CaseFile.objects.select_for_update().filter(case=case).first()
    if file is None:
        raise WrongState(extra={"state": case.state})
    return file


def _check_named(step: "Step", missing: list[str]) -> None:
    named = {str(code) for code in step.given.get("absent") or []}
    if named != set(missing):
        words = _("、").join(str(Piece(code).label) for code in missing)
        said = (
            _("案卷缺%(pieces)s，请补齐，或逐项确认并写明理由。") % {"pieces": words}
            if missing
            else _("案卷不缺材料。")
        )
        raise InvalidInput(fields={"absent": [said]})
    if missing and not step.note:
        raise InvalidInput(fields={"note": [_("缺件归档须写明理由。")]})


def put_away(files: Iterable[tuple[CaseFile, list[Line]]], *, at: datetime) -> None:
    """Number the files that have no number and mark all as put away, without saving them. The numbers of one district
    and year are taken under one lock, without a gap."""
    pairs = list(files)
    _number([file for file, _lines in pairs if file.number is None], year=clock.local(at).year)
    for file, lines in pairs:
        file.state, file.archived_at, file.check_at = Filing.ARCHIVED, at, None
        file.missing = missing_of(lines)
        file.pieces = {line.piece.value: line.how for line in lines}


def _number(files: list[CaseFile], *, year: int) -> None:
    by_district: dict[int, list[CaseFile]] = {}
    for file in files:
        by_district.setdefault(file.place["district_id"] or 0, []).append(file)
    codes = dict(Unit.objects.filter(pk__in=by_district).values_list("pk", "code")) if by_district else {}
    for district_id in sorted(by_district):
        book, _made = ArchiveBook.objects.get_or_create(district_id=district_id, year=year)
        book = ArchiveBook.objects.select_for_update().get(pk=book.pk)
        for file in by_district[district_id]:
            book.last += 1
            file.year, file.sequence = year, book.last
            file.number = f"{codes[district_id]}-{year}-{book.last:06d}"
        book.save(update_fields=["last"])


def unarchive(step: "Step") -> Details:
    """Taken out by the district's centre: counted, under its number still, and put away again by hand alone. Where that
    is asked for the case itself is opened again at the desk that answered for it."""
    case, file = step.case, _file(step.case)
    reopen = bool(step.given.get("reopen"))
    if reopen and case.state != CaseState.CLOSED:
        raise InvalidInput(fields={"reopen": [_("只有已结案的案件可以重开。")]})
    file.state, file.archived_at, file.archived_by, file.reason = Filing.OUT, None, None, ""
    file.times_out += 1
    file.save()
    case.filing = Filing.OUT
    forget_matters(case)
    if reopen:
        take_up_again(step)
        case.reopen_count += 1
    return {"number": file.number, "times": file.times_out, "reopened": reopen}
