"""The leaders' page: a ranking, five figures, a trend for each row and the numbers that colour the map."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from apps.assessment.choices import SubjectKind
from apps.assessment.models import Indicator, Period, Score, ScoreItem
from apps.assessment.periods import Month
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import Unit

if TYPE_CHECKING:
    from apps.grid.scopes import Person

TREND_MONTHS = 12
UNRANKED = 2_000_000_000
ORDER = ("position", "id")
BELOW = {
    "district": SubjectKind.STREET,
    "street": SubjectKind.COMMUNITY,
    "community": SubjectKind.GRID,
    "grid": SubjectKind.WORKER,
}
KINDS_UNDER = {
    "district": (
        SubjectKind.STREET,
        SubjectKind.COMMUNITY,
        SubjectKind.GRID,
        SubjectKind.WORKER,
        SubjectKind.AGENCY,
    ),
    "street": (SubjectKind.COMMUNITY, SubjectKind.GRID, SubjectKind.WORKER, SubjectKind.AGENCY),
    "community": (SubjectKind.GRID, SubjectKind.WORKER),
    "grid": (SubjectKind.WORKER,),
}
POINTS = "points"
ON_TIME = {"agency": "agency_on_time"}
OVERDUE = {"agency": "agency_overdue"}
FIGURES = ("registered", "on_time", "discovery", "logs", "satisfaction")


@dataclass(frozen=True)
class Line:
    """One row of the ranking."""

    score: Score
    items: dict[str, ScoreItem]
    trend: Sequence[Decimal | None]

    def _item(self, codes: dict[str, str], plain: str) -> ScoreItem | None:
        return self.items.get(codes.get(self.score.subject_kind, plain))

    @property
    def on_time(self) -> ScoreItem | None:
        """The on-time share."""
        return self._item(ON_TIME, "on_time")

    @property
    def overdue(self) -> ScoreItem | None:
        """How many were late."""
        return self._item(OVERDUE, "overdue")

    @property
    def red(self) -> ScoreItem | None:
        """Red cards of the month."""
        return self.items.get("red")

    @property
    def yellow(self) -> ScoreItem | None:
        """Yellow cards of the month."""
        return self.items.get("yellow")


@dataclass(frozen=True)
class Figure:
    """One figure of the head with the month before."""

    indicator: Indicator
    item: ScoreItem | None
    before: ScoreItem | None

    @property
    def change(self) -> Decimal | None:
        """Percentage points for a share, per cent for a count; ``None`` where a month is missing."""
        if self.item is None or self.before is None:
            return None
        if self.indicator.is_share:
            if self.item.value is None or self.before.value is None:
                return None
            return ((self.item.value - self.before.value) * 100).quantize(Decimal("0.1"))
        if not self.before.numerator:
            return None
        growth = Decimal(self.item.numerator - self.before.numerator) / self.before.numerator
        return (growth * 100).quantize(Decimal("0.1"))


@dataclass(frozen=True)
class Board:
    """Everything the leaders' page shows of one unit, kind and month."""

    period: Period
    previous: Period | None
    own: Score | None
    figures: list[Figure]
    lines: list[Line]
    page: KeysetPage[Score]
    total: int
    colours: list[Indicator]
    colour: str
    values: dict[str, float] = field(default_factory=dict)
    trend_labels: Sequence[str] = ()


def scores_in(user: "Person", period: Period, unit: Unit, kind: str) -> "QuerySet[Score]":
    """The scores of one kind of subject inside a unit, in the order of the ranking."""
    scores = Score.objects.visible_to(user).inside(unit).filter(period=period, subject_kind=kind)
    return scores.annotate(position=Coalesce(F("rank"), Value(UNRANKED))).order_by(*ORDER)


