"""The calendar changes and open limits follow: which, to where, what stays, and what is written down."""

from datetime import date, time, timedelta
from random import Random

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core.models import Job, OutboxMessage
from apps.deadlines import announcements, changing, rulebook, services
from apps.deadlines.calendar import Period
from apps.deadlines.edits import Day, Rules
from apps.deadlines.models import CalendarChange, CalendarDay, LadderStep, Limit, LimitChange
from apps.deadlines.recomputation import recompute
from apps.deadlines.sweep import sweep
from tests.factories.accounts import make_user
from tests.factories.deadlines import load_rules, make_limit, shanghai
from tests.factories.grid import make_tree

pytestmark = pytest.mark.django_db
MONDAY = shanghai("2026-03-02 09:00")
NOON = shanghai("2026-03-03 12:00")
OFF = Day(False, "停电")


@pytest.fixture
def tree():
    load_rules()
    return make_tree(boundaries=False)


def change(unit=None, *, days=None, hours=None, years=None, at=NOON, actor=None):
    edit = changing.plan_edit(unit.pk if unit else None, Rules(days or {}, hours or {}, years or {}))
    return changing.write_change(edit, actor=actor, because="临时停电", at=at)


def recomputed(cause, at=NOON):
    return recompute(cause, now=lambda: at)


def now_of(limit):
    return Limit.objects.get(pk=limit.pk)


def key(limit):
    return {"subject_kind": limit.subject_kind, "subject_id": limit.subject_id}


