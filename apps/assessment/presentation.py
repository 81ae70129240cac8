"""How scores are said on a page: shares in per cent, formulas in words, rows of every source in one shape."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.assessment.choices import Better, Part, Scoring, SubjectKind
from apps.assessment.measures import MEASURES
from apps.assessment.models import Period, Score, ScoreItem
from apps.assessment.periods import Month
from apps.assessment.selectors.board import Board, Line
from apps.assessment.selectors.opened import Opened
from apps.grid.models import Unit
from apps.organisation.models import AgencyKind

TENTH = Decimal("0.1")


def percent(value: Decimal | None) -> str:
    """``96.3``, or a dash for nothing."""
    return "–" if value is None else f"{(value * 100).quantize(TENTH)}"


def plain(value: Decimal | None) -> str:
    """``93.9``: points to a tenth, or a dash."""
    return "–" if value is None else f"{value.quantize(TENTH)}"


def number_url(score: Score, code: str, part: str = "") -> str:
    """Where a number is opened."""
    url = reverse("assessment:number", args=[score.pk, code])
    return f"{url}?part={part}" if part else url


def month_to_run(periods: Sequence[Period], today: date) -> str:
    """What the form proposes: the month before this one, or this one where that is published."""
    before = Month.containing(today).back()
    public = {period.label for period in periods if period.is_public}
    return str(before.back(-1) if str(before) in public else before)


def neighbours(periods: Sequence[Period], period: Period) -> dict[str, Period | None]:
    """The months before and after among those the reader may see."""
    earlier = [one for one in periods if one.label < period.label]
    later = [one for one in periods if one.label > period.label]
    return {"earlier": earlier[0] if earlier else None, "later": later[-1] if later else None}


def figures(board: Board) -> list[dict[str, Any]]:
    """The five figures of the head as the ``stat`` component takes them."""
    shown = []
    for figure in board.figures:
        item, share = figure.item, figure.indicator.is_share
        value = "–" if item is None else percent(item.value) if share else f"{item.numerator:,}"
        note = ""
        if figure.change is not None:
            note = _("百分点") if share else _("较上月")
        if figure.indicator.code == "satisfaction" and item is not None:
            note = _("回访 %(n)s 户") % {"n": f"{item.denominator:,}"}
        shown.append(
            {
                "label": figure.indicator.label,
                "value": value,
                "unit": "%" if share and item is not None and item.value is not None else "",
                "change": figure.change if share or figure.change is None else f"{figure.change} %",
                "note": note,
                "url": number_url(board.own, figure.indicator.code) if item is not None and board.own else "",
                "better": figure.indicator.better if share else "none",
            }
        )
    return shown


@dataclass(frozen=True, slots=True)
class Cell:
    """A number that opens."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One row of the ranking as the template needs it."""

    score: Score
    where: str
    url: str
    points: str
    trend: Sequence[Decimal | None]
    on_time: Cell | None
    overdue: Cell | None
    red: Cell | None
    yellow: Cell | None


def _count(line: Line, item: ScoreItem | None) -> Cell | None:
    return None if item is None else Cell(f"{item.numerator:,}", number_url(line.score, item.indicator.code))


def where(score: Score, inside: Unit) -> str:
    """What tells subjects of one name apart: the units between the page's and the subject's, or the kind of agency."""
    if score.subject_kind == SubjectKind.AGENCY:
        return str(AgencyKind(score.peer).label) if score.peer else ""
    between = [unit for unit in (score.street, score.community, score.grid) if unit is not None]
    levels = [unit for unit in between if unit.level > inside.level and unit.pk != score.subject_id]
    if score.subject_kind == SubjectKind.WORKER:
        levels = [unit for unit in between if unit.level > max(inside.level, 1)]
    return " ".join(unit.name for unit in levels[-2:])


def lines(board: Board, period: Period, inside: Unit) -> list[Shown]:
    """The rows of the ranking; a unit leads one level down, a worker or an agency to its score."""
    shown = []
    for line in board.lines:
        score, on_time = line.score, line.on_time
        shown.append(
            Shown(
                score,
                where(score, inside),
                down(score) or reverse("assessment:score", args=[score.pk]),
                plain(score.points),
                line.trend,
                Cell(percent(on_time.value), number_url(score, on_time.indicator.code)) if on_time else None,
                _count(line, line.overdue),
                _count(line, line.red),
                _count(line, line.yellow),
            )
        )
    return shown


def down(score: Score) -> str:
    """The ranking one level below a unit; empty for workers and agencies, which have none."""
    if score.subject_kind in {SubjectKind.WORKER, SubjectKind.AGENCY}:
        return ""
    return f"{reverse('assessment:leaders')}?period={score.period.label}&unit={score.code}"


def items(score: Score, found: Sequence[ScoreItem]) -> list[dict[str, Any]]:
    """The indicators of a score: formula, counts, value, points."""
    return [
        {
            "item": item,
            "label": item.indicator.label,
            "formula": formula(item),
            "value": f"{percent(item.value)} %" if item.indicator.is_share else f"{item.numerator:,}",
            "numerator": f"{item.numerator:,}",
            "denominator": f"{item.denominator:,}" if item.indicator.is_share else "",
            "points": "" if item.points is None else f"{item.points}",
            "full": item.indicator.full_mark,
            "small": item.indicator.scoring != Scoring.SHOWN and item.points is None,
            "url": number_url(score, item.indicator.code),
        }
        for item in found
    ]


