"""Two schemes of codes for components and events: a district goes by one, and cases keep what they have."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.cases.models import Category, SchemeChoice
from apps.cases.selectors.schemes import scheme_at, schemes_loaded
from apps.cases.services.schemes import choose_scheme
from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed
from tests.cases.test_case_pages import get, post, words
from tests.factories.accounts import api_of
from tests.factories.cases import MONDAY, World, make_category

DAY = timedelta(days=1)
TODAY = clock.local(MONDAY).date()
TOMORROW = TODAY + DAY


@pytest.fixture
def leaves(world: World) -> dict[str, Category]:
    """A leaf of each scheme."""
    schemes = ("gbt47678", "gbt30428", "gridgov")
    return {scheme: make_category(f"{scheme} 垃圾", scheme=scheme) for scheme in schemes}


def choose(world: World, scheme: str = "gbt30428", who: str = "admin", **given: Any) -> SchemeChoice:
    values: dict[str, Any] = {"unit": world.unit("district"), "effective_from": TOMORROW, "because": "沿用原标准"}
    return choose_scheme(actor=world[who], scheme=scheme, at=world.at, **values | given)


def offered(world: World, who: str) -> set[str]:
    with clock.frozen(world.at):
        rows = api_of(world[who]).get("/api/v1/categories/").json()["results"]
    return {row["code"].split(":")[0] for row in rows}


def test_without_a_choice_it_is_the_newer_standard(world: World, leaves: dict[str, Category]) -> None:
    assert scheme_at(world.unit("grid 0 0 0"), on=TODAY) == "gbt47678"
    assert schemes_loaded() == {"gbt47678": 1, "gbt30428": 1}
    for who in ("worker", "district", "agency"):
        assert offered(world, who) == {"test", "gbt47678", "gridgov"}
    with pytest.raises(InvalidInput) as refused:
        world.report(category=leaves["gbt30428"])
    assert list(refused.value.fields) == ["category"]


def test_from_its_day_on_the_district_goes_by_the_other(world: World, leaves: dict[str, Category]) -> None:
    case = world.report(category=leaves["gbt47678"])
    choose(world)
    assert scheme_at(world.unit("grid 0 0 0"), on=TODAY) == "gbt47678"
    world.tick(days=1)
    assert offered(world, "worker") == {"test", "gbt30428", "gridgov"}
    assert world.report(category=leaves["gbt30428"]).category == leaves["gbt30428"]
    with pytest.raises(InvalidInput):
        world.report(category=leaves["gbt47678"])
    case = world.move(case, "register", "station")
    assert (case.category, case.state) == (leaves["gbt47678"], "registered")


def test_back_again_ends_the_choice_before(world: World, leaves: dict[str, Category]) -> None:
    choose(world)
    choose(world, "gbt47678", effective_from=TODAY + 9 * DAY)
    spans = SchemeChoice.objects.order_by("effective_from").values_list("scheme", "effective_from", "effective_to")
    assert list(spans) == [
        ("gbt30428", TOMORROW, TODAY + 8 * DAY),
        ("gbt47678", TODAY + 9 * DAY, None),
    ]


@pytest.mark.parametrize(
    ("scheme", "given", "field"),
    [
        ("gbt47678", {}, "scheme"),
        ("gridgov", {}, "scheme"),
        ("gbt30428", {"effective_from": TODAY}, "effective_from"),
        ("gbt30428", {"because": " "}, "because"),
    ],
)
def test_what_cannot_be_chosen(
    world: World, leaves: dict[str, Category], scheme: str, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        choose(world, scheme, **given)
    assert list(refused.value.fields) == [field]
    assert not SchemeChoice.objects.exists()


def test_only_loaded_only_a_district_only_an_administrator(world: World, leaves: dict[str, Category]) -> None:
    with pytest.raises(InvalidInput):
        choose(world, unit=world.unit("street 0"))
    with pytest.raises(NotAllowed):
        choose(world, who="district")
    leaves["gbt30428"].active = False
    leaves["gbt30428"].save()
    with pytest.raises(InvalidInput):
        choose(world)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("cases_schemechoice_scheme", {"scheme": "gridgov"}),
        ("cases_schemechoice_because_given", {"because": ""}),
        ("cases_schemechoice_dates_in_order", {"effective_to": TODAY}),
        ("cases_schemechoice_no_overlap", {"effective_from": TOMORROW + DAY}),
    ],
)
def test_a_choice_that_cannot_be(world: World, leaves: dict[str, Category], name: str, values: dict[str, Any]) -> None:
    row = choose(world)
    copied = {one.attname: getattr(row, one.attname) for one in row._meta.fields if one.name != "id"}
    if name != "cases_schemechoice_no_overlap":
        copied["unit_id"] = world.unit("street 0").pk
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        SchemeChoice.objects.create(**copied | values)


def test_on_the_pages(world: World, leaves: dict[str, Category]) -> None:
    root = make_category("部件", level=1, is_leaf=False, duty="", scheme="gbt47678", code="00")
    path = "/manage/310106/catalogue/"
    assert root.name in words(get(world, "admin", path))
    assert "编码方案 GB/T 47678.5-2026 更换" in words(get(world, "admin", path))
    body = {"scheme": "gbt30428", "effective_from": TOMORROW.isoformat(), "because": "沿用原标准"}
    done = post(world, "admin", f"{path}scheme/", body)
    assert (done.status_code, done.url) == (302, path)
    said = words(get(world, "admin", f"{path}scheme/"))
    assert "GB/T 30428.2-2013（1 个小类）" in said
    assert "GB/T 30428.2-2013 2026-03-03 — 长期 沿用原标准 admin" in said
