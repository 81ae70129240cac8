"""Screening of disputes: communities weekly, streets fortnightly, nil returns included; who is late is reminded."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.cases.models import Case, ScreeningPeriod, ScreeningReturn
from apps.cases.selectors.screenings import screening
from apps.cases.services.screenings import file_return, open_periods, period_of, remind_missing
from apps.cases.tasks import screen_for_disputes
from apps.core import clock
from apps.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible
from apps.core.models import PeriodicTask
from apps.core.waiting import waiting_for
from apps.notices.models import Notice
from tests.factories.accounts import client_of
from tests.factories.cases import World
from tests.factories.deadlines import shanghai

MONDAY = shanghai("2026-03-02 09:30")
SUNDAY = shanghai("2026-03-08 10:00")
TUESDAY = shanghai("2026-03-10 08:05")


@pytest.fixture(autouse=True)
def dispute(world: World) -> None:
    """The category of this file's cases is a dispute."""
    world.category.evidence = "mediation"
    world.category.save()


def week() -> ScreeningPeriod:
    open_periods(at=MONDAY)
    return ScreeningPeriod.objects.get(level="community", starts_on=date(2026, 3, 2))


def filed(
    world: World, period: ScreeningPeriod, by: str = "station", place: str = "community 0 0", **given: Any
) -> Any:
    values = {"numbers": [], "signature": "陈蔚", "at": SUNDAY} | given
    return file_return(period_id=period.pk, code=world.unit(place).code, actor=world[by], **values)


class TestPeriods:
    """Opened by the timetable, none left out, none twice."""

    @pytest.mark.parametrize(
        ("level", "day", "first", "last"),
        [
            ("community", date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 8)),
            ("community", date(2026, 3, 8), date(2026, 3, 2), date(2026, 3, 8)),
            ("street", date(2026, 1, 5), date(2026, 1, 5), date(2026, 1, 18)),
            ("street", date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 15)),
            ("street", date(2026, 3, 15), date(2026, 3, 2), date(2026, 3, 15)),
            ("street", date(2025, 12, 29), date(2025, 12, 22), date(2026, 1, 4)),
        ],
    )
    def test_weeks_and_fortnights(self, level: str, day: date, first: date, last: date) -> None:
        assert period_of(level, day) == (first, last)

    def test_opening_twice_opens_once_and_an_outage_leaves_no_hole(self, world: World) -> None:
        assert [open_periods(at=MONDAY), open_periods(at=SUNDAY)] == [2, 0]
        assert open_periods(at=shanghai("2026-03-24 08:05")) == 4
        assert list(ScreeningPeriod.objects.values_list("level", "starts_on").order_by("level", "starts_on")) == [
            ("community", date(2026, 3, 2)),
            ("community", date(2026, 3, 9)),
            ("community", date(2026, 3, 16)),
            ("community", date(2026, 3, 23)),
            ("street", date(2026, 3, 2)),
            ("street", date(2026, 3, 16)),
        ]
        assert week().due_at == shanghai("2026-03-09 23:59").replace(second=59)

    def test_the_task_is_on_the_timetable(self, world: World) -> None:
        with clock.frozen(TUESDAY):
            assert screen_for_disputes() == 0
        assert PeriodicTask.objects.get(name="cases.screen_disputes").last_result == 0


class TestReturns:
    """By the unit's own desk, with the cases found or none, signed."""

    def test_what_was_found(self, world: World) -> None:
        case = world.report(title="楼上漏水")
        kept = filed(world, week(), numbers=[case.number, case.number], note="已登记")
        assert (kept.found, list(kept.cases.all()), kept.signature, kept.late) == (1, [case], "陈蔚", False)
        assert (kept.community, kept.street, kept.grid) == (world.unit("community 0 0"), world.unit("street 0"), None)

    def test_a_nil_return(self, world: World) -> None:
        kept = filed(world, week(), at=TUESDAY)
        assert (kept.found, kept.late) == (0, True)

    def test_a_street_returns_for_itself(self, world: World) -> None:
        open_periods(at=MONDAY)
        period = ScreeningPeriod.objects.get(level="street")
        case = world.report(title="楼上漏水")
        kept = filed(world, period, "street", "street 0", numbers=[case.number])
        assert (kept.street, kept.community, kept.found) == (world.unit("street 0"), None, 1)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"signature": " "}, "signature"),
            ({"signature": "陈" * 61}, "signature"),
            ({"note": "长" * 501}, "note"),
            ({"numbers": ["none"]}, "cases"),
        ],
    )
    def test_half_a_return_is_refused(self, world: World, given: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            filed(world, week(), **given)
        assert list(refused.value.fields) == [field]
        assert not ScreeningReturn.objects.exists()

    def test_only_disputes_of_the_unit_and_period_count(self, world: World) -> None:
        period = week()
        elsewhere = world.report(by="worker_b", place="grid 1 0 0")
        early = world.report()
        Case.objects.filter(pk=early.pk).update(reported_at=shanghai("2026-03-01 23:59"))
        for case in (elsewhere, early):
            with pytest.raises(InvalidInput):
                filed(world, period, numbers=[case.number])
        world.category.evidence = "none"
        world.category.save()
        with pytest.raises(InvalidInput):
            filed(world, period, numbers=[world.report().number])

    @pytest.mark.parametrize(
        ("who", "place", "error"),
        [
            ("street", "community 0 0", NotAllowed),
            ("leader", "community 0 0", NotAllowed),
            ("station_next", "community 0 0", NotVisible),
            ("station_b", "community 0 0", NotVisible),
            ("street", "street 0", NotVisible),
        ],
    )
    def test_not_by_others_and_not_of_another_level(
        self, world: World, who: str, place: str, error: type[Exception]
    ) -> None:
        with pytest.raises(error):
            filed(world, week(), who, place)

    def test_once(self, world: World) -> None:
        period = week()
        filed(world, period)
        with pytest.raises(Conflict):
            filed(world, period)
        assert ScreeningReturn.objects.count() == 1

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"signature": ""}, "signed"),
            ({"street": None}, "(path_without_hole|of_a_desk)"),
            ({"street": None, "community": None}, "of_a_desk"),
        ],
    )
    def test_what_cannot_be_written(self, world: World, change: dict[str, Any], constraint: str) -> None:
        filed(world, week())
        with pytest.raises(IntegrityError, match=f"cases_screeningreturn_{constraint}"), transaction.atomic():
            ScreeningReturn.objects.update(**change)

    def test_periods_that_cannot_be(self, world: World) -> None:
        period = week()
        open_periods(at=TUESDAY)
        rows = ScreeningPeriod.objects.filter(pk=period.pk)
        for constraint, change in (
            ("level_known", {"level": "grid"}),
            ("ends_later", {"ends_on": period.starts_on}),
            ("level_start", {"starts_on": date(2026, 3, 9), "ends_on": date(2026, 3, 15)}),
        ):
            with pytest.raises(IntegrityError, match=f"cases_screeningperiod_{constraint}"), transaction.atomic():
                rows.update(**change)