def trend(rows: Sequence[tuple[str, Decimal | None, int | None]]) -> dict[str, Any]:
    """Months and points for the chart, and the same as a table."""
    return {
        "labels": [label[2:] for label, _points, _rank in rows],
        "values": [None if points is None else float(points) for _label, points, _rank in rows],
        "rows": [{"label": label, "points": plain(points), "rank": rank} for label, points, rank in rows],
    }


def formula(item: ScoreItem) -> str:
    """``按期处置 ÷ 应处置``, or the name of what is counted."""
    numerator = str(MEASURES[item.indicator.numerator].name)
    if not item.indicator.denominator:
        return numerator
    return f"{numerator} ÷ {MEASURES[item.indicator.denominator].name}"


def rule_in_words(item: ScoreItem) -> str:
    """How the value turned into points."""
    rule = item.indicator
    if rule.scoring == Scoring.SHOWN:
        return _("只列示，不计分。")
    if item.points is None:
        return _("样本不足 %(n)d，不计分。") % {"n": rule.minimum}
    if rule.scoring == Scoring.DEDUCTION:
        return _("满分 %(full)s，每件扣 %(each)s 分，得 %(points)s 分。") % {
            "full": rule.full_mark,
            "each": rule.per_item,
            "points": item.points,
        }
    low, high = (rule.floor, rule.cap) if rule.better == Better.UP else (1 - rule.floor, 1 - rule.cap)
    return _("满分 %(full)s：%(high)s%% 得满分，%(low)s%% 不得分，其间按比例，得 %(points)s 分。") % {
        "full": rule.full_mark,
        "high": percent(high),
        "low": percent(low),
        "points": item.points,
    }


def gain_in_words(found: Opened) -> str:
    """What one case more or less would have changed."""
    if not found.gain:
        return ""
    return _("若再有 1 条转好，本项多得 %(points)s 分。") % {"points": found.gain}


def parts(found: Opened) -> list[tuple[str, str, int]]:
    """The tabs of a number opened: part, words, count."""
    item = found.item
    tabs = [(Part.NUMERATOR.value, str(found.numerator.name), item.numerator)]
    if found.denominator is not None:
        tabs.append((Part.DENOMINATOR.value, str(found.denominator.name), item.denominator))
        rest = item.denominator - item.numerator
        if rest > 0:
            tabs.append((Part.REST.value, _("其余（未%(what)s）") % {"what": found.numerator.name}, rest))
    return tabs


@dataclass(frozen=True, slots=True)
class Fact:
    """One row behind a number, whatever its source."""

    label: str
    url: str
    title: str
    place: str
    when: Any
    done: Any
    word: str
    tone: str
    icon: str


def rows(found: Opened) -> list[Fact]:
    """The page's rows in one shape."""
    make = _FACTS[found.source.code]
    return [make(row, found) for row in found.page.rows]


def _case_url(number: str) -> str:
    return f"/cases/{number}/"


def _mark(done: Any, in_time: bool | None, cutoff: Any, excused: Any = None) -> tuple[str, str, str]:
    if excused is not None and excused <= cutoff and not in_time:
        return _("已撤牌"), "plain", "scale"
    if done is None or done > cutoff:
        return _("未办"), "late", "clock-exclamation"
    return (_("按期"), "ok", "check") if in_time else (_("超时"), "late", "clock-exclamation")


def _place(row: Any) -> str:
    return " › ".join(unit.name for unit in (row.community, row.grid) if unit is not None)


def _case(row: Any, found: Opened) -> Fact:
    place = _place(row)
    if found.source.code == "cases_reported":
        return Fact(
            row.number, _case_url(row.number), row.title, place, row.reported_at, None, row.get_source_display(), "", ""
        )
    marks = _mark(row.handled_at, row.handled_in_time, found.score.period.cutoff, row.excused_at)
    return Fact(row.number, _case_url(row.number), row.title, place, row.handling_due_at, row.handled_at, *marks)


def _leg(row: Any, found: Opened) -> Fact:
    marks = _mark(row.ended_at, row.in_time, found.score.period.cutoff, row.excused_at)
    return Fact(
        row.case.number, _case_url(row.case.number), row.case.title, row.agency.name, row.due_at, row.ended_at, *marks
    )


def _duty(row: Any, found: Opened) -> Fact:
    filed = row.filed and row.filed_at <= found.score.period.cutoff
    word, tone, icon = (_("已交"), "ok", "check") if filed else (_("缺"), "late", "x")
    if filed and row.late:
        word, tone, icon = _("迟交"), "near", "clock"
    return Fact(row.worker.name, "", "", _place(row), row.date, row.filed_at if filed else None, word, tone, icon)


def _card(row: Any, found: Opened) -> Fact:
    red = row.kind == "red"
    word, tone = (_("红牌"), "late") if red else (_("黄牌"), "near")
    number, _space, title = row.limit.subject_label.partition(" ")
    return Fact(number, row.limit.subject_url, title, row.holder.name, row.due_at, None, word, tone, "cards")


_FACTS: dict[str, Callable[[Any, Opened], Fact]] = {
    "cases_due": _case,
    "cases_reported": _case,
    "legs_due": _leg,
    "duty_days": _duty,
    "cards": _card,
}
