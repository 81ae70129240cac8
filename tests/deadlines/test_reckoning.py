"""Which policy applies and where the steps of a ladder fall."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from apps.deadlines import reckoning
from apps.deadlines.calendar import WorkingCalendar
from apps.deadlines.models import LimitPolicy
from apps.deadlines.rulebook import NoPolicy
from tests.factories.deadlines import load_rules, shanghai


@dataclass
class Rule:
    name: str
    stage: str = "handling"
    level: str = ""
    category_prefix: str = ""
    urgency: str = ""
    unit_id: int | None = None
    active: bool = True
    effective_from: date = date(2026, 1, 1)
    effective_to: date | None = None


PLACE = {"district_id": 1, "street_id": 2, "community_id": 3, "grid_id": 4}
ASKED = {
    "stage": "handling",
    "level": "street",
    "category_key": "gbt47678:event:06010",
    "urgency": "urgent",
    "place": PLACE,
    "on": date(2026, 6, 1),
}
MATCHING = [
    Rule("any"),
    Rule("level", level="street"),
    Rule("scheme", category_prefix="gbt47678:"),
    Rule("category", category_prefix="gbt47678:event:06010"),
    Rule("district", unit_id=1),
    Rule("community", unit_id=3),
    Rule("urgent", urgency="urgent"),
    Rule("urgent street", urgency="urgent", level="street"),
]


@pytest.mark.parametrize("count", range(1, len(MATCHING) + 1))
def test_each_more_specific_policy_wins_over_all_before_it(count):
    for rules in (MATCHING[:count], MATCHING[:count][::-1]):
        assert reckoning.choose_policy(rules, **ASKED).name == MATCHING[count - 1].name


@pytest.mark.parametrize(
    "change",
    [
        {"stage": "accepting"},
        {"level": "community"},
        {"category_prefix": "gbt47678:component"},
        {"urgency": "normal"},
        {"unit_id": 9},
        {"active": False},
        {"effective_from": date(2026, 6, 2)},
        {"effective_to": date(2026, 5, 31)},
    ],
    ids=str,
)
def test_a_policy_that_does_not_match_is_never_chosen(change):
    assert reckoning.choose_policy([Rule("other", **change)], **ASKED) is None


def test_the_policy_in_force_most_recently_wins_and_its_last_day_counts():
    rules = [Rule("old", effective_to=date(2026, 6, 1)), Rule("new", effective_from=date(2026, 6, 1))]
    assert reckoning.choose_policy(rules, **ASKED).name == "new"
    assert reckoning.choose_policy(rules[:1], **ASKED).name == "old"


def ladder(book, start, due, measure="working_days"):
    return [
        (step.step, step.kind, step.due_at)
        for step in book.plan(start=shanghai(start), due=shanghai(due), measure=measure)
    ]


@pytest.mark.django_db
def test_a_three_day_limit_climbs_the_whole_ladder():
    assert ladder(load_rules(), "2026-03-02 09:00", "2026-03-05 09:00") == [
        (1, "remind", shanghai("2026-03-04 11:00")),
        (2, "yellow", shanghai("2026-03-04 14:30")),
        (3, "red", shanghai("2026-03-05 09:00")),
        (4, "escalate", shanghai("2026-03-06 09:00")),
        (5, "meeting", shanghai("2026-03-10 09:00")),
    ]


@pytest.mark.django_db
def test_a_one_day_limit_has_no_yellow_card_because_it_would_come_before_the_reminder():
    steps = ladder(load_rules(), "2026-03-02 09:00", "2026-03-03 09:00")
    assert [kind for _step, kind, _due in steps] == ["remind", "red", "escalate", "meeting"]


@pytest.mark.django_db
def test_a_two_hour_limit_on_the_clock_has_no_yellow_card_before_its_start():
    assert ladder(load_rules(), "2026-03-07 22:00", "2026-03-08 00:00", "calendar_hours") == [
        (1, "remind", shanghai("2026-03-07 23:30")),
        (3, "red", shanghai("2026-03-08 00:00")),
        (4, "escalate", shanghai("2026-03-10 08:30")),
        (5, "meeting", shanghai("2026-03-12 08:30")),
    ]


def rung(step, anchor, amount=0, measure="calendar_hours", kind="remind"):
    return reckoning.Rung(step, kind, anchor, Decimal(amount), measure)


def test_a_step_not_after_the_step_before_is_left_out_and_a_step_at_the_start_stays():
    calendar = WorkingCalendar({})
    start, due = shanghai("2026-03-02 09:00"), shanghai("2026-03-02 19:00")
    rungs = [
        rung(1, "before_end", 11),
        rung(2, "before_end", 10),
        rung(3, "share", 50),
        rung(4, "before_end", 5),
        rung(5, "at_end"),
        rung(6, "after_end", 0),
        rung(7, "after_end", 1),
    ]
    planned = reckoning.plan_steps(calendar, rungs, start=start, due=due, measure="calendar_hours")
    assert [(step.step, step.due_at - start) for step in planned] == [
        (2, timedelta(0)),
        (3, timedelta(hours=5)),
        (5, timedelta(hours=10)),
        (7, timedelta(hours=11)),
    ]


def test_ladder_numbers_must_rise():
    reckoning.check_rungs([rung(1, "at_end"), rung(3, "at_end")])
    with pytest.raises(ValueError, match="rising"):
        reckoning.check_rungs([rung(2, "at_end"), rung(2, "at_end")])
    with pytest.raises(ValueError, match="rising"):
        reckoning.check_rungs([rung(0, "at_end")])


@pytest.mark.parametrize(
    ("stage", "level", "urgency", "start", "due"),
    [
        ("handling", "community", "normal", "2026-03-06 10:00", "2026-03-09 10:00"),
        ("handling", "street", "normal", "2026-03-06 10:00", "2026-03-10 10:00"),
        ("handling", "agency", "normal", "2026-03-06 10:00", "2026-03-11 10:00"),
        ("handling", "district", "normal", "2026-03-06 10:00", "2026-03-11 10:00"),
        ("accepting", "agency", "normal", "2026-03-06 17:00", "2026-03-09 11:30"),
        ("accepting", "agency", "urgent", "2026-03-06 23:00", "2026-03-07 01:00"),
        ("handling", "agency", "urgent", "2026-03-06 23:00", "2026-03-07 23:00"),
        ("whole", "street", "normal", "2026-03-06 10:00", "2026-03-13 10:00"),
    ],
)
@pytest.mark.django_db
def test_the_shipped_limits(stage, level, urgency, start, due):
    book = load_rules()
    at = shanghai(start)
    policy = book.policy(stage=stage, level=level, category_key="x", urgency=urgency, place={}, at=at)
    assert book.due(policy, at) == shanghai(due)


@pytest.mark.django_db
def test_every_stage_has_a_limit_for_every_level_and_urgency():
    book = load_rules()
    for stage in ("screening", "accepting", "handling", "verifying", "whole", "supervision", "rectification"):
        for level in ("community", "street", "district", "agency"):
            for urgency in ("normal", "urgent"):
                at = shanghai("2026-03-06 10:00")
                policy = book.policy(stage=stage, level=level, category_key="", urgency=urgency, place={}, at=at)
                assert policy.preset == "default"
                assert (policy.measure == "calendar_hours") == (urgency == "urgent")


@pytest.mark.django_db
def test_alternatives_are_shipped_but_not_in_use():
    load_rules()
    assert set(LimitPolicy.objects.filter(active=False).values_list("preset", flat=True)) == {
        "station",
        "demand",
        "field",
    }


@pytest.mark.django_db
def test_a_stage_without_policy_is_an_error_with_its_name():
    book = load_rules()
    with pytest.raises(NoPolicy, match="brewing"):
        book.policy(stage="brewing", level="", category_key="", urgency="", place={}, at=shanghai("2026-03-06 10:00"))