class TestMissing:
    """Waits at home when the period ends, is reminded once when it is due, and is counted."""

    def test_it_waits_at_the_own_desk(self, world: World) -> None:
        period = week()

        def waits(who: str, at: Any) -> list[str]:
            with clock.frozen(at):
                return [item.place for item in waiting_for(world[who]) if item.kind == "排查填报"]

        assert (waits("station", MONDAY), waits("station", SUNDAY)) == ([], [world.unit("community 0 0").name])
        assert waits("leader", SUNDAY) == []
        filed(world, period)
        assert waits("station", SUNDAY) == []

    def test_it_is_reminded_once(self, world: World) -> None:
        filed(world, week())
        assert [remind_missing(at=SUNDAY), remind_missing(at=TUESDAY), remind_missing(at=TUESDAY)] == [0, 3, 3]
        told = Notice.objects.filter(kind="case.screening_missing").values_list("recipient__username", flat=True)
        assert sorted(told) == ["station_b", "station_next"]

    def test_late_and_missing_are_counted(self, world: World) -> None:
        first = week()
        open_periods(at=shanghai("2026-03-16 08:05"))
        second = ScreeningPeriod.objects.get(level="community", starts_on=date(2026, 3, 9))
        filed(world, first, at=TUESDAY)
        filed(world, second, at=shanghai("2026-03-15 10:00"))
        found = screening(world["street"], level="community", period_id=first.pk, at=shanghai("2026-03-18 09:00"))
        assert (found.filed, found.nil, found.late, found.missing, found.found) == (1, 1, 1, 1, 0)
        assert [(line.unit.name, line.missing, line.lapses) for line in found.lines] == [
            (world.unit("community 0 0").name, False, 1),
            (world.unit("community 0 1").name, True, 2),
        ]
        assert len(screening(world["leader"], level="community", period_id=None, at=TUESDAY).lines) == 4
        with pytest.raises(NotAllowed):
            screening(world["worker"], level="community", period_id=None, at=TUESDAY)
        with pytest.raises(NotVisible):
            screening(world["street"], level="community", period_id=0, at=TUESDAY)


class TestPages:
    """Overview, workbook, and the return itself."""

    @pytest.mark.parametrize("returns", [0, 2])
    def test_the_overview_costs_the_same(self, world: World, returns: int) -> None:
        period = week()
        for who, place in [("station", "community 0 0"), ("station_next", "community 0 1")][:returns]:
            filed(world, period, who, place)
        with clock.frozen(TUESDAY):
            client = client_of(world["street"])
            client.get("/screenings/")
            with CaptureQueriesContext(connection) as asked:
                page = client.get("/screenings/").content.decode()
        assert len([one for one in asked if "cases_screening" in one["sql"]]) == 3
        assert page.count("零报告</td>") == returns

    def test_the_workbook(self, world: World) -> None:
        filed(world, week(), numbers=[world.report().number], note="=1+1")
        with clock.frozen(TUESDAY):
            answer = client_of(world["street"]).get("/screenings/export/?level=community")
        rows = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)
        assert [row[1:5] for row in rows[1:]] == [
            (world.unit("community 0 0").name, "已报", 1, "否"),
            (world.unit("community 0 1").name, "未报", None, None),
        ]
        assert rows[1][8] == "=1+1"

    def test_filing_on_the_page(self, world: World) -> None:
        period, case = week(), world.report(title="楼上漏水")
        path = f"/screenings/{period.pk}/{world.unit('community 0 0').code}/"
        with clock.frozen(SUNDAY):
            client = client_of(world["station"])
            assert case.number in client.get(path).content.decode()
            assert client.post(path, {"cases": [case.number]}).status_code == 422
            assert client.post(path, {"cases": ["x"], "signature": "陈蔚"}).status_code == 422
            assert client.post(path, {"cases": [case.number], "signature": "陈蔚"}).status_code == 302
            assert case.number in client.get(path).content.decode()
            assert client.post(path, {"signature": "陈蔚"}).status_code == 409
        assert ScreeningReturn.objects.get().found == 1

    def test_before_the_first_period(self, world: World) -> None:
        with clock.frozen(MONDAY):
            assert "还没有排查期" in client_of(world["street"]).get("/screenings/").content.decode()
