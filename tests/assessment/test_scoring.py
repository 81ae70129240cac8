"""From counts to points and ranks: formulas by equality."""

from decimal import Decimal

import pytest

from apps.assessment.scoring import Item, Rule, make_item, ranks, total


def rule(**changes: object) -> Rule:
    facts: dict[str, object] = {
        "code": "on_time",
        "scoring": "proportional",
        "better": "up",
        "full_mark": Decimal(40),
        "floor": Decimal(0),
        "cap": Decimal(1),
        "per_item": Decimal(0),
        "minimum": 1,
        "leading": False,
    }
    return Rule(**(facts | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "numerator", "denominator", "value", "points"),
    [
        ({}, 3, 4, "0.750000", "30.00"),
        ({}, 0, 4, "0.000000", "0.00"),
        ({}, 4, 4, "1.000000", "40.00"),
        ({}, 1, 3, "0.333333", "13.33"),
        ({}, 2, 3, "0.666667", "26.67"),
        ({"better": "down"}, 1, 4, "0.250000", "30.00"),
        ({"better": "down"}, 0, 4, "0.000000", "40.00"),
        ({"floor": Decimal("0.5")}, 3, 4, "0.750000", "20.00"),
        ({"floor": Decimal("0.5")}, 2, 4, "0.500000", "0.00"),
        ({"floor": Decimal("0.5")}, 1, 4, "0.250000", "0.00"),
        ({"cap": Decimal("0.8")}, 9, 10, "0.900000", "40.00"),
        ({"floor": Decimal("0.5"), "cap": Decimal("0.9")}, 7, 10, "0.700000", "20.00"),
        ({"better": "down", "floor": Decimal("0.5")}, 1, 10, "0.100000", "32.00"),
        ({"scoring": "deduction", "per_item": Decimal("1.5"), "minimum": 0}, 3, 0, None, "35.50"),
        ({"scoring": "deduction", "per_item": Decimal(30), "minimum": 0}, 2, 0, None, "0.00"),
    ],
)
def test_an_indicator_gives_these_points(changes, numerator, denominator, value, points) -> None:
    item = make_item(rule(**changes), numerator, denominator)
    assert (item.value, item.points) == (None if value is None else Decimal(value), Decimal(points))


@pytest.mark.parametrize(
    ("changes", "numerator", "denominator"),
    [({"minimum": 5}, 4, 4), ({}, 0, 0), ({"scoring": "shown"}, 3, 4)],
)
def test_a_small_sample_nothing_to_divide_by_and_what_is_only_shown_give_none(changes, numerator, denominator) -> None:
    assert make_item(rule(**changes), numerator, denominator).points is None


def test_the_total_is_out_of_a_hundred_over_what_counts() -> None:
    rules = [rule(), rule(code="logs", full_mark=Decimal(10)), rule(code="rework", full_mark=Decimal(50))]
    items = {
        "on_time": Item("on_time", 3, 4, Decimal("0.75"), Decimal(30)),
        "logs": Item("logs", 1, 1, Decimal(1), Decimal(10)),
        "rework": Item("rework", 0, 0, None, None),
    }
    assert total(rules, items) == Decimal("80.00")
    assert total(rules, {"rework": items["rework"]}) is None
    assert total(rules, {}) is None


def test_equal_points_share_a_place_and_the_next_one_is_left_out() -> None:
    points = {"a": Decimal("90.00"), "b": Decimal("95.10"), "c": Decimal("90.00"), "d": Decimal("89.99")}
    assert ranks(points) == {"b": 1, "a": 2, "c": 2, "d": 4}
    assert ranks({}) == {}
