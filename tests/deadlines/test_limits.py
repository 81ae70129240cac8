"""Starting, ending, pausing, resuming, extending and handing over limits."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core.errors import InvalidInput, NotVisible, WrongState
from apps.core.models import OutboxMessage
from apps.deadlines import rulebook, selectors, services
from apps.deadlines.models import LadderStep, Limit, LimitPolicy
from apps.deadlines.sweep import sweep
from tests.factories.deadlines import limit_facts, load_rules, make_limit, shanghai
from tests.factories.grid import centre_agency, make_tree

pytestmark = pytest.mark.django_db
MONDAY = shanghai("2026-03-02 09:00")


@pytest.fixture
def tree():
    load_rules()
    return make_tree(boundaries=False)


def key(limit):
    return {"subject_kind": limit.subject_kind, "subject_id": limit.subject_id}


def steps_of(limit):
    return list(LadderStep.objects.filter(limit=limit).values_list("kind", flat=True))


def test_starting_costs_two_queries_once_the_rules_are_known(tree):
    rulebook.current()
    facts = limit_facts(tree.grids[0], at=MONDAY)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        services.start_limit(**facts)
    assert len(queries) == 2


def test_a_started_limit_has_its_place_its_end_and_its_first_step(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    limit.refresh_from_db()
    assert limit.place == {
        "district_id": tree.district.pk,
        "street_id": tree.streets[0].pk,
        "community_id": tree.communities[0].pk,
        "grid_id": tree.grids[0].pk,
    }
    assert limit.due_at == shanghai("2026-03-05 09:00")
    assert limit.next_step_at == shanghai("2026-03-04 11:00")
    assert (limit.state, limit.card, limit.plan_steps) == ("running", "none", [1, 2, 3, 4, 5])
    assert limit.holder == centre_agency(tree.communities[0])
    assert limit.head == centre_agency(tree.streets[0])


def test_changed_rules_are_used_by_the_next_limit_and_not_by_running_ones(tree):
    before = make_limit(tree.grids[0], at=MONDAY)
    LimitPolicy.objects.filter(code="handling-agency").update(effective_to="2026-03-01")
    LimitPolicy.objects.create(
        code="handling-agency",
        version=2,
        preset_id="default",
        stage="handling",
        level="agency",
        amount=1,
        measure="working_days",
        effective_from="2026-03-02",
    )
    after = make_limit(tree.grids[0], at=MONDAY)
    before.refresh_from_db()
    assert (before.due_at, after.due_at) == (shanghai("2026-03-05 09:00"), shanghai("2026-03-03 09:00"))


def test_an_end_may_be_named_but_not_before_the_start(tree):
    named = make_limit(tree.grids[0], at=MONDAY, stage="supervision", due_at=shanghai("2026-03-20 12:00"))
    assert named.due_at == shanghai("2026-03-20 12:00")
    with pytest.raises(InvalidInput) as refused:
        make_limit(tree.grids[0], at=MONDAY, due_at=MONDAY)
    assert list(refused.value.fields) == ["due_at"]


def test_one_stage_of_a_subject_runs_once_at_a_time(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    with pytest.raises(IntegrityError, match="deadlines_limit_one_open"), transaction.atomic():
        make_limit(tree.grids[0], at=MONDAY, subject_id=limit.subject_id)
    make_limit(tree.grids[0], at=MONDAY, subject_id=limit.subject_id, stage="accepting")
    services.end_limit(**key(limit), stage="handling", at=MONDAY + timedelta(hours=1))
    make_limit(tree.grids[0], at=MONDAY + timedelta(hours=2), subject_id=limit.subject_id)


def test_ending_stops_the_clock_and_an_ended_limit_takes_no_step(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    ended = services.end_limit(**key(limit), stage="handling", at=MONDAY + timedelta(hours=1))
    assert (ended.state, ended.outcome, ended.next_step_at) == ("ended", "done", None)
    assert services.end_limit(**key(limit), stage="handling", at=MONDAY + timedelta(hours=2)) is None
    limit.refresh_from_db()
    assert limit.ended_at == MONDAY + timedelta(hours=1)
    assert sweep(at=shanghai("2026-04-01 09:00")).steps == 0
    assert steps_of(limit) == []


def test_ending_costs_two_queries(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    with CaptureQueriesContext(connection) as queries:
        services.end_limit(**key(limit), stage="handling", at=MONDAY + timedelta(hours=1))
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 2


def test_steps_that_an_outage_missed_are_taken_when_the_limit_ends_late(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    ended = services.end_limit(**key(limit), stage="handling", at=shanghai("2026-03-05 10:00"))
    assert steps_of(limit) == ["remind", "yellow", "red"]
    assert (ended.card, ended.last_step) == ("red", 3)
    assert ended.is_overdue(shanghai("2026-03-05 10:00"))
    assert OutboxMessage.objects.count() == 1


def test_ending_exactly_at_the_end_is_in_time(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    ended = services.end_limit(**key(limit), stage="handling", at=limit.due_at)
    assert not ended.is_overdue(limit.due_at)
    assert not Limit.objects.filter(selectors.overdue_q(limit.due_at)).exists()


def test_a_limit_is_overdue_by_its_end_though_no_sweep_ran(tree):
    make_limit(tree.grids[0], at=MONDAY)
    late = shanghai("2026-03-05 09:01")
    assert Limit.objects.filter(selectors.overdue_q(late)).count() == 1
    assert LadderStep.objects.count() == 0


def test_a_pause_moves_the_end_and_the_pending_steps_by_the_working_time_paused(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    services.pause_limit(**key(limit), at=shanghai("2026-03-03 17:00"))
    assert sweep(at=shanghai("2026-03-06 09:00")).steps == 0
    (resumed,) = services.resume_limit(**key(limit), at=shanghai("2026-03-09 10:00"))
    resumed.refresh_from_db()
    # Nine and a half working hours were left: 6.5 on Monday, 3 on Tuesday.
    assert resumed.due_at == shanghai("2026-03-10 11:30")
    assert list(zip(resumed.plan_kinds, resumed.plan_times, strict=True)) == [
        ("remind", shanghai("2026-03-09 15:00")),
        ("yellow", shanghai("2026-03-09 17:00")),
        ("red", shanghai("2026-03-10 11:30")),
        ("escalate", shanghai("2026-03-11 11:30")),
        ("meeting", shanghai("2026-03-13 11:30")),
    ]
    assert (resumed.state, resumed.paused_at, resumed.next_step_at) == ("running", None, shanghai("2026-03-09 15:00"))


def test_a_limit_on_the_clock_moves_by_the_clock(tree):
    limit = make_limit(tree.grids[0], at=MONDAY, urgency="urgent")
    services.pause_limit(**key(limit), at=MONDAY + timedelta(hours=2))
    (resumed,) = services.resume_limit(**key(limit), at=MONDAY + timedelta(hours=50))
    assert resumed.due_at == MONDAY + timedelta(hours=72)


def test_a_pause_repeats_no_step_and_loses_none(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    sweep(at=shanghai("2026-03-04 11:00"))
    services.pause_limit(**key(limit), at=shanghai("2026-03-04 14:30"))
    assert steps_of(limit) == ["remind", "yellow"]
    (resumed,) = services.resume_limit(**key(limit), at=shanghai("2026-03-05 14:30"))
    assert resumed.plan_kinds == ["red", "escalate", "meeting"]
    sweep(at=shanghai("2026-03-20 09:00"))
    assert steps_of(limit) == ["remind", "yellow", "red", "escalate", "meeting"]


def test_a_limit_paused_after_its_end_stays_overdue_from_that_end(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    services.pause_limit(**key(limit), at=shanghai("2026-03-05 10:00"))
    (resumed,) = services.resume_limit(**key(limit), at=shanghai("2026-03-06 10:00"))
    assert resumed.due_at == limit.due_at
    assert resumed.plan_kinds[-2:] == ["escalate", "meeting"]
    assert resumed.next_step_at == shanghai("2026-03-09 09:00")
    sweep(at=shanghai("2026-03-30 09:00"))
    assert steps_of(limit) == ["remind", "yellow", "red", "escalate", "meeting"]


def test_pausing_twice_and_resuming_what_runs_do_nothing(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    assert services.resume_limit(**key(limit), at=MONDAY + timedelta(hours=1)) == []
    assert len(services.pause_limit(**key(limit), at=MONDAY + timedelta(hours=1))) == 1
    assert services.pause_limit(**key(limit), at=MONDAY + timedelta(hours=2)) == []
    limit.refresh_from_db()
    assert limit.paused_at == MONDAY + timedelta(hours=1)


def test_a_paused_limit_can_end(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    services.pause_limit(**key(limit), at=MONDAY + timedelta(hours=1))
    ended = services.end_limit(**key(limit), stage="handling", at=MONDAY + timedelta(days=30), outcome="cancelled")
    assert (ended.state, ended.outcome) == ("ended", "cancelled")
    assert not ended.is_overdue(MONDAY + timedelta(days=30))
    assert not Limit.objects.filter(selectors.overdue_q(MONDAY + timedelta(days=60))).exists()


def test_an_extension_moves_what_is_pending_once(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    sweep(at=shanghai("2026-03-04 14:00"))
    extended = services.extend_limit(limit, due_at=shanghai("2026-03-10 18:00"), at=shanghai("2026-03-04 15:00"))
    assert list(zip(extended.plan_kinds, extended.plan_times, strict=True)) == [
        ("red", shanghai("2026-03-10 18:00")),
        ("escalate", shanghai("2026-03-11 18:00")),
        ("meeting", shanghai("2026-03-13 18:00")),
    ]
    sweep(at=shanghai("2026-03-30 09:00"))
    assert steps_of(limit) == ["remind", "yellow", "red", "escalate", "meeting"]
    with pytest.raises(WrongState):
        services.extend_limit(limit, due_at=shanghai("2026-04-30 18:00"), at=shanghai("2026-03-30 15:00"))
    twice = services.extend_limit(
        limit, due_at=shanghai("2026-04-30 18:00"), at=shanghai("2026-03-30 15:00"), allowed=2
    )
    assert (twice.extensions, twice.plan_steps, twice.next_step_at) == (2, [], None)


@pytest.mark.parametrize("due", ["2026-03-05 09:00", "2026-03-04 09:00"])
def test_an_extension_must_be_later(tree, due):
    limit = make_limit(tree.grids[0], at=MONDAY)
    with pytest.raises(InvalidInput):
        services.extend_limit(limit, due_at=shanghai(due), at=MONDAY)
    limit.refresh_from_db()
    assert (limit.due_at, limit.extensions) == (shanghai("2026-03-05 09:00"), 0)


def test_an_ended_limit_is_not_extended(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    services.end_limit(**key(limit), stage="handling", at=MONDAY)
    with pytest.raises(WrongState):
        services.extend_limit(limit, due_at=shanghai("2026-03-09 09:00"), at=MONDAY)


def test_a_new_holder_inherits_the_running_clock(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    street, district = centre_agency(tree.streets[0]), centre_agency(tree.district)
    assert services.change_holder(**key(limit), holder=street, head=district) == 1
    changed = services.get_open_limit(**key(limit), stage="handling")
    assert (changed.holder, changed.head) == (street, district)
    assert (changed.started_at, changed.due_at, changed.next_step_at) == (
        limit.started_at,
        limit.due_at,
        limit.next_step_at,
    )


def test_the_open_limit_of_a_subject_without_one_is_not_found(tree):
    with pytest.raises(NotVisible):
        services.get_open_limit(subject_kind="case", subject_id=1, stage="handling")


def test_a_limit_made_as_ended_has_the_card_and_the_steps_of_its_history(tree):
    facts = limit_facts(tree.grids[0], at=MONDAY)
    holder, head = facts.pop("holder"), facts.pop("head")
    limit = services.make_limit(rulebook.current(), holder_id=holder.pk, head_id=head.pk, **facts)
    services.make_ended(limit, at=shanghai("2026-03-06 12:00"))
    Limit.objects.bulk_create([limit])
    LadderStep.objects.bulk_create(services.steps_of(limit))
    limit.refresh_from_db()
    assert (limit.state, limit.card, limit.next_step_at) == ("ended", "red", None)
    assert list(selectors.steps_on([(limit.subject_kind, limit.subject_id)]).values_list("kind", "card")) == [
        ("remind", "none"),
        ("yellow", "yellow"),
        ("red", "red"),
        ("escalate", "none"),
    ]


BREAKING = {
    "deadlines_limit_due_after_start": {"due_at": MONDAY},
    "deadlines_limit_state_pairs": {"state": "paused", "next_step_at": None},
    "deadlines_limit_end_after_start": {
        "state": "ended",
        "ended_at": MONDAY - timedelta(seconds=1),
        "outcome": "done",
        "next_step_at": None,
    },
    "deadlines_limit_steps_only_running": {"state": "paused", "paused_at": MONDAY},
    "deadlines_limit_plan_parallel": {"plan_steps": [1]},
    "deadlines_limit_card": {"card": "green"},
    "deadlines_limit_stage": {"stage": "brewing"},
    "deadlines_limit_measure": {"measure": "moons"},
    "deadlines_limit_path_without_hole": {"community": None},
    "holder_id": {"holder": None},
}


@pytest.mark.parametrize("name", BREAKING)
def test_each_constraint_holds(tree, name):
    limit = make_limit(tree.grids[0], at=MONDAY)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Limit.objects.filter(pk=limit.pk).update(**BREAKING[name])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("deadlines_limitpolicy_amount_positive", {"amount": 0}),
        ("deadlines_limitpolicy_effective_order", {"effective_to": "2003-01-01"}),
        ("deadlines_limitpolicy_measure", {"measure": "moons"}),
        ("deadlines_limitpolicy_stage", {"stage": "brewing"}),
    ],
)
def test_each_constraint_of_a_policy_holds(tree, name, change):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        LimitPolicy.objects.filter(code="handling-any").update(**change)
