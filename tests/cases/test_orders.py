"""Supervision orders with their replies, and requests for more time: who, when, and what follows."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from apps.cases.models import Case, CaseEvent, ExtensionRequest, Supervision
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, WrongState
from apps.core.waiting import waiting_for
from apps.deadlines.models import Limit
from apps.notices.models import Notice
from tests.factories.cases import World
from tests.factories.deadlines import shanghai


def order_limit(order: Supervision) -> Limit:
    return Limit.objects.select_related("holder", "head").get(subject_kind="case_supervision", subject_id=order.pk)


def whole_limit(case: Case) -> Limit:
    return Limit.objects.select_related("holder", "head").filter(subject_kind="case", subject_id=case.pk).latest("pk")


def waits(world: World, name: str) -> list[tuple[str, str]]:
    """What the person's home shows beside legs and cases."""
    with clock.frozen(world.at):
        found = [(str(item.kind), str(item.title)) for item in waiting_for(world[name])]
    return [(kind, title) for kind, title in found if kind in {"答复督办", "批复延期", "裁定申诉"}]


def heard(world: World, kind: str) -> list[str]:
    """Who was told of ``kind``."""
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))


class TestOrders:
    """A written order, its reply date, and the hands it passes through."""

    def test_an_order_waits_at_the_holder_for_its_reply(self, world: World) -> None:
        case = world.accepted()
        due = world.at + timedelta(days=3)
        case = world.move(case, "supervise", "district", note="限期清运", until=due)
        order = Supervision.objects.get(case=case)
        assert (order.number, order.office, order.centre.name, order.state) == (
            1,
            "centre",
            "310106区网格化中心",
            "open",
        )
        limit = order_limit(order)
        assert (limit.due_at, limit.holder.name, limit.head) == (due, "市容管理办", order.centre)
        assert (case.supervised, case.supervisor, case.orders_open) == (True, order.centre, 1)
        assert waits(world, "agency") == [("答复督办", "路边堆放垃圾")]
        assert heard(world, "supervise") == ["agency"]
        case = world.move(case, "reply", "agency", note="明日前清完")
        order.refresh_from_db()
        assert (order.state, order.reply, order.replied_by) == ("replied", "明日前清完", world.people["agency"])
        assert (order_limit(order).state, case.orders_open, case.state) == ("ended", 0, "dispatched")
        assert waits(world, "agency") == []
        assert heard(world, "reply") == ["district"]

    def test_without_a_date_the_stage_has_its_own_limit(self, world: World) -> None:
        case = world.move(world.accepted(), "supervise", "street", note="请抓紧", at=shanghai("2026-03-03 10:00"))
        assert Supervision.objects.get(case=case).due_at == shanghai("2026-03-05 10:00")

    def test_it_follows_the_case_from_hand_to_hand_and_ends_with_it(self, world: World) -> None:
        case = world.dispatched()
        world.move(case, "supervise", "street", note="请抓紧")
        order = Supervision.objects.get(case=case)
        world.move(case, "return", "agency", note="不属本单位")
        limit = order_limit(order)
        assert (limit.holder.name, limit.head) == ("第1街道网格化中心", world.centre("district"))
        due = limit.due_at
        world.move(case, "dispatch", "street", agency=world.agencies["helper"].code)
        limit = order_limit(order)
        assert (limit.holder.name, limit.head, limit.due_at) == ("城管中队", world.centre("street"), due)
        world.move(case, "accept", "assistant")
        world.move(case, "feedback", "assistant", note="已清")
        world.move(case, "verify", "worker", passed=True)
        case = world.move(case, "close", "street")
        order.refresh_from_db()
        assert (order.state, case.orders_open, order_limit(order).state) == ("ended", 0, "ended")

    def test_a_leader_instructs_in_no_other_name(self, world: World) -> None:
        case = world.accepted()
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "supervise", "leader", note="请查", office="discipline")
        assert list(refused.value.fields) == ["office"]
        world.move(case, "supervise", "leader", note="请街道三日内办结并报我")
        world.move(case, "supervise", "district", note="来函督办", office="discipline")
        assert list(Supervision.objects.values_list("number", "office")) == [(1, "leader"), (2, "discipline")]
        with pytest.raises(InvalidInput):
            world.move(case, "supervise", "district", note="请查", office="leader")
        with pytest.raises(NotAllowed):
            world.move(case, "supervise", "station", note="请查")

    def test_of_several_orders_one_is_answered_at_a_time(self, world: World) -> None:
        case = world.accepted()
        world.move(case, "supervise", "street", note="先报进度", until=world.at + timedelta(days=4))
        world.move(case, "supervise", "district", note="报结果", until=world.at + timedelta(days=2))
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "reply", "agency", note="已办", order=7)
        assert list(refused.value.fields) == ["order"]
        world.move(case, "reply", "agency", note="进度八成", order=1)
        case = world.move(case, "reply", "street", note="街道已核")
        assert list(Supervision.objects.values_list("replied_for__name", flat=True)) == [
            "市容管理办",
            "第1街道网格化中心",
        ]
        with pytest.raises(WrongState):
            world.move(case, "reply", "agency", note="再答")

    def test_an_order_is_withdrawn_by_its_own_level_or_above(self, world: World) -> None:
        case = world.accepted()
        world.move(case, "supervise", "district", note="报结果")
        with pytest.raises(WrongState):
            world.move(case, "withdraw", "street", note="不必了")
        case = world.move(case, "withdraw", "district", note="重复")
        order = Supervision.objects.get(case=case)
        assert (order.state, order_limit(order).outcome, case.orders_open) == ("withdrawn", "cancelled", 0)

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"text": ""}, "text_given"),
            ({"state": "replied", "ended_at": shanghai("2026-04-01 09:00")}, "reply_whole"),
            ({"state": "ended"}, "ended_when_done"),
            ({"ended_at": shanghai("2026-04-01 09:00")}, "ended_when_done"),
            ({"state": "withdrawn", "ended_at": shanghai("2026-04-01 09:00")}, "withdrawn_by_somebody"),
            ({"due_at": shanghai("2026-01-01 09:00")}, "due_after_order"),
        ],
    )
    def test_half_an_order_cannot_be_written(self, world: World, change: dict[str, object], constraint: str) -> None:
        world.move(world.accepted(), "supervise", "district", note="报结果")
        with pytest.raises(IntegrityError, match=f"cases_supervision_{constraint}"), transaction.atomic():
            Supervision.objects.update(**change)


