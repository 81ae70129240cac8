"""Who answers for which case: the most specific rule of the day, and never an edited one."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.cases.models import Case, Category, Leg, RoutingRule
from apps.cases.routing import Matter, matching
from apps.cases.selectors.suggestion import Suggestion, suggest
from apps.cases.services import SeenCase, act_on_cases
from apps.core import clock
from tests.cases.test_case_pages import get, words
from tests.factories.accounts import api_of
from tests.factories.cases import MONDAY, World, make_agency, make_category
from tests.factories.routing import make_rule

TODAY = clock.local(MONDAY).date()
DAY = timedelta(days=1)


def suggested(world: World, case: Case) -> Suggestion | None:
    return suggest(Case.objects.select_related("category", "desk__unit").get(pk=case.pk), at=world.at)


def chosen(world: World, case: Case) -> str:
    found = suggested(world, case)
    return found.agency.name if found else ""


def make_branch(leaf: Category) -> tuple[Category, Category]:
    """A major branch and a root above a leaf."""
    root = make_category("事件", level=1, is_leaf=False, duty="")
    branch = make_category("市容", level=2, is_leaf=False, duty="", parent=root)
    Category.objects.filter(pk=leaf.pk).update(parent=branch)
    leaf.refresh_from_db()
    return root, branch


class TestTheMostSpecific:
    """Deepest category, then deepest area, then the desk's own level; pure."""

    LEAF, BRANCH, ROOT = 3, 2, 1
    STREET, DISTRICT = 20, 10
    MATTER = Matter((LEAF, BRANCH, ROOT), "event", "street", (STREET, DISTRICT))

    def order(self, *rules: dict[str, Any]) -> list[int]:
        made = [RoutingRule(pk=number, **rule) for number, rule in enumerate(rules, start=1)]
        return [rule.pk for rule in matching(made, self.MATTER)]

    def test_a_deeper_category_wins_over_a_deeper_area(self) -> None:
        assert self.order({"category_id": self.BRANCH, "unit_id": self.STREET}, {"category_id": self.LEAF}) == [2, 1]

    def test_a_deeper_area_wins_within_a_category(self) -> None:
        leaf = {"category_id": self.LEAF}
        order = self.order(leaf, leaf | {"unit_id": self.DISTRICT}, leaf | {"unit_id": self.STREET})
        assert order == [3, 2, 1]

    def test_the_desks_own_level_wins_over_any_level(self) -> None:
        assert self.order({"category_id": self.LEAF}, {"category_id": self.LEAF, "level": "street"}) == [2, 1]
        assert self.order({"level": "street"}, {"unit_id": self.DISTRICT}) == [2, 1]

    def test_a_kind_is_more_than_nothing_and_less_than_a_root(self) -> None:
        assert self.order({}, {"kind": "event"}, {"category_id": self.ROOT}) == [3, 2, 1]

    def test_what_is_for_something_else_is_left_out(self) -> None:
        others = ({"category_id": 9}, {"unit_id": 99}, {"level": "district"}, {"kind": "component"})
        assert self.order(*others) == []