def test_a_day_off_moves_the_end_and_the_steps_not_yet_taken_by_a_day(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    sweep(at=shanghai("2026-03-04 11:30"))
    report = recomputed(change(days={date(2026, 3, 5): OFF}), at=shanghai("2026-03-04 11:40"))
    moved = now_of(limit)
    assert report.as_json() == {"seen": 1, "moved": 1, "steps_only": 0}
    assert (limit.due_at, moved.due_at) == (shanghai("2026-03-05 09:00"), shanghai("2026-03-06 09:00"))
    assert moved.plan_steps == [2, 3, 4, 5]
    # Four working hours before Friday at nine: Thursday is off, so on Wednesday, as before.
    assert moved.plan_times[:2] == [shanghai("2026-03-04 14:30"), moved.due_at]
    assert moved.next_step_at == moved.plan_times[0]
    assert list(LadderStep.objects.values_list("step", "due_at")) == [(1, shanghai("2026-03-04 11:00"))]
    (written,) = LimitChange.objects.all()
    assert (written.kind, written.old_due, written.new_due) == ("recomputed", limit.due_at, moved.due_at)


def test_taking_the_change_back_brings_everything_back(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    first = change(days={date(2026, 3, 5): OFF}, hours={date(2026, 3, 4): (Period(time(10), time(15)),)})
    recomputed(first)
    assert now_of(limit).due_at != limit.due_at
    edit = changing.edit_from(first.changes).reversed()
    second = changing.write_change(edit, actor=None, because="恢复", at=NOON, undoes=first)
    recomputed(second)
    back = now_of(limit)
    assert (back.due_at, back.counts_from, back.plan_times) == (limit.due_at, limit.counts_from, limit.plan_times)
    assert LimitChange.objects.count() == 2


def test_only_the_unit_that_changed_and_those_below_it_follow(tree):
    inside, below, outside = (
        make_limit(unit, at=MONDAY) for unit in (tree.communities[0], tree.grids[0], tree.grids[7])
    )
    cause = change(tree.streets[0], days={date(2026, 3, 4): OFF})
    assert recomputed(cause).as_json() == {"seen": 2, "moved": 2, "steps_only": 0}
    assert [now_of(one).due_at == one.due_at for one in (inside, below, outside)] == [False, False, True]
    later = make_limit(tree.grids[1], at=MONDAY)
    assert later.due_at == now_of(below).due_at
    # The street below the district has said what its Wednesday is, so the district's word changes nothing there.
    assert recomputed(change(tree.district, days={date(2026, 3, 4): OFF})).as_json() == {
        "seen": 4,
        "moved": 1,
        "steps_only": 0,
    }


def test_limits_of_other_dates_are_not_even_looked_at(tree):
    make_limit(tree.grids[0], at=MONDAY)
    make_limit(tree.grids[0], at=shanghai("2026-04-01 09:00"))
    assert recomputed(change(days={date(2026, 3, 18): OFF})).seen == 0
    # The last steps of the first come three working days after its end.
    assert recomputed(change(days={date(2026, 3, 10): OFF})).as_json() == {"seen": 1, "moved": 0, "steps_only": 1}


def test_shorter_hours_from_a_date_on_move_what_is_counted_in_hours(tree):
    limit = make_limit(tree.grids[0], at=shanghai("2026-03-05 16:00"), stage="accepting")
    assert (limit.measure, limit.due_at) == ("working_hours", shanghai("2026-03-06 10:30"))
    recomputed(change(tree.grids[0], hours={date(2026, 3, 6): (Period(time(10), time(12)),)}))
    assert now_of(limit).due_at == shanghai("2026-03-06 12:00")
    # From the 9th on the grid has the hours of all again, which is of no concern to this limit.
    assert recomputed(change(tree.grids[0], hours={date(2026, 3, 9): ()})).moved == 0
    calendar = rulebook.current().calendar_for(limit.place)
    assert [len(calendar.periods_on(date(2026, 3, day))) for day in (5, 6, 9)] == [2, 1, 2]


def test_an_agreed_end_keeps_its_date_and_its_steps_follow(tree):
    given = make_limit(tree.grids[0], at=MONDAY, due_at=shanghai("2026-03-06 10:00"))
    extended = make_limit(tree.grids[0], at=MONDAY)
    services.extend_limit(extended, due_at=shanghai("2026-03-06 10:00"), at=NOON, because="等材料")
    report = recomputed(change(days={date(2026, 3, 9): OFF}))
    assert report.as_json() == {"seen": 2, "moved": 0, "steps_only": 2}
    for limit in (given, extended):
        moved = now_of(limit)
        assert (moved.due_at, moved.due_fixed) == (shanghai("2026-03-06 10:00"), True)
        assert moved.plan_times[-2:] == [shanghai("2026-03-10 10:00"), shanghai("2026-03-12 10:00")]


def test_a_limit_on_the_clock_keeps_its_end(tree):
    limit = make_limit(tree.grids[0], at=MONDAY, urgency="urgent")
    recomputed(change(days={date(2026, 3, 3): OFF}))
    assert now_of(limit).due_at == limit.due_at == MONDAY + timedelta(hours=24)


def test_a_paused_limit_follows_and_still_gets_back_the_time_paused(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    services.pause_limit(**key(limit), at=shanghai("2026-03-03 09:00"))
    recomputed(change(days={date(2026, 3, 4): OFF}))
    paused = now_of(limit)
    assert (paused.due_at, paused.next_step_at, paused.state) == (shanghai("2026-03-06 09:00"), None, "paused")
    services.resume_limit(**key(limit), at=shanghai("2026-03-05 09:00"))
    # From the 3rd to the 5th one day was worked, the 4th being off.
    assert now_of(limit).due_at == shanghai("2026-03-09 09:00")


def test_a_step_due_before_the_change_is_taken_though_no_sweep_had_come(tree):
    limit = make_limit(tree.grids[0], at=MONDAY)
    at = shanghai("2026-03-05 09:05")
    recomputed(change(days={date(2026, 3, 5): OFF}, at=at), at=at)
    assert list(LadderStep.objects.values_list("kind", flat=True)) == ["remind", "yellow", "red"]
    assert (now_of(limit).card, now_of(limit).last_step) == ("red", 3)
    sweep(at=shanghai("2026-06-01 09:00"))
    assert list(LadderStep.objects.values_list("kind", flat=True)) == ["remind", "yellow", "red", "escalate", "meeting"]


def test_a_second_run_moves_nothing_more(tree):
    make_limit(tree.grids[0], at=MONDAY)
    cause = change(days={date(2026, 3, 4): OFF})
    assert (recomputed(cause).moved, recomputed(cause).moved, LimitChange.objects.count()) == (1, 0, 1)


def test_moved_limits_are_announced_with_where_they_stand_by_then(tree):
    heard = []
    limit = make_limit(tree.grids[0], at=MONDAY)
    recomputed(change(days={date(2026, 3, 4): OFF}))
    recomputed(change(days={date(2026, 3, 5): OFF}))
    messages = list(OutboxMessage.objects.filter(topic="deadline-moved").order_by("id"))
    callbacks = announcements._moved_callbacks
    announcements.register_moved(heard.extend)
    try:
        announcements.announce_moved(messages)
    finally:
        callbacks.pop()
    stands = now_of(limit).due_at
    assert [(one.old_due, one.due_at) for one in heard] == [
        (limit.due_at, stands),
        (shanghai("2026-03-06 09:00"), stands),
    ]


def test_the_recomputation_costs_the_same_for_one_limit_and_for_three(tree, django_assert_num_queries):
    make_limit(tree.grids[0], at=MONDAY)
    recomputed(change(days={date(2026, 3, 4): OFF}))
    back = change(days={date(2026, 3, 4): None})
    rulebook.current()
    with django_assert_num_queries(11):
        recomputed(back)
    for _ in range(2):
        make_limit(tree.grids[0], at=MONDAY)
    again = change(days={date(2026, 3, 4): OFF})
    rulebook.current()
    with django_assert_num_queries(11):
        recomputed(again)


def live(limit, *, seed, extending=True):
    """A random history of twelve events."""
    random = Random(seed)
    at = MONDAY
    for _ in range(12):
        at += timedelta(minutes=random.randint(1, 3000))
        act = random.choice(["wait", "pause", "resume", "resume", "extend", "sweep", "hand over"])
        if act == "pause":
            services.pause_limit(**key(limit), at=at)
        elif act == "resume":
            services.resume_limit(**key(limit), at=at)
        elif act == "extend" and extending and random.random() < 0.5:
            due = now_of(limit).due_at + timedelta(hours=random.randint(1, 100))
            if due > at:
                services.extend_limit(limit, due_at=due, at=at, allowed=9)
        elif act == "sweep":
            sweep(at=at)
        elif act == "hand over":
            services.change_holder(**key(limit), holder=limit.holder, head=limit.head)
    return at


def facts(limit):
    now = now_of(limit)
    waiting = [
        row for row in zip(now.plan_steps, now.plan_kinds, now.plan_times, strict=True) if row[0] > now.last_step
    ]
    return now.due_at, now.counts_from, waiting, now.state, now.card, now.last_step, now.next_step_at


def unchanged(tree, seeds):
    """Days far in the past and future make the recomputation look at every limit, and no day differs."""
    for seed in seeds:
        random = Random(seed)
        facts_of = {
            "urgency": random.choice(["normal", "normal", "urgent"]),
            "stage": random.choice(["handling", "whole", "accepting"]),
        }
        if random.random() < 0.2:
            facts_of["due_at"] = MONDAY + timedelta(hours=random.randint(10, 400))
        limit = make_limit(tree.grids[0], at=MONDAY, **facts_of)
        at = live(limit, seed=seed)
        sweep(at=at)
        before = facts(limit)
        cause = CalendarChange.objects.create(
            changes={}, because="x", at=at, first_date=date(2020, 1, 1), last_date=None
        )
        assert recompute(cause, now=lambda at=at: at).as_json()["moved"] == 0, seed
        assert facts(limit) == before, seed


def follows(tree, seeds):
    """What is recomputed after a history is what the same history gives by the new calendar from the start."""
    days = {date(2026, 3, 2) + timedelta(number): rule for number, rule in ((1, OFF), (6, Day(True, "补")), (9, OFF))}
    for seed in seeds:
        old = make_limit(tree.grids[0], at=MONDAY)
        at = live(old, seed=seed, extending=False)
        cause = change(tree.streets[0], days=days, at=at)
        recompute(cause, now=lambda at=at: at)
        new = make_limit(tree.grids[1], at=MONDAY)
        live(new, seed=seed, extending=False)
        got, wanted = facts(old), facts(new)
        assert got[:2] == wanted[:2], seed
        taken = max(got[5], wanted[5])
        assert [row for row in got[2] if row[0] > taken] == [row for row in wanted[2] if row[0] > taken], seed
        recompute(change(tree.streets[0], days=dict.fromkeys(days), at=at), now=lambda at=at: at)


def test_under_unchanged_rules_nothing_moves_whatever_came_before(tree):
    unchanged(tree, range(8))


def test_a_recomputed_limit_is_where_it_would_be_had_the_calendar_always_been_so(tree):
    follows(tree, range(4))


@pytest.mark.soak
@pytest.mark.parametrize("part", range(4))
def test_histories_at_length(tree, part):
    unchanged(tree, range(1000 + part * 300, 1300 + part * 300))
    follows(tree, range(1000 + part * 200, 1200 + part * 200))


def test_pauses_and_extensions_are_written_down_with_who_and_why(tree):
    user = make_user()
    limit = make_limit(tree.grids[0], at=MONDAY)
    services.pause_limit(**key(limit), at=NOON, actor=user, because="等鉴定")
    services.resume_limit(**key(limit), at=NOON + timedelta(days=1), actor=user)
    until = shanghai("2026-03-20 09:00")
    services.extend_limit(limit, due_at=until, at=NOON + timedelta(days=1), actor=user, because="复杂")
    rows = list(LimitChange.objects.values_list("kind", "actor", "because", "old_due", "new_due"))
    resumed = shanghai("2026-03-06 09:00")
    assert rows == [
        ("paused", user.pk, "等鉴定", limit.due_at, limit.due_at),
        ("resumed", user.pk, "", limit.due_at, resumed),
        ("extended", user.pk, "复杂", resumed, until),
    ]


@pytest.mark.parametrize("table", ["deadlines_limitchange", "deadlines_calendarchange"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET because = 'y'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_trail_cannot_be_rewritten(tree, table, statement):
    limit = make_limit(tree.grids[0], at=MONDAY)
    services.pause_limit(**key(limit), at=NOON)
    change(days={date(2026, 3, 4): OFF})
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement.format(table))


@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        ({"kind": "paused", "new_due": NOON + timedelta(1)}, "deadlines_limitchange_moves_as_its_kind"),
        ({"kind": "resumed", "new_due": NOON - timedelta(1)}, "deadlines_limitchange_moves_as_its_kind"),
        ({"kind": "extended"}, "deadlines_limitchange_moves_as_its_kind"),
        ({"kind": "recomputed", "new_due": NOON + timedelta(1)}, "deadlines_limitchange_cause_of_recomputed"),
        ({"kind": "guessed"}, "deadlines_limitchange_kind"),
    ],
)
def test_the_trail_refuses_what_cannot_be(tree, wrong, constraint):
    limit = make_limit(tree.grids[0], at=MONDAY)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        LimitChange.objects.create(**{"limit": limit, "at": NOON, "old_due": NOON, "new_due": NOON} | wrong)


def test_a_change_is_written_down_and_starts_its_job(tree):
    user = make_user()
    cause = change(tree.streets[0], days={date(2026, 3, 4): OFF}, actor=user)
    assert (cause.first_date, cause.last_date, cause.unit, cause.actor) == (
        date(2026, 3, 4),
        date(2026, 3, 4),
        tree.streets[0],
        user,
    )
    assert cause.changes["days"] == [{"date": "2026-03-04", "from": None, "to": {"working": False, "name": "停电"}}]
    assert Job.objects.get().arguments == {"change": cause.pk, "because": "临时停电"}
    assert CalendarDay.objects.get(unit=tree.streets[0]).origin == "人工录入"
