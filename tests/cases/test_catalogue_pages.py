"""The catalogue tab: what goes where at a desk, what goes to nobody, and one category with its history."""

import io
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from apps.cases.models import Category, RoutingRule
from apps.cases.selectors.desks import routes_at
from apps.cases.services import categories
from apps.core import clock
from apps.grid.manage_tabs import lines_for
from tests.cases.test_case_pages import cost, get, post, words
from tests.factories.cases import MONDAY, World, make_agency, make_category
from tests.factories.routing import make_rule

TODAY = clock.local(MONDAY).date()
LATER = TODAY + timedelta(days=7)
TREE = "/manage/310106001/catalogue/"


@pytest.fixture
def branch(world: World) -> Category:
    """A root and a branch above the world's category and two others, one of nobody's duty."""
    root = make_category("事件", level=1, is_leaf=False, duty="", code="00")
    made = make_category("市容环境", level=2, is_leaf=False, duty="", code="01", parent=root, standard="先清后查。")
    others = [make_category("占道经营", duty="enforcement"), make_category("疑难", duty="")]
    Category.objects.filter(pk__in=[world.category.pk, *(one.pk for one in others)]).update(parent=made)
    return made


def standings(world: World, place: str) -> dict[str, str]:
    routes = routes_at(world.unit(place), on=TODAY).routes
    return {route.leaf.name: route.standing for route in routes}


class TestDesks:
    """Whom a desk gives each category to, before there is a case."""

    def test_clear_fallback_and_nobody(self, world: World, branch: Category) -> None:
        assert standings(world, "street 0") == {"积存垃圾渣土": "clear", "占道经营": "clear", "疑难": "nobody"}
        assert standings(world, "district") == {"积存垃圾渣土": "clear", "占道经营": "fallback", "疑难": "fallback"}
        assert set(standings(world, "grid 0 0 0").values()) == {"nobody"}

    def test_the_queries_do_not_grow(self, world: World, branch: Category, django_assert_num_queries: Any) -> None:
        for number in range(4):
            make_category(f"又一类 {number}")
        unit = world.unit("street 0")
        with django_assert_num_queries(6):
            routes_at(unit, on=TODAY)

    def test_the_administrator_is_told_on_the_overview(self, world: World, branch: Category) -> None:
        with clock.frozen(world.at):
            lines = {line.label: (line.value, line.tone) for line in lines_for(world["admin"], world.unit("street 0"))}
            district = {
                line.label: (line.value, line.tone) for line in lines_for(world["admin"], world.unit("district"))
            }
            others = [line.label for line in lines_for(world["street"], world.unit("street 0"))]
        assert lines["案件类别"] == ("1 类无处可派", "near")
        assert district["案件类别"] == ("各类都有去处", "")
        assert "案件类别" not in others


class TestTree:
    """The list of branches and leaves."""

    def test_a_branch_lists_its_leaves_with_whom_they_go_to(self, world: World, branch: Category) -> None:
        said = words(get(world, "street", f"{TREE}?branch={branch.key}"))
        for line in ("积存垃圾渣土 市容管理办", "占道经营 城管中队", "疑难 无处可派", "1 类案件本街道无处可派"):
            assert line in said
        assert "新增小类" not in said
        assert "新增小类" in words(get(world, "admin", f"{TREE}?branch={branch.key}"))

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("?show=nobody", ["疑难"]),
            ("?q=占道", ["占道经营"]),
            ("?q=nothing-like-it", []),
            ("?show=inactive", ["停用的"]),
            ("", []),
        ],
    )
    def test_what_is_asked_for(self, world: World, branch: Category, query: str, names: list[str]) -> None:
        make_category("停用的", active=False, parent=branch)
        page = get(world, "street", TREE + query)
        assert [line.leaf.name for line in page.context["catalogue"].lines] == names

    def test_a_branch_that_is_not_there(self, world: World) -> None:
        assert get(world, "street", f"{TREE}?branch=no:such:thing").status_code == 404

    def test_without_catalogues_it_says_what_to_do(self, world: World) -> None:
        assert "运行 manage.py load_catalogues" in words(get(world, "street", TREE))

    @pytest.mark.parametrize("rows", [1, 3])
    def test_cost(self, world: World, branch: Category, rows: int) -> None:
        for number in range(rows):
            make_category(f"又一类 {number}", parent=branch)
        assert cost(world, "street", f"{TREE}?branch={branch.key}") == 14

    def test_the_workbook(self, world: World, branch: Category) -> None:
        answer = get(world, "street", f"{TREE}export/")
        book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        rows = list(book.active.iter_rows(values_only=True))
        picked = {row[3]: (row[1], row[2], row[10], row[11], row[13], row[14]) for row in rows[1:]}
        assert picked == {
            "积存垃圾渣土": ("事件", "市容环境", "先清后查。", "市容管理办", "否", "积存垃圾渣土"),
            "占道经营": ("事件", "市容环境", "先清后查。", "城管中队", "否", "占道经营"),
            "疑难": ("事件", "市容环境", "先清后查。", None, "否", None),
        }


def path(world: World, rest: str = "") -> str:
    return f"{TREE}category/{world.category.key}/{rest}"


