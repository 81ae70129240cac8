"""A number opened: the score, its indicators, and the very rows of a numerator or denominator."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from apps.assessment.choices import Better, Part, Scoring
from apps.assessment.measures import MEASURES, FactSource, Measure
from apps.assessment.models import Period, Score, ScoreItem
from apps.assessment.scoring import make_item
from apps.core.errors import NotAllowed, NotVisible
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds

if TYPE_CHECKING:
    from apps.grid.scopes import Person

PLACES = ("district", "street", "community", "grid")


def visible_score(user: "Person", score_id: int) -> Score:
    """One score with its period and place. Raises ``NotVisible``, or ``NotAllowed`` to those whose units hold it but
    who may see no scores.
    """
    scores = Score.objects.visible_to(user).select_related("period__district", *PLACES)
    score = scores.filter(pk=score_id).first()
    if score is None:
        if not holds(user, Permission.SCORE_VIEW) and _among_own_units(user, score_id):
            raise NotAllowed
        raise NotVisible
    return score


def _among_own_units(user: "Person", score_id: int) -> bool:
    place = Score.objects.filter(pk=score_id).values_list(*(f"{level}_id" for level in reversed(PLACES))).first()
    lowest = next((pk for pk in place or () if pk), None)
    return Unit.objects.visible_to(user).filter(pk=lowest).exists()


def items_of(score: Score) -> list[ScoreItem]:
    """The indicators behind a score, in the order of the catalogue."""
    return list(score.items.select_related("indicator").order_by("indicator__position"))


def trend_of(user: "Person", score: Score) -> list[tuple[str, Decimal | None, int | None]]:
    """Month, points and place of the subject in every month that ``user`` may see, the oldest first."""
    rows = (
        Score.objects.visible_to(user)
        .filter(
            subject_kind=score.subject_kind,
            subject_id=score.subject_id,
            period__district=score.period.district,
            period__label__lte=score.period.label,
        )
        .order_by("period__label", "period__version")
        .values_list("period__label", "points", "rank")
    )
    latest = {label: (label, points, rank) for label, points, rank in rows}
    return list(latest.values())[-12:]


def scores_of(user: "Person", period: Period, kind: str, unit: Unit | None) -> "QuerySet[Score]":
    """The scores of one kind of subject in a period, inside a unit where one is given."""
    scores = Score.objects.visible_to(user).filter(period=period, subject_kind=kind)
    return scores.inside(unit) if unit is not None else scores


def rows_of(score: Score, item: ScoreItem, part: str) -> "QuerySet[Any]":
    """The rows counted as numerator or denominator, or those of the denominator that are not in the numerator.

    The same source and the same condition as the number's own pass, narrowed to the subject.
    """
    numerator = MEASURES[item.indicator.numerator]
    denominator = MEASURES[item.indicator.denominator] if item.indicator.denominator else numerator
    period = score.period
    source = numerator.source
    own = source.rows(period.district, period.month, period.cutoff).filter(
        **{source.columns[score.subject_kind]: score.subject_id}
    )
    if part == Part.NUMERATOR:
        return own.filter(numerator.condition(period.cutoff))
    base = own.filter(denominator.condition(period.cutoff))
    if part == Part.DENOMINATOR:
        return base
    return base.exclude(pk__in=own.filter(numerator.condition(period.cutoff)).values("pk"))


@dataclass(frozen=True)
class Opened:
    """One indicator of one score with a page of the rows behind it."""

    score: Score
    item: ScoreItem
    numerator: Measure
    denominator: Measure | None
    source: FactSource
    part: str
    stored: int
    now: int
    page: KeysetPage[Any]
    gain: Decimal | None

    @property
    def moved(self) -> bool:
        """Whether the rows changed after the month was computed."""
        return self.stored != self.now


def open_number(user: "Person", *, score_id: int, code: str, part: str, cursor: str | None, size: int) -> Opened:
    """The rows behind one number, page by page. Raises ``NotVisible`` for what is not there."""
    score = visible_score(user, score_id)
    item = score.items.select_related("indicator").filter(indicator__code=code).first()
    if item is None or (part != Part.NUMERATOR and not item.indicator.denominator):
        raise NotVisible
    numerator = MEASURES[item.indicator.numerator]
    rows = rows_of(score, item, part)
    stored = {
        Part.NUMERATOR: item.numerator,
        Part.DENOMINATOR: item.denominator,
        Part.REST: item.denominator - item.numerator,
    }[Part(part)]
    source = numerator.source
    page = keyset_page(rows.select_related(*source.related), (source.date_column, "id"), cursor, size)
    return Opened(
        score=score,
        item=item,
        numerator=numerator,
        denominator=MEASURES[item.indicator.denominator] if item.indicator.denominator else None,
        source=source,
        part=part,
        stored=stored,
        now=rows.count(),
        page=page,
        gain=_gain(item),
    )


def _gain(item: ScoreItem) -> Decimal | None:
    """How many points one more good row would have given the indicator; ``None`` where it counts nothing."""
    rule = item.indicator.as_rule()
    if item.points is None or rule.scoring != Scoring.PROPORTIONAL:
        return None
    step = 1 if rule.better == Better.UP else -1
    if not 0 <= item.numerator + step <= item.denominator:
        return None
    better = make_item(rule, item.numerator + step, item.denominator).points
    return None if better is None else better - item.points
