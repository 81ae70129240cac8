"""Categories change by dated versions: written with their day, in force on it, never edited."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from apps.cases.catalogue import load_categories
from apps.cases.models import Category, CategoryVersion
from apps.cases.services import categories
from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from tests.factories.cases import MONDAY, World, make_category

TODAY = clock.local(MONDAY).date()
LATER = TODAY + timedelta(days=7)


@pytest.fixture
def branch(world: World) -> Category:
    return make_category("市容环境", level=2, is_leaf=False, duty="", code="07")


def create(world: World, parent: Category, who: str = "admin", **given: Any) -> Category:
    fields = {"name": "共享单车乱停", "name_en": "Stray shared bikes", "urgency": "normal", "evidence": "none"}
    fields |= {"on_the_spot": True, "self_governed": False, "application": False, "standard": "当场归位"}
    values: dict[str, Any] = {"code": "07099", "icon": "", "effective_from": LATER, "because": "新增事项"}
    values |= {name: given.pop(name) for name in list(given) if name in values}
    return categories.create_category(actor=world[who], parent=parent, fields=fields | given, at=world.at, **values)


def change(world: World, who: str = "admin", category: Category | None = None, **given: Any) -> CategoryVersion:
    days = {"effective_from": given.pop("effective_from", LATER), "because": given.pop("because", "规范名称")}
    pk = (category or world.category).pk
    return categories.change_category(actor=world[who], category_id=pk, changes=given, at=world.at, **days)


def apply(world: World, days: int) -> int:
    return categories.apply_versions(at=world.at + timedelta(days=days))


class TestCreating:
    """A category that is not there yet."""

    def test_it_can_be_chosen_from_its_day_on(self, world: World, branch: Category) -> None:
        made = create(world, branch)
        assert (made.key, made.level, made.is_leaf, made.icon, made.active) == (
            "test:event:07099",
            3,
            True,
            "trash",
            False,
        )
        assert apply(world, 6) == 0
        with pytest.raises(InvalidInput):
            world.report(category=Category.objects.get(pk=made.pk))
        assert (apply(world, 7), apply(world, 7)) == (1, 0)
        made.refresh_from_db()
        assert (made.active, made.on_the_spot, made.standard) == (True, True, "当场归位")
        assert world.report(category=made).category == made

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"code": "7-1"}, "code"),
            ({"code": ""}, "code"),
            ({"name": " "}, "name"),
            ({"name_en": "共享 bikes"}, "name_en"),
            ({"urgency": "soon"}, "urgency"),
            ({"evidence": "video"}, "evidence"),
            ({"effective_from": TODAY}, "effective_from"),
            ({"because": " "}, "because"),
        ],
    )
    def test_what_cannot_be_is_refused_by_its_field(
        self, world: World, branch: Category, given: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            create(world, branch, **given)
        assert list(refused.value.fields) == [field]

    def test_a_code_is_used_once_and_a_leaf_is_not_divided(self, world: World, branch: Category) -> None:
        made = create(world, branch)
        with pytest.raises(InvalidInput) as refused:
            create(world, branch)
        assert list(refused.value.fields) == ["code"]
        with pytest.raises(InvalidInput) as refused:
            create(world, made, code="07100")
        assert list(refused.value.fields) == ["parent"]

    def test_only_an_administrator_may(self, world: World, branch: Category) -> None:
        for who in ("district", "unit_admin", "stranger"):
            with pytest.raises(NotAllowed):
                create(world, branch, who=who)


class TestChanging:
    """Another name, another demand, or retired."""

    def test_it_holds_from_its_day_and_the_history_is_whole(self, world: World) -> None:
        change(world, name="积存垃圾", urgency="urgent")
        world.category.refresh_from_db()
        assert world.category.name == "积存垃圾渣土"
        assert apply(world, 8) == 1
        world.category.refresh_from_db()
        assert (world.category.name, world.category.urgency) == ("积存垃圾", "urgent")
        found = world.category.versions.values_list("name", "because", "written_by")
        assert list(found) == [
            ("积存垃圾渣土", "config/catalogues", None),
            ("积存垃圾", "规范名称", world["admin"].pk),
        ]

    def test_retired_it_stays_with_the_cases_it_has(self, world: World) -> None:
        case = world.report()
        change(world, active=False)
        apply(world, 7)
        world.category.refresh_from_db()
        with pytest.raises(InvalidInput):
            world.report()
        case.refresh_from_db()
        assert case.category == world.category

    def test_a_branch_in_use_is_not_retired(self, world: World, branch: Category) -> None:
        Category.objects.filter(pk=world.category.pk).update(parent=branch)
        with pytest.raises(InvalidInput):
            change(world, category=branch, active=False)

    def test_one_change_waits_at_a_time_and_can_be_withdrawn(self, world: World) -> None:
        version = change(world, name="积存垃圾")
        with pytest.raises(WrongState):
            change(world, name="垃圾渣土")
        categories.withdraw_version(actor=world["admin"], version_id=version.pk, at=world.at)
        with pytest.raises(WrongState):
            categories.withdraw_version(actor=world["admin"], version_id=version.pk, at=world.at)
        assert apply(world, 9) == 0
        change(world, name="垃圾渣土")

    def test_nothing_changed_is_no_change(self, world: World) -> None:
        with pytest.raises(InvalidInput):
            change(world, name="积存垃圾渣土")
        assert not CategoryVersion.objects.exists()

    def test_only_an_administrator_may(self, world: World) -> None:
        with pytest.raises(NotAllowed):
            change(world, who="district", name="垃圾")
        with pytest.raises(NotAllowed):
            categories.withdraw_version(actor=world["leader"], version_id=0, at=world.at)
        with pytest.raises(NotVisible):
            categories.change_category(
                actor=world["admin"], category_id=0, changes={}, effective_from=LATER, because="x", at=world.at
            )

    def test_the_catalogues_leave_it_alone(self, world: World) -> None:
        load_categories()
        leaf = Category.objects.get(key="gbt47678:event:06010")
        change(world, category=leaf, name="垃圾暴露", active=False)
        apply(world, 7)
        report = load_categories()
        assert (report.changed, report.kept) == (0, 1)
        leaf.refresh_from_db()
        assert (leaf.name, leaf.active) == ("垃圾暴露", False)


FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("cases_categoryversion_one_planned", {}),
    ("cases_categoryversion_name_given", {"name": ""}),
    ("cases_categoryversion_because_given", {"because": ""}),
    ("cases_categoryversion_urgency", {"urgency": "soon"}),
    ("cases_categoryversion_evidence", {"evidence": "video"}),
    ("cases_categoryversion_withdrawn_by_somebody", {"withdrawn_at": MONDAY}),
]


@pytest.mark.parametrize(("name", "values"), FAULTS)
def test_a_version_that_cannot_be(world: World, name: str, values: dict[str, Any]) -> None:
    version = change(world, name="垃圾")
    copied = {one.attname: getattr(version, one.attname) for one in version._meta.fields if one.name != "id"}
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        CategoryVersion.objects.create(**copied | values)


def test_a_version_is_either_in_force_or_withdrawn(world: World) -> None:
    version = CategoryVersion.objects.filter(pk=change(world, name="垃圾").pk)
    both = {"applied_at": MONDAY, "withdrawn_at": MONDAY, "withdrawn_by": world["admin"]}
    with pytest.raises(IntegrityError, match="applied_or_withdrawn"), transaction.atomic():
        version.update(**both)


def test_a_version_is_never_edited(world: World) -> None:
    version = CategoryVersion.objects.filter(pk=change(world, name="垃圾").pk)
    for values in ({"name": "别的"}, {"effective_from": TODAY}, {"because": "别的"}):
        with pytest.raises(DatabaseError, match="cases_categoryversion_fixed"), transaction.atomic():
            version.update(**values)
    version.update(applied_at=MONDAY)
    for act in (lambda: version.update(applied_at=None), version.delete):
        with pytest.raises(DatabaseError, match="cases_categoryversion_fixed"), transaction.atomic():
            act()
