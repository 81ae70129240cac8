"""What is settled on the spot is drawn by lot and seen on site by somebody else."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.cases.drawing import how_many, lots, week_before
from apps.cases.models import Case, CaseEvent, SpotCheck, SpotDraw, SpotShare
from apps.cases.selectors.spot import SpotWanted, draw_detail, worker_results
from apps.cases.services import attach_case_photo, perform_with_photos
from apps.cases.services.lots import percent_at, set_share
from apps.cases.services.spot import draw_spot_checks
from apps.cases.tasks import draw_for_spot_checks
from apps.core import clock, outbox
from apps.core.attachments import attachments_of
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.waiting import waiting_for
from apps.deadlines.models import Limit
from apps.grid.models import Unit
from apps.notices.models import Notice
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World, photo_file
from tests.factories.deadlines import shanghai

TUESDAY = shanghai("2026-03-10 06:12")


def settled(world: World, by: str = "worker", place: str = "grid 0 0 0", **given: Any) -> Case:
    """A case that a worker settled on the spot."""
    world.category.on_the_spot = True
    world.category.save()
    case = world.report(by, place, **given)
    return world.move(case, "settle", by, note="已当场清理")


def drawn(world: World, count: int = 1, **given: Any) -> list[Case]:
    """Cases settled in the week of the world and all drawn in the next."""
    set_share(SpotShare, actor=world["district"], code=world.unit("district").code, percent=100, at=world.at)
    cases = [settled(world, **given) for _ in range(count)]
    world.at = TUESDAY
    draw_spot_checks(at=TUESDAY)
    return [Case.objects.get(pk=case.pk) for case in cases]


def check(world: World, case: Case, by: str = "station", **given: Any) -> Case:
    return world.move(case, "spot_check", by, **{"passed": True, "note": "现场已清", **given})


def heard(world: World, kind: str) -> list[str]:
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))


class TestDrawing:
    """Lots are drawn once a week and desk, and anybody can draw them again."""

    @pytest.mark.parametrize(
        ("day", "week"),
        [
            (date(2026, 3, 9), (date(2026, 3, 2), date(2026, 3, 8))),
            (date(2026, 3, 15), (date(2026, 3, 2), date(2026, 3, 8))),
            (date(2026, 3, 16), (date(2026, 3, 9), date(2026, 3, 15))),
        ],
    )
    def test_the_week_before(self, day: date, week: tuple[date, date]) -> None:
        assert week_before(day) == week

    @pytest.mark.parametrize(
        ("population", "percent", "count"), [(1, 10, 1), (10, 10, 1), (11, 10, 2), (40, 25, 10), (7, 100, 7), (9, 0, 0)]
    )
    def test_the_share_is_rounded_up(self, population: int, percent: int, count: int) -> None:
        assert how_many(population, percent) == count

    def test_the_same_seed_draws_the_same(self) -> None:
        numbers = [f"260302-{number:06d}" for number in range(100)]
        first = lots("0" * 32, numbers, 10)
        assert first == lots("0" * 32, numbers[::-1], 10)
        assert first != lots("1" * 32, numbers, 10)
        assert (len(set(first)), set(first) <= set(numbers)) == (10, True)

    def test_a_share_of_each_desk_is_drawn_once(self, world: World) -> None:
        cases = [settled(world) for _ in range(11)]
        other = settled(world, "worker_b", "grid 1 0 0")
        world.report()  # not settled
        assert draw_spot_checks(at=TUESDAY) == 3
        assert draw_spot_checks(at=TUESDAY + timedelta(days=2)) == 0
        first, second = SpotDraw.objects.order_by("desk__unit__lft")
        assert (first.desk, first.since, first.until) == (
            world.centre("station"),
            date(2026, 3, 2),
            date(2026, 3, 8),
        )
        assert (first.percent, first.drawn, first.population) == (10, 2, sorted(case.number for case in cases))
        assert (second.drawn, second.population) == (1, [other.number])
        found = sorted(SpotCheck.objects.filter(draw=first).values_list("case__number", flat=True))
        assert found == sorted(lots(first.seed, first.population, 2))
        assert draw_detail(world["station"], first.pk).repeated is True
        assert Case.objects.filter(spot_waiting=True).count() == 3

    def test_being_drawn_stands_in_the_chain(self, world: World) -> None:
        case = drawn(world)[0]
        event = CaseEvent.objects.filter(case=case).latest("sequence")
        draw = SpotDraw.objects.get()
        assert (event.action, event.actor, event.sequence, event.payload) == (
            "spot_draw",
            None,
            case.head_sequence,
            {"draw": draw.pk, "since": "2026-03-02", "until": "2026-03-08", "seed": draw.seed},
        )
        assert bytes(event.hash) == bytes(case.head_hash)
        assert heard(world, "spot_draw") == ["station"]

    def test_what_was_settled_in_another_week_or_opened_again_is_not_drawn(self, world: World) -> None:
        world.at = shanghai("2026-03-01 10:00")
        settled(world)
        world.at = shanghai("2026-03-03 10:00")
        world.move(settled(world), "reopen", "worker", note="又堆上了")
        world.at = shanghai("2026-03-09 00:10")
        settled(world)
        assert draw_spot_checks(at=TUESDAY) == 0
        assert not SpotDraw.objects.exists()

    def test_the_task_says_what_it_drew(self, world: World) -> None:
        settled(world)
        with clock.frozen(TUESDAY):
            assert draw_for_spot_checks() == 1


class TestShare:
    """The share is that of the unit, else of the nearest above, else ten in a hundred."""

    def percent(self, world: World) -> int:
        unit = Unit.objects.select_related("parent__parent").get(pk=world.unit("community 0 0").pk)
        return percent_at(SpotShare, unit)

    def test_the_nearest_unit_decides(self, world: World) -> None:
        assert self.percent(world) == 10
        set_share(SpotShare, actor=world["district"], code=world.unit("district").code, percent=20, at=world.tick())
        set_share(SpotShare, actor=world["street"], code=world.unit("street 0").code, percent=30, at=world.tick())
        assert self.percent(world) == 30
        set_share(SpotShare, actor=world["street"], code=world.unit("community 0 0").code, percent=0, at=world.tick())
        assert self.percent(world) == 0
        settled(world)
        assert draw_spot_checks(at=TUESDAY) == 0
        set_share(
            SpotShare, actor=world["street"], code=world.unit("community 0 0").code, percent=None, at=world.tick()
        )
        assert self.percent(world) == 30
        assert SpotShare.objects.count() == 4

    @pytest.mark.parametrize(
        ("who", "place", "refusal"),
        [
            ("station", "community 0 0", NotAllowed),
            ("worker", "grid 0 0 0", NotAllowed),
            ("leader", "district", NotAllowed),
            ("street", "district", NotVisible),
            ("street", "street 1", NotVisible),
            ("street", "grid 0 0 0", InvalidInput),
        ],
    )
    def test_only_a_centre_above_sets_it(self, world: World, who: str, place: str, refusal: type[Exception]) -> None:
        with pytest.raises(refusal):
            set_share(SpotShare, actor=world[who], code=world.unit(place).code, percent=50, at=world.at)
        assert not SpotShare.objects.exists()

    @pytest.mark.parametrize("percent", [-1, 101])
    def test_it_is_of_a_hundred(self, world: World, percent: int) -> None:
        with pytest.raises(InvalidInput) as refused:
            set_share(SpotShare, actor=world["street"], code=world.unit("street 0").code, percent=percent, at=world.at)
        assert list(refused.value.fields) == ["percent"]


class TestChecking:
    """Somebody else than the settler goes and looks."""

    def test_what_holds_stays_closed(self, world: World) -> None:
        case = check(world, drawn(world)[0])
        kept = SpotCheck.objects.get()
        assert (kept.state, kept.checked_by, kept.ended_at, kept.note) == (
            "passed",
            world.people["station"],
            world.at,
            "现场已清",
        )
        assert (case.state, case.open, case.spot_waiting, case.rework_count) == ("closed", False, False, 0)
        assert heard(world, "spot_failed") == []
        with pytest.raises(WrongState):
            check(world, case)

    def test_what_does_not_hold_is_opened_again_as_rework(self, world: World) -> None:
        case = check(world, drawn(world)[0], passed=False, note="垃圾仍在")
        assert (case.state, case.open, case.holder, case.rework_count, case.reopen_count, case.handled_by) == (
            "registered",
            True,
            world.centre("station"),
            1,
            0,
            None,
        )
        assert SpotCheck.objects.get().state == "failed"
        limits = Limit.objects.filter(state="running", subject_url=f"/cases/{case.number}/")
        assert sorted(limits.values_list("stage", flat=True)) == ["handling", "whole"]
        assert heard(world, "spot_failed") == ["worker"]  # whoever checked is at that desk and knows
        world.move(case, "settle", "station", note="已派人清理")
        assert Case.objects.get(pk=case.pk).state == "handled"

    def test_the_other_desk_hears_of_a_failure(self, world: World) -> None:
        check(world, drawn(world)[0], "grid_leader", passed=False, note="垃圾仍在")
        assert heard(world, "spot_failed") == ["station", "worker"]

    @pytest.mark.parametrize(
        ("who", "refusal"),
        [
            ("worker", NotAllowed),
            ("leader", NotAllowed),
            ("mate", NotVisible),
            ("station_b", NotVisible),
            ("agency", NotVisible),
        ],
    )
    def test_never_the_settler_and_nobody_outside(self, world: World, who: str, refusal: type[Exception]) -> None:
        case = drawn(world)[0]
        with pytest.raises(refusal):
            check(world, case, who)
        assert SpotCheck.objects.get().state == "waiting"

    def test_what_was_not_drawn_is_not_checked(self, world: World) -> None:
        with pytest.raises(WrongState):
            check(world, settled(world))

    @pytest.mark.parametrize(("passed", "note", "photo", "fault"), [(True, "", True, False), (True, "", False, True)])
    def test_words_or_a_photo(self, world: World, passed: bool, note: str, photo: bool, fault: bool) -> None:
        case = drawn(world)[0]
        photos = [photo_file()] if photo else []
        given = {"number": case.number, "action": "spot_check", "version": case.version}
        if fault:
            with pytest.raises(InvalidInput) as refused:
                perform_with_photos(
                    actor=world["station"], at=world.tick(), photos=photos, passed=passed, note=note, **given
                )
            assert list(refused.value.fields) == ["note"]
            return
        perform_with_photos(actor=world["station"], at=world.tick(), photos=photos, passed=passed, note=note, **given)
        assert [photo.purpose for photo in attachments_of("case", case.pk)] == ["evidence"]

    def test_a_failure_needs_words_even_with_a_photo(self, world: World) -> None:
        case = drawn(world)[0]
        attach_case_photo(number=case.number, actor=world["station"], upload=photo_file(), at=world.tick())
        with pytest.raises(InvalidInput):
            check(world, case, passed=False, note="")

    def test_photos_of_a_finished_case_only_while_it_waits(self, world: World) -> None:
        case = check(world, drawn(world)[0])
        with pytest.raises(WrongState):
            attach_case_photo(number=case.number, actor=world["station"], upload=photo_file(), at=world.tick())

    def test_it_lapses_where_the_case_is_opened_again(self, world: World) -> None:
        case = world.move(drawn(world)[0], "reopen", "worker", note="又堆上了")
        kept = SpotCheck.objects.get()
        assert (kept.state, kept.ended_at, kept.checked_by, case.spot_waiting) == ("lapsed", world.at, None, False)

    def test_it_waits_at_the_stations_home(self, world: World) -> None:
        drawn(world, 2)

        def kinds(name: str) -> list[str]:
            with clock.frozen(world.at):
                return [str(item.kind) for item in waiting_for(world[name])]

        assert kinds("station") == ["抽查", "抽查"]
        assert "抽查" not in kinds("street")
        assert "抽查" not in kinds("station_next")


class TestPages:
    """The lists, the draw behind them, the share, the phone."""

    def page(self, world: World, path: str, who: str = "station") -> str:
        with clock.frozen(world.at):
            answer = client_of(world[who]).get(path)
        assert answer.status_code == 200
        return answer.content.decode()

    def test_each_list_shows_what_is_there(self, world: World) -> None:
        waits, holds, fails = drawn(world, 3)
        check(world, holds)
        check(world, fails, passed=False, note="垃圾仍在")
        waiting, done = self.page(world, "/spot/"), self.page(world, "/spot/?show=done")
        assert [number in waiting for number in (waits.number, holds.number, fails.number)] == [True, False, False]
        assert [number in done for number in (waits.number, holds.number, fails.number)] == [False, True, True]
        assert "垃圾仍在" in done
        draw = SpotDraw.objects.get()
        assert f"/spot/draws/{draw.pk}/" in self.page(world, "/spot/?show=draws")
        one = self.page(world, f"/spot/draws/{draw.pk}/")
        assert ("按种子复算一致" in one, draw.seed in one) == (True, True)
        found = worker_results(world["leader"], SpotWanted())
        assert [(row.worker.username, row.drawn, row.waiting, row.passed, row.failed, row.rate) for row in found] == [
            ("worker", 3, 1, 1, 1, 50)
        ]
        assert self.page(world, "/spot/?show=workers")
        with clock.frozen(world.at):
            sheet = client_of(world["station"]).get("/spot/export/?show=done")
        assert sheet.status_code == 200

    def test_another_street_sees_none_of_it(self, world: World) -> None:
        case = drawn(world)[0]
        draw = SpotDraw.objects.get()
        assert case.number not in self.page(world, "/spot/", "station_b")
        with clock.frozen(world.at):
            assert client_of(world["station_b"]).get(f"/spot/draws/{draw.pk}/").status_code == 404
        assert worker_results(world["street_b"], SpotWanted()) == []

    def test_the_share_is_set_on_its_page(self, world: World) -> None:
        street, code = client_of(world["street"]), world.unit("community 0 0").code
        with clock.frozen(world.at):
            assert street.post("/spot/shares/", {"unit": code, "percent": "101"}).status_code == 422
            assert street.post("/spot/shares/", {"unit": code, "percent": "25"}).status_code == 302
        assert [(share.unit.code, share.percent) for share in SpotShare.objects.all()] == [(code, 25)]
        assert "25%" in self.page(world, "/spot/?show=shares", "street")
        # a station that asks for the tab gets the list
        assert "抽查比例（%）" not in self.page(world, "/spot/?show=shares")

    def test_on_the_phone(self, world: World) -> None:
        case = drawn(world)[0]
        station = client_of(world["station"])
        assert f"/field/verify/{case.number}/" in self.page(world, "/field/verify/")
        assert case.number not in self.page(world, "/field/verify/", "worker")
        assert "重开案件" in self.page(world, f"/field/verify/{case.number}/")
        body = {"version": str(case.version), "passed": "no", "note": "垃圾仍在", "photo": photo_file()}
        with clock.frozen(world.at):
            assert station.post(f"/field/verify/{case.number}/", body).status_code == 302
        kept = Case.objects.get(pk=case.pk)
        assert (kept.state, SpotCheck.objects.get().state) == ("registered", "failed")
        assert [photo.purpose for photo in attachments_of("case", case.pk)] == ["evidence"]

    def test_over_the_api(self, world: World) -> None:
        case = drawn(world)[0]
        path = f"/api/v1/cases/{case.number}/"
        with clock.frozen(world.at):
            seen = api_of(world["station"]).get(path).json()
            answer = api_of(world["station"]).post(
                f"{path}spot_check/", {"version": case.version, "passed": True, "note": "已清"}, format="json"
            )
        assert (seen["spot_waiting"], "spot_check" in seen["actions"]) == (True, True)
        assert (answer.status_code, answer.json()["spot_waiting"]) == (200, False)

    @pytest.mark.parametrize("count", [1, 3])
    def test_each_list_costs_the_same_at_any_length(self, world: World, count: int) -> None:
        for case in drawn(world, count * 2)[:count]:
            check(world, case)
        costs = {}
        for show in ("waiting", "done", "workers", "draws"):
            client = client_of(world["station"])
            with clock.frozen(world.at), CaptureQueriesContext(connection) as asked:
                assert client.get(f"/spot/?show={show}").status_code == 200
            costs[show] = len(asked)
        assert costs == {"waiting": 8, "done": 8, "workers": 9, "draws": 11}


def broken(world: World, name: str, **columns: Any) -> None:
    """The database refuses a check with these columns, by the constraint of that name."""
    row = SpotCheck.objects.get()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        SpotCheck.objects.filter(pk=row.pk).update(**columns)


def test_the_database_keeps_checks_whole(world: World) -> None:
    case = drawn(world)[0]
    row = SpotCheck.objects.get()
    station, worker = world.people["station"], world.people["worker"]
    broken(world, "cases_spotcheck_found_whole", state="passed")
    broken(world, "cases_spotcheck_found_whole", state="lapsed")
    broken(world, "cases_spotcheck_found_whole", ended_at=world.at)
    found = {"state": "passed", "ended_at": world.at, "note": "好"}
    broken(world, "cases_spotcheck_by_somebody_else", **found, checked_by=worker)
    broken(world, "cases_spotcheck_failure_explained", state="failed", ended_at=world.at, note="", checked_by=station)
    with pytest.raises(IntegrityError, match="cases_spotcheck_draw_case"), transaction.atomic():
        SpotCheck.objects.create(
            draw=row.draw,
            case=case,
            settled_by=worker,
            settled_at=world.at,
            state="lapsed",
            ended_at=world.at,
            **row.place,
        )
    other = SpotDraw.objects.create(**draw_columns(world, until=date(2026, 3, 15)))
    with pytest.raises(IntegrityError, match="cases_spotcheck_one_waiting"), transaction.atomic():
        SpotCheck.objects.create(draw=other, case=case, settled_by=worker, settled_at=world.at, **row.place)


def draw_columns(world: World, **changed: Any) -> dict[str, Any]:
    made: datetime = world.at
    place = world.unit("district").pk
    return {
        "desk": world.centre("station"),
        "since": date(2026, 3, 2),
        "until": date(2026, 3, 8),
        "percent": 10,
        "seed": "0" * 32,
        "population": ["260302-000001"],
        "drawn": 1,
        "made_at": made,
        "district_id": place,
        **changed,
    }


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("cases_spotdraw_days_in_order", {"since": date(2026, 3, 9)}),
        ("cases_spotdraw_percent_of_hundred", {"percent": 0}),
        ("cases_spotdraw_percent_of_hundred", {"percent": 101}),
        ("cases_spotdraw_out_of_population", {"drawn": 2}),
        ("cases_spotdraw_out_of_population", {"drawn": 0}),
        ("cases_spotdraw_seed_written", {"seed": "x" * 32}),
    ],
)
def test_the_database_keeps_draws_whole(world: World, name: str, columns: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        SpotDraw.objects.create(**draw_columns(world, **columns))


def test_one_draw_a_week_and_desk(world: World) -> None:
    SpotDraw.objects.create(**draw_columns(world))
    with pytest.raises(IntegrityError, match="cases_spotdraw_once"), transaction.atomic():
        SpotDraw.objects.create(**draw_columns(world))


def test_a_share_beyond_a_hundred_is_refused(world: World) -> None:
    with pytest.raises(IntegrityError, match="cases_spotshare_percent_of_hundred"), transaction.atomic():
        SpotShare.objects.create(
            unit=world.unit("district"), percent=101, set_by=world.people["district"], set_at=world.at
        )
