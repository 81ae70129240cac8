"""How follow-ups look in lists and in workbooks: plain values, made without queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from apps.cases.calls import CallOutcome, FollowUpState
from apps.cases.models import FollowUp
from apps.cases.presentation import Look, working_minutes
from apps.cases.selectors.follow_ups import CallDetail, Rates, RateTable
from apps.core.workbooks import Cell, Column
from apps.deadlines.rulebook import Rulebook

TONES = {FollowUpState.WAITING: "near", FollowUpState.REACHED: "ok", FollowUpState.UNREACHED: "plain"}
# The buttons for a call in vain, each with its icon and key.
IN_VAIN = (
    (CallOutcome.NO_ANSWER, "phone-x", "n"),
    (CallOutcome.WRONG_NUMBER, "phone-off", "w"),
    (CallOutcome.REFUSED, "phone-pause", "x"),
)


@dataclass(frozen=True)
class CallRow:
    """One follow-up of a list."""

    row: FollowUp
    look: Look
    current: bool = False

    @property
    def case(self) -> Any:
        """The case that was closed."""
        return self.row.case

    @property
    def tone(self) -> str:
        """The tone of what came of it: a reporter who is not content stands out."""
        if self.row.state == FollowUpState.REACHED and not (self.row.solved and self.row.satisfied):
            return "late" if self.row.rejected else "near"
        return TONES.get(FollowUpState(self.row.state), "plain")

    @property
    def icon(self) -> str:
        """The category's icon."""
        return str(self.row.case.category.icon or "point")

    @property
    def place(self) -> str:
        """Where it was, in the fewest words."""
        return str(self.row.case.address or self.row.unit.name)


def call_rows(rows: Iterable[FollowUp], book: Rulebook, at: datetime, *, current: int = 0) -> list[CallRow]:
    """Rows for a list; ``current`` is the key of the one that is open."""
    return [CallRow(row, _look(row, book, at), row.pk == current) for row in rows]


def _look(row: FollowUp, book: Rulebook, at: datetime) -> Look:
    if row.state != FollowUpState.WAITING:
        return Look(None, "", None, None, "")
    left = working_minutes(book.calendar_for(row.place), at, row.due_at)
    return Look(row.due_at, "", row.closed_at, left, "")


@dataclass(frozen=True)
class Question:
    """One question put to the reporter, with its two answers and their keys."""

    name: str
    label: str | Promise
    choices: list[tuple[str, str | Promise, str, bool]]
    errors: Any


def questions_of(form: Any) -> list[Question]:
    """The three questions of the form, their answers under the keys 1 to 6."""
    found = []
    for number, name in enumerate(("contacted", "solved", "satisfied")):
        field, given = form[name], str(form[name].value() or "")
        choices = [
            (str(value), label, str(2 * number + place), given == str(value))
            for place, (value, label) in enumerate(form.fields[name].choices, start=1)
        ]
        found.append(Question(name, field.label, choices, field.errors))
    return found


def in_vain() -> list[dict[str, Any]]:
    """The buttons for a call in vain."""
    return [{"value": one.value, "label": one.label, "icon": icon, "key": key} for one, icon, key in IN_VAIN]


def later_day(detail: CallDetail, day: date) -> date | None:
    """The day from which to call again, where that is not today."""
    return detail.row.call_on if detail.row.call_on > day else None


def done_columns() -> list[Column]:
    """The columns of the exported list."""
    return [
        Column(_("编号"), 16),
        Column(_("案件"), 30),
        Column(_("社区"), 16),
        Column(_("处置单位"), 20),
        Column(_("结案时间"), 18),
        Column(_("回访原因"), 10),
        Column(_("结果"), 12),
        Column(_("拨打次数"), 10),
        Column(_("是否及时联系"), 12),
        Column(_("是否解决"), 10),
        Column(_("是否满意"), 10),
        Column(_("退回重办"), 10),
        Column(_("反映人怎么说"), 40),
        Column(_("回访人"), 12),
        Column(_("回访时间"), 18),
    ]


def done_cells(row: FollowUp) -> list[Cell]:
    """One line of the exported list."""
    return [
        row.case.number,
        row.case.title,
        row.community.name if row.community else None,
        row.agency.name,
        row.closed_at,
        row.get_why_display(),
        row.get_state_display(),
        row.attempts_made,
        row.contacted,
        row.solved,
        row.satisfied,
        row.rejected,
        row.said,
        row.reached_by.name if row.reached_by else None,
        row.ended_at,
    ]


def rate_columns() -> list[Column]:
    """The columns of the exported rates: of each rate how many, of how many, and the share."""
    named = [(_("及时联系"), _("及时联系率")), (_("已解决"), _("解决率")), (_("满意"), _("满意率"))]
    parts = [column for count, rate in named for column in (Column(count, 10), Column(rate, 10, "0.0%"))]
    return [
        Column(_("单位"), 24),
        Column(_("统计口径"), 12),
        Column(pgettext("count", "接通"), 10),
        Column(_("未能回访"), 10),
        *parts,
        Column(_("退回重办"), 10),
    ]


def rate_cells(table: RateTable) -> list[list[Cell]]:
    """The lines of the exported rates: all, by unit, by agency."""
    lines = [_line(table.total, _("合计"), _("合计"))]
    lines += [_line(row, row.name, _("按单元")) for row in table.units]
    return lines + [_line(row, row.name, _("按处置单位")) for row in table.agencies]


def _line(row: Rates, name: str, kind: str) -> list[Cell]:
    parts: list[Cell] = []
    for rate in row.rates:
        parts += [rate.numerator, rate.numerator / rate.denominator if rate.denominator else "—"]
    return [name, kind, row.reached, row.unreached, *parts, row.rejected]
