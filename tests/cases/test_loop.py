"""The closed loop and its by-ways, by service calls alone."""

from datetime import date, timedelta

import pytest

from apps.cases.models import Case, CaseEvent, Leg
from apps.core.errors import Conflict, InvalidInput, WrongState
from apps.deadlines import rulebook
from apps.deadlines.models import Limit
from tests.factories.cases import World, make_category
from tests.factories.deadlines import shanghai


def open_legs(world: World, case: Case) -> list[tuple[str, str, str]]:
    """(agency, role, state) of the legs in somebody's hands."""
    return [(leg.agency.name, leg.role, leg.state) for leg in world.legs(case) if leg.state in {"offered", "accepted"}]


def open_limits(case: Case) -> list[tuple[str, str]]:
    """(stage, state) of the limits that run on the case's legs."""
    legs = Leg.objects.filter(case=case).values("pk")
    limits = Limit.objects.filter(subject_kind="case_leg", subject_id__in=legs).exclude(state="ended")
    return sorted(limits.values_list("stage", "state"))


def test_from_the_worker_to_the_agency_and_back(world: World) -> None:
    case = world.report(address="共和新路 1878 弄")
    assert (case.state, case.holder.name, case.version) == ("reported", "1街1社区工作站", 1)
    assert open_limits(case) == [("screening", "running")]
    case = world.move(case, "register", "station")
    case = world.move(case, "escalate", "station", note="超出权限")
    assert (case.holder.name, case.desk.name) == ("第1街道网格化中心", "第1街道网格化中心")
    codes = {name: agency.code for name, agency in world.agencies.items()}
    case = world.move(case, "dispatch", "street", agency=codes["section"], assisting=[codes["helper"]])
    assert open_legs(world, case) == [("市容管理办", "lead", "offered"), ("城管中队", "assist", "offered")]
    assert open_limits(case) == [("handling", "running"), ("handling", "running")]
    world.move(case, "accept", "agency")
    case = world.move(case, "feedback", "agency", note="已清运")
    assert (case.handler.name, case.handled_by.username, case.settled_kind) == ("市容管理办", "agency", "street")
    assert open_legs(world, case) == [("第1街道网格化中心", "lead", "accepted")]
    assert open_limits(case) == [("verifying", "running")]
    world.move(case, "verify", "worker", passed=True)
    case = world.move(case, "close", "street")
    assert (case.open, case.holder, case.due_at, case.closed_at) == (False, None, None, world.at)
    assert (open_legs(world, case), open_limits(case)) == ([], [])
    case = world.move(case, "rate", "worker", solved=True, satisfied=True)
    assert list(CaseEvent.objects.filter(case=case).values_list("sequence", "to_state").order_by("sequence")) == [
        (1, "reported"),
        (2, "registered"),
        (3, "registered"),
        (4, "dispatched"),
        (5, "dispatched"),
        (6, "handled"),
        (7, "verified"),
        (8, "closed"),
        (9, "closed"),
    ]


def test_an_agency_returns_and_the_desk_decides_anew(world: World) -> None:
    case = world.dispatched(assisting=("helper",))
    case = world.move(case, "return", "agency", note="不属本单位职责")
    assert (case.state, case.holder.name, case.return_count) == ("registered", "第1街道网格化中心", 1)
    assert open_legs(world, case) == [("第1街道网格化中心", "lead", "accepted")]
    case = world.move(case, "dispatch", "street", agency=world.agencies["helper"].code)
    assert case.holder.name == "城管中队"


def test_an_assistants_return_leaves_the_case_where_it_is(world: World) -> None:
    case = world.dispatched(assisting=("helper",))
    case = world.move(case, "return", "assistant", note="人手不足")
    assert (case.state, case.return_count) == ("dispatched", 0)
    assert open_legs(world, case) == [("市容管理办", "lead", "offered")]


def test_a_failed_verification_sends_it_back_to_the_handler(world: World) -> None:
    case = world.handled()
    with pytest.raises(InvalidInput):
        world.move(case, "verify", "worker", passed=False)
    case = world.move(case, "verify", "worker", passed=False, note="仍有残留")
    assert (case.state, case.holder.name, case.rework_count, case.handled_at) == ("dispatched", "市容管理办", 1, None)
    assert [leg.state for leg in world.legs(case)][-3:] == ["failed", "ended", "accepted"]
    case = world.move(case, "feedback", "agency", note="再次清运")
    case = world.move(case, "verify", "grid_leader", passed=True)
    assert world.move(case, "close", "street").rework_count == 1


