"""The telephone sheet, what was said, the three rates, the draws and the share: pages, workbooks and the API."""

import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.cases.models import Case, CaseEvent, FollowUp, FollowUpDraw, FollowUpShare
from apps.cases.selectors.follow_ups import FollowUpsWanted, rate_table
from apps.cases.services import Caller
from apps.cases.services.follow_ups import place_follow_ups
from apps.core import clock
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World
from tests.factories.deadlines import shanghai

ASKS = Caller(name="王小明", phone="13800138000", callback="phone")
PHONE = Caller(name="李华", phone="13900139000")
HAPPY = {"outcome": "reached", "contacted": True, "solved": True, "satisfied": True}
ANSWERS = {"outcome": "reached", "contacted": "True", "solved": "True", "satisfied": "True"}


def settled(world: World, count: int = 1, caller: Caller = ASKS, **given: Any) -> list[Case]:
    """Cases that a worker settled on the spot, their reporters on the sheet."""
    world.category.on_the_spot = True
    world.category.save()
    cases = [
        world.move(world.report(caller=caller, title=f"垃圾堆放 {number}", **given), "settle", "worker", note="已清")
        for number in range(count)
    ]
    place_follow_ups(at=world.tick())
    return [Case.objects.get(pk=case.pk) for case in cases]


def page(world: World, path: str, who: str = "station", status: int = 200) -> str:
    with clock.frozen(world.at):
        answer = client_of(world[who]).get(path)
    assert answer.status_code == status
    return str(answer.content.decode())


def post(world: World, path: str, body: dict[str, Any], who: str = "station", **headers: str) -> Any:
    with clock.frozen(world.at):
        return client_of(world[who]).post(path, body, headers=headers)


def sheet(world: World, path: str, who: str = "station") -> list[list[Any]]:
    with clock.frozen(world.at):
        answer = client_of(world[who]).get(path)
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [[cell.value for cell in row] for row in book.active.iter_rows()]


