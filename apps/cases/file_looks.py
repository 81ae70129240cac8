"""How files of finished cases look in the workbook and in words: plain values, made without queries."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from apps.cases.filing import Piece
from apps.cases.models import CaseFile
from apps.core.workbooks import Cell, Column


def piece_words(codes: Iterable[str]) -> str:
    """Pieces by their names."""
    return str(_("、")).join(str(Piece(code).label) for code in codes)


def register_columns() -> list[Column]:
    """The columns of the exported register."""
    return [
        Column(_("案卷号"), 22),
        Column(_("编号"), 16),
        Column(_("案件"), 30),
        Column(_("类别"), 20),
        Column(_("状态"), 10),
        Column(_("街道"), 16),
        Column(_("社区"), 16),
        Column(_("归档单位"), 20),
        Column(_("结案时间"), 18),
        Column(_("归档时间"), 18),
        Column(_("归档人"), 12),
        Column(_("缺件"), 24),
        Column(_("缺件理由"), 30),
        Column(_("调卷次数"), 10),
    ]


def register_row(file: CaseFile) -> list[Cell]:
    """One line of the exported register."""
    case: Any = file.case
    return [
        file.number,
        case.number,
        case.title,
        file.category.label,
        case.get_state_display(),
        file.street.name if file.street else None,
        file.community.name if file.community else None,
        file.desk.name,
        file.closed_at,
        file.archived_at,
        _by(file),
        piece_words(file.missing),
        file.reason,
        file.times_out,
    ]


def _by(file: CaseFile) -> str | None:
    """Who put it away: a person, or the task."""
    if file.archived_at is None:
        return None
    return file.archived_by.name if file.archived_by else str(_("系统"))
