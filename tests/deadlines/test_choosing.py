"""The most specific rule wins: against a slow reference for every pair of dimensions, and in the words of the order."""

from dataclasses import dataclass, fields
from datetime import date
from itertools import combinations, product

import pytest

from apps.deadlines import choosing
from apps.deadlines.choosing import Asked, Reason

PLACE = {"district_id": 1, "street_id": 2, "community_id": 3, "grid_id": 4}
DAY = date(2026, 6, 1)
ASKED = Asked("handling", "street", "gbt47678:event:06010", "urgent", "major", PLACE, DAY)


@dataclass(frozen=True)
class Rule:
    stage: str = "handling"
    level: str = ""
    category_prefix: str = ""
    urgency: str = ""
    complexity: str = ""
    unit_id: int | None = None
    active: bool = True
    effective_from: date = date(2026, 1, 1)
    effective_to: date | None = None


VALUES = {
    "urgency": ["", "urgent"],
    "unit_id": [None, 1, 3],
    "complexity": ["", "major"],
    "category_prefix": ["", "gbt47678:", "gbt47678:event:06010"],
    "level": ["", "street"],
}
EVERY_RULE = [Rule(**dict(zip(VALUES, values, strict=True))) for values in product(*VALUES.values())]


def reference(rules, asked):
    """The rule for which no other is better, found by comparing all with all, dimension by dimension."""

    def fits(rule):
        path = [unit for unit in asked.place.values() if unit]
        exact = all(
            getattr(rule, name) in ("", getattr(asked, name)) for name in ("stage", "level", "urgency", "complexity")
        )
        placed = rule.unit_id is None or rule.unit_id in path
        category = asked.category_key[: len(rule.category_prefix)] == rule.category_prefix
        dated = rule.effective_from <= asked.on <= (rule.effective_to or date.max)
        return exact and placed and category and dated and rule.active

    def better(one, other):
        for grade in (
            lambda rule: bool(rule.urgency),
            lambda rule: [None, *asked.place.values()].index(rule.unit_id),
            lambda rule: bool(rule.complexity),
            lambda rule: len(rule.category_prefix),
            lambda rule: bool(rule.level),
            lambda rule: rule.effective_from,
        ):
            if grade(one) != grade(other):
                return grade(one) > grade(other)
        return False

    fitting = [rule for rule in rules if fits(rule)]
    return next((rule for rule in fitting if not any(better(other, rule) for other in fitting)), None)


def test_every_pair_of_rules_is_decided_as_the_reference_decides_it():
    for pair in combinations(EVERY_RULE, 2):
        assert choosing.choose(pair, ASKED) == reference(pair, ASKED), pair
        assert choosing.choose(pair[::-1], ASKED) == reference(pair, ASKED), pair


@pytest.mark.parametrize("urgency", ["urgent", "normal"])
@pytest.mark.parametrize("complexity", ["general", "complex", "major"])
@pytest.mark.parametrize("level", ["community", "street", "agency"])
def test_among_all_rules_every_matter_gets_the_one_of_the_reference(urgency, complexity, level):
    for category in ("gbt47678:event:06010", "gbt47678:event:1", "gridgov:x", ""):
        for place in (PLACE, {"district_id": 1}, {"district_id": 9}, {}):
            full = dict.fromkeys(PLACE) | place
            asked = Asked("handling", level, category, urgency, complexity, full, DAY)
            chosen = choosing.choose(EVERY_RULE, asked)
            assert chosen == reference(EVERY_RULE, asked), asked
            best, lost = choosing.explain(EVERY_RULE, asked)
            assert best == chosen
            assert {one.rule for one in lost} == {r for r in EVERY_RULE if choosing.matches(r, asked)} - {chosen}


ORDER = [
    (Reason.URGENCY, {"urgency": "urgent"}),
    (Reason.UNIT, {"unit_id": 1}),
    (Reason.COMPLEXITY, {"complexity": "major"}),
    (Reason.CATEGORY, {"category_prefix": "gbt47678:event:06010"}),
    (Reason.LEVEL, {"level": "street"}),
    (Reason.LATER, {"effective_from": date(2026, 5, 1)}),
]


@pytest.mark.parametrize("place", range(len(ORDER)))
def test_a_dimension_wins_over_all_that_come_after_it_and_is_given_as_the_reason(place):
    reason, first = ORDER[place]
    rest = {name: value for _reason, change in ORDER[place + 1 :] for name, value in change.items()}
    winner, loser = Rule(**first), Rule(**rest)
    best, lost = choosing.explain([loser, winner], ASKED)
    assert (best, [(one.rule, one.reason) for one in lost]) == (winner, [(loser, reason)])


def test_the_deeper_unit_and_the_longer_category_win():
    assert choosing.choose([Rule(unit_id=1), Rule(unit_id=3), Rule(unit_id=2)], ASKED) == Rule(unit_id=3)
    prefixes = [Rule(category_prefix="gbt47678:"), Rule(category_prefix="gbt47678:event:"), Rule()]
    assert choosing.choose(prefixes, ASKED) == prefixes[1]


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "accepting"},
        {"level": "community"},
        {"category_prefix": "gbt47678:component"},
        {"urgency": "normal"},
        {"complexity": "general"},
        {"unit_id": 9},
        {"active": False},
        {"effective_from": date(2026, 6, 2)},
        {"effective_to": date(2026, 5, 31)},
    ],
    ids=str,
)
def test_a_rule_that_does_not_match_is_never_chosen(change):
    assert choosing.choose([Rule(**change)], ASKED) is None
    assert choosing.explain([Rule(**change)], ASKED) == (None, [])


def test_the_first_and_the_last_day_count():
    assert choosing.choose([Rule(effective_from=DAY, effective_to=DAY)], ASKED) is not None


def test_two_rules_are_for_the_same_matters_exactly_when_no_dimension_tells_them_apart():
    names = [field.name for field in fields(Rule) if field.name in VALUES]
    for one, other in combinations(EVERY_RULE, 2):
        told_apart = any(getattr(one, name) != getattr(other, name) for name in names)
        assert choosing.same_matters(one, other) == (not told_apart)
    assert choosing.same_matters(Rule(), Rule(effective_from=DAY))


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2025, 1, 1), date(2026, 1, 1), True),
        (date(2025, 1, 1), date(2025, 12, 31), False),
        (date(2026, 3, 31), None, True),
        (date(2026, 4, 1), None, False),
        (date(2025, 1, 1), None, True),
    ],
)
def test_days_overlap_when_they_share_one(first, last, expected):
    one = Rule(effective_to=date(2026, 3, 31))
    other = Rule(effective_from=first, effective_to=last)
    assert choosing.at_the_same_time(one, other) is choosing.at_the_same_time(other, one) is expected