class TestSheet:
    """Whom to call, the case beside it, and what came of the call."""

    def test_the_first_of_the_sheet_is_open_with_what_was_done(self, world: World) -> None:
        first, second = settled(world, 2)
        seen = page(world, "/follow-ups/")
        assert (first.number in seen, second.number in seen, "当场处置完毕" in seen) == (True, True, True)
        assert ("138****8000" in seen, "13800138000" in seen, "王小明" in seen) == (True, False, False)
        row = FollowUp.objects.get(case=second)
        assert f"/cases/{second.number}/" in page(world, f"/follow-ups/{row.pk}/")

    def test_saving_opens_the_next_one(self, world: World) -> None:
        first, second = settled(world, 2)
        rows = [FollowUp.objects.get(case=case) for case in (first, second)]
        answer = post(world, f"/follow-ups/{rows[0].pk}/", ANSWERS | {"version": first.version, "note": "好"})
        assert (answer.status_code, answer.url) == (302, f"/follow-ups/{rows[1].pk}/")
        answer = post(world, f"/follow-ups/{rows[1].pk}/", {"outcome": "no_answer", "version": second.version})
        assert (answer.status_code, answer.url) == (302, "/follow-ups/")
        assert [FollowUp.objects.get(pk=row.pk).state for row in rows] == ["reached", "waiting"]
        assert second.number not in page(world, "/follow-ups/")
        assert second.number in page(world, "/follow-ups/?show=later")

    def test_the_filters_stay_from_one_call_to_the_next(self, world: World) -> None:
        first, second = settled(world, 2)
        where = f"?unit={world.unit('grid 0 0 0').code}&why=asked"
        answer = post(world, f"/follow-ups/{FollowUp.objects.get(case=first).pk}/{where}", ANSWERS)
        assert answer.url == f"/follow-ups/{FollowUp.objects.get(case=second).pk}/{where}"

    def test_what_is_missing_is_said_beside_its_question(self, world: World) -> None:
        case = settled(world)[0]
        row = FollowUp.objects.get()
        answer = post(world, f"/follow-ups/{row.pk}/", {"outcome": "reached", "solved": "True", "note": "说得很快"})
        assert answer.status_code == 422
        assert (answer.content.decode().count("此项必填"), "说得很快" in answer.content.decode()) == (4, True)
        assert post(world, f"/follow-ups/{row.pk}/", {"outcome": "busy"}).status_code == 422
        unhappy = ANSWERS | {"satisfied": "False"}
        assert "须写明反映人怎么说" in post(world, f"/follow-ups/{row.pk}/", unhappy).content.decode()
        assert Case.objects.get(pk=case.pk).head_sequence == case.head_sequence

    def test_a_call_in_vain_forgets_answers_marked_by_mistake(self, world: World) -> None:
        settled(world)
        row = FollowUp.objects.get()
        assert post(world, f"/follow-ups/{row.pk}/", ANSWERS | {"outcome": "refused"}).status_code == 302
        row.refresh_from_db()
        assert (row.state, row.solved) == ("unreached", None)

    def test_somebody_was_faster(self, world: World) -> None:
        case = settled(world)[0]
        row = FollowUp.objects.get()
        world.move(case, "follow_up", "street", **HAPPY)
        answer = post(world, f"/follow-ups/{row.pk}/", ANSWERS | {"version": case.version})
        assert (answer.status_code, answer.url) == (302, f"/follow-ups/{row.pk}/")
        assert 'name="outcome"' not in page(world, f"/follow-ups/{row.pk}/")

    def test_the_number_is_shown_for_a_purpose_that_is_logged(self, world: World) -> None:
        case = settled(world)[0]
        row = FollowUp.objects.get()
        assert post(world, f"/follow-ups/{row.pk}/phone/", {"purpose": "回"}).status_code == 422
        answer = post(world, f"/follow-ups/{row.pk}/phone/", {"purpose": "电话回访核实"}, **{"HX-Request": "true"})
        assert ("13800138000" in answer.content.decode(), answer["Cache-Control"]) == (
            True,
            "max-age=0, no-cache, no-store, must-revalidate, private",
        )
        event = CaseEvent.objects.filter(case=case).latest("sequence")
        assert (event.action, event.actor, event.payload["purpose"]) == (
            "reveal",
            world.people["station"],
            "电话回访核实",
        )
        assert post(world, f"/follow-ups/{row.pk}/phone/", {"purpose": "看看是谁"}, "leader").status_code == 403

    def test_whoever_handled_it_reads_but_does_not_call(self, world: World) -> None:
        case = world.move(world.report(caller=ASKS), "register", "station")
        case = world.move(world.move(case, "settle", "station", note="已清"), "verify", "worker", passed=True)
        world.move(case, "close", "station")
        place_follow_ups(at=world.tick())
        row = FollowUp.objects.get()
        assert "没有要回访的" in page(world, "/follow-ups/")
        assert 'name="outcome"' not in page(world, f"/follow-ups/{row.pk}/")
        assert 'name="outcome"' in page(world, f"/follow-ups/{row.pk}/", "street")
        assert post(world, f"/follow-ups/{row.pk}/", ANSWERS).status_code == 403

    def test_leaders_read_what_was_said_and_do_not_call(self, world: World) -> None:
        case = settled(world)[0]
        world.move(case, "follow_up", "station", **(HAPPY | {"satisfied": False, "note": "来得太慢"}))
        seen = page(world, "/follow-ups/", "leader")
        assert ("来得太慢" in seen, "电话表" in seen, "改日再打" in seen) == (True, False, False)

    def test_another_street_sees_none_of_it(self, world: World) -> None:
        case = settled(world)[0]
        assert case.number not in page(world, "/follow-ups/", "street_b")
        page(world, f"/follow-ups/{FollowUp.objects.get().pk}/", "street_b", status=404)

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_sheet_costs_the_same_at_any_length(self, world: World, count: int) -> None:
        cases = settled(world, count * 2)
        for case in cases[:count]:
            world.move(case, "follow_up", "station", **HAPPY)
        costs = {}
        for show in ("waiting", "done", "rates", "draws"):
            client = client_of(world["station"])
            with clock.frozen(world.at), CaptureQueriesContext(connection) as asked:
                assert client.get(f"/follow-ups/?show={show}").status_code == 200
            costs[show] = len(asked)
        assert costs == {"waiting": 16, "done": 10, "rates": 13, "draws": 9}


