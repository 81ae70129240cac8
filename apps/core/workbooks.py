"""Lists as Excel workbooks: rows are written one by one to a temporary file and the file is streamed to the browser.

Memory stays the same however long the list is. Numbers, dates and moments arrive as such and can be summed and sorted;
text is never a formula, whatever somebody typed into a name (CWE-1236): it is stored as text and marked so that Excel
keeps it text when the cell is edited.

A view exports with one call::

    return workbook_response(name=_("阅知名单"), columns=[Column(_("姓名"), 12), …], rows=selectors.rows(…))
"""

import math
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import IO

from django.http import FileResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell as SheetCell
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from apps.core import clock
from apps.core.errors import InvalidInput

Text = str | Promise
Cell = str | Promise | int | float | Decimal | bool | date | datetime | None

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575  # a sheet holds 1,048,576 lines, the first is the heading
LONGEST_TEXT = 32_767
MOST_DIGITS = 15  # beyond these Excel rounds a number, so it is written as text
DAY = "yyyy-mm-dd"
MOMENT = "yyyy-mm-dd hh:mm"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_NOT_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_NOT_IN_SHEET_NAMES = re.compile(r"[\x00-\x1f\[\]:*?/\\']+")
_IN_MEMORY = 1024 * 1024  # bytes kept in memory before the file goes to disk


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading in the user's language, its width in characters, an Excel number format where it has one
    (``0.0%`` for a share).
    """

    title: Text
    width: int = 14
    number_format: str = ""


def workbook_response(*, name: Text, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> FileResponse:
    """A download named ``name`` with ``.xlsx`` after it, kept by no cache, with one sheet of the same name.

    ``rows`` is read once; each row has a cell for every column. Raises ``InvalidInput`` where there are more rows than
    a sheet holds, and ``ValueError`` for a row of the wrong length.
    """
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by the response
    try:
        write_workbook(file, name=name, columns=columns, rows=rows)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    response = FileResponse(file, as_attachment=True, filename=f"{_file_name(name)}.xlsx", content_type=MEDIA_TYPE)
    response["Content-Length"] = str(size)
    response["Cache-Control"] = "private, no-store"
    return response


def write_workbook(target: IO[bytes], *, name: Text, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a workbook of one sheet into ``target`` and return how many rows it has; raises as ``workbook_response``.

    After an error ``target`` holds a part that is of no use.
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(name))
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    count = 0
    try:
        sheet.append([_heading(sheet, column) for column in columns])
        for count, row in enumerate(rows, start=1):
            if count > MOST_ROWS:
                raise InvalidInput(_("一次最多导出 %(most)d 行，请缩小范围后再导出。") % {"most": MOST_ROWS})
            sheet.append([_cell(sheet, value, column) for value, column in zip(row, columns, strict=True)])
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    finally:
        book.save(target)  # after an error too: saving removes the temporary file of the rows
    return count


def _heading(sheet: object, column: Column) -> SheetCell:
    cell = _text(sheet, str(column.title))
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: object, value: Cell, column: Column) -> SheetCell | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return _text(sheet, _("是") if value else _("否"))
    if isinstance(value, str | Promise):
        return _text(sheet, str(value))
    if isinstance(value, datetime):
        return _typed(sheet, clock.local(value).replace(tzinfo=None), column.number_format or MOMENT)
    if isinstance(value, date):
        return _typed(sheet, value, column.number_format or DAY)
    if not math.isfinite(value):
        return None
    if isinstance(value, int) and len(str(abs(value))) > MOST_DIGITS:
        return _text(sheet, str(value))
    return _typed(sheet, value, column.number_format)


def _typed(sheet: object, value: int | float | Decimal | date, number_format: str) -> SheetCell:
    cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type]
    if number_format:
        cell.number_format = number_format
    return cell


def _text(sheet: object, text: str) -> SheetCell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_TEXT])  # type: ignore[arg-type]
    cell.data_type = "s"  # otherwise a text that begins with "=" is a formula
    if text.startswith(_FORMULA_STARTS):
        cell.quotePrefix = True
    return cell


def _file_name(name: Text) -> str:
    return _NOT_IN_FILE_NAMES.sub(" ", str(name)).strip(" .")[:100] or "gridgov"


def _sheet_name(name: Text) -> str:
    return _NOT_IN_SHEET_NAMES.sub(" ", str(name)).strip()[:31] or "gridgov"
