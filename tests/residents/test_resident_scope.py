"""Everybody sees exactly the residents of their scope, in lists, counts, searches and on pages; at a fixed cost."""

from datetime import date

import pytest

from apps.core import clock
from apps.core.errors import NotVisible
from apps.residents import selectors, services
from apps.residents.announcements import find_residents
from apps.residents.models import Dwelling, Household, Person, Residence
from apps.residents.selectors import Wanted
from tests.factories.residents import add_dwelling, add_resident, identity_number, particulars, stay

pytestmark = pytest.mark.django_db

EVERYBODY = ["worker", "neighbour", "station", "clerk", "stranger", "dispatcher", "auditor", "system"]


@pytest.fixture
def residents(tree, people):
    """One person in each of the first two grids, one in the second community, one in the other street."""
    spots = {"first": 0, "second": 1, "third": 2, "beside": 4}
    actors = {"first": people.worker, "second": people.neighbour, "third": people.clerk, "beside": people.stranger}
    return {
        name: add_resident(tree.grids[number], actors[name], who=particulars(name=f"王{name}"))
        for name, number in spots.items()
    }


VISIBLE = {
    "worker": {"first"},
    "neighbour": {"second"},
    "station": {"first", "second"},
    "clerk": {"first", "second", "third"},
    "stranger": {"beside"},
    "dispatcher": set(),
    "auditor": set(),
    "system": set(),
}


def names(page):
    return [person.name for person in page.rows]


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_sees_their_scope_and_nothing_else(people, residents, who):
    user = getattr(people, who)
    expected = {residents[name] for name in VISIBLE[who]}
    assert set(Residence.objects.visible_to(user)) == expected
    assert set(Person.objects.visible_to(user)) == {residence.person for residence in expected}
    assert set(Dwelling.objects.visible_to(user)) == {residence.dwelling for residence in expected}
    assert set(Household.objects.visible_to(user)) == {residence.household for residence in expected}
    page = selectors.list_residents(user, Wanted(), cursor=None, size=50)
    assert set(names(page)) == {f"王{name}" for name in VISIBLE[who]}
    assert selectors.count_residents(user, Wanted()) == len(expected)
    for name, residence in residents.items():
        found = selectors.find_by_number(user, residence.person.identity)
        assert found == ([residence.person] if name in VISIBLE[who] else [])
        if name in VISIBLE[who]:
            assert selectors.resident(user, residence.person_id) == residence.person
        else:
            with pytest.raises(NotVisible):
                selectors.resident(user, residence.person_id)


def test_a_home_elsewhere_stays_unseen(tree, people):
    who = particulars()
    here = add_resident(tree.grids[0], people.worker, who=who)
    add_resident(tree.grids[4], people.stranger, who=who, living=stay(kind="floating"))
    page = selectors.list_residents(people.worker, Wanted(), cursor=None, size=50)
    assert [residence.pk for residence in page.rows[0].here] == [here.pk]
    assert selectors.list_residents(people.worker, Wanted(kind="floating"), cursor=None, size=50).rows == []
    assert [event.action for event in selectors.events_of(people.worker, here.person)] == ["move-in"]


def test_a_unit_narrows_the_list(tree, people, residents):
    def in_unit(unit):
        return names(selectors.list_residents(people.clerk, Wanted(unit=unit), cursor=None, size=50))

    assert in_unit(tree.grids[0]) == ["王first"]
    assert in_unit(tree.communities[0]) == ["王first", "王second"]
    assert in_unit(tree.streets[1]) == []


