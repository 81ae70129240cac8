"""Setting a case aside: asked of the level above or done by a desk, promised to the public, reviewed on its date."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.cases.models import Case, Suspension
from apps.cases.reviews import remind_reviews
from apps.cases.selectors.detail import case_detail
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, WrongState
from apps.core.waiting import waiting_for
from apps.deadlines.models import Limit
from apps.notices.models import Notice
from tests.factories.cases import World
from tests.factories.deadlines import shanghai

REVIEW, PROMISE = date(2026, 3, 12), date(2026, 4, 30)
DATES = {"until": REVIEW, "promised": PROMISE}


def ask(world: World, case: Case, by: str = "agency", **given: Any) -> Case:
    return world.move(case, "ask_suspension", by, **{"note": "待管线权属单位移交", **DATES, **given})


def waits(world: World, name: str, at: datetime | None = None) -> list[str]:
    """What the person's home shows about cases set aside."""
    with clock.frozen(at or world.at):
        return [str(item.kind) for item in waiting_for(world[name]) if item.kind in {"批复挂起", "挂起复核"}]


def heard(world: World, kind: str) -> list[str]:
    """Who was told of ``kind``."""
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))


def running(case: Case) -> list[str]:
    """How the limits of the case and of its legs stand."""
    limits = Limit.objects.filter(subject_url=f"/cases/{case.number}/").exclude(state="ended")
    return sorted(limits.values_list("state", flat=True))


class TestAsking:
    """An agency or a station asks; the level above decides."""

    def test_the_level_above_approves(self, world: World) -> None:
        case = ask(world, world.accepted())
        assert (case.state, case.suspension_asked, running(case)) == ("dispatched", True, ["running", "running"])
        assert (waits(world, "street"), waits(world, "district")) == (["批复挂起"], [])
        assert heard(world, "ask_suspension") == ["street"]
        with pytest.raises(WrongState):
            ask(world, case)
        case = world.move(case, "decide_suspension", "street", approved=True, note="同意")
        assert (case.state, case.suspended_from, case.review_on, case.promised_on, case.suspension_asked) == (
            "suspended",
            "dispatched",
            REVIEW,
            PROMISE,
            False,
        )
        assert running(case) == ["paused", "paused"]
        kept = Suspension.objects.get(case=case)
        assert (kept.state, kept.agency.name, kept.decider, kept.decided_by, kept.decision) == (
            "running",
            "市容管理办",
            world.centre("street"),
            world.people["street"],
            "同意",
        )
        assert heard(world, "suspension_approved") == ["agency"]
        assert waits(world, "street") == []

    def test_the_approver_may_set_other_dates(self, world: World) -> None:
        case = ask(world, world.accepted())
        other = {"until": date(2026, 3, 20), "promised": date(2026, 3, 31)}
        case = world.move(case, "decide_suspension", "district", approved=True, **other)
        assert (case.review_on, case.promised_on) == (date(2026, 3, 20), date(2026, 3, 31))

    def test_a_refusal_needs_a_reason_and_the_case_goes_on(self, world: World) -> None:
        case = ask(world, world.accepted())
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "decide_suspension", "street", approved=False)
        assert list(refused.value.fields) == ["note"]
        case = world.move(case, "decide_suspension", "street", approved=False, note="条件已具备")
        assert (case.state, case.suspension_asked, running(case)) == ("dispatched", False, ["running", "running"])
        assert Suspension.objects.get(case=case).state == "refused"
        assert heard(world, "suspension_refused") == ["agency"]
        assert ask(world, case).suspensions_made == 2

    def test_a_station_asks_the_street_and_takes_it_up_again_itself(self, world: World) -> None:
        case = world.report()
        world.move(case, "register", "station")
        with pytest.raises(NotAllowed):
            world.move(case, "suspend", "station", note="等材料", **DATES)
        ask(world, case, "station")
        with pytest.raises(NotAllowed):
            world.move(case, "decide_suspension", "station", approved=True)
        world.move(case, "decide_suspension", "street", approved=True)
        case = world.move(case, "resume", "station")
        assert (case.state, case.review_on, case.promised_on, running(case)) == (
            "registered",
            None,
            None,
            ["running", "running"],
        )

    def test_it_lapses_with_the_leg(self, world: World) -> None:
        case = ask(world, world.dispatched())
        case = world.move(case, "return", "agency", note="不属本单位")
        assert (Suspension.objects.get(case=case).state, case.suspension_asked) == ("lapsed", False)

    def test_a_desk_that_suspends_itself_grants_what_was_asked(self, world: World) -> None:
        case = ask(world, world.accepted())
        case = world.move(case, "suspend", "street", note="等汛期过后", until=REVIEW, promised=date(2026, 5, 31))
        kept = Suspension.objects.get(case=case)
        assert (kept.state, kept.promised_on, case.suspension_asked) == ("running", date(2026, 5, 31), False)

    @pytest.mark.parametrize(
        ("dates", "field"),
        [
            ({"until": date(2026, 3, 2)}, "until"),
            ({"promised": date(2026, 3, 11)}, "promised"),
            ({"promised": None}, "promised"),
        ],
    )
    def test_the_review_comes_later_and_the_promise_not_before_it(
        self, world: World, dates: dict[str, Any], field: str
    ) -> None:
        case = world.accepted()
        with pytest.raises(InvalidInput) as refused:
            ask(world, case, **dates)
        assert list(refused.value.fields) == [field]
        assert not Suspension.objects.exists()


