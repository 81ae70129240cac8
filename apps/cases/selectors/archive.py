"""Reading the archive: what waits for being put away, what is there, and one file with all that belongs to it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.cases.capacities import Fact
from apps.cases.choices import FINISHED
from apps.cases.filing import Filing, Line, Piece, missing_of
from apps.cases.matters import read_duals
from apps.cases.models import ArchiveBook, Case, CaseFile, Category
from apps.cases.models.archive import REGISTER_ORDER
from apps.cases.selectors.detail import CaseDetail, case_detail
from apps.cases.selectors.filing import files_of
from apps.cases.selectors.listing import NUMBER
from apps.cases.standing import facts_of
from apps.cases.words import containing
from apps.cases.workflow.archiving import STILL_WAITS
from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.core.text import normalise
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds, holds_at

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User
    from apps.organisation.models import Agency

TO_ARCHIVE, KEPT, TAKEN_OUT = "ripe", "archived", "out"
FILES_SHOWN = (TO_ARCHIVE, KEPT, TAKEN_OUT)
ORDERS: dict[str, Sequence[str]] = {TO_ARCHIVE: ("ripe_at", "id"), KEPT: REGISTER_ORDER, TAKEN_OUT: ("-id",)}
FILE_RELATED = (
    "category",
    "desk__unit",
    "archived_by",
    "district",
    "street",
    "community",
    "grid",
    "case__category__parent",
)
FILE_NUMBER = re.compile(r"\d{6,12}-\d{4}(-\d{0,6})?")
EXPORT_PAGE = 500
MOST_COUNTED = 1000


@dataclass(frozen=True)
class ArchiveWanted:
    """What the lists are narrowed to: ``show`` one of ``FILES_SHOWN``, a unit, a category or a branch, the year of the
    number, words or the beginning of a number."""

    show: str = TO_ARCHIVE
    unit: Unit | None = None
    category: Category | None = None
    year: int | None = None
    words: str = ""

    @property
    def q(self) -> Q:
        """The condition on files."""
        condition = Q(state=self.show)
        if self.unit is not None:
            condition &= Q(**{f"{self.unit.kind}_id": self.unit.pk})
        if self.category is not None:
            condition &= self._category_q(self.category)
        if self.year is not None:
            condition &= Q(year=self.year)
        words = self.words.strip()
        return condition & self._words_q(words) if words else condition

    @staticmethod
    def _category_q(category: Category) -> Q:
        if category.is_leaf:
            return Q(category=category)
        return Q(category__parent=category) | Q(category__parent__parent=category)

    @staticmethod
    def _words_q(words: str) -> Q:
        """One index for each: the number of a file, that of a case, the words of cases."""
        number = normalise(words)
        if FILE_NUMBER.fullmatch(number):
            return Q(number__startswith=number)
        if NUMBER.fullmatch(number):
            return Q(case__number__startswith=number)
        return Q(case__in=Case.objects.filter(containing(words)).order_by().values("pk"))


@dataclass(frozen=True)
class FileRow:
    """One file of a list: what it lacks, what still waits, and whether the user may put it away."""

    file: CaseFile
    lines: list[Line]
    waits: list[Fact]
    may: bool

    @property
    def missing(self) -> list[Line]:
        """The pieces that ought to be there and are not; a publication that is to be decided is waited for instead."""
        told = {Piece.PUBLICATION} if Fact.PUBLICITY_WAITS in self.waits else set()
        return [line for line in self.lines if line.missing and line.piece not in told]

    @property
    def ready(self) -> bool:
        """Whether it can be put away without a word."""
        return not self.waits and not self.missing


def may_see_archive(user: "User") -> bool:
    """Desks, leaders and assessors read the archive of their scope."""
    return holds(user, Permission.CASE_CLOSE, Permission.CASE_COMMENT, Permission.SCORE_RUN)


def _visible(user: "User", wanted: ArchiveWanted) -> "QuerySet[CaseFile]":
    if not may_see_archive(user):
        raise NotAllowed
    rows = CaseFile.objects.visible_to(user, Permission.CASE_VIEW).filter(wanted.q)
    return rows.select_related(*FILE_RELATED)


def archive_page(user: "User", wanted: ArchiveWanted, *, cursor: str | None, size: int) -> KeysetPage[CaseFile]:
    """One page: what waits, the longest first, or the register by number, the last first. Raises ``NotAllowed``."""
    return keyset_page(_visible(user, wanted), ORDERS[wanted.show], cursor, size)


def archive_rows(user: "User", wanted: ArchiveWanted) -> Iterator[CaseFile]:
    """All of it for an export, page by page. Raises ``NotAllowed``."""
    cursor = None
    while True:
        page = archive_page(user, wanted, cursor=cursor, size=EXPORT_PAGE)
        yield from page.rows
        cursor = page.next
        if cursor is None:
            return


def rows_with_pieces(user: "User", files: Sequence[CaseFile]) -> list[FileRow]:
    """The files of a page with their registers; as many queries however many there are."""
    cases = [file.case for file in files]
    for file in files:
        file.case.desk = file.desk
    read_duals(cases)
    registers = files_of(cases)
    return [
        FileRow(
            file,
            registers[file.case.pk],
            waits_of(file.case),
            holds_at(user, Permission.CASE_CLOSE, file.desk.unit_id),  # type: ignore[attr-defined]
        )
        for file in files
    ]


def waits_of(case: Case) -> list[Fact]:
    """What a finished case still waits for; its desk's unit is loaded."""
    facts = set(facts_of(case))
    return [fact for fact in STILL_WAITS if fact in facts]


def archive_years() -> list[int]:
    """The years in which files were numbered, the last first."""
    return list(ArchiveBook.objects.order_by("-year").values_list("year", flat=True).distinct())


@dataclass(frozen=True)
class FileDetail:
    """A file with its case, its register, and what it lacks now."""

    detail: CaseDetail
    file: CaseFile
    lines: list[Line]

    @property
    def missing(self) -> list[str]:
        """The codes of what ought to be there and is not."""
        return missing_of(self.lines)


def file_detail(user: "User", number: str, *, at: datetime) -> FileDetail:
    """The file of a finished case. Raises ``NotVisible``, also for a case that has none."""
    detail = case_detail(user, number, at=at)
    file = CaseFile.objects.filter(case=detail.case).select_related("archived_by", "desk").first()
    if file is None or detail.case.state not in FINISHED:
        raise NotVisible
    return FileDetail(detail, file, files_of([detail.case])[detail.case.pk])


def incomplete_at(desks: "Sequence[Agency]") -> int:
    """How many ripe files of these desks lack a piece, at most ``MOST_COUNTED``."""
    if not desks:
        return 0
    lacking = CaseFile.objects.filter(desk__in=[desk.pk for desk in desks], state=Filing.RIPE, missing__len__gt=0)
    return lacking.order_by()[:MOST_COUNTED].count()