def test_a_unit_out_of_scope_does_not_exist(tree, people):
    assert selectors.unit_in_scope(people.clerk, tree.grids[0].code) == tree.grids[0]
    for code in (tree.streets[1].code, tree.district.code, "999999"):
        with pytest.raises(NotVisible):
            selectors.unit_in_scope(people.clerk, code)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("欧阳", {"欧阳敏"}),
        ("阳敏", {"欧阳敏"}),
        ("欧", {"欧阳敏"}),
        ("玉兰", {"欧阳敏", "李强"}),
        ("玉兰路 3 号 501", {"李强"}),
        ("玉兰路3号501", {"李强"}),
        ("路３号", {"欧阳敏", "李强"}),
        ("兰玉", set()),
        ("敏 欧", {"欧阳敏"}),
        ("海棠", {"李玉"}),
        ("桂花", set()),
        ("!?", set()),
    ],
)
def test_search_by_name_and_address(tree, people, words, expected):
    for name, building, room in (
        ("欧阳敏", "玉兰路 3 号", "402"),
        ("李强", "玉兰路 3 号", "501"),
        ("李玉", "海棠路 9 号", "402"),
    ):
        dwelling = add_dwelling(tree.grids[0], people.worker, building=building, room=room)
        add_resident(tree.grids[0], people.worker, who=particulars(name=name), dwelling=dwelling)
    page = selectors.list_residents(people.worker, Wanted(words=words), cursor=None, size=50)
    assert set(names(page)) == expected


def test_search_by_phone_finds_everybody_with_it(tree, people):
    mother = add_resident(tree.grids[0], people.worker, who=particulars(phone="13812345678"))
    child = add_resident(
        tree.grids[0],
        people.worker,
        who=particulars(name="李小", phone="138 1234 5678"),
        dwelling=mother.dwelling,
        living=stay(relation="child"),
    )
    assert set(selectors.find_by_number(people.worker, "１３８１２３４５６７８")) == {mother.person, child.person}
    assert selectors.find_by_number(people.worker, "") == []


def test_pages_lose_and_repeat_nobody(tree, people):
    dwelling = add_dwelling(tree.grids[0], people.worker)
    for _number in range(7):
        add_resident(
            tree.grids[0], people.worker, who=particulars(name="王敏"), dwelling=dwelling, living=stay(relation="other")
        )
    for sort in selectors.SORTS:
        seen, cursor = [], None
        while True:
            page = selectors.list_residents(people.worker, Wanted(sort=sort), cursor=cursor, size=3)
            seen += [person.pk for person in page.rows]
            cursor = page.next
            if cursor is None:
                break
        assert sorted(seen) == sorted(Person.objects.values_list("pk", flat=True))
        assert len(seen) == 7


def test_order_by_name_and_by_age(tree, people):
    for name, born in (("张伟", date(1950, 1, 1)), ("艾敏", date(1990, 1, 1)), ("马超", date(1970, 1, 1))):
        add_resident(
            tree.grids[0], people.worker, who=particulars(name=name, identity=identity_number(born)), living=stay()
        )

    def by(sort):
        return names(selectors.list_residents(people.worker, Wanted(sort=sort), cursor=None, size=50))

    assert by("name") == ["艾敏", "马超", "张伟"]
    assert by("-name") == ["张伟", "马超", "艾敏"]
    assert by("age") == ["艾敏", "马超", "张伟"]
    assert by("-age") == ["张伟", "马超", "艾敏"]
    assert by("nonsense") == by("name")


def test_the_search_box_finds_the_residents_of_the_scope(people, residents):
    hits = list(find_residents(people.station, "王first"))
    assert [(hit.title, hit.url) for hit in hits] == [("王first", f"/residents/{residents['first'].person_id}/")]
    assert hits[0].place.endswith(residents["first"].dwelling.address)
    for other in ("stranger", "dispatcher", "system"):
        assert list(find_residents(getattr(people, other), "王first")) == []
    assert list(find_residents(people.station, residents["first"].person.identity)) == []


def test_reveals_are_visible_to_the_auditor_of_the_place_alone(tree, people):
    residence = add_resident(tree.grids[0], people.worker)
    services.reveal_identity(actor=people.clerk, person_id=residence.person_id, purpose="核对高龄津贴", at=clock.now())
    assert [event.person for event in selectors.list_reveals(people.auditor, cursor=None, size=50).rows] == [
        residence.person
    ]
    for other in ("worker", "clerk", "stranger", "system"):
        assert selectors.list_reveals(getattr(people, other), cursor=None, size=50).rows == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_of_the_list_costs_two_queries(tree, people, count, django_assert_num_queries):
    for _number in range(count):
        add_resident(tree.grids[0], people.worker, who=particulars(phone="13812345678"))
    with django_assert_num_queries(2):
        page = selectors.list_residents(people.worker, Wanted(), cursor=None, size=50)
        assert len([residence.dwelling.grid.name for person in page.rows for residence in person.here]) == count
