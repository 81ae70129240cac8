"""A work item that is not on the unit's admission list cannot be pushed to its grids."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.cases.models import Admission, Case, Category
from apps.cases.services import admissions
from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from tests.cases.test_case_pages import cost, get, post, words
from tests.factories.cases import MONDAY, World, make_category

DAY = timedelta(days=1)
TODAY = clock.local(MONDAY).date()
LATER = TODAY + 7 * DAY


def line(world: World, place: str, category: Category | None = None, **given: Any) -> Admission:
    """A line that has held for long, unless other days are given."""
    values: dict[str, Any] = {
        "effective_from": date(2025, 1, 1),
        "because": "准入",
        "admitted_by": world["admin"],
        "admitted_at": world.at,
    }
    return Admission.objects.create(unit=world.unit(place), category=category or world.category, **values | given)


def admit(world: World, *categories: Category, who: str = "admin", place: str = "street 0", **given: Any) -> Any:
    values: dict[str, Any] = {"effective_from": LATER, "because": "区里同意"}
    return admissions.admit(
        actor=world[who], unit=world.unit(place), categories=categories, at=world.at, **values | given
    )


def push(world: World, case: Case) -> Case:
    return world.move(case, "dispatch", "street", agency=world.centre("station").code)


def refused(world: World, case: Case) -> list[str]:
    with pytest.raises(InvalidInput) as error:
        push(world, case)
    case.refresh_from_db()
    assert case.state == "registered"
    return error.value.fields["agency"]


class TestPushing:
    """From a street to a community's station, whose hands are the grids."""

    def test_without_any_list_everything_goes(self, world: World) -> None:
        assert push(world, world.to_street()).state == "dispatched"

    def test_what_is_on_the_list_goes_and_what_is_not_is_refused(self, world: World) -> None:
        other = make_category("占道经营")
        line(world, "community 0 0", other)
        case = world.to_street()
        assert refused(world, case) == [
            "“积存垃圾渣土”不在1街1社区的准入清单内，不能下派网格。请派给其他单位，或先列入清单。"
        ]
        assert push(world, world.to_street(category=other)).state == "dispatched"

    def test_a_branch_admits_its_leaves(self, world: World) -> None:
        root = make_category("事件", level=1, is_leaf=False, duty="")
        branch = make_category("市容", level=2, is_leaf=False, duty="", parent=root)
        leaf = make_category("乱堆杂物", parent=branch)
        listed = line(world, "street 0", branch)
        assert push(world, world.to_street(category=leaf)).state == "dispatched"
        listed.delete()
        line(world, "street 0", root)
        assert push(world, world.to_street(category=leaf)).state == "dispatched"

    def test_the_nearest_list_holds(self, world: World) -> None:
        line(world, "district")
        line(world, "community 0 0", make_category("占道经营"))
        refused(world, world.to_street())
        Admission.objects.filter(unit=world.unit("community 0 0")).delete()
        assert push(world, world.to_street()).state == "dispatched"

    @pytest.mark.parametrize(
        "days", [{"effective_from": TODAY + DAY}, {"effective_to": TODAY - DAY}], ids=["to come", "over"]
    )
    def test_only_lines_of_the_day_count(self, world: World, days: dict[str, Any]) -> None:
        line(world, "community 0 0", make_category("占道经营"), **days)
        assert push(world, world.to_street()).state == "dispatched"

    def test_others_get_it_all_the_same(self, world: World) -> None:
        line(world, "community 0 0", make_category("占道经营"))
        assert world.dispatched(assisting=("helper",)).state == "dispatched"

    def test_nor_can_the_station_be_made_to_assist(self, world: World) -> None:
        line(world, "community 0 0", make_category("占道经营"))
        case = world.to_street()
        with pytest.raises(InvalidInput) as error:
            world.move(
                case,
                "dispatch",
                "street",
                agency=world.agencies["section"].code,
                assisting=[world.centre("station").code],
            )
        assert list(error.value.fields) == ["assisting"]

    def test_a_street_is_no_grid(self, world: World) -> None:
        line(world, "district", make_category("占道经营"))
        case = world.move(world.to_street(), "escalate", "street", note="需区级")
        case = world.move(case, "dispatch", "district", agency=world.centre("street").code)
        assert case.state == "dispatched"


