"""The real districts load, twice without change; damaged copies name every bad line and load nothing."""

from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.core import clock
from apps.grid.divisions import DivisionError, read_division
from apps.grid.integrity import tree_faults
from apps.grid.models import Unit, UnitFact
from apps.grid.services import import_division
from apps.organisation.models import Agency

DIVISIONS = Path(settings.CONFIG_DIR) / "divisions"
SIZES = {"310106": (14, 267), "320412": (18, 297), "350211": (10, 73)}
HEADER = "code,name,level,parent_code\n"
SMALL = HEADER + (
    "310106,静安区,district,\n"
    "310106006,江宁路街道,street,310106\n"
    "310106006001,新安居委会,community,310106006\n"
    "310106006002,武定居委会,community,310106006\n"
)


def load(text: str | bytes):
    data = text if isinstance(text, bytes) else text.encode()
    return import_division(read_division(data), at=clock.now())


def run(path: Path) -> str:
    out = StringIO()
    call_command("import_division", str(path), stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_three_real_districts_load_twice_without_change():
    for code in SIZES:
        assert "0 unchanged" in run(DIVISIONS / f"{code}.csv")
    before = list(Unit.objects.order_by("pk").values_list())
    facts = UnitFact.objects.count()
    for code, (streets, communities) in SIZES.items():
        total = 1 + streets + communities
        assert run(DIVISIONS / f"{code}.csv").splitlines()[-1] == (
            f"0 changes: 0 created, 0 renamed, {total} unchanged"
        )
        tree = Unit.objects.filter(tree_id=Unit.objects.get(code=code).tree_id)
        assert {kind: tree.filter(kind=kind).count() for kind in ("district", "street", "community")} == {
            "district": 1,
            "street": streets,
            "community": communities,
        }
        assert set(tree.values_list("code", flat=True)) == {
            unit for unit in Unit.objects.values_list("code", flat=True) if unit.startswith(code)
        }
    assert list(Unit.objects.order_by("pk").values_list()) == before
    assert UnitFact.objects.count() == facts == len(before)
    assert list(tree_faults()) == []
    assert Agency.objects.filter(kind="centre").count() == len(before)


@pytest.mark.django_db
def test_the_largest_district_loads_with_few_queries(django_assert_max_num_queries):
    rows = [HEADER, "110101,大区,district,\n"]
    for s in range(1, 43):
        street = f"110101{s:03d}"
        rows.append(f"{street},第{s}街道,street,110101\n")
        rows += [f"{street}{c:03d},第{c}社区,community,{street}\n" for c in range(1, 38)]
    with django_assert_max_num_queries(30):
        assert load("".join(rows)).created == 1 + 42 + 42 * 37
    assert list(tree_faults()) == []


@pytest.mark.django_db
def test_a_new_community_and_a_new_name_are_added_and_dated():
    yesterday = clock.now() - timedelta(days=1)
    import_division(read_division(SMALL.encode()), at=yesterday)
    changed = SMALL.replace("武定居委会", "武定西路居委会").replace(
        "310106006001,", "310106006000,康定居委会,community,310106006\n310106006001,"
    )
    report = load(changed)
    assert (report.created, report.renamed, report.unchanged) == (1, 1, 3)
    order = Unit.objects.filter(kind="community").order_by("lft").values_list("code", flat=True)
    assert list(order) == ["310106006000", "310106006001", "310106006002"]
    assert list(tree_faults()) == []
    facts = UnitFact.objects.filter(unit__code="310106006002").values_list("name", "valid_from", "valid_to")
    first, today = clock.local(yesterday).date(), clock.today()
    assert list(facts) == [("武定居委会", first, today), ("武定西路居委会", today, None)]
    assert Agency.objects.get(unit__code="310106006002").name == "武定西路居委会工作站"
    assert load(changed).changes == 0


@pytest.mark.django_db
def test_units_that_are_not_in_the_file_stay():
    load(SMALL)
    without = "".join(line for line in SMALL.splitlines(keepends=True) if "武定" not in line)
    assert load(without).changes == 0
    assert Unit.objects.filter(code="310106006002", closed_on=None).exists()


DAMAGED = {
    "unknown parent": ("310106006002,武定居委会,community,310106099\n", 5, "unknown parent 310106099"),
    "no parent": ("310106006002,武定居委会,community,\n", 5, "unknown parent (empty)"),
    "wrong length": (
        "31010600602,武定居委会,community,310106006\n",
        5,
        "code 31010600602 has 11 digits, a community has 12",
    ),
    "letters": ("3101060060O2,武定居委会,community,310106006\n", 5, "code 3101060060O2 is not made of digits"),
    "duplicate": (
        "310106006001,武定居委会,community,310106006\n",
        5,
        "duplicate: code 310106006001 stands in line 4 already",
    ),
    "unknown level": (
        "310106006002,武定居委会,village,310106006\n",
        5,
        "wrong level: village is none of district, street, community",
    ),
    "level skipped": (
        "310106006002,武定居委会,community,310106\n",
        5,
        "wrong level: the parent of a community is a street, 310106 is a district",
    ),
    "empty name": ("310106006002, ,community,310106006\n", 5, "name is empty"),
    "long name": (f"310106006002,{'长' * 61},community,310106006\n", 5, "name has 61 characters, 60 at most"),
    "other district": (
        "320412001,戚墅堰街道,street,310106\n",
        5,
        "code 320412001 does not begin with its parent's 310106",
    ),
    "second district": (
        "320412,武进区,district,\n",
        5,
        "is not the file's district 310106, which stands in line 2",
    ),
    "columns": ("310106006002,武定居委会,community\n", 5, "has 3 columns, not 4"),
    "control character": (
        "310106006002,武定\x07居委会,community,310106006\n",
        5,
        "name has characters that cannot be shown",
    ),
}


@pytest.mark.parametrize(("line", "number", "reason"), DAMAGED.values(), ids=DAMAGED)
def test_a_bad_row_is_named_by_its_line(line, number, reason):
    lines = SMALL.splitlines(keepends=True)
    lines[4] = line
    with pytest.raises(DivisionError) as refused:
        read_division("".join(lines).encode())
    assert f"line {number}: {reason}" in refused.value.problems
    assert {problem.split(":")[0] for problem in refused.value.problems} == {f"line {number}"}


def test_bad_bytes_header_and_an_empty_file_are_named():
    cut = SMALL.encode().replace("武定".encode(), "武定".encode("gb18030"))
    for data, problems in (
        (cut, ["line 5: is not UTF-8"]),
        (SMALL.replace("parent_code", "parent").encode(), ["line 1: the header must be code,name,level,parent_code"]),
        (b"", ["line 1: the file is empty", "line 1: there is no district in the file"]),
        (HEADER.encode(), ["line 1: there is no district in the file"]),
    ):
        with pytest.raises(DivisionError) as refused:
            read_division(data)
        assert refused.value.problems == problems
    assert len(read_division(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode() + b"\r\n")) == 4


@pytest.mark.django_db
def test_a_damaged_copy_of_each_real_file_names_every_bad_line_and_loads_nothing(tmp_path):
    for code in SIZES:
        lines = (DIVISIONS / f"{code}.csv").read_text(encoding="utf-8").splitlines()
        last = len(lines)
        lines[last - 1] = lines[last - 2]  # duplicate
        lines[last - 3] = lines[last - 3].replace(",community,", ",street,")  # wrong level and length
        lines[last - 4] = lines[last - 4].rsplit(",", 1)[0] + ",999999999"  # unknown parent
        lines[last - 5] = lines[last - 5][1:]  # wrong length
        path = tmp_path / f"{code}.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        with pytest.raises(CommandError) as refused:
            call_command("import_division", str(path), stdout=StringIO())
        assert refused.value.returncode == 1
        told = {line.split(":")[0] for line in str(refused.value).splitlines() if line.startswith("line ")}
        assert told == {f"line {number}" for number in (last - 4, last - 3, last - 2, last)}
    assert Unit.objects.count() == 0


@pytest.mark.django_db
def test_a_row_that_contradicts_the_tree_is_named_and_nothing_changes():
    load(SMALL + "310106011,石门二路街道,street,310106\n")
    community = Unit.objects.get(code="310106006002")
    Unit.objects.filter(pk=community.pk).update(parent=Unit.objects.get(code="310106011"))
    with pytest.raises(DivisionError) as refused:
        load(SMALL.replace("江宁路街道", "新江宁路街道"))
    assert refused.value.problems == ["line 5: 310106006002 is under 310106011 already"]
    assert Unit.objects.get(code="310106006").name == "江宁路街道"


@pytest.mark.django_db
def test_the_dates_are_those_of_shanghai():
    from datetime import UTC, datetime

    evening = datetime(2026, 3, 1, 17, 0, tzinfo=UTC)
    import_division(read_division(SMALL.encode()), at=evening)
    assert Unit.objects.get(code="310106").opened_on == date(2026, 3, 2)