class TestCategory:
    """One category."""

    def test_what_it_is_and_how_it_came_to_be(self, world: World, branch: Category) -> None:
        make_rule(category=branch, unit=world.unit("street 0"), lead="duty:enforcement")
        categories.change_category(
            actor=world["admin"],
            category_id=world.category.pk,
            changes={"name": "积存垃圾", "on_the_spot": True},
            effective_from=LATER,
            because="规范名称",
            at=world.at,
        )
        said = words(get(world, "admin", path(world)))
        for line in (
            "先清后查。 （大类的）",
            "积存垃圾渣土 负责“市容环卫”的单位",
            "市容环境 · 第1街道 负责“enforcement”的单位",
            "已有变更将在 2026-03-09 生效",
            "类别： 积存垃圾渣土 积存垃圾",
            "可当场处置： 否 是",
            "规范名称 admin",
        ):
            assert line in said, line
        assert "改类别" not in said, "one change waits already"

    def test_changed_and_taken_back_on_pages(self, world: World) -> None:
        body = {"name": "积存垃圾", "urgency": "normal", "evidence": "none", "active": "on", "because": "规范名称"}
        late = post(world, "admin", path(world, "change/"), body | {"effective_from": TODAY.isoformat()})
        assert (late.status_code, list(late.context["form"].errors)) == (422, ["effective_from"])
        done = post(world, "admin", path(world, "change/"), body | {"effective_from": LATER.isoformat()})
        assert (done.status_code, done.url) == (302, path(world))
        version = world.category.versions.get(applied_at=None)
        back = post(world, "admin", f"{TREE}versions/{version.pk}/withdraw/", {})
        assert (back.status_code, back.url) == (302, path(world))
        version.refresh_from_db()
        assert version.withdrawn_by == world["admin"]

    def test_a_new_leaf_on_a_page(self, world: World, branch: Category) -> None:
        body = {"code": "01099", "name": "共享单车", "urgency": "normal", "evidence": "none", "because": "新增"}
        body["effective_from"] = LATER.isoformat()
        done = post(world, "admin", f"{TREE}new/?parent={branch.key}", body)
        assert done.status_code == 302
        made = Category.objects.get(key="test:event:01099")
        assert (made.parent, made.active, made.name_en) == (branch, False, "共享单车")

    def test_no_such_category(self, world: World) -> None:
        assert get(world, "admin", f"{TREE}category/no:such:thing/").status_code == 404


class TestRules:
    """The forms of the rules."""

    def test_a_rule_for_here(self, world: World) -> None:
        helper = world.agencies["helper"].code
        form = get(world, "admin", f"{TREE}rules/add/?category={world.category.key}").context["form"]
        assert form["area"].field.choices[0] == ("310106001", "第1街道")
        body = {
            "level": "street",
            "area": "310106001",
            "lead": f"agency:{helper}",
            "assisting": ["duty:fire"],
            "fallback": "",
            "effective_from": LATER.isoformat(),
            "because": "街道试点",
        }
        done = post(world, "admin", f"{TREE}rules/add/?category={world.category.key}", body)
        assert (done.status_code, done.url) == (302, path(world))
        rule = RoutingRule.objects.get(unit=world.unit("street 0"))
        assert (rule.category, rule.level, rule.lead, rule.assisting) == (
            world.category,
            "street",
            f"agency:{helper}",
            ["duty:fire"],
        )

    def test_changed_and_ended(self, world: World) -> None:
        rule = RoutingRule.objects.get(category=world.category)
        form = get(world, "admin", f"{TREE}rules/{rule.pk}/change/").context["form"]
        assert form["lead"].value() == "duty:sanitation"
        body = {"lead": "duty:fire", "effective_from": LATER.isoformat(), "because": "改派"}
        assert post(world, "admin", f"{TREE}rules/{rule.pk}/change/", body).status_code == 302
        again = post(world, "admin", f"{TREE}rules/{rule.pk}/change/", body)
        assert "该规则已结束，或已定下结束的日子。" in words(again)
        planned = RoutingRule.objects.get(category=world.category, effective_from=LATER)
        end = {"last_day": TODAY.isoformat(), "because": "有误"}
        assert post(world, "admin", f"{TREE}rules/{planned.pk}/end/", end).status_code == 302
        assert RoutingRule.objects.get(pk=planned.pk).withdrawn

    def test_an_agency_of_elsewhere_stays_to_be_chosen(self, world: World) -> None:
        away = make_agency("外街道办", world.unit("street 1"))
        rule = make_rule(category=world.category, level="street", lead=f"agency:{away.code}")
        form = get(world, "admin", f"{TREE}rules/{rule.pk}/change/").context["form"]
        assert form["lead"].field.choices[-1] == ("现行规则所指", [(f"agency:{away.code}", away.code)])


def test_the_case_shows_the_work_standard(world: World, branch: Category) -> None:
    Category.objects.filter(pk=world.category.pk).update(self_governed=True)
    case = world.report()
    assert "工作标准 先清后查。 可居民自治" in words(get(world, "station", f"/cases/{case.number}/"))