class TestMoreTime:
    """Asked for before the end, decided by the level above, never by itself."""

    def ask(self, world: World, case: Case, by: str = "agency", **given: object) -> Case:
        return world.move(
            case, "ask_extension", by, **{"note": "连日有雨", "until": case.due_at + timedelta(days=2), **given}
        )

    def test_granted_with_the_date_asked_for(self, world: World) -> None:
        case = world.accepted()
        due, asked = case.due_at, case.due_at + timedelta(days=2)
        case = self.ask(world, case)
        assert (case.due_at, case.extension_asked) == (due, True)
        assert (waits(world, "street"), waits(world, "district")) == ([("批复延期", "路边堆放垃圾")], [])
        assert heard(world, "ask_extension") == ["street"]
        with pytest.raises(WrongState):
            self.ask(world, case)
        with pytest.raises(NotAllowed):
            world.move(case, "decide_extension", "agency", approved=True)
        case = world.move(case, "decide_extension", "street", approved=True)
        request = ExtensionRequest.objects.get()
        assert (request.state, request.granted, case.due_at, case.extension_asked) == ("approved", asked, asked, False)
        assert heard(world, "extension_approved") == ["agency"]
        assert waits(world, "street") == []
        assert whole_limit(case).due_at >= asked

    def test_granted_until_another_day_and_the_second_time_by_the_district(self, world: World) -> None:
        case = world.accepted()
        other = case.due_at + timedelta(days=1)
        case = world.move(self.ask(world, case), "decide_extension", "street", approved=True, until=other)
        assert case.due_at == other
        case = self.ask(world, case)
        assert ExtensionRequest.objects.get(state="asked").decider == world.centre("district")
        with pytest.raises(WrongState):
            world.move(case, "decide_extension", "street", approved=True)
        case = world.move(case, "decide_extension", "district", approved=True)
        assert case.due_at == other + timedelta(days=2)
        with pytest.raises(WrongState):
            self.ask(world, case)

    def test_refused_with_a_reason_and_the_clock_runs_on(self, world: World) -> None:
        case = world.accepted()
        due = case.due_at
        case = self.ask(world, case)
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "decide_extension", "street", approved=False)
        assert list(refused.value.fields) == ["note"]
        case = world.move(case, "decide_extension", "street", approved=False, note="人手足够")
        assert (case.due_at, ExtensionRequest.objects.get().decision) == (due, "人手足够")
        assert heard(world, "extension_refused") == ["agency"]

    @pytest.mark.parametrize(("late", "status"), [(timedelta(0), True), (timedelta(seconds=1), False)])
    def test_asking_ends_with_the_limit(self, world: World, late: timedelta, *, status: bool) -> None:
        case = world.accepted()
        if status:
            assert self.ask(world, case, at=case.due_at + late).extension_asked
            return
        with pytest.raises(WrongState):
            self.ask(world, case, at=case.due_at + late)

    def test_what_was_asked_in_time_is_decided_late_but_not_by_itself(self, world: World) -> None:
        case = self.ask(world, world.accepted())
        end = case.due_at
        world.at = end + timedelta(hours=2)
        assert waits(world, "street") == [("批复延期", "路边堆放垃圾")]
        case = world.move(case, "decide_extension", "street", approved=True)
        assert case.due_at == end + timedelta(days=2)

    def test_a_desk_asks_the_centre_above_it_and_the_districts_nobody(self, world: World) -> None:
        case = self.ask(world, world.to_street(), by="street")
        assert ExtensionRequest.objects.get().decider == world.centre("district")
        case = world.move(case, "escalate", "street", note="上报")
        assert (ExtensionRequest.objects.get().state, case.extension_asked) == ("lapsed", False)
        with pytest.raises(WrongState):
            self.ask(world, case, by="district")

    def test_the_level_above_extends_on_its_own_and_so_answers(self, world: World) -> None:
        case = self.ask(world, world.accepted())
        until = case.due_at + timedelta(days=5)
        case = world.move(case, "extend", "street", note="统一顺延", until=until)
        assert (ExtensionRequest.objects.get().granted, case.extension_asked) == (until, False)

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"reason": ""}, "reason_given"),
            ({"proposed": shanghai("2026-01-01 09:00")}, "asked_in_time"),
            ({"asked_at": shanghai("2027-01-01 09:00")}, "asked_in_time"),
            ({"state": "approved", "decided_at": shanghai("2026-04-01 09:00")}, "decided_whole"),
            ({"state": "lapsed"}, "decided_when_done"),
        ],
    )
    def test_half_a_decision_cannot_be_written(self, world: World, change: dict[str, object], constraint: str) -> None:
        self.ask(world, world.accepted())
        with pytest.raises(IntegrityError, match=f"cases_extensionrequest_{constraint}"), transaction.atomic():
            ExtensionRequest.objects.update(**change)


