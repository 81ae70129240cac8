"""Where nobody's duty is clear the fallback acts first, and what the district rules becomes the routing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.cases.models import Case, DutyRuling, RoutingRule
from apps.cases.selectors.suggestion import suggest
from apps.cases.services import SeenCase, act_on_cases
from apps.cases.services.routing import Targets
from apps.cases.services.rulings import rule_on_duty
from apps.cases.shell import waiting_cases
from apps.core import clock
from apps.core.errors import InvalidInput, NotVisible, WrongState
from tests.cases.test_case_pages import cost, get, post, words
from tests.factories.cases import MONDAY, World, make_category
from tests.factories.routing import make_rule

TOMORROW = clock.local(MONDAY).date() + timedelta(days=1)


def at_district(world: World, **given: Any) -> Case:
    """A case on the district's desk, of a category that is nobody's duty unless another is given."""
    case = world.to_street(**{"category": make_category("疑难", duty="")} | given)
    return world.move(case, "escalate", "street", note="职责不明")


def unclear(world: World, case: Case, agency: str = "street") -> Case:
    return world.move(case, "dispatch", "district", agency=world.centre(agency).code, unclear=True)


def rule(world: World, ruling: DutyRuling, who: str = "district", lead: str = "", **given: Any) -> DutyRuling:
    targets = Targets(lead or f"agency:{world.agencies['department'].code}")
    values: dict[str, Any] = {"targets": targets, "because": "三定方案"} | given
    return rule_on_duty(actor=world[who], ruling_id=ruling.pk, at=world.tick(), **values)


class TestOpening:
    """The dispatch that asks for a ruling."""

    def test_the_fallback_acts_first_and_a_task_opens(self, world: World) -> None:
        case = unclear(world, at_district(world))
        assert (case.state, case.holder) == ("dispatched", world.centre("street"))
        row = DutyRuling.objects.get()
        assert (row.district, row.category, row.case, row.agency, row.opened_by, row.ruled_at) == (
            world.unit("district"),
            case.category,
            case,
            world.centre("street"),
            world["district"],
            None,
        )
        assert "职责不明，请区中心裁定" in words(get(world, "district", f"/cases/{case.number}/"))

    def test_one_waits_for_each_category(self, world: World) -> None:
        category = make_category("疑难", duty="")
        for _ in range(2):
            unclear(world, at_district(world, category=category))
        unclear(world, at_district(world))
        assert DutyRuling.objects.count() == 2

    def test_only_to_the_fallback(self, world: World) -> None:
        case = at_district(world, category=world.category)
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "dispatch", "district", agency=world.agencies["department"].code, unclear=True)
        assert refused.value.fields == {"agency": ["职责不明的先派给托底单位：第1街道网格化中心。"]}
        assert not DutyRuling.objects.exists()
        assert unclear(world, case).state == "dispatched", "a desk may doubt what the rules say"

    def test_not_where_the_level_has_no_fallback(self, world: World) -> None:
        case = world.to_street()
        with pytest.raises(InvalidInput) as refused:
            world.move(case, "dispatch", "street", agency=world.agencies["section"].code, unclear=True)
        assert list(refused.value.fields) == ["unclear"]
        case.refresh_from_db()
        assert case.state == "registered"

    def test_without_the_flag_nothing_opens(self, world: World) -> None:
        world.move(at_district(world), "dispatch", "district", agency=world.centre("street").code)
        assert not DutyRuling.objects.exists()

    def test_many_at_once_ask_as_suggested(self, world: World) -> None:
        case = at_district(world)
        seen = [SeenCase(case.number, case.version)]
        assert act_on_cases(actor=world["district"], action="dispatch", seen=seen, at=world.tick())[0].done
        assert DutyRuling.objects.get().case == case

    def test_the_form_ticks_it_where_only_the_fallback_is_left(self, world: World) -> None:
        form = get(world, "district", f"/cases/{at_district(world).number}/act/dispatch/").context["form"]
        assert form["unclear"].value() is True
        form = get(world, "street", f"/cases/{world.to_street().number}/act/dispatch/").context["form"]
        assert form["unclear"].value() is False


class TestRuling:
    """What the district's centre decides."""

    def test_it_becomes_a_rule_from_tomorrow_on(self, world: World) -> None:
        category = make_category("疑难", duty="")
        unclear(world, at_district(world, category=category))
        row = rule(world, DutyRuling.objects.get())
        made = RoutingRule.objects.get(category=category)
        assert (row.rule, row.ruled_by) == (made, world["district"])
        assert (made.level, made.unit, made.effective_from, made.because, made.by_hand) == (
            "district",
            world.unit("district"),
            TOMORROW,
            "三定方案",
            True,
        )
        world.tick(days=1)
        case = at_district(world, category=category)
        found = suggest(case, at=world.at)
        assert found is not None
        assert (found.agency, found.fallback) == (world.agencies["department"], False)

    def test_it_follows_the_rule_there_was(self, world: World) -> None:
        case = at_district(world, category=world.category)
        old = make_rule(category=world.category, level="district", unit=world.unit("district"), lead="duty:fire")
        unclear(world, case)
        row = rule(world, DutyRuling.objects.get())
        old.refresh_from_db()
        assert (old.effective_to, old.ended_by, old.ended_because) == (
            TOMORROW - timedelta(days=1),
            world["district"],
            "三定方案",
        )
        assert row.rule is not None
        assert row.rule.effective_from == TOMORROW

    def test_once_by_the_districts_desk_with_a_lead_and_a_reason(self, world: World) -> None:
        unclear(world, at_district(world))
        row = DutyRuling.objects.get()
        for who in ("street", "admin", "leader", "station"):
            with pytest.raises(NotVisible):
                rule(world, row, who=who)
        for given, field in (({"targets": Targets()}, "lead"), ({"because": " "}, "because")):
            with pytest.raises(InvalidInput) as refused:
                rule(world, row, **given)
            assert list(refused.value.fields) == [field]
        rule(world, row)
        with pytest.raises(WrongState):
            rule(world, row)

    def test_it_waits_for_the_district(self, world: World) -> None:
        unclear(world, at_district(world))
        for who, kinds in (("district", ["裁定职责"]), ("street", [])):
            with clock.frozen(world.at):
                found = [one.kind for one in waiting_cases(world[who]) if one.icon == "scale"]
            assert found == kinds
        rule(world, DutyRuling.objects.get())
        with clock.frozen(world.at):
            assert [one for one in waiting_cases(world["district"]) if one.icon == "scale"] == []