class TestWriting:
    """Who writes a list, and how."""

    def test_it_holds_from_its_day_on(self, world: World) -> None:
        other = make_category("占道经营")
        made = admit(world, world.category, other)
        assert [(one.category, one.effective_from, one.admitted_by) for one in made] == [
            (world.category, LATER, world["admin"]),
            (other, LATER, world["admin"]),
        ]

    @pytest.mark.parametrize(
        ("given", "field"),
        [({"effective_from": TODAY}, "effective_from"), ({"because": ""}, "because")],
    )
    def test_what_cannot_be(self, world: World, given: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as error:
            admit(world, world.category, **given)
        assert list(error.value.fields) == [field]
        assert not Admission.objects.exists()

    def test_once_and_not_on_a_grid(self, world: World) -> None:
        admit(world, world.category)
        for given in ((world.category,), ()):
            with pytest.raises(InvalidInput) as error:
                admit(world, *given)
            assert list(error.value.fields) == ["categories"]
        with pytest.raises(InvalidInput):
            admit(world, world.category, place="grid 0 0 0")
        for who in ("street", "district", "unit_admin"):
            with pytest.raises(NotAllowed):
                admit(world, world.category, who=who)

    def test_taken_off(self, world: World) -> None:
        held, planned = line(world, "street 0"), admit(world, make_category("占道经营"))[0]
        act = {"actor": world["admin"], "unit": world.unit("street 0"), "because": "收回", "at": world.at}
        with pytest.raises(InvalidInput):
            admissions.end_admission(admission_id=held.pk, last_day=TODAY - DAY, **act)
        admissions.end_admission(admission_id=held.pk, last_day=TODAY, **act)
        admissions.end_admission(admission_id=planned.pk, last_day=TODAY, **act)
        rows = Admission.objects.values_list("pk", "effective_to", "ended_by", "ended_because")
        assert list(rows) == [(held.pk, TODAY, world["admin"].pk, "收回")]
        with pytest.raises(WrongState):
            admissions.end_admission(admission_id=held.pk, last_day=TODAY, **act)
        with pytest.raises(NotVisible):
            admissions.end_admission(admission_id=held.pk, last_day=TODAY, **act | {"unit": world.unit("street 1")})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("cases_admission_dates_in_order", {"effective_to": date(2024, 1, 1)}),
        ("cases_admission_because_given", {"because": ""}),
        ("cases_admission_no_overlap", {}),
    ],
)
def test_a_line_that_cannot_be(world: World, name: str, values: dict[str, Any]) -> None:
    if not values:
        line(world, "street 0")
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        line(world, "street 0", **values)
    with pytest.raises(IntegrityError, match="cases_admission_ended_with_reason"), transaction.atomic():
        line(world, "street 1", ended_by=world["admin"])


class TestPages:
    """The list on its page."""

    PATH = "/manage/310106001/catalogue/admission/"

    def test_whose_list_holds(self, world: World) -> None:
        assert "各类事项都可以下派网格" in words(get(world, "street", self.PATH))
        line(world, "district")
        said = words(get(world, "street", self.PATH))
        assert "本单元没有自己的清单，按310106区的清单。" in said
        assert "积存垃圾渣土 2025-01-01 — 长期 准入 admin" in said
        assert "移出" not in said

    def test_on_and_off(self, world: World) -> None:
        branch = make_category("市容", level=2, is_leaf=False, duty="")
        Category.objects.filter(pk=world.category.pk).update(parent=branch)
        body = {"categories": [world.category.key], "effective_from": LATER.isoformat(), "because": "区里同意"}
        done = post(world, "admin", f"{self.PATH}admit/", body)
        assert (done.status_code, done.url) == (302, self.PATH)
        made = Admission.objects.get()
        assert (made.unit, made.category) == (world.unit("street 0"), world.category)
        assert "市容 › 积存垃圾渣土 2026-03-09 — 长期 区里同意 admin 移出" in words(get(world, "admin", self.PATH))
        end = {"last_day": TODAY.isoformat(), "because": "有误"}
        assert post(world, "admin", f"{self.PATH}{made.pk}/end/", end).status_code == 302
        assert not Admission.objects.exists()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_cost(self, world: World, rows: int) -> None:
        for number in range(rows):
            line(world, "street 0", make_category(f"第 {number} 类"))
        assert cost(world, "street", self.PATH) == 9
