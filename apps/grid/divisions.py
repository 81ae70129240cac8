"""Reading a district's division file (``config/divisions``): every bad row is named by its line; pure, no database.

The form is that of the statistical division codes: ``code,name,level,parent_code`` with 6, 9 and 12 digits, each code
beginning with its parent's. Grids are not part of it: the system assigns their codes.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

HEADER = ["code", "name", "level", "parent_code"]
LEVELS = ("district", "street", "community")
LENGTH = {"district": 6, "street": 9, "community": 12}
PARENT = {"street": "district", "community": "street"}
LONGEST_NAME = 60


class DivisionError(Exception):
    """The file cannot be loaded; ``problems`` are lines of the form ``line N: reason``, in the order of the file."""

    def __init__(self, problems: Iterable[tuple[int, str]]) -> None:
        self.problems = [f"line {number}: {reason}" for number, reason in sorted(set(problems))]
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """One unit of the file and the line it stands in; ``parent_code`` is empty for the district."""

    line: int
    code: str
    name: str
    kind: str
    parent_code: str


def read_division(data: bytes) -> list[DivisionRow]:
    """The rows of a division file, parents before children, siblings by code.

    Raises ``DivisionError`` with a reason for every bad row: bad encoding, wrong number of columns, unknown or wrong
    level, wrong length, duplicate, empty or overlong name, unknown parent, not the file's district.
    """
    problems: list[tuple[int, str]] = []
    unreadable = set(_undecodable_lines(data))
    problems += [(number, "is not UTF-8") for number in unreadable]
    rows = []
    for number, cells in _lines(data.decode("utf-8-sig", errors="replace"), problems):
        if number in unreadable:
            continue
        if len(cells) != len(HEADER):
            problems.append((number, f"has {len(cells)} columns, not {len(HEADER)}"))
            continue
        rows.append(DivisionRow(number, *(cell.strip() for cell in cells)))
    problems += _faults(rows)
    if problems:
        raise DivisionError(problems)
    return sorted(rows, key=lambda row: (len(row.code), row.code))


def _undecodable_lines(data: bytes) -> Iterator[int]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            yield number


def _lines(text: str, problems: list[tuple[int, str]]) -> Iterator[tuple[int, list[str]]]:
    """The rows below the header with the line each begins in, blank lines left out."""
    reader = csv.reader(io.StringIO(text), strict=True)
    begins = 1
    try:
        for cells in reader:
            number, begins = begins, reader.line_num + 1
            if number == 1:
                if [cell.strip() for cell in cells] != HEADER:
                    problems.append((1, f"the header must be {','.join(HEADER)}"))
            elif any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        problems.append((begins, f"is not CSV: {error}"))
    if begins == 1:
        problems.append((1, "the file is empty"))


def _faults(rows: list[DivisionRow]) -> Iterator[tuple[int, str]]:
    first: dict[str, DivisionRow] = {}
    for row in rows:
        first.setdefault(row.code, row)
    district = next((row for row in rows if row.kind == "district"), None)
    if district is None:
        yield 1, "there is no district in the file"
    for row in rows:
        for reason in (*_own_faults(row, first), *_parent_faults(row, first, district)):
            yield row.line, reason


def _own_faults(row: DivisionRow, first: dict[str, DivisionRow]) -> Iterator[str]:
    """What is wrong with a row by itself."""
    if not row.code:
        yield "code is empty"
    elif not (row.code.isascii() and row.code.isdigit()):
        yield f"code {row.code} is not made of digits"
    elif row.kind in LENGTH and len(row.code) != LENGTH[row.kind]:
        yield f"code {row.code} has {len(row.code)} digits, a {row.kind} has {LENGTH[row.kind]}"
    if row.code and first[row.code] is not row:
        yield f"duplicate: code {row.code} stands in line {first[row.code].line} already"
    if row.kind not in LEVELS:
        yield f"wrong level: {row.kind or '(empty)'} is none of {', '.join(LEVELS)}"
    if not row.name:
        yield "name is empty"
    elif len(row.name) > LONGEST_NAME:
        yield f"name has {len(row.name)} characters, {LONGEST_NAME} at most"
    elif "\N{REPLACEMENT CHARACTER}" in row.name or not row.name.isprintable():
        yield "name has characters that cannot be shown"


def _parent_faults(row: DivisionRow, first: dict[str, DivisionRow], district: DivisionRow | None) -> Iterator[str]:
    """What is wrong with a row's place in the tree."""
    if row.kind == "district":
        if row.parent_code:
            yield f"wrong level: a district has no parent, not {row.parent_code}"
        if row is not district and district is not None:
            yield f"is not the file's district {district.code}, which stands in line {district.line}"
        return
    if row.kind not in PARENT:
        return
    parent = first.get(row.parent_code)
    if parent is None:
        yield f"unknown parent {row.parent_code or '(empty)'}"
    elif parent.kind in LEVELS and parent.kind != PARENT[row.kind]:
        yield f"wrong level: the parent of a {row.kind} is a {PARENT[row.kind]}, {parent.code} is a {parent.kind}"
    elif row.code and not row.code.startswith(row.parent_code):
        yield f"code {row.code} does not begin with its parent's {row.parent_code}"
    if district is not None and row.code and not row.code.startswith(district.code):
        yield f"is not in the file's district {district.code}"