class TestSuggestion:
    """What the dispatch centre is told."""

    def test_a_rule_of_the_branch_holds_for_its_leaves(self, world: World) -> None:
        leaf = make_category("暴露垃圾", duty="")
        _root, branch = make_branch(leaf)
        case = world.to_street(category=leaf)
        assert chosen(world, case) == ""
        make_rule(category=branch, lead="duty:enforcement")
        assert chosen(world, case) == "城管中队"
        make_rule(category=leaf, lead="duty:sanitation")
        assert chosen(world, case) == "市容管理办"

    def test_an_area_of_its_own_names_an_agency_and_who_assists(self, world: World) -> None:
        case = world.to_street()
        section, helper = world.agencies["section"], world.agencies["helper"]
        rule = make_rule(
            category=world.category,
            unit=world.unit("street 0"),
            lead=f"agency:{helper.code}",
            assisting=["duty:sanitation", f"agency:{helper.code}", "duty:nobody"],
        )
        found = suggested(world, case)
        assert found is not None
        assert (found.agency, found.assisting, found.rule, found.fallback) == (helper, [section], rule, False)
        assert found.basis == "积存垃圾渣土 · 第1街道"

    def test_the_level_of_the_desk_decides(self, world: World) -> None:
        make_rule(category=world.category, level="district", lead=f"agency:{world.agencies['street desk'].code}")
        case = world.to_street()
        assert chosen(world, case) == "市容管理办"
        case = world.move(case, "escalate", "street", note="需区级")
        assert chosen(world, case) == "第1街道网格化中心"

    def test_a_rule_whose_agency_the_desk_cannot_reach_leaves_it_to_the_next(self, world: World) -> None:
        elsewhere = world.agencies["section_b"].code
        make_rule(category=world.category, unit=world.unit("street 0"), lead=f"agency:{elsewhere}")
        assert chosen(world, world.to_street()) == "市容管理办"

    def test_an_agency_out_of_service_is_not_suggested(self, world: World) -> None:
        section = world.agencies["section"]
        type(section).objects.filter(pk=section.pk).update(is_active=False)
        assert chosen(world, world.to_street()) == ""

    @pytest.mark.parametrize(
        ("dates", "expected"),
        [
            ({"effective_from": TODAY}, "城管中队"),
            ({"effective_from": TODAY + DAY}, "市容管理办"),
            ({"effective_from": TODAY - DAY, "effective_to": TODAY}, "城管中队"),
            ({"effective_from": TODAY - DAY, "effective_to": TODAY - DAY}, "市容管理办"),
            (
                {"effective_from": TODAY, "withdrawn": True, "ended_at": MONDAY, "ended_because": "有误"},
                "市容管理办",
            ),
        ],
    )
    def test_only_what_holds_today_counts(self, world: World, dates: dict[str, Any], expected: str) -> None:
        make_rule(category=world.category, unit=world.unit("district"), lead="duty:enforcement", **dates)
        assert chosen(world, world.to_street()) == expected

    def test_the_fallback_of_a_component_is_the_construction_department(self, world: World) -> None:
        builders = make_agency("建管委", world.tree.district, "department", ("construction",))
        case = world.to_street(category=make_category("井盖", kind="component", duty=""))
        assert chosen(world, case) == ""
        case = world.move(case, "escalate", "street", note="职责不明")
        found = suggested(world, case)
        assert found is not None
        assert (found.agency, found.fallback, found.assisting, found.basis) == (builders, True, [], "部件 · 区级")

    def test_a_fallback_of_ones_own_comes_before_the_general_one(self, world: World) -> None:
        category = make_category("疑难", duty="")
        make_rule(category=category, level="district", fallback="duty:sanitation")
        case = world.move(world.to_street(category=category), "escalate", "street", note="职责不明")
        assert chosen(world, case) == "绿化市容局"

    def test_the_page_says_which_rule_and_ticks_the_assistants(self, world: World) -> None:
        section, helper = world.agencies["section"], world.agencies["helper"]
        make_rule(
            category=world.category,
            level="street",
            unit=world.unit("street 0"),
            lead="duty:sanitation",
            assisting=[f"agency:{helper.code}"],
        )
        case = world.to_street()
        said = words(get(world, "street", f"/cases/{case.number}/"))
        assert "协办 城管中队 依据派遣规则：积存垃圾渣土 · 街道级 · 第1街道" in said
        form = get(world, "street", f"/cases/{case.number}/act/dispatch/").context["form"]
        assert (form["agency"].value(), form["assisting"].value()) == (section.code, [helper.code])

    def test_many_at_once_go_by_the_same_rules(self, world: World) -> None:
        make_rule(
            category=world.category,
            unit=world.unit("street 0"),
            lead="duty:enforcement",
            assisting=["duty:sanitation"],
        )
        case = world.to_street()
        seen = [SeenCase(case.number, case.version)]
        outcomes = act_on_cases(actor=world["street"], action="dispatch", seen=seen, at=world.tick())
        assert [(one.done, one.said) for one in outcomes] == [(True, "派给城管中队")]
        offered = Leg.objects.filter(case=case, state="offered").order_by("role")
        assert [(leg.agency.name, leg.role) for leg in offered] == [("市容管理办", "assist"), ("城管中队", "lead")]