def board_of(
    user: "Person",
    *,
    period: Period,
    periods: Sequence[Period],
    unit: Unit,
    kind: str,
    colour: str,
    cursor: str | None,
    size: int,
) -> Board:
    """The page of a unit; a fixed number of queries, whatever the number of rows."""
    month = period.month
    rules = list(Indicator.objects.in_force(month.last).order_by("subject_kind", "position"))
    scores = scores_in(user, period, unit, kind)
    related = scores.select_related("street", "community", "grid")
    page = keyset_page(related, ORDER, cursor, size)
    months = _months(periods, period)
    trends = _trends(page.rows, months)
    items = _items(page.rows)
    previous = next((one for one in periods if one.label < period.label), None)
    own, before = _own(user, period, previous, unit)
    figures = _figures(own, before, [rule for rule in rules if rule.subject_kind == unit.kind])
    below = BELOW[unit.kind]
    colours = [rule for rule in rules if rule.subject_kind == below and rule.is_share]
    chosen = colour if colour in {rule.code for rule in colours} else POINTS
    return Board(
        period=period,
        previous=previous,
        own=own,
        figures=figures,
        lines=[Line(score, items.get(score.pk, {}), trends[score.subject_id]) for score in page.rows],
        page=page,
        total=scores.count(),
        colours=colours,
        colour=chosen,
        values=_values(user, period, unit, below, chosen),
        trend_labels=[str(month) for month in months],
    )


def _months(periods: Sequence[Period], period: Period) -> dict[Month, Period | None]:
    """The twelve months up to this one, the oldest first, each with its period where there is one."""
    known = {one.label: one for one in periods}
    known[period.label] = period
    months = [period.month.back(n) for n in range(TREND_MONTHS - 1, -1, -1)]
    while len(months) > 2 and str(months[0]) not in known:
        months.pop(0)
    return {month: known.get(str(month)) for month in months}


def _trends(scores: Sequence[Score], months: dict[Month, Period | None]) -> dict[int, list[Decimal | None]]:
    periods = [period.pk if period else None for period in months.values()]
    subjects = [score.subject_id for score in scores]
    rows = Score.objects.filter(
        period__in=[pk for pk in periods if pk], subject_kind__in={score.subject_kind for score in scores}
    ).filter(subject_id__in=subjects)
    found = {(subject, period): points for subject, period, points in rows.values_list("subject_id", "period", POINTS)}
    return {subject: [found.get((subject, period)) for period in periods] for subject in subjects}


def _items(scores: Iterable[Score]) -> dict[int, dict[str, ScoreItem]]:
    rows = ScoreItem.objects.filter(score__in=[score.pk for score in scores]).select_related("indicator")
    found: dict[int, dict[str, ScoreItem]] = {}
    for item in rows.order_by("score", "indicator__position"):
        found.setdefault(item.score_id, {})[item.indicator.code] = item
    return found


def _own(
    user: "Person", period: Period, previous: Period | None, unit: Unit
) -> tuple[Score | None, dict[str, ScoreItem]]:
    periods = [period.pk, *([previous.pk] if previous else [])]
    scores = Score.objects.visible_to(user).filter(period__in=periods, subject_kind=unit.kind, subject_id=unit.pk)
    found = {score.period_id: score for score in scores}
    items = _items(found.values())
    own = found.get(period.pk)
    if own is not None:
        own.by_code = items.get(own.pk, {})  # type: ignore[attr-defined]
    before = found.get(previous.pk) if previous else None
    return own, items.get(before.pk, {}) if before else {}


def _figures(own: Score | None, before: dict[str, ScoreItem], rules: Iterable[Indicator]) -> list[Figure]:
    items: dict[str, ScoreItem] = getattr(own, "by_code", {})
    by_code = {rule.code: rule for rule in rules}
    return [Figure(by_code[code], items.get(code), before.get(code)) for code in FIGURES if code in by_code]


def _values(user: "Person", period: Period, unit: Unit, kind: str, colour: str) -> dict[str, float]:
    scores = Score.objects.visible_to(user).inside(unit).filter(period=period, subject_kind=kind)
    if colour == POINTS:
        rows = scores.filter(rank__isnull=False).values_list("code", "points")
        return {code: float(points) for code, points in rows}
    items = ScoreItem.objects.filter(score__in=scores, indicator__code=colour, value__isnull=False)
    shares = items.values_list("score__code", "value")
    return {code: float((value * 100).quantize(Decimal("0.1"))) for code, value in shares if value is not None}
