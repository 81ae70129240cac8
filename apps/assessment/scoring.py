"""From counts to points and from points to ranks. Pure, in integers and ``Decimal`` only."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from apps.assessment.choices import Better, Scoring

HUNDRED = Decimal(100)
CENT = Decimal("0.01")
MILLIONTH = Decimal("0.000001")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """How one indicator is scored for one kind of subject.

    ``full_mark`` is also its weight. A share at or below ``floor`` gives nothing, one at or above ``cap`` the full
    mark, both reckoned in the good direction. ``per_item`` are the points a deduction takes for each item.
    """

    code: str
    scoring: str
    better: str
    full_mark: Decimal
    floor: Decimal
    cap: Decimal
    per_item: Decimal
    minimum: int
    leading: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One indicator of one subject: its counts, its value and its points (``None``: not counted)."""

    code: str
    numerator: int
    denominator: int
    value: Decimal | None
    points: Decimal | None


def value_of(numerator: int, denominator: int) -> Decimal | None:
    """The share to a millionth; ``None`` where there is nothing to divide by."""
    if denominator == 0:
        return None
    return (Decimal(numerator) / Decimal(denominator)).quantize(MILLIONTH, ROUND_HALF_UP)


def make_item(rule: Rule, numerator: int, denominator: int) -> Item:
    """The item of an indicator. Its points are ``None`` when it is only shown or its sample is below the minimum."""
    value = value_of(numerator, denominator)
    return Item(rule.code, numerator, denominator, value, _points(rule, numerator, denominator, value))


def _points(rule: Rule, numerator: int, denominator: int, value: Decimal | None) -> Decimal | None:
    if rule.scoring == Scoring.SHOWN or (rule.scoring == Scoring.PROPORTIONAL and value is None):
        return None
    if denominator < rule.minimum:
        return None
    if rule.scoring == Scoring.DEDUCTION:
        return max(NOTHING, rule.full_mark - rule.per_item * numerator).quantize(CENT, ROUND_HALF_UP)
    good = value if rule.better == Better.UP else 1 - (value or NOTHING)
    share = ((good or NOTHING) - rule.floor) / (rule.cap - rule.floor)
    return (rule.full_mark * min(max(share, NOTHING), Decimal(1))).quantize(CENT, ROUND_HALF_UP)


def total(rules: Iterable[Rule], items: Mapping[str, Item]) -> Decimal | None:
    """Points out of a hundred over the indicators that count; ``None`` where none does."""
    counted = [(rule, items[rule.code].points) for rule in rules if rule.code in items]
    marks = sum((rule.full_mark for rule, points in counted if points is not None), NOTHING)
    if not marks:
        return None
    reached = sum((points for _rule, points in counted if points is not None), NOTHING)
    return (reached * HUNDRED / marks).quantize(CENT, ROUND_HALF_UP)


def ranks(points: Mapping[Hashable, Decimal]) -> dict[Hashable, int]:
    """Place 1 for the most points; equal points share a place, and the places they take up are left out after them."""
    places: dict[Decimal, int] = {}
    for place, value in enumerate(sorted(points.values(), reverse=True), start=1):
        places.setdefault(value, place)
    return {subject: places[value] for subject, value in points.items()}
