"""The category file is complete and every kind of bad row is refused by its line."""

import csv
from collections import Counter

import pytest

from apps.cases import catalogue
from apps.cases.catalogue import COLUMNS, load_categories, read_categories
from apps.cases.models import Category
from apps.core.catalogues import CatalogueError, LoadReport, catalogue_path
from apps.core.icons import outline_path

ROOT = [
    "t:event:00",
    "t",
    "event",
    "00",
    "事件",
    "Events",
    "1",
    "",
    "normal",
    "no",
    "none",
    "no",
    "no",
    "",
    "dots",
    "",
    "test",
]
MAJOR = [
    "t:event:01",
    "t",
    "event",
    "01",
    "环境",
    "Environment",
    "2",
    "00",
    "normal",
    "no",
    "none",
    "no",
    "no",
    "",
    "dots",
    "",
    "test",
]
LEAF = [
    "t:event:01001",
    "t",
    "event",
    "01001",
    "垃圾",
    "Refuse",
    "3",
    "01",
    "urgent",
    "yes",
    "both",
    "yes",
    "no",
    "fire",
    "trash",
    "先消除危险；清理后拍照。",
    "test",
]


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Puts rows in the place of categories.csv and leaves the other catalogues alone."""

    def put(*rows, header=COLUMNS):
        path = tmp_path / "categories.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *rows])
        monkeypatch.setattr(catalogue, "catalogue_path", lambda name: path)

    return put


def changed(row, **cells):
    return [cells.get(name, value) for name, value in zip(COLUMNS, row, strict=True)]


def problems():
    with pytest.raises(CatalogueError) as refusal:
        read_categories()
    return list(refusal.value.problems)


def test_the_standard_is_there_with_every_code():
    leaves = [row for row in read_categories() if row.level == 3]
    assert Counter((row.scheme, row.kind) for row in leaves) == {
        ("gbt47678", "component"): 153,
        ("gbt47678", "event"): 250,
        ("gridgov", "event"): 231,
        ("gbt30428", "component"): 73,
        ("gbt30428", "event"): 73,
    }
    by_key = {row.key: row for row in leaves}
    assert by_key["gbt47678:event:06010"].name == "暴露垃圾"
    assert by_key["gbt47678:event:06010"].name_en == "Exposed refuse"
    assert "gbt47678:component:01016" not in by_key, "vacant codes stay vacant"


def test_the_domains_beyond_the_standard_are_there():
    roots = {row.key: row.name for row in read_categories() if row.level == 1}
    assert roots == {
        "gbt47678:component:00": "部件",
        "gbt47678:event:00": "事件",
        "gbt30428:component:00": "部件（旧国标）",
        "gbt30428:event:00": "事件（旧国标）",
        "gridgov:event:M": "市场监管",
        "gridgov:event:S": "社会管理",
        "gridgov:event:P": "公共服务",
        "gridgov:event:D": "矛盾纠纷",
    }


def test_every_category_has_children_or_a_duty():
    rows = read_categories()
    parents = {row.parent for row in rows}
    assert [row.key for row in rows if row.level < 3 and row.key not in parents] == []
    assert [row.key for row in rows if row.level == 3 and row.key in parents] == []


def test_parents_come_before_their_children():
    seen = {""}
    for row in read_categories():
        assert row.parent in seen
        seen.add(row.key)


def test_english_names_are_english_and_tell_leaves_apart():
    rows = read_categories()
    assert [row.key for row in rows if any("一" <= sign <= "鿿" for sign in row.name_en)] == []
    twice = [name for name, n in Counter((r.scheme, r.kind, r.name_en) for r in rows if r.level == 3).items() if n > 1]
    assert twice == []


def test_every_icon_is_drawn():
    assert [row.key for row in read_categories() if not outline_path(row.icon).is_file()] == []


def test_a_good_file_is_read_as_it_stands(write):
    write(ROOT, MAJOR, LEAF)
    leaf = read_categories()[-1]
    assert (leaf.parent, leaf.on_the_spot, leaf.urgency, leaf.evidence) == ("t:event:01", True, "urgent", "both")
    assert (leaf.self_governed, leaf.standard) == (True, "先消除危险；清理后拍照。")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"key": "t:event:99999"}, "key t:event:99999 does not spell scheme:kind:code"),
        ({"kind": "thing", "key": "t:thing:01001"}, "kind thing is not one of component, event"),
        ({"name_en": ""}, "name_en is empty"),
        ({"urgency": "soon"}, "urgency soon is not one of normal, urgent"),
        ({"on_the_spot": "1"}, "on_the_spot 1 is not one of yes, no"),
        ({"self_governed": ""}, "self_governed (empty) is not one of yes, no"),
        ({"evidence": "photo"}, "evidence photo is not one of none, photo_before, photo_after, both, mediation"),
        ({"duty": "magic"}, "duty magic is not in duties.csv"),
        ({"duty": ""}, "duty (empty) is not in duties.csv"),
        ({"icon": "no-such-icon"}, "icon no-such-icon is not an outline icon of Tabler"),
        ({"icon": "../trash"}, "icon ../trash is not an outline icon of Tabler"),
        ({"parent": "07"}, "parent t:event:07 does not exist"),
        ({"parent": "00"}, "parent t:event:00 is of level 1, not one above 3"),
        ({"parent": ""}, "a row of level 3 needs a parent"),
    ],
)
def test_a_bad_leaf_is_refused_by_its_line(write, cells, reason):
    write(ROOT, MAJOR, changed(LEAF, **cells))
    assert f"categories.csv line 4: {reason}" in problems()


def test_a_key_that_stands_twice_is_refused(write):
    write(ROOT, MAJOR, LEAF, LEAF)
    assert problems() == ["categories.csv line 5: key t:event:01001 stands in line 4 already"]


def test_a_root_has_no_parent_and_only_leaves_have_duties(write):
    write(changed(ROOT, parent="01"), changed(MAJOR, duty="fire"))
    assert problems() == [
        "categories.csv line 2: a row of level 1 has no parent",
        "categories.csv line 3: only leaves have a duty",
    ]


def test_every_bad_row_is_named_at_once(write):
    write(
        ROOT, MAJOR, changed(LEAF, duty="magic"), changed(LEAF, code="01002", key="t:event:01002", icon="nothing-drawn")
    )
    assert [problem.split(":")[0] for problem in problems()] == ["categories.csv line 4", "categories.csv line 5"]


def test_another_header_is_refused(write):
    write(ROOT, header=COLUMNS[1:])
    assert problems() == [f"categories.csv line 1: the header must be {','.join(COLUMNS)}"]


def test_a_row_with_too_few_cells_is_refused(write):
    write(ROOT[:-1])
    assert problems() == ["categories.csv line 2: 16 cells where 17 belong"]


def test_a_missing_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogue, "catalogue_path", lambda name: tmp_path / name)
    assert problems() == ["categories.csv: No such file or directory"]


def test_catalogues_lie_under_config(settings):
    assert catalogue_path("categories.csv") == settings.CONFIG_DIR / "catalogues" / "categories.csv"


@pytest.mark.django_db
def test_loading_twice_changes_nothing():
    total = len(read_categories())
    assert load_categories() == LoadReport(created=total, changed=0, unchanged=0)
    assert load_categories() == LoadReport(created=0, changed=0, unchanged=total)
    leaf = Category.objects.get(key="gbt47678:event:06010")
    assert (leaf.parent.key, leaf.parent.parent.key, leaf.is_leaf) == ("gbt47678:event:06", "gbt47678:event:00", True)
    assert Category.objects.leaves().count() == 153 + 250 + 231 + 146


@pytest.mark.django_db
def test_a_changed_file_is_followed_and_nothing_is_deleted(write):
    write(ROOT, MAJOR, LEAF)
    load_categories()
    key = Category.objects.get(name="垃圾").pk
    write(ROOT, changed(MAJOR, name="市容"))
    assert load_categories() == LoadReport(created=0, changed=2, unchanged=1)
    assert list(Category.objects.order_by("key").values_list("name", "active")) == [
        ("事件", True),
        ("市容", True),
        ("垃圾", False),
    ]
    write(ROOT, changed(MAJOR, name="市容"), LEAF)
    assert load_categories() == LoadReport(created=0, changed=1, unchanged=2)
    assert Category.objects.get(pk=key).active


@pytest.mark.django_db
def test_a_bad_file_changes_nothing(write):
    write(ROOT, MAJOR, LEAF)
    load_categories()
    write(ROOT, changed(MAJOR, name="市容"), changed(LEAF, duty="magic"))
    with pytest.raises(CatalogueError):
        load_categories()
    assert Category.objects.filter(name="环境").exists()