class TestApi:
    """``GET agencies/?category=`` answers what the rules say."""

    def names(self, world: World, who: str, query: str) -> list[str]:
        with clock.frozen(world.at):
            answer = api_of(world[who]).get(f"/api/v1/agencies/?category={world.category.key}{query}")
        assert answer.status_code == 200
        return [row["name"] for row in answer.json()["results"]]

    def test_each_desk_has_its_own(self, world: World) -> None:
        assert self.names(world, "leader", "") == ["绿化市容局", "市容管理办", "市容管理二办"]
        assert self.names(world, "leader", "&unit=310106") == ["绿化市容局"]
        assert self.names(world, "leader", "&unit=310106001") == ["市容管理办"]
        assert self.names(world, "street", "&unit=310106002") == []

    def test_a_rule_of_an_area(self, world: World) -> None:
        make_rule(category=world.category, unit=world.unit("street 0"), lead="duty:enforcement")
        assert self.names(world, "leader", "&unit=310106001") == ["城管中队"]
        assert self.names(world, "leader", "") == ["绿化市容局", "城管中队", "市容管理二办"]

    def test_nobodys_duty_is_the_fallbacks(self, world: World) -> None:
        world.category = make_category("疑难", duty="")
        assert self.names(world, "leader", "&unit=310106") == ["第1街道网格化中心", "第2街道网格化中心"]
        assert self.names(world, "leader", "&unit=310106001") == []

    @pytest.mark.parametrize("rows", [1, 3])
    def test_the_number_of_queries(self, world: World, rows: int, django_assert_num_queries: Any) -> None:
        for number in range(rows - 1):
            make_agency(f"市容{number}", world.unit("street 0"))
        client = api_of(world["leader"])
        path = f"/api/v1/agencies/?category={world.category.key}"
        client.get(path)
        with django_assert_num_queries(4):
            client.get(path)


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("cases_routingrule_dates_in_order", {"effective_from": TODAY, "effective_to": TODAY - DAY}),
    ("cases_routingrule_kind_or_category", {"kind": "event"}),
    ("cases_routingrule_kind", {"kind": "thing", "category": None}),
    ("cases_routingrule_level", {"level": "grid"}),
    ("cases_routingrule_names_somebody", {"lead": ""}),
    ("cases_routingrule_assists_a_lead", {"lead": "", "fallback": "duty:fire", "assisting": ["duty:police"]}),
    ("cases_routingrule_lead", {"lead": "somebody"}),
    ("cases_routingrule_fallback", {"fallback": "duty:"}),
    ("cases_routingrule_because_given", {"because": ""}),
    ("cases_routingrule_ended_with_reason", {"withdrawn": True}),
    ("cases_routingrule_ended_with_reason", {"ended_at": MONDAY}),
]


class TestRows:
    """What the database refuses."""

    @pytest.mark.parametrize(("name", "values"), FAULTS)
    def test_a_rule_that_cannot_be(self, world: World, name: str, values: dict[str, Any]) -> None:
        rule = {"category": world.category, "unit": world.unit("street 1"), "lead": "duty:fire"}
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            make_rule(**rule | values)

    def test_two_for_the_same_matters_on_the_same_day(self, world: World) -> None:
        with pytest.raises(IntegrityError, match="cases_routingrule_no_overlap"), transaction.atomic():
            make_rule(category=world.category)
        with pytest.raises(IntegrityError, match="cases_routingrule_no_overlap"), transaction.atomic():
            make_rule(kind="event", level="district", fallback="duty:fire")

    @pytest.mark.parametrize(
        "edit",
        [
            lambda rule: rule.update(lead="duty:fire"),
            lambda rule: rule.update(assisting=["duty:fire"]),
            lambda rule: rule.update(effective_from=date(2019, 1, 1)),
            lambda rule: rule.update(level="street"),
            lambda rule: rule.update(because="别的"),
            lambda rule: rule.delete(),
        ],
    )
    def test_a_rule_is_never_edited(self, world: World, edit: Callable[[Any], Any]) -> None:
        rule = RoutingRule.objects.filter(category=world.category)
        with pytest.raises(DatabaseError, match="cases_routingrule_fixed"), transaction.atomic():
            edit(rule)

    def test_it_ends_once(self, world: World) -> None:
        rule = RoutingRule.objects.filter(category=world.category)
        rule.update(effective_to=TODAY, ended_at=MONDAY, ended_because="改派")
        for later in (TODAY - DAY, TODAY + DAY, None):
            with pytest.raises(DatabaseError, match="cases_routingrule_fixed"), transaction.atomic():
                rule.update(effective_to=later)
