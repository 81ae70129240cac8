"""The shipped rules say what the duties of the catalogues say, and a later load ends and succeeds, never edits."""

import csv
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Count

from apps.cases import catalogue
from apps.cases.catalogue import COLUMNS, load_categories, read_categories
from apps.cases.models import Category, RoutingRule
from apps.cases.routing_catalogue import BEGINNING, load_routing, read_routing
from apps.cases.selectors.routing import duties_of
from apps.core import clock
from apps.core.catalogues import LoadReport
from tests.cases.test_catalogue import LEAF, MAJOR, ROOT, changed
from tests.factories.accounts import make_user
from tests.factories.deadlines import shanghai

pytestmark = pytest.mark.django_db
TODAY, TOMORROW = date(2026, 3, 2), date(2026, 3, 3)


@pytest.fixture(autouse=True)
def now() -> Any:
    with clock.frozen(shanghai("2026-03-02 09:00")):
        yield


@pytest.fixture
def write(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts rows in the place of categories.csv and loads them and the rules."""

    def put(*rows: list[str]) -> LoadReport:
        path = tmp_path / "categories.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
        monkeypatch.setattr(catalogue, "catalogue_path", lambda name: path)
        load_categories()
        return load_routing()

    return put


def rules() -> list[tuple[Any, ...]]:
    found = RoutingRule.objects.filter(category__isnull=False).order_by("category__key", "effective_from")
    return list(found.values_list("category__code", "lead", "effective_from", "effective_to"))


def other(code: str, duty: str) -> list[str]:
    return changed(LEAF, key=f"t:event:{code}", code=code, duty=duty)


def test_every_leaf_is_answered_for_by_the_duty_of_its_row() -> None:
    load_categories()
    total = len(read_routing())
    assert load_routing() == LoadReport(created=total, changed=0, unchanged=0)
    assert load_routing() == LoadReport(created=0, changed=0, unchanged=total)
    leaves = list(Category.objects.leaves())
    keys = {leaf.pk: leaf.key for leaf in leaves}
    duties = {keys[pk]: duty for pk, duty in duties_of(leaves, on=TODAY).items()}
    assert duties == {row.key: row.duty for row in read_categories() if row.level == 3}


def test_the_fallbacks_are_the_rule_of_the_trade() -> None:
    load_routing_of_all()
    found = RoutingRule.objects.filter(category=None).order_by("kind").values_list("kind", "level", "lead", "fallback")
    assert list(found) == [
        ("component", "district", "", "duty:construction"),
        ("event", "district", "", "centre:street"),
    ]


def load_routing_of_all() -> None:
    load_categories()
    load_routing()


def test_the_duty_of_most_leaves_is_the_branchs(write: Any) -> None:
    write(ROOT, MAJOR, LEAF, other("01002", "fire"), other("01003", "police"))
    assert rules() == [
        ("01", "duty:fire", BEGINNING, None),
        ("01003", "duty:police", BEGINNING, None),
    ]


def test_a_change_of_the_file_ends_the_rule_and_follows_tomorrow(write: Any) -> None:
    write(ROOT, MAJOR, LEAF, other("01002", "fire"), other("01003", "police"))
    report = write(ROOT, MAJOR, LEAF, other("01002", "fire"), other("01003", "market"))
    assert report == LoadReport(created=1, changed=1, unchanged=3)
    assert rules() == [
        ("01", "duty:fire", BEGINNING, None),
        ("01003", "duty:police", BEGINNING, TODAY),
        ("01003", "duty:market", TOMORROW, None),
    ]


def test_what_left_the_file_ends_today(write: Any) -> None:
    write(ROOT, MAJOR, LEAF, other("01002", "fire"), other("01003", "police"))
    assert write(ROOT, MAJOR, LEAF, other("01002", "fire")) == LoadReport(created=0, changed=1, unchanged=3)
    assert rules()[1] == ("01003", "duty:police", BEGINNING, TODAY)
    ended = RoutingRule.objects.exclude(ended_at=None)
    assert list(ended.values_list("ended_because", "ended_by")) == [("config/catalogues", None)]


def test_what_was_ruled_by_hand_is_kept(write: Any) -> None:
    write(ROOT, MAJOR, LEAF, other("01002", "fire"), other("01003", "police"))
    person = make_user("admin", "管理员")
    rule = RoutingRule.objects.filter(category__code="01003")
    rule.update(effective_to=TODAY, ended_at=clock.now(), ended_by=person, ended_because="改由市监")
    assert load_routing() == LoadReport(created=0, changed=0, unchanged=3, kept=1)
    RoutingRule.objects.create(
        category=Category.objects.get(code="01003"),
        lead="duty:market",
        effective_from=TODAY + timedelta(days=1),
        because="改由市监",
        by_hand=True,
        created_at=clock.now(),
        created_by=person,
    )
    assert load_routing() == LoadReport(created=0, changed=0, unchanged=3, kept=1)


def test_no_matter_has_two_rules() -> None:
    load_routing_of_all()
    matters = RoutingRule.objects.values("category", "kind", "level", "unit").annotate(number=Count("pk"))
    assert not matters.filter(number__gt=1).exists()
