"""The tree under simultaneous writers, its constraints, and what check_tree finds."""

from concurrent.futures import ThreadPoolExecutor
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction

from apps.core import clock
from apps.core.errors import InvalidInput
from apps.grid.divisions import read_division
from apps.grid.integrity import placement_faults, tree_faults
from apps.grid.models import Boundary, Unit, UnitFact
from apps.grid.services import import_division
from tests.factories.accounts import make_user
from tests.factories.grid import OPENED, grant, make_tree, square
from tests.factories.residents import add_dwelling


def division(code: str, communities: int) -> bytes:
    rows = ["code,name,level,parent_code", f"{code},区{code},district,", f"{code}001,街道,street,{code}"]
    rows += [f"{code}001{i:03d},社区{i},community,{code}001" for i in range(1, communities + 1)]
    return "\n".join(rows).encode()


@pytest.mark.django_db(transaction=True)
def test_simultaneous_imports_keep_every_tree_whole():
    jobs = [(f"4401{i:02d}", n) for n in (3, 6, 9) for i in range(6)]

    def work(job):
        try:
            import_division(read_division(division(*job)), at=clock.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, jobs))
    assert Unit.objects.count() == 6 * (1 + 1 + 9)
    assert Unit.objects.filter(kind="district").values("tree_id").distinct().count() == 6
    assert list(tree_faults()) == []


@pytest.mark.django_db(transaction=True)
def test_simultaneous_single_inserts_keep_the_tree_whole():
    tree = make_tree(grids=0)

    def work(number):
        community = tree.communities[number % 4]
        code = f"{community.code}{number:03d}"
        try:
            Unit(code=code, name=code, kind="grid", grid_type="basic", parent=community, opened_on=OPENED).save()
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(1, 31)))
    assert Unit.objects.filter(kind="grid").count() == 30
    assert list(tree_faults()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["district", "street", "community", "grid"])
@pytest.mark.parametrize("above", [None, "district", "street", "community", "grid"])
def test_every_parent_but_the_kind_above_is_refused_by_name(kind, above):
    tree = make_tree()
    parents = {unit.kind: unit for unit in reversed(tree.units)}
    length = {"district": 6, "street": 9, "community": 12, "grid": 15}[kind]
    unit = Unit(code="9" * length, name="新单元", kind=kind, parent=parents.get(above), opened_on=OPENED)
    unit.grid_type = "basic" if kind == "grid" else None
    if {"district": None, "street": "district", "community": "street", "grid": "community"}[kind] == above:
        unit.save()
        assert list(tree_faults()) == []
        assert unit.name_key == "xin1 dan1 yuan2"
    else:
        with pytest.raises(InvalidInput) as refused:
            unit.save()
        assert list(refused.value.fields) == ["parent"]
        assert not Unit.objects.filter(code=unit.code).exists()


@pytest.mark.django_db
def test_check_tree_tells_open_rows_whose_path_left_the_tree():
    tree = make_tree()
    worker = make_user()
    grant(worker, "worker", tree.grid(0, 0, 0))
    dwelling = add_dwelling(tree.grid(0, 0, 0), worker)
    assert list(placement_faults()) == []
    type(dwelling).objects.filter(pk=dwelling.pk).update(community=tree.community(0, 1))
    assert [fault.split(":")[0] for fault in placement_faults()] == [f"residents.Dwelling {dwelling.pk}"]
    with pytest.raises(CommandError, match="its path"):
        in_order()
    type(dwelling).objects.filter(pk=dwelling.pk).update(community=tree.community(0, 0))
    Unit.objects.filter(pk=tree.grid(0, 0, 0).pk).update(closed_on=OPENED)
    assert len(list(placement_faults())) == 1


@pytest.mark.django_db
def test_two_districts_never_share_a_tree():
    first, second = make_tree("310106"), make_tree("320412")
    assert first.district.tree_id != second.district.tree_id
    assert list(first.district.get_descendants().values_list("code", flat=True)) == [
        unit.code for unit in sorted(first.units[1:], key=lambda unit: unit.lft)
    ]


def in_order() -> str:
    out = StringIO()
    call_command("check_tree", stdout=out)
    return out.getvalue().strip()


