"""Rulings on duties and spot checks have a date: a reminder before, the level above hears once when it passes."""

from datetime import datetime, timedelta

import pytest

from apps.cases.models import DutyRuling, SpotCheck, SpotDraw
from apps.cases.services.screenings import remind_above
from apps.core import clock, outbox
from apps.core.waiting import waiting_for
from apps.deadlines.models import LadderStep, Limit
from apps.deadlines.sweep import sweep
from apps.notices.models import Notice
from tests.cases.test_rulings import at_district, rule, unclear
from tests.cases.test_screenings import filed, week
from tests.cases.test_spot_checks import check, drawn
from tests.factories.accounts import client_of
from tests.factories.cases import World
from tests.factories.deadlines import shanghai


def limit_of(kind: str, pk: int) -> Limit:
    """The limit of a ruling or a draw."""
    return Limit.objects.get(subject_kind=kind, subject_id=pk)


def swept(world: World, *moments: datetime) -> None:
    """Sweep at each of these moments, twice each."""
    for moment in moments:
        world.at = moment
        for _ in range(2):
            with clock.frozen(moment):
                sweep(at=moment)
                outbox.drain()


def told(kind: str, url: str) -> list[str]:
    rows = Notice.objects.filter(kind=f"deadline.{kind}", url=url)
    return sorted(rows.values_list("recipient__username", flat=True))


class TestRulings:
    """Five working days for the district's centre; then its leaders hear."""

    def test_each_step_once(self, world: World) -> None:
        unclear(world, at_district(world))
        ruling = DutyRuling.objects.get()
        limit = limit_of("duty_ruling", ruling.pk)
        assert (limit.stage, limit.holder, limit.head, limit.due_at.date() - limit.started_at.date()) == (
            "ruling",
            world.centre("district"),
            None,
            timedelta(days=7),
        )
        url = f"/rulings/{ruling.pk}/"
        swept(world, limit.due_at - timedelta(days=1), limit.due_at + timedelta(minutes=1))
        swept(world, limit.due_at + timedelta(days=9))
        assert (told("remind", url), told("escalate", url)) == (["district"], ["district", "leader"])
        assert list(LadderStep.objects.filter(limit=limit).values_list("kind", "card")) == [
            ("remind", "none"),
            ("escalate", "none"),
        ]

    def test_it_ends_with_the_ruling(self, world: World) -> None:
        unclear(world, at_district(world))
        ruling = DutyRuling.objects.get()
        rule(world, ruling)
        limit = limit_of("duty_ruling", ruling.pk)
        assert (limit.state, limit.ended_at) == ("ended", world.at)

    def test_a_second_case_starts_no_second_limit(self, world: World) -> None:
        first = unclear(world, at_district(world))
        unclear(world, at_district(world, category=first.category))
        assert Limit.objects.filter(subject_kind="duty_ruling").count() == 1

    def test_it_shows_where_it_waits(self, world: World) -> None:
        unclear(world, at_district(world))
        ruling = DutyRuling.objects.get()
        due = limit_of("duty_ruling", ruling.pk).due_at
        with clock.frozen(world.at):
            waits = [item.due_at for item in waiting_for(world["district"]) if item.kind == "裁定职责"]
            pages = {name: client_of(world[name]).get("/cases/").content.decode() for name in ("district", "street")}
            listed = client_of(world["district"]).get("/rulings/").content.decode()
        assert waits == [due]
        assert ["/rulings/" in pages[name] for name in ("district", "street")] == [True, False]
        assert "chip" in listed


class TestSpotChecks:
    """One limit for what a draw gave: five working days for the station; then the street hears."""

    def test_each_step_once(self, world: World) -> None:
        drawn(world, 2)
        draw = SpotDraw.objects.get()
        limit = limit_of("spot_check", draw.pk)
        assert (limit.stage, limit.holder, limit.head) == (
            "spot_check",
            world.centre("station"),
            world.centre("street"),
        )
        url = f"/spot/draws/{draw.pk}/"
        swept(world, limit.due_at - timedelta(hours=3), limit.due_at + timedelta(minutes=1))
        swept(world, limit.due_at + timedelta(days=9))
        assert (told("remind", url), told("escalate", url)) == (["station"], ["station", "street"])

    def test_it_ends_with_the_last_check(self, world: World) -> None:
        first, second = drawn(world, 2)
        draw = SpotDraw.objects.get()
        check(world, first)
        assert limit_of("spot_check", draw.pk).state == "running"
        world.move(second, "reopen", "worker", note="又堆上了")
        assert (limit_of("spot_check", draw.pk).state, SpotCheck.objects.filter(state="waiting").count()) == (
            "ended",
            0,
        )


class TestScreenings:
    """What is not returned three working days after it was due reaches the centre above."""

    @pytest.mark.parametrize(
        ("moment", "centres"),
        [("2026-03-13 08:05", 0), ("2026-03-14 08:05", 2), ("2026-03-20 08:05", 2)],
    )
    def test_after_three_working_days(self, world: World, moment: str, centres: int) -> None:
        filed(world, week())
        assert [remind_above(at=shanghai(moment)) for _ in range(2)] == [centres, centres]
        notices = Notice.objects.filter(kind="case.screening_missing")
        assert sorted(notices.values_list("recipient__username", flat=True)) == ["street", "street_b"][:centres]
        assert {notice.params["count"] for notice in notices} == ({1, 2} if centres else set())