class TestReview:
    """The review date comes by itself, and the case says how often and how long it was set aside."""

    def test_on_its_date_it_waits_at_the_desk_and_both_levels_are_told_once(self, world: World) -> None:
        case = world.report()
        world.move(case, "register", "station")
        ask(world, case, "station")
        world.move(case, "decide_suspension", "street", approved=True)
        before, after = shanghai("2026-03-11 23:59"), shanghai("2026-03-12 00:01")
        assert (waits(world, "station", before), remind_reviews(at=before)) == ([], 0)
        assert waits(world, "station", after) == ["挂起复核"]
        assert [remind_reviews(at=after), remind_reviews(at=after + timedelta(hours=1))] == [1, 1]
        assert heard(world, "review") == ["station", "street"]
        world.move(case, "resume", "station", at=after)
        assert (waits(world, "station", after), remind_reviews(at=after)) == ([], 0)

    def test_how_often_and_how_long(self, world: World) -> None:
        case = world.to_street()
        for began, ended in (("2026-03-02 14:00", "2026-03-05 09:00"), ("2026-03-06 10:00", "2026-03-06 16:00")):
            world.move(case, "suspend", "street", note="等材料", **DATES, at=shanghai(began))
            world.move(case, "resume", "street", at=shanghai(ended))
        at = shanghai("2026-03-09 09:00")
        pauses = case_detail(world["street"], case.number, at=at).suspensions
        assert [one.days(at) for one in pauses] == [3, 1]

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"reason": ""}, "reason_given"),
            ({"promised_on": date(2026, 3, 1)}, "promise_not_before_review"),
            ({"state": "asked", "decider": 0}, "decided_whole"),
            ({"state": "refused", "decider": 0}, "decided_whole"),
            ({"state": "ended"}, "ended_when_resumed"),
            ({"decided_by": None}, "decided_whole"),
        ],
    )
    def test_half_a_suspension_cannot_be_written(self, world: World, change: dict[str, Any], constraint: str) -> None:
        world.case_in("suspended")
        if "decider" in change:
            change = change | {"decider": world.centre("district")}
        with pytest.raises(IntegrityError, match=f"cases_suspension_{constraint}"), transaction.atomic():
            Suspension.objects.update(**change)

    def test_a_request_was_made_of_somebody(self, world: World) -> None:
        ask(world, world.accepted())
        with pytest.raises(IntegrityError, match="cases_suspension_asked_of_somebody"), transaction.atomic():
            Suspension.objects.update(decider=None)