class TestPages:
    """The list and the task."""

    def test_empty_open_and_ruled(self, world: World) -> None:
        assert "没有职责不明的事项" in words(get(world, "district", "/rulings/"))
        case = unclear(world, at_district(world))
        row = DutyRuling.objects.get()
        assert f"疑难 {case.number} 路边堆放垃圾 第1街道网格化中心" in words(get(world, "district", "/rulings/"))
        assert get(world, "street", f"/rulings/{row.pk}/").status_code == 404
        assert "没有规则说由谁办" not in words(get(world, "district", f"/rulings/{row.pk}/"))
        wrong = post(world, "district", f"/rulings/{row.pk}/", {"lead": "", "because": "三定方案"})
        assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["lead"])
        lead = f"agency:{world.agencies['department'].code}"
        done = post(world, "district", f"/rulings/{row.pk}/", {"lead": lead, "because": "三定方案"})
        assert (done.status_code, done.url) == (302, "/rulings/")
        assert "district：三定方案" in words(get(world, "district", "/rulings/"))

    @pytest.mark.parametrize("rows", [1, 3])
    def test_cost(self, world: World, rows: int) -> None:
        for _ in range(rows):
            unclear(world, at_district(world))
        assert cost(world, "district", "/rulings/") == 8


def test_a_task_that_cannot_be(world: World) -> None:
    unclear(world, at_district(world))
    row = DutyRuling.objects.get()
    with pytest.raises(IntegrityError, match="cases_dutyruling_ruled_whole"), transaction.atomic():
        DutyRuling.objects.filter(pk=row.pk).update(ruled_at=world.at)
    row.pk = None
    with pytest.raises(IntegrityError, match="cases_dutyruling_one_open"), transaction.atomic():
        row.save(force_insert=True)
