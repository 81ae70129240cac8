"""Escalation: it changes who supervises, never who handles, and nobody is too high or too little given to escape."""

from datetime import timedelta

import pytest

from apps.accounts.models import User
from apps.cases.models import Case
from apps.core import clock, outbox
from apps.deadlines.models import LadderStep, Limit
from apps.deadlines.sweep import sweep
from apps.notices.models import Notice
from tests.factories.cases import World
from tests.factories.deadlines import shanghai


def sweep_at(world: World, moment: object) -> None:
    world.at = moment  # type: ignore[assignment]
    with clock.frozen(world.at):
        sweep(at=world.at)
        outbox.drain()


def told(kind: str = "escalate", subject: str = "") -> set[str]:
    notices = Notice.objects.filter(kind=f"deadline.{kind}", params__subject__startswith=subject)
    return set(notices.values_list("recipient__username", flat=True))


def steps_on(case: Case, stage: str) -> list[str]:
    legs = case.legs.values("pk")
    found = LadderStep.objects.filter(limit__stage=stage, limit__subject_kind="case_leg", limit__subject_id__in=legs)
    return list(found.order_by("step").values_list("kind", flat=True))


@pytest.mark.parametrize(
    ("state", "stage", "holder", "supervisor"),
    [
        ("reported", "screening", "station", "street"),
        ("registered", "handling", "street", "district"),
        ("offered", "handling", "section", "street"),
        ("handled", "verifying", "street", "district"),
    ],
)
def test_a_case_escalates_in_whosever_hands_it_lies(
    world: World, state: str, stage: str, holder: str, supervisor: str
) -> None:
    """One that nobody was given, still to be screened or dispatched, like any other."""
    case = world.case_in(state)
    limit = Limit.objects.get(subject_kind="case_leg", state="running")
    sweep_at(world, limit.plan_times[limit.plan_kinds.index("escalate")])
    kept = Case.objects.get(pk=case.pk)
    agency = world.agencies.get(holder) or world.centre(holder)
    assert steps_on(case, stage)[-2:] == ["red", "escalate"]
    assert (kept.holder, kept.state, kept.card) == (agency, case.state, "red")
    assert (kept.supervised, kept.supervisor) == (True, world.centre(supervisor))
    assert {supervisor, "agency" if holder == "section" else holder} <= told()


def test_the_districts_own_desk_is_supervised_by_its_leaders(world: World) -> None:
    case = world.move(world.to_street(), "escalate", "street", note="需区级协调")
    sweep_at(world, case.due_at + timedelta(days=1, minutes=1))
    kept = Case.objects.get(pk=case.pk)
    assert (kept.holder, kept.supervised, kept.supervisor) == (world.centre("district"), True, None)
    assert told() == {"district", "leader"}


def test_where_nobody_sits_at_the_head_the_next_centre_above_supervises(world: World) -> None:
    case = world.dispatched()
    User.objects.filter(pk=world.people["street"].pk).update(is_active=False)
    sweep_at(world, case.due_at + timedelta(days=1, minutes=1))
    assert Case.objects.get(pk=case.pk).supervisor == world.centre("district")
    assert told() == {"agency", "district"}


def test_no_edit_resets_the_clock(world: World) -> None:
    case = world.accepted()
    began = list(Limit.objects.order_by("pk").values_list("pk", "started_at", "counts_from", "due_at", "next_step_at"))
    for action, by, given in (
        ("comment", "station", {"note": "知悉"}),
        ("supervise", "district", {"note": "请抓紧"}),
        ("reply", "agency", {"note": "已安排"}),
        ("ask_extension", "agency", {"note": "雨", "until": case.due_at + timedelta(days=1)}),
        ("decide_extension", "street", {"approved": False, "note": "不必"}),
    ):
        world.move(case, action, by, **given)
    after = Limit.objects.filter(pk__in=[row[0] for row in began]).order_by("pk")
    assert list(after.values_list("pk", "started_at", "counts_from", "due_at", "next_step_at")) == began


def test_nights_and_holidays_are_not_counted(world: World) -> None:
    """Reported on the last working evening before the Spring Festival of 2026, four working hours to screen it."""
    world.at = shanghai("2026-02-14 16:30")
    case = world.report()
    assert clock.local(case.due_at).strftime("%m-%d %H:%M") == "02-24 11:01"
    sweep_at(world, shanghai("2026-02-22 12:00"))
    assert LadderStep.objects.count() == 0


def test_the_whole_case_and_its_leg_are_two_cards_and_the_queue_shows_the_legs(world: World) -> None:
    case = world.accepted()
    whole = Limit.objects.get(subject_kind="case")
    sweep_at(world, whole.due_at + timedelta(minutes=1))
    case = Case.objects.get(pk=case.pk)
    assert (case.card, Limit.objects.get(pk=whole.pk).card) == ("red", "red")
    case = world.move(case, "feedback", "agency", note="迟办")
    assert (case.card, Limit.objects.get(pk=whole.pk).card, case.carded) == ("", "red", True)


def test_a_lower_level_never_takes_the_supervision_over(world: World) -> None:
    case = world.accepted()
    world.move(case, "supervise", "district", note="请抓紧")
    sweep_at(world, case.due_at + timedelta(days=1, minutes=1))
    assert Case.objects.get(pk=case.pk).supervisor == world.centre("district")
