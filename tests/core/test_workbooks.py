"""Workbooks are read back with openpyxl: types, headings, names, and text that would like to be a formula."""

import io
import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook

from apps.core import workbooks
from apps.core.errors import InvalidInput
from apps.core.workbooks import Column, workbook_response, write_workbook

ONE = [Column("列")]


def written(rows, columns=ONE, name="名单") -> tuple[io.BytesIO, list]:
    file = io.BytesIO()
    write_workbook(file, name=name, columns=columns, rows=rows)
    sheet = load_workbook(file).worksheets[0]
    return file, [cell for (cell,) in sheet.iter_rows(min_row=2)]


def test_values_keep_their_types_and_moments_are_on_the_clock_of_shanghai():
    at = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    rows = [["张三"], [7], [Decimal("98.5")], [date(2026, 11, 25)], [at], [None], [float("nan")], [310106001001001001]]
    _file, cells = written(rows)
    assert [cell.value for cell in cells] == [
        "张三", 7, 98.5, datetime(2026, 11, 25), datetime(2026, 11, 25, 7, 30), None, None, "310106001001001001",
    ]  # fmt: skip
    assert [cells[3].number_format, cells[4].number_format] == ["yyyy-mm-dd", "yyyy-mm-dd hh:mm"]
    assert cells[2].data_type == "n"


def test_a_column_brings_its_own_number_format():
    _file, cells = written([[Decimal("0.25")]], [Column("占比", number_format="0.0%")])
    assert (cells[0].value, cells[0].number_format) == (0.25, "0.0%")


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x","a")', "+1-1", "-2+3", "@SUM(A1)", "\t=1+1", "\n=1+1"])
def test_text_is_never_a_formula_and_stays_as_it_was_typed(text):
    file, cells = written([[text]])
    assert (cells[0].value, cells[0].data_type, cells[0].quotePrefix) == (text, "s", True)
    assert b"<f>" not in ZipFile(file).read("xl/worksheets/sheet1.xml")


def test_a_heading_is_never_a_formula_either():
    file = io.BytesIO()
    write_workbook(file, name="名单", columns=[Column("=1+1")], rows=[])
    assert load_workbook(file).worksheets[0]["A1"].data_type == "s"


def test_plain_text_is_not_marked_and_control_characters_are_left_out():
    _file, cells = written([["张\x00三\x0b"], ["长" * 40_000]])
    assert (cells[0].value, bool(cells[0].quotePrefix)) == ("张三", False)
    assert len(cells[1].value) == 32_767


def test_headings_and_yes_and_no_follow_the_language():
    columns = [Column(gettext_lazy("是"))]
    with translation.override("en"):
        file = io.BytesIO()
        write_workbook(file, name="x", columns=columns, rows=[[True], [False]])
    assert [row[0] for row in load_workbook(file).worksheets[0].iter_rows(values_only=True)] == ["Yes", "Yes", "No"]


def test_the_file_has_its_chinese_name_and_no_cache_keeps_it():
    answer = workbook_response(name="阅知名单/第1版", columns=ONE, rows=iter([["甲"], ["乙"]]))
    body = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E9%98%85%E7%9F%A5%E5%90%8D%E5%8D%95%20%E7%AC%AC1%E7%89%88.xlsx"
    )
    assert (answer["Content-Type"], answer["Cache-Control"]) == (workbooks.MEDIA_TYPE, "private, no-store")
    assert int(answer["Content-Length"]) == len(body)
    sheet = load_workbook(io.BytesIO(body)).worksheets[0]
    assert (sheet.title, sheet.freeze_panes, sheet.auto_filter.ref) == ("阅知名单 第1版", "A2", "A1:A3")
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["列", "甲", "乙"]


def test_too_many_rows_are_refused_with_the_remedy(monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_ROWS", 2)
    with pytest.raises(InvalidInput, match="最多导出 2 行"):
        workbook_response(name="名单", columns=ONE, rows=[["甲"]] * 3)


def test_an_error_half_way_leaves_no_temporary_file(monkeypatch, tmp_path):
    def rows():
        yield ["甲"]
        raise RuntimeError("the database went away")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(RuntimeError):
        workbook_response(name="名单", columns=ONE, rows=rows())
    assert list(Path(tmp_path).iterdir()) == []
