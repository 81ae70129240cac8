"""Closed cases are followed up by telephone: who is called, what comes of a call, and what follows from it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.cases import services
from apps.cases.models import (
    Case,
    CaseEvent,
    FollowUp,
    FollowUpAttempt,
    FollowUpDraw,
    FollowUpShare,
)
from apps.cases.selectors.follow_ups import draw_detail
from apps.cases.services import Caller, follow_ups
from apps.cases.services.follow_ups import place_follow_ups
from apps.cases.services.lots import set_share
from apps.cases.tasks import put_on_the_telephone_sheet
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, StaleVersion, WrongState
from apps.core.waiting import waiting_for
from apps.deadlines.models import Limit
from apps.deadlines.sweep import sweep
from apps.notices.models import Notice
from tests.factories.cases import World
from tests.factories.deadlines import shanghai

ASKS = Caller(name="王小明", phone="13800138000", callback="phone")
PHONE = Caller(name="李华", phone="13900139000")
HAPPY = {"outcome": "reached", "contacted": True, "solved": True, "satisfied": True}
TUESDAY = shanghai("2026-03-10 06:22")


def settled(world: World, caller: Caller = ASKS, **given: Any) -> Case:
    """A case that a worker settled on the spot, heard from a resident."""
    world.category.on_the_spot = True
    world.category.save()
    return world.move(world.report(caller=caller, **given), "settle", "worker", note="已当场清理")


def placed(world: World, caller: Caller = ASKS, **given: Any) -> Case:
    """One whose reporter asked for a call, on the sheet an hour later."""
    case = settled(world, caller, **given)
    place_follow_ups(at=world.tick(hours=1))
    return Case.objects.get(pk=case.pk)


def handled(world: World) -> Case:
    """One that the section handled and the street closed, on the sheet."""
    case = world.case_in("closed", caller=ASKS)
    place_follow_ups(at=world.tick())
    return Case.objects.get(pk=case.pk)


def call(world: World, case: Case, by: str = "station", **given: Any) -> Case:
    return world.move(case, "follow_up", by, **(HAPPY | given))


def in_vain(world: World, case: Case, by: str = "station", outcome: str = "no_answer", **given: Any) -> Case:
    return world.move(case, "follow_up", by, outcome=outcome, **given)


def heard(world: World, kind: str) -> list[str]:
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))


class TestWhoIsCalled:
    """Whoever asked for a call, always; of the others a share drawn by lot."""

    def test_whoever_asked_for_a_call_is_on_the_sheet_within_the_hour(self, world: World) -> None:
        case = placed(world)
        row = FollowUp.objects.get()
        assert (row.case, row.why, row.draw, row.state, row.reporter.name, row.call_on) == (
            case,
            "asked",
            None,
            "waiting",
            "王小明",
            date(2026, 3, 2),
        )
        assert (row.desk, row.agency, row.handled_by) == (
            world.centre("station"),
            world.centre("station"),
            world.people["worker"],
        )
        assert (row.closed_at, row.place) == (case.closed_at, case.place)
        assert clock.local(row.due_at).date() == date(2026, 3, 5)  # three working days
        assert (case.follow_up_waiting, case.version) == (True, 2)

    def test_the_limit_runs_on_the_desk_from_the_closing_on(self, world: World) -> None:
        handled(world)
        row = FollowUp.objects.get()
        limit = Limit.objects.get(subject_kind="case_follow_up", subject_id=row.pk)
        assert (limit.stage, limit.holder, limit.head, limit.started_at, limit.due_at, limit.subject_url) == (
            "task",
            world.centre("street"),
            world.centre("district"),
            row.closed_at,
            row.due_at,
            f"/follow-ups/{row.pk}/",
        )
        assert row.agency == world.agencies["section"]
        sweep(at=row.due_at + timedelta(hours=1))
        limit.refresh_from_db()
        assert limit.card == "red"

    @pytest.mark.parametrize(
        "caller",
        [
            Caller(name="王小明"),
            Caller(phone="13800138000", anonymous=True, callback="phone"),
            Caller(phone="13800138000", callback="sms"),
            PHONE,
            None,
        ],
    )
    def test_nobody_else_is_there_without_lots(self, world: World, caller: Caller | None) -> None:
        settled(world, caller or Caller())
        assert place_follow_ups(at=world.tick()) == 0

    @pytest.mark.parametrize("state", ["refused", "merged", "verified"])
    def test_only_what_was_closed(self, world: World, state: str) -> None:
        world.case_in(state, caller=ASKS)
        assert place_follow_ups(at=TUESDAY) == 0

    def test_of_several_reporters_the_one_who_asked(self, world: World) -> None:
        case = settled(world, PHONE)
        services.supplement_case(
            number=case.number, actor=world["station"], note="又有人反映", at=world.tick(), caller=ASKS
        )
        place_follow_ups(at=world.tick())
        assert FollowUp.objects.get().reporter.name == "王小明"

    def test_a_second_run_adds_nothing_and_a_late_one_makes_up(self, world: World) -> None:
        settled(world)
        world.at = shanghai("2026-03-15 10:00")
        assert [place_follow_ups(at=world.tick()) for _ in range(2)] == [1, 0]
        settled(world)
        assert place_follow_ups(at=world.at + timedelta(days=15)) == 0

    def test_a_run_killed_half_way_is_finished_by_the_next(self, world: World, monkeypatch: Any) -> None:
        cases = [settled(world) for _ in range(3)]
        monkeypatch.setattr(follow_ups, "BATCH", 2)
        once, place = iter([True]), follow_ups._place

        def killed(*given: Any) -> None:
            if not next(once, False):
                raise RuntimeError("killed")
            place(*given)

        monkeypatch.setattr(follow_ups, "_place", killed)
        with pytest.raises(RuntimeError):
            place_follow_ups(at=world.tick())
        assert FollowUp.objects.count() == 2
        monkeypatch.setattr(follow_ups, "_place", place)
        assert place_follow_ups(at=world.tick()) == 1
        assert Case.objects.filter(pk__in=[case.pk for case in cases], follow_up_waiting=True).count() == 3

    @pytest.mark.parametrize("count", [1, 3])
    def test_many_cost_as_much_as_one(self, world: World, count: int) -> None:
        for _ in range(count):
            settled(world)
        with CaptureQueriesContext(connection) as asked:
            assert place_follow_ups(at=world.tick()) == count
        assert len(asked) == 16

    def test_the_task_says_how_many(self, world: World) -> None:
        settled(world)
        with clock.frozen(world.tick()):
            assert put_on_the_telephone_sheet() == 1


class TestLots:
    """Of those who did not ask a share is drawn once a week and desk, and anybody can draw it again."""

    def drawn(self, world: World, count: int) -> FollowUpDraw:
        for _ in range(count):
            settled(world, PHONE)
        place_follow_ups(at=TUESDAY)
        return FollowUpDraw.objects.get()

    def test_a_fifth_is_drawn_with_its_seed_written_down(self, world: World) -> None:
        settled(world)  # asked, so not drawn
        settled(world, Caller())
        draw = self.drawn(world, 6)
        assert (draw.desk, draw.since, draw.until, draw.percent, len(draw.population), draw.drawn) == (
            world.centre("station"),
            date(2026, 3, 2),
            date(2026, 3, 8),
            20,
            6,
            2,
        )
        rows = FollowUp.objects.filter(draw=draw)
        assert [(row.why, row.state) for row in rows] == [("drawn", "waiting")] * 2
        assert clock.local(rows[0].due_at).date() == date(2026, 3, 16)  # ten working days
        assert draw_detail(world["station"], draw.pk).repeated is True
        assert place_follow_ups(at=TUESDAY + timedelta(days=2)) == 0

    def test_the_share_is_that_of_the_unit(self, world: World) -> None:
        code = world.unit("street 0").code
        set_share(FollowUpShare, actor=world["street"], code=code, percent=100, at=world.at)
        assert self.drawn(world, 3).drawn == 3

    def test_a_share_of_nothing_draws_nothing(self, world: World) -> None:
        code = world.unit("community 0 0").code
        set_share(FollowUpShare, actor=world["street"], code=code, percent=0, at=world.at)
        settled(world, PHONE)
        assert place_follow_ups(at=TUESDAY) == 0
        assert not FollowUpDraw.objects.exists()

    def test_what_is_opened_again_before_is_not_drawn(self, world: World) -> None:
        world.move(settled(world, PHONE), "reopen", "worker", note="又堆上了")
        assert place_follow_ups(at=TUESDAY) == 0


class TestCalling:
    """What comes of a call."""

    def test_a_reporter_who_is_content(self, world: World) -> None:
        case = call(world, placed(world), note="很快就来了")
        row = FollowUp.objects.get()
        assert (row.state, row.attempts_made, row.contacted, row.solved, row.satisfied, row.rejected, row.said) == (
            "reached",
            1,
            True,
            True,
            True,
            False,
            "很快就来了",
        )
        assert (row.reached_by, row.ended_at) == (world.people["station"], world.at)
        assert (case.state, case.follow_up_waiting, case.solved, case.satisfied) == ("closed", False, True, True)
        assert Limit.objects.get(subject_kind="case_follow_up").state == "ended"
        event = CaseEvent.objects.filter(case=case).latest("sequence")
        assert (event.action, event.payload) == (
            "follow_up",
            {
                "note": "很快就来了",
                "outcome": "reached",
                "attempt": 1,
                "contacted": True,
                "solved": True,
                "satisfied": True,
                "rejected": False,
                "ended": True,
                "agency_id": world.centre("station").pk,
                "handled_by": world.people["worker"].pk,
            },
        )
        assert (heard(world, "follow_up_unhappy"), heard(world, "follow_up_rejected")) == ([], [])
        with pytest.raises(WrongState):
            call(world, case)

    def test_a_reporter_who_is_not_is_heard_by_desk_and_handler(self, world: World) -> None:
        case = call(world, handled(world), "district", contacted=False, satisfied=False, note="态度不好")
        assert (case.state, case.solved, case.satisfied) == ("closed", True, False)
        assert heard(world, "follow_up_unhappy") == ["agency", "street"]
        assert Notice.objects.filter(kind="case.follow_up_unhappy").first().params["note"] == "态度不好"

    def test_a_reporter_who_rejects_uses_up_his_rejection(self, world: World) -> None:
        case = call(world, handled(world), "street", solved=False, satisfied=False, rejected=True, note="垃圾还在")
        assert (case.state, case.open, case.holder, case.reopen_count, case.rework_count, case.handled_by) == (
            "registered",
            True,
            world.centre("street"),
            1,
            0,
            None,
        )
        assert (case.solved, case.follow_up_waiting) == (False, False)
        assert FollowUp.objects.get().state == "reached"
        limits = Limit.objects.filter(state="running", subject_url=f"/cases/{case.number}/")
        assert sorted(limits.values_list("stage", flat=True)) == ["handling", "whole"]
        assert heard(world, "follow_up_rejected") == ["agency"]  # whoever called sits at the desk
        case = world.move(case, "settle", "street", note="已清")
        case = world.move(world.move(case, "verify", "worker", passed=True), "close", "street")
        with pytest.raises(WrongState):
            world.move(case, "reopen", "worker", note="还没好")

    def test_the_chain_and_the_same_as_the_reporters_own_rejection(self, world: World) -> None:
        """What is left of a case is the same whether its reporter rejects it in person or on the phone."""
        phone = call(world, handled(world), "street", solved=False, satisfied=False, rejected=True, note="垃圾还在")
        own = world.move(world.case_in("closed"), "reopen", "worker", note="垃圾还在")
        same = ("state", "open", "holder_id", "desk_id", "handler_id", "handled_by_id", "reopen_count", "rework_count")
        assert [getattr(phone, name) for name in same] == [getattr(own, name) for name in same]

    def test_whoever_was_asked_first_hears_of_the_rejection(self, world: World) -> None:
        case = handled(world)
        heard(world, "followed")  # of what was before nobody is told
        Case.objects.filter(pk=case.pk).update(first_asked=world.people["station"])
        in_vain(world, case, "street")
        assert heard(world, "followed") == []
        call(world, case, "street", solved=False, satisfied=False, rejected=True, note="垃圾还在")
        assert heard(world, "followed") == ["station"]

    def test_rejected_twice_is_refused(self, world: World) -> None:
        case = settled(world)
        case = world.move(case, "reopen", "worker", note="又堆上了")
        case = world.move(world.move(case, "settle", "station", note="已清"), "verify", "worker", passed=True)
        case = world.move(case, "close", "station")
        place_follow_ups(at=world.tick())
        with pytest.raises(InvalidInput) as refused:
            call(world, case, "street", solved=False, satisfied=False, rejected=True, note="还在")
        assert list(refused.value.fields) == ["rejected"]
        assert call(world, case, "street", solved=False, satisfied=False, note="还在").state == "closed"

    def test_three_days_in_vain_end_it(self, world: World) -> None:
        case = placed(world)
        in_vain(world, case)
        in_vain(world, case, outcome="wrong_number")  # the same day counts once
        row = FollowUp.objects.get()
        assert (row.state, row.attempts_made, row.call_on) == ("waiting", 2, date(2026, 3, 3))
        world.tick(days=1)
        in_vain(world, case)
        world.tick(days=1)
        case = in_vain(world, case, note="关机")
        row.refresh_from_db()
        assert (row.state, row.attempts_made, row.ended_at, row.solved) == ("unreached", 4, world.at, None)
        assert (case.follow_up_waiting, case.solved) == (False, None)
        kept = [(one.number, one.outcome, one.called_by.username) for one in FollowUpAttempt.objects.all()]
        assert kept == [
            (1, "no_answer", "station"),
            (2, "wrong_number", "station"),
            (3, "no_answer", "station"),
            (4, "no_answer", "station"),
        ]
        assert Limit.objects.get(subject_kind="case_follow_up").state == "ended"

    def test_whoever_refuses_is_not_called_again(self, world: World) -> None:
        case = in_vain(world, placed(world), outcome="refused")
        assert (FollowUp.objects.get().state, case.follow_up_waiting) == ("unreached", False)

    @pytest.mark.parametrize(
        ("given", "fields"),
        [
            ({}, ["outcome"]),
            ({"outcome": "reached"}, ["contacted", "solved", "satisfied"]),
            ({"outcome": "reached", "contacted": True, "solved": True}, ["satisfied"]),
            (HAPPY | {"satisfied": False}, ["note"]),
            (HAPPY | {"solved": False}, ["note"]),
            (HAPPY | {"rejected": True}, ["rejected"]),
            ({"outcome": "no_answer", "solved": True}, ["solved"]),
            ({"outcome": "refused", "rejected": True}, ["rejected"]),
        ],
    )
    def test_what_is_amiss_is_named_and_nothing_is_written(
        self, world: World, given: dict[str, Any], fields: list[str]
    ) -> None:
        case = placed(world)
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "follow_up", "station", **given)
        assert list(refused.value.fields) == fields
        assert (FollowUp.objects.get().attempts_made, FollowUpAttempt.objects.count()) == (0, 0)

    def test_one_of_two_at_once_is_told(self, world: World) -> None:
        case = placed(world)
        in_vain(world, case, version=case.version)
        with pytest.raises(StaleVersion):
            in_vain(world, case, version=case.version)


class TestWho:
    """The desk and the centres above it call; never whoever handled the case."""

    @pytest.mark.parametrize("who", ["station", "street", "district"])
    def test_the_desk_and_those_above(self, world: World, who: str) -> None:
        assert call(world, placed(world), who).solved is True

    @pytest.mark.parametrize(
        ("who", "refusal"),
        [
            ("worker", NotAllowed),
            ("grid_leader", NotAllowed),
            ("leader", NotAllowed),
            ("assessor", NotAllowed),
            ("station_next", NotVisible),
            ("street_b", NotVisible),
            ("agency", NotVisible),
        ],
    )
    def test_nobody_else(self, world: World, who: str, refusal: type[Exception]) -> None:
        case = placed(world)
        with pytest.raises(refusal):
            call(world, case, who)
        assert FollowUp.objects.get().state == "waiting"

    def test_not_the_station_for_a_case_of_the_street(self, world: World) -> None:
        case = handled(world)
        with pytest.raises(WrongState):
            call(world, case, "station")

    def test_not_whoever_settled_it_at_the_desk(self, world: World) -> None:
        case = world.move(world.report(caller=ASKS), "register", "station")
        case = world.move(world.move(case, "settle", "station", note="已清"), "verify", "worker", passed=True)
        world.move(case, "close", "station")
        place_follow_ups(at=world.tick())
        with pytest.raises(NotAllowed):
            call(world, case)
        assert call(world, case, "street").solved is True


class TestReopening:
    """A reopened case is followed up no more; closed again it is followed up anew."""

    def test_it_lapses_and_begins_anew(self, world: World) -> None:
        case = world.move(placed(world), "reopen", "worker", note="又堆上了")
        row = FollowUp.objects.get()
        assert (row.state, row.ended_at, case.follow_up_waiting) == ("lapsed", world.at, False)
        limit = Limit.objects.get(subject_kind="case_follow_up", subject_id=row.pk)
        assert (limit.state, limit.outcome) == ("ended", "cancelled")
        case = world.move(world.move(case, "settle", "station", note="已清"), "verify", "worker", passed=True)
        world.move(case, "close", "station")
        assert place_follow_ups(at=world.tick()) == 1
        assert list(FollowUp.objects.order_by("id").values_list("state", flat=True)) == ["lapsed", "waiting"]

    def test_the_desks_own_reopening_ends_it_too(self, world: World) -> None:
        world.move(placed(world), "reopen", "station", note="重办")
        assert FollowUp.objects.get().state == "lapsed"


def test_it_waits_at_the_desks_home(world: World) -> None:
    handled(world)

    def kinds(name: str) -> list[str]:
        with clock.frozen(world.at):
            return [str(item.kind) for item in waiting_for(world[name])]

    assert [("电话回访" in kinds(name)) for name in ("street", "station", "district", "street_b")] == [
        True,
        False,
        False,
        False,
    ]
