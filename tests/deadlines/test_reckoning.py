"""When the shipped limits end and where the steps of a ladder fall."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.deadlines import reckoning
from apps.deadlines.calendar import WorkingCalendar
from apps.deadlines.models import LimitPolicy
from apps.deadlines.rulebook import NoPolicy
from tests.factories.deadlines import load_rules, shanghai


def ladder(book, start, due, measure="working_days"):
    return [
        (step.step, step.kind, step.due_at)
        for step in book.plan(start=shanghai(start), due=shanghai(due), measure=measure, place={})
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
    assert book.due(policy, at, {}) == shanghai(due)


@pytest.mark.django_db
def test_every_stage_has_a_limit_for_every_level_and_urgency():
    book = load_rules()
    for stage in ("screening", "accepting", "handling", "verifying", "whole", "supervision", "rectification"):
        for level in ("community", "street", "district", "agency"):
            for urgency in ("normal", "urgent"):
                at = shanghai("2026-03-06 10:00")
                policy = book.policy(stage=stage, level=level, category_key="", urgency=urgency, place={}, at=at)
                assert policy.preset_id == "default"
                assert (policy.measure == "calendar_hours") == (urgency == "urgent")


@pytest.mark.django_db
def test_alternatives_are_shipped_but_hold_nowhere_until_a_unit_chooses_them():
    book = load_rules()
    shipped = set(LimitPolicy.objects.values_list("preset", flat=True))
    assert shipped == {"default", "station", "demand", "hotline", "field"}
    assert {rule.row.preset_id for rules in book.policies.values() for rule in rules} == {"default"}
    # the others are those of stages whose lateness goes up and gives no card
    assert [rule.row.code for rule in book.ladders] == ["default", "ruling", "spot-check"]


@pytest.mark.django_db
def test_a_stage_without_policy_is_an_error_with_its_name():
    book = load_rules()
    with pytest.raises(NoPolicy, match="brewing"):
        book.policy(stage="brewing", level="", category_key="", urgency="", place={}, at=shanghai("2026-03-06 10:00"))