def test_the_desk_sends_back_its_own_settlement(world: World) -> None:
    case = world.report()
    world.move(case, "register", "station")
    case = world.move(case, "settle", "station", note="已协调")
    assert case.settled_kind == "community"
    case = world.move(case, "verify", "worker", passed=False, note="没有解决")
    assert (case.state, case.holder.name, case.rework_count) == ("registered", "1街1社区工作站", 1)


def test_up_to_the_district_and_down_again(world: World) -> None:
    case = world.to_street()
    case = world.move(case, "escalate", "street", note="需区级协调")
    assert case.desk.name == case.holder.name == "310106区网格化中心"
    case = world.move(case, "dispatch", "district", agency=world.centre("street").code)
    assert (case.state, case.holder.name) == ("dispatched", "第1街道网格化中心")
    world.move(case, "accept", "street")
    case = world.move(case, "feedback", "street", note="街道已办")
    assert (case.state, case.handler.name, case.desk.name) == ("handled", "第1街道网格化中心", "310106区网格化中心")
    world.move(case, "verify", "worker", passed=True)
    assert world.move(case, "close", "district").state == "closed"


def test_a_street_gives_a_case_to_one_of_its_stations(world: World) -> None:
    case = world.to_street()
    case = world.move(case, "dispatch", "street", agency=world.centre("station").code)
    world.move(case, "accept", "station")
    case = world.move(case, "feedback", "station", note="已协调")
    assert (case.handler.name, case.desk.name) == ("1街1社区工作站", "第1街道网格化中心")


@pytest.mark.parametrize(
    ("agency", "assisting", "field"),
    [
        ("nobody", [], "agency"),
        ("section_b", [], "agency"),
        ("department", [], "agency"),
        ("station_next desk", [], "agency"),
        ("street desk", [], "agency"),
        ("section", ["section"], "assisting"),
        ("section", ["helper", "helper"], "assisting"),
        ("section", ["section_b"], "assisting"),
    ],
)
def test_to_whom_a_street_may_not_give_a_case(world: World, agency: str, assisting: list[str], field: str) -> None:
    case = world.to_street()
    code = world.agencies[agency].code if agency in world.agencies else agency
    with pytest.raises(InvalidInput) as refused:
        world.move(case, "dispatch", "street", agency=code, assisting=[world.agencies[name].code for name in assisting])
    assert list(refused.value.fields) == [field]


def test_time_set_aside_does_not_count(world: World) -> None:
    case = world.accepted()
    due = case.due_at
    with pytest.raises(InvalidInput):
        world.move(case, "suspend", "street", note="等材料", until=date(2026, 3, 2), promised=date(2026, 4, 2))
    dates = {"until": date(2026, 3, 9), "promised": date(2026, 4, 2)}
    case = world.move(case, "suspend", "street", note="等材料", **dates, at=shanghai("2026-03-02 14:00"))
    assert (case.suspended_from, case.review_on, case.due_at) == ("dispatched", date(2026, 3, 9), due)
    assert open_limits(case) == [("handling", "paused")]
    case = world.move(case, "resume", "street", at=shanghai("2026-03-04 14:00"))
    calendar = rulebook.current().calendar
    gone = calendar.working_seconds_between(shanghai("2026-03-02 14:00"), shanghai("2026-03-04 14:00"))
    assert calendar.working_seconds_between(due, case.due_at) == gone > 0
    assert (case.state, case.suspended_from, case.review_on) == ("dispatched", None, None)
    leg, limit = Leg.objects.filter(case=case).last(), Limit.objects.latest("pk")
    assert leg is not None
    assert leg.due_at == limit.due_at == case.due_at == case.handling_due_at


def test_an_extension_moves_the_end_once_and_with_the_district_twice(world: World) -> None:
    case = world.dispatched()
    first, second = case.due_at + timedelta(days=2), case.due_at + timedelta(days=4)
    with pytest.raises(InvalidInput) as refused:
        world.move(case, "extend", "street", note="雨天", until=case.due_at)
    assert list(refused.value.fields) == ["until"]
    case = world.move(case, "extend", "street", note="雨天", until=first)
    assert case.due_at == first
    with pytest.raises(WrongState):
        world.move(case, "extend", "street", note="又雨", until=second)
    assert world.move(case, "extend", "district", note="又雨", until=second).due_at == second
    with pytest.raises(WrongState):
        world.move(case, "extend", "district", note="再雨", until=second + timedelta(days=1))