class TestTheWholeCase:
    """From registration to closing, on the desk that answers for it."""

    def test_it_runs_from_registration_on_whichever_desk_has_the_case(self, world: World) -> None:
        case = world.report()
        assert not Limit.objects.filter(subject_kind="case").exists()
        world.move(case, "register", "station")
        limit = whole_limit(case)
        assert (limit.stage, limit.holder, limit.head) == ("whole", world.centre("station"), world.centre("street"))
        begun, due = limit.started_at, limit.due_at
        case = world.move(case, "escalate", "station", note="超出权限")
        world.move(case, "comment", "street", note="知悉")
        case = world.move(case, "dispatch", "street", agency=world.agencies["section"].code)
        limit = whole_limit(case)
        assert (limit.holder, limit.head) == (world.centre("street"), world.centre("district"))
        assert (limit.started_at, limit.due_at, limit.state) == (begun, due, "running")
        world.move(case, "accept", "agency")
        world.move(case, "feedback", "agency", note="已清")
        world.move(case, "verify", "worker", passed=True)
        case = world.move(case, "close", "street")
        assert (whole_limit(case).state, whole_limit(case).ended_at) == ("ended", world.at)
        case = world.move(case, "reopen", "worker", note="又堆上了")
        assert (whole_limit(case).state, whole_limit(case).started_at) == ("running", world.at)

    def test_it_stands_still_while_the_case_is_suspended(self, world: World) -> None:
        case = world.accepted()
        due = whole_limit(case).due_at
        dates = {"until": date(2026, 3, 9), "promised": date(2026, 4, 2)}
        world.move(case, "suspend", "street", note="等材料", **dates, at=shanghai("2026-03-02 14:00"))
        assert whole_limit(case).state == "paused"
        world.move(case, "resume", "street", at=shanghai("2026-03-04 14:00"))
        assert (whole_limit(case).state, whole_limit(case).due_at - due) == ("running", timedelta(days=2))

    def test_every_event_of_it_is_in_the_chain(self, world: World) -> None:
        case = world.accepted()
        world.move(case, "supervise", "street", note="请抓紧")
        world.move(case, "reply", "agency", note="好")
        world.move(case, "ask_extension", "agency", note="雨", until=case.due_at + timedelta(days=1))
        world.move(case, "decide_extension", "street", approved=True)
        actions = CaseEvent.objects.filter(case=case).order_by("sequence").values_list("action", flat=True)
        assert list(actions)[-4:] == ["supervise", "reply", "ask_extension", "decide_extension"]