DAMAGE = {
    "lft twice": (
        lambda tree: Unit.objects.filter(pk=tree.grids[1].pk).update(lft=tree.grids[0].lft),
        "is used as lft or rght by",
    ),
    "outside": (
        lambda tree: Unit.objects.filter(pk=tree.grids[0].pk).update(lft=900, rght=901),
        "outside its parent's",
    ),
    "kind": (
        lambda tree: Unit.objects.filter(pk=tree.communities[0].pk).update(parent=tree.district),
        f"{310106001001}: a community under district",
    ),
    "level": (lambda tree: Unit.objects.filter(pk=tree.grids[0].pk).update(level=1), "does not follow its parent's"),
    "tree": (lambda tree: Unit.objects.filter(pk=tree.streets[0].pk).update(tree_id=99), "in tree 99"),
    "closed": (
        lambda tree: Unit.objects.filter(pk=tree.communities[0].pk).update(closed_on=OPENED),
        "which is closed",
    ),
    "reversed": (
        lambda tree: Unit.objects.filter(pk=tree.grids[0].pk).update(lft=tree.grids[0].rght, rght=tree.grids[0].lft),
        "is not before rght",
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("break_it", "expected"), DAMAGE.values(), ids=DAMAGE)
def test_check_tree_says_what_is_wrong(break_it, expected):
    tree = make_tree(boundaries=False)
    assert in_order() == "the tree is in order: 15 units"
    break_it(tree)
    with pytest.raises(CommandError, match=expected) as found:
        in_order()
    assert found.value.returncode == 1


BROKEN = {
    "grid_unit_code_fits_kind": lambda tree: Unit.objects.filter(pk=tree.grids[0].pk).update(code="310106001"),
    "grid_unit_only_district_is_root": lambda tree: Unit.objects.filter(pk=tree.grids[0].pk).update(parent=None),
    "grid_unit_grid_type": lambda tree: Unit.objects.filter(pk=tree.grids[0].pk).update(grid_type=None),
    "grid_unit_closed_after_opened": lambda tree: Unit.objects.filter(pk=tree.grids[0].pk).update(
        closed_on=OPENED.replace(year=2020)
    ),
    "grid_unit_name_given": lambda tree: Unit.objects.filter(pk=tree.grids[0].pk).update(name=""),
    "grid_unit_code_key": lambda tree: Unit.objects.filter(pk=tree.grids[0].pk).update(code=tree.grids[1].code),
    "grid_unitfact_one_present": lambda tree: UnitFact.objects.create(
        unit=tree.grids[0], name="又一个", valid_from=OPENED, because="-"
    ),
    "grid_unitfact_dates_in_order": lambda tree: UnitFact.objects.filter(unit=tree.grids[0]).update(
        valid_to=OPENED.replace(year=2020)
    ),
    "grid_boundary_one_published": lambda tree: draw(tree.grids[0], state="published", valid_from=clock.now()),
    "grid_boundary_one_draft": lambda tree: [draw(tree.grids[0], state="draft") for _ in range(2)],
    "grid_boundary_dates_fit_state": lambda tree: draw(tree.grids[0], state="ended", valid_from=clock.now()),
    "grid_boundary_has_area": lambda tree: draw(tree.grids[0], state="draft", area=0),
}


def draw(unit, **fields):
    values = {"geometry": square(0, 0, 1, 1), "area": 1, "perimeter": 1, "drawn_at": clock.now()}
    return Boundary.objects.create(unit=unit, **(values | fields))


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "break_it"), BROKEN.items(), ids=BROKEN)
def test_each_constraint_refuses(name, break_it):
    tree = make_tree()
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        break_it(tree)
    constraint = refused.value.__cause__.diag.constraint_name
    assert constraint == name or (name == "grid_unit_code_key" and constraint.startswith("grid_unit_code"))


@pytest.mark.django_db
def test_a_district_cannot_stand_under_another():
    tree = make_tree()
    other = make_tree("320412").district
    with pytest.raises(IntegrityError, match="only_district_is_root"):
        Unit.objects.filter(pk=other.pk).update(parent=tree.district)