def test_no_extension_after_the_end(world: World) -> None:
    case = world.dispatched()
    with pytest.raises(WrongState):
        world.move(
            case,
            "extend",
            "street",
            note="迟了",
            until=case.due_at + timedelta(days=3),
            at=case.due_at + timedelta(minutes=1),
        )


def test_merging_needs_another_open_case(world: World) -> None:
    case, other, done = world.report(), world.report(), world.case_in("refused")
    for into in ("", case.number, done.number, "260302-999999"):
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "merge", "station", into=into)
        assert list(refused.value.fields) == ["into"]
    case = world.move(case, "merge", "station", into=other.number)
    assert (case.state, case.merged_into_id, open_legs(world, case)) == ("merged", other.pk, [])
    with pytest.raises(WrongState):
        world.move(case, "register", "station")
    with pytest.raises(InvalidInput):
        world.move(other, "merge", "station", into=case.number)


def test_a_refusal_tells_why_and_ends_the_case(world: World) -> None:
    case = world.report()
    with pytest.raises(InvalidInput) as refused:
        world.move(case, "refuse", "station", note="  ")
    assert list(refused.value.fields) == ["note"]
    case = world.move(case, "refuse", "station", note="不属受理范围")
    assert (case.state, case.open, open_limits(case)) == ("refused", False, [])
    assert CaseEvent.objects.get(case=case, action="refuse").payload == {
        "note": "不属受理范围",
        "for": "1街1社区工作站",
    }


def test_reopened_at_the_desk_that_closed_it(world: World) -> None:
    case = world.case_in("closed")
    case = world.move(case, "reopen", "worker", note="问题又出现")
    assert (case.state, case.holder.name, case.reopen_count) == ("registered", "第1街道网格化中心", 1)
    assert (case.handled_at, case.closed_at) == (None, None)
    assert open_limits(case) == [("handling", "running")]


def test_a_failed_verification_fails_the_leg_of_the_lead_not_of_who_helped_after_it(world: World) -> None:
    case = world.dispatched(assisting=("helper",))
    for who in ("agency", "assistant"):
        world.move(case, "accept", who)
    world.move(case, "feedback", "assistant", note="已到场")
    world.move(case, "feedback", "agency", note="已清运")
    world.move(case, "verify", "worker", passed=False, note="仍有残留")
    done = [(leg.agency.name, leg.state) for leg in world.legs(case) if leg.state in {"failed", "fed_back"}]
    assert done == [("市容管理办", "failed"), ("城管中队", "fed_back")]


def test_settled_on_the_spot_and_closed_at_once(world: World) -> None:
    spot = make_category("小广告", on_the_spot=True)
    case = world.report(category=spot)
    case = world.move(case, "settle", "worker", note="当场清除")
    assert (case.state, case.settled_kind, case.handled_in_time, open_legs(world, case)) == ("closed", "spot", True, [])


def test_the_highest_centre_that_ordered_it_supervises(world: World) -> None:
    case = world.dispatched()
    case = world.move(case, "supervise", "district", note="限期办结")
    assert (case.supervised, case.supervisor.name, case.state) == (True, "310106区网格化中心", "dispatched")


def test_a_late_feedback_is_not_in_time(world: World) -> None:
    case = world.accepted()
    case = world.move(case, "feedback", "agency", note="迟了", at=case.due_at + timedelta(seconds=1))
    assert case.handled_in_time is False
    assert Leg.objects.get(case=case, state="fed_back").in_time is False


def test_an_urgent_case_runs_on_the_clock(world: World) -> None:
    urgent = make_category("燃气泄漏", urgency="urgent")
    case = world.report(category=urgent)
    assert case.due_at == case.reported_at + timedelta(hours=2)


def test_two_cases_are_not_merged_into_each_other(world: World) -> None:
    case, other = world.report(), world.report()
    world.move(case, "merge", "station", into=other.number)
    with pytest.raises((InvalidInput, Conflict)):
        world.move(other, "merge", "station", into=case.number)


def test_numbers_come_from_the_database(world: World) -> None:
    first, second = world.report(), world.report()
    assert first.number.startswith("260302-")
    assert int(second.number.split("-")[1]) == int(first.number.split("-")[1]) + 1
