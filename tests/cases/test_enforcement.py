"""Law enforcement on a case: dissuaded on the spot, handed over with basis and evidence, decided by the body alone."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.cases import services
from apps.cases.inputs import list_wanted
from apps.cases.models import Case, CaseEvent, Enforcement
from apps.cases.presentation import export_row
from apps.cases.selectors.detail import case_detail
from apps.cases.selectors.queues import queue_rows
from apps.core import clock, outbox
from apps.core.errors import InvalidInput, NotAllowed, WrongState
from apps.deadlines.models import Limit
from apps.notices.models import Notice
from tests.factories.accounts import api_of, client_of
from tests.factories.cases import World, photo_file

BASIS = "《上海市市容环境卫生管理条例》第四十二条"
FINE = {
    "penalised": True,
    "decided_on": date(2026, 3, 2),
    "document": "沪静城管罚〔2026〕12号",
    "penalty": "fine",
    "amount": Decimal("500.00"),
}
SPARED = {"penalised": False, "decided_on": date(2026, 3, 2), "note": "情节轻微并及时改正"}


def with_photo(world: World, case: Case) -> Case:
    services.attach_case_photo(number=case.number, actor=world["street"], upload=photo_file(), at=world.tick())
    return case


def hand_over(world: World, case: Case | None = None, **given: Any) -> Case:
    """Handed over by the street to its enforcement team, in whose name ``assistant`` acts."""
    case = case or with_photo(world, world.to_street())
    body = {"agency": world.agencies["helper"].code, "basis": BASIS, "note": "占道经营，拒不改正"}
    return world.move(case, "hand_over", "street", **(body | given))


def taken_on(world: World) -> Case:
    return world.move(hand_over(world), "accept", "assistant")


def heard(world: World, kind: str) -> list[str]:
    with clock.frozen(world.at + timedelta(seconds=1)):
        outbox.drain()
    return sorted(Notice.objects.filter(kind=f"case.{kind}").values_list("recipient__username", flat=True))


def end_of(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 23, 59, 59, tzinfo=clock.SHANGHAI)


class TestDissuasion:
    """Talking to whoever is at fault, on the spot."""

    @pytest.mark.parametrize(("heeded", "words"), [(True, "听从"), (False, "不听从")])
    def test_it_is_on_the_case(self, world: World, heeded: bool, words: str) -> None:
        case = world.move(world.report(), "dissuade", "worker", note="劝其收摊", heeded=heeded)
        entry = case_detail(world["station"], case.number, at=world.at).entries[-1]
        assert (entry.text, entry.note, case.state) == (f"现场劝导，当事人{words}", "劝其收摊", "reported")

    def test_by_whoever_handles_it_too(self, world: World) -> None:
        case = world.accepted()
        assert world.move(case, "dissuade", "agency", note="劝其收摊", heeded=True).state == "dispatched"
        with pytest.raises(NotAllowed):
            world.move(case, "dissuade", "leader", note="劝其收摊", heeded=True)
        with pytest.raises(WrongState):
            world.move(world.handled(), "dissuade", "worker", note="劝其收摊", heeded=True)

    def test_what_it_asks_for(self, world: World) -> None:
        with pytest.raises(InvalidInput) as refused:
            world.move(world.report(), "dissuade", "worker")
        assert set(refused.value.fields) == {"note", "heeded"}


class TestHandOver:
    """By the desk, with facts, basis and evidence, to a body that may punish."""

    def test_the_body_gets_a_leg_until_the_last_day_of_the_law(self, world: World) -> None:
        case = hand_over(world)
        leg = world.legs(case)[-1]
        assert (case.state, case.enforcing, case.holder, leg.state) == (
            "dispatched",
            True,
            world.agencies["helper"],
            "offered",
        )
        assert leg.due_at == end_of(2026, 5, 31)
        ends = dict(Limit.objects.filter(state="running").values_list("stage", "due_at"))
        assert ends == {"handling": end_of(2026, 5, 31), "whole": end_of(2026, 5, 31)}
        kept = Enforcement.objects.get(case=case)
        assert (kept.number, kept.leg, kept.basis, kept.facts, kept.state) == (
            1,
            leg,
            BASIS,
            "占道经营，拒不改正",
            "handed",
        )
        assert heard(world, "hand_over") == ["assistant"]

    def test_or_until_the_day_the_desk_names(self, world: World) -> None:
        case = hand_over(world, until=date(2026, 3, 20))
        assert case.due_at == end_of(2026, 3, 20)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"agency": "nobody"}, "agency"),
            ({"agency": None}, "agency"),
            ({"basis": None}, "basis"),
            ({"note": ""}, "note"),
            ({"until": date(2026, 3, 2)}, "until"),
        ],
    )
    def test_half_a_hand_over_is_refused(self, world: World, given: dict[str, Any], field: str) -> None:
        case = with_photo(world, world.to_street())
        with pytest.raises(InvalidInput) as refused:
            hand_over(world, case, **given)
        assert list(refused.value.fields) == [field]
        assert not Enforcement.objects.exists()

    def test_only_to_a_body_of_law_enforcement(self, world: World) -> None:
        with pytest.raises(InvalidInput) as refused:
            hand_over(world, agency=world.agencies["section"].code)
        assert refused.value.fields == {"agency": ["只能移交有执法权的单位，请从名单中选择。"]}

    def test_not_without_evidence(self, world: World) -> None:
        with pytest.raises(InvalidInput) as refused:
            hand_over(world, world.to_street())
        assert refused.value.fields == {"photo": ["移交执法须有证据照片，请先上传。"]}

    def test_not_by_others(self, world: World) -> None:
        case = with_photo(world, world.dispatched())
        for who, error in (("leader", NotAllowed), ("agency", NotAllowed), ("street", WrongState)):
            with pytest.raises(error):
                world.move(case, "hand_over", who, agency=world.agencies["helper"].code, basis=BASIS, note="占道")

    def test_given_back_it_can_be_handed_over_again(self, world: World) -> None:
        case = world.move(hand_over(world), "return", "assistant", note="证据不足")
        assert (case.state, case.enforcing) == ("registered", False)
        case = hand_over(world, case)
        assert list(Enforcement.objects.values_list("number", "state")) == [(1, "given_back"), (2, "handed")]


class TestDecision:
    """By the body alone, before it feeds back."""

    def test_a_fine(self, world: World) -> None:
        case = taken_on(world)
        with pytest.raises(WrongState):
            world.move(case, "feedback", "assistant", note="已处理")
        case = world.move(case, "decide_penalty", "assistant", **FINE)
        kept = Enforcement.objects.get(case=case)
        assert (kept.state, kept.document, kept.penalty, kept.amount, kept.decided_on, kept.decided_by) == (
            "penalised",
            FINE["document"],
            "fine",
            Decimal("500.00"),
            date(2026, 3, 2),
            world.people["assistant"],
        )
        assert heard(world, "decide_penalty") == ["street"]
        assert world.move(case, "feedback", "assistant", note="已处罚并整改").state == "handled"
        entries = case_detail(world["street"], case.number, at=world.at).entries
        assert "处罚：罚款 500.00 元，沪静城管罚〔2026〕12号" in [entry.text for entry in entries]

    def test_or_none_with_its_reason(self, world: World) -> None:
        case = world.move(taken_on(world), "decide_penalty", "assistant", **SPARED)
        kept = Enforcement.objects.get(case=case)
        assert (kept.state, kept.reason, kept.penalty, kept.amount) == ("spared", SPARED["note"], "", None)
        with pytest.raises(WrongState):
            world.move(case, "decide_penalty", "assistant", **SPARED)

    @pytest.mark.parametrize(
        ("given", "fields"),
        [
            ({"amount": None}, ["amount"]),
            ({"amount": Decimal(0)}, ["amount"]),
            ({"penalty": "warning"}, ["amount"]),
            ({"penalty": "", "document": " "}, ["document", "penalty"]),
            ({"decided_on": date(2026, 3, 3)}, ["decided_on"]),
            ({"decided_on": date(2026, 3, 1)}, ["decided_on"]),
            ({"penalised": False}, ["amount", "note", "penalty"]),
            ({"penalised": None}, ["penalised"]),
        ],
    )
    def test_half_a_decision_is_refused(self, world: World, given: dict[str, Any], fields: list[str]) -> None:
        case = taken_on(world)
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "decide_penalty", "assistant", **(FINE | given))
        assert sorted(refused.value.fields) == fields
        assert Enforcement.objects.get(case=case).state == "handed"

    def test_not_by_others_and_not_before_it_is_taken_on(self, world: World) -> None:
        case = hand_over(world)
        for who, error in (("leader", NotAllowed), ("station", WrongState), ("street", WrongState)):
            with pytest.raises(error):
                world.move(case, "decide_penalty", who, **FINE)
        with pytest.raises(WrongState):
            world.move(case, "decide_penalty", "assistant", **FINE)

    @pytest.mark.parametrize(
        ("change", "constraint"),
        [
            ({"basis": ""}, "basis_given"),
            ({"facts": ""}, "basis_given"),
            ({"document": ""}, "decided_whole"),
            ({"decided_on": None}, "decided_whole"),
            ({"reason": "轻微"}, "decided_whole"),
            ({"amount": None}, "amount_fits"),
            ({"amount": Decimal(-1)}, "amount_fits"),
            ({"penalty": "warning"}, "amount_fits"),
            ({"ended_at": None}, "ended_when_done"),
            ({"state": "handed"}, "decided_whole"),
        ],
    )
    def test_half_a_decision_cannot_be_written(self, world: World, change: dict[str, Any], constraint: str) -> None:
        world.move(taken_on(world), "decide_penalty", "assistant", **FINE)
        with pytest.raises(IntegrityError, match=f"cases_enforcement_{constraint}"), transaction.atomic():
            Enforcement.objects.update(**change)

    def test_one_is_open_at_most(self, world: World) -> None:
        kept = Enforcement.objects.get(case=hand_over(world))
        kept.pk, kept.number = None, 2
        with pytest.raises(IntegrityError, match="cases_enforcement_one_open"), transaction.atomic():
            kept.save(force_insert=True)
        kept.number, kept.state, kept.ended_at = 1, "given_back", world.at
        with pytest.raises(IntegrityError, match="cases_enforcement_case_number"), transaction.atomic():
            kept.save(force_insert=True)


class TestShown:
    """On the case, on its sheet, in the list as a workbook, in the API."""

    def test_on_the_page_and_the_sheet(self, world: World) -> None:
        case = world.move(taken_on(world), "decide_penalty", "assistant", **FINE)
        with clock.frozen(world.at):
            client = client_of(world["street"])
            pages = [client.get(f"/cases/{case.number}/{tail}").content.decode() for tail in ("", "sheet/")]
        for page in pages:
            assert "移交 城管中队 执法" in page
            assert "500.00 元" in page
            assert FINE["document"] in page

    def test_in_the_workbook(self, world: World) -> None:
        case = world.move(taken_on(world), "decide_penalty", "assistant", **FINE)
        world.dispatched()
        with CaptureQueriesContext(connection) as asked:
            rows = list(queue_rows(world["street"], "handling", list_wanted({}), order="", at=world.at))
            found = {row.number: export_row(row)[-3:] for row in rows}
        assert found[case.number] == [FINE["document"], "罚款", Decimal("500.00")]
        assert sorted(len(set(map(str, cells))) for cells in found.values()) == [1, 3]
        assert len([one for one in asked if 'FROM "cases_enforcement"' in one["sql"]]) == 1

    def test_through_the_api(self, world: World) -> None:
        case = with_photo(world, world.to_street())
        with clock.frozen(world.tick()):
            client = api_of(world["street"])
            body = {"version": case.version, "agency": world.agencies["helper"].code, "basis": BASIS, "note": "占道"}
            answer = client.post(f"/api/v1/cases/{case.number}/hand_over/", body, format="json")
        assert (answer.status_code, answer.json()["state"]) == (200, "dispatched")
        assert [(one["agency"], one["state"], one["amount"]) for one in answer.json()["enforcements"]] == [
            (world.agencies["helper"].code, "handed", None)
        ]

    def test_through_the_form(self, world: World) -> None:
        case = world.to_street()
        with clock.frozen(world.tick()):
            client = client_of(world["street"])
            path = f"/cases/{case.number}/act/hand_over/"
            form = client.get(path).content.decode()
            assert world.agencies["helper"].code in form
            assert world.agencies["section"].code not in form
            body = {"version": case.version, "agency": world.agencies["helper"].code, "basis": BASIS, "note": "占道"}
            assert client.post(path, body).status_code == 422
            assert client.post(path, body | {"photos": photo_file()}).status_code == 302
        assert Enforcement.objects.get(case=case).basis == BASIS
        assert CaseEvent.objects.filter(case=case, action="hand_over").count() == 1

    @pytest.mark.parametrize("times", [1, 3])
    def test_the_page_costs_the_same(self, world: World, times: int) -> None:
        case = hand_over(world)
        for _again in range(times - 1):
            case = hand_over(world, world.move(case, "return", "assistant", note="证据不足"))
        with clock.frozen(world.at), CaptureQueriesContext(connection) as asked:
            case_detail(world["street"], case.number, at=world.at).enforcements  # noqa: B018 - reads them
        assert len([one for one in asked if "cases_enforcement" in one["sql"] and "SELECT" in one["sql"]][1:]) <= 1