class TestResults:
    """What was said, by filters; the three rates; the draws and the share."""

    def called(self, world: World) -> None:
        """Four on the spot and one of the section: three content, one unsolved and one not reached."""
        cases = settled(world, 4)
        for case in cases[:2]:
            world.move(case, "follow_up", "station", **HAPPY)
        world.move(cases[2], "follow_up", "station", outcome="refused")
        unhappy = HAPPY | {"contacted": False, "solved": False, "satisfied": False, "note": "还在"}
        world.move(cases[3], "follow_up", "station", **unhappy)
        case = world.case_in("closed", caller=ASKS)
        place_follow_ups(at=world.tick())
        world.move(case, "follow_up", "street", **HAPPY)

    def test_the_rates_of_units_and_agencies(self, world: World) -> None:
        self.called(world)
        table = rate_table(world["street"], FollowUpsWanted())
        assert [(rate.numerator, rate.denominator, rate.percent) for rate in table.total.rates] == [
            (3, 4, 75.0),
            (3, 4, 75.0),
            (3, 4, 75.0),
        ]
        assert [(row.name, row.reached, row.unreached, row.solved) for row in table.units] == [("1街1社区", 4, 1, 3)]
        found = {row.name: (row.reached, row.unreached, row.contacted, row.rejected) for row in table.agencies}
        assert found == {world.centre("station").name: (3, 1, 2, 0), world.agencies["section"].name: (1, 0, 1, 0)}
        assert rate_table(world["street_b"], FollowUpsWanted()).total.rates[0].percent is None
        assert rate_table(world["leader"], FollowUpsWanted()).units[0].name == "第1街道"

    def test_no_figure_stands_where_nobody_was_reached(self, world: World) -> None:
        case = settled(world)[0]
        world.move(case, "follow_up", "station", outcome="refused")
        seen = page(world, "/follow-ups/?show=rates")
        assert ("—</td>" in seen, "0.0%" in seen) == (True, False)
        assert "这段时间没有回访" in page(world, "/follow-ups/?show=rates", "street_b")

    def test_the_list_is_narrowed(self, world: World) -> None:
        self.called(world)
        section = world.agencies["section"].code
        asked = {
            "": 5,
            "&result=satisfied": 3,
            "&result=unsolved": 1,
            "&result=uncontacted": 1,
            "&result=rejected": 0,
            "&result=unreached": 1,
            f"&agency={section}": 1,
            "&why=drawn": 0,
            f"&unit={world.unit('grid 0 0 0').code}": 5,
        }
        found = {more: page(world, f"/follow-ups/?show=done{more}", "street").count("data-href-row") for more in asked}
        assert found == asked
        page(world, "/follow-ups/?show=done&result=nothing", "street", status=400)

    def test_the_workbooks(self, world: World) -> None:
        self.called(world)
        rows = sheet(world, "/follow-ups/export/?show=done", "street")
        assert (len(rows), [row[12] for row in rows[1:] if row[12]]) == (6, ["还在"])
        rates = sheet(world, "/follow-ups/export/?show=rates", "street")
        assert [row[0] for row in rates][:3] == ["单位", "合计", "1街1社区"]
        assert rates[1][2:] == [4, 1, 3, 0.75, 3, 0.75, 3, 0.75, 0]

    def test_the_draw_and_the_share(self, world: World) -> None:
        body = {"unit": world.unit("community 0 0").code, "percent": "100"}
        assert post(world, "/follow-ups/shares/", body | {"percent": "101"}, "street").status_code == 422
        assert post(world, "/follow-ups/shares/", body, "street").status_code == 302
        assert FollowUpShare.objects.get().percent == 100
        assert "100%" in page(world, "/follow-ups/?show=shares", "street")
        case = settled(world, caller=PHONE)[0]
        world.at = shanghai("2026-03-10 06:22")
        place_follow_ups(at=world.at)
        draw = FollowUpDraw.objects.get()
        assert f"/follow-ups/draws/{draw.pk}/" in page(world, "/follow-ups/?show=draws")
        one = page(world, f"/follow-ups/draws/{draw.pk}/")
        assert ("按种子复算一致" in one, draw.seed in one, case.number in one) == (True, True, True)
        page(world, f"/follow-ups/draws/{draw.pk}/", "street_b", status=404)

    def test_over_the_api(self, world: World) -> None:
        first, second = settled(world, 2)
        with clock.frozen(world.at):
            waiting = api_of(world["station"]).get("/api/v1/follow-ups/").json()
            path = f"/api/v1/cases/{first.number}/follow_up/"
            wrong = api_of(world["station"]).post(path, {"version": first.version}, format="json")
            body = HAPPY | {"version": first.version}
            answer = api_of(world["station"]).post(path, body, format="json")
            done = api_of(world["station"]).get("/api/v1/follow-ups/?done=true").json()
        assert [row["case"] for row in waiting["results"]] == [first.number, second.number]
        assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["outcome"])
        assert (answer.status_code, answer.json()["follow_up_waiting"], answer.json()["solved"]) == (200, False, True)
        kept = done["results"][0]
        assert (kept["state"], kept["satisfied"], kept["agency"], kept["place"]["community"]) == (
            "reached",
            True,
            world.centre("station").code,
            world.unit("community 0 0").code,
        )
        assert "13800138000" not in str(waiting) + str(done)
        assert "王" not in str(waiting) + str(done)

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_api_costs_the_same_at_any_length(self, world: World, count: int) -> None:
        settled(world, count)
        client = api_of(world["station"])
        with clock.frozen(world.at), CaptureQueriesContext(connection) as asked:
            assert len(client.get("/api/v1/follow-ups/").json()["results"]) == count
        assert len(asked) == 2
