"""Pages and queues of cases: nothing lost, nothing repeated, nothing of others, and counts that stop."""

import random
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.cases.models import Case
from apps.cases.selectors import QUEUES, Wanted, case_page, desks_of, queue_counts, queue_page
from apps.cases.selectors.queues import moments_at, queue_named
from apps.core.keyset import KeysetPage
from tests.factories.cases import World

numbers = count(1)


def copies(case: Case, number: int, **values: object) -> None:
    """Many rows like ``case``, made in one statement."""
    rows = []
    original = Case.objects.get(pk=case.pk)
    for _ in range(number):
        row = copy(original)
        row.pk, row.number, row.head_sequence = None, f"copy-{next(numbers)}", 0
        for name, value in values.items():
            setattr(row, name, value)
        rows.append(row)
    Case.objects.bulk_create(rows, batch_size=1000)


def walk(page: Callable[[str | None], KeysetPage[Case]]) -> list[list[int]]:
    """Every page from the first to the last."""
    pages, cursor = [], None
    while True:
        found = page(cursor)
        pages.append([case.pk for case in found.rows])
        cursor = found.next
        if cursor is None:
            return pages


def walk_back(page: Callable[[str | None], KeysetPage[Case]]) -> list[list[int]]:
    """To the last page, then back to the first, which is returned first again."""
    cursor = None
    found = page(None)
    while found.next:
        found = page(found.next)
    pages = [[case.pk for case in found.rows]]
    cursor = found.previous
    while cursor:
        found = page(cursor)
        pages.insert(0, [case.pk for case in found.rows])
        cursor = found.previous
    return pages


def test_where_thousands_share_one_limit(world: World) -> None:
    case = world.report()
    copies(case, 1200)
    copies(case, 300, open=False, state="closed", holder=None, due_at=None, closed_at=world.at)
    expected = [
        *Case.objects.filter(open=True).order_by("due_at", "id").values_list("pk", flat=True),
        *Case.objects.filter(open=False).order_by("-closed_at", "-id").values_list("pk", flat=True),
    ]
    leader = world["leader"]

    def page(cursor: str | None) -> KeysetPage[Case]:
        return case_page(leader, Wanted(), cursor=cursor, size=97)

    pages = walk(page)
    assert [pk for rows in pages for pk in rows] == expected
    assert {len(rows) for rows in pages[:-1]} == {97}
    assert [pk for rows in walk_back(page) for pk in rows] == expected


def test_a_union_of_grants_is_one_list(world: World) -> None:
    """A person with two grants and an agency: each case once, in the order of its limit."""
    from tests.factories.grid import grant

    nomad = world.people["stranger"]
    grant(nomad, "leader", world.unit("community 0 1"))
    grant(nomad, "leader", world.unit("street 1"))
    grant(nomad, "agency_handler", agency=world.agencies["section_b"])
    own = [world.report(by="district", place=place) for place in ("grid 0 1 0", "grid 1 0 0", "grid 1 1 1")]
    world.report(by="district", place="grid 0 0 0")
    both = own[1]
    world.move(both, "register", "station_b")
    world.move(both, "escalate", "station_b", note="上报")
    world.move(both, "dispatch", "street_b", agency=world.agencies["section_b"].code)
    shuffled = random.Random(3)
    for case in own:
        Case.objects.filter(pk=case.pk).update(due_at=world.at + timedelta(hours=shuffled.randrange(3)))
    expected = list(
        Case.objects.filter(pk__in=[case.pk for case in own]).order_by("due_at", "id").values_list("pk", flat=True)
    )
    user = world["stranger"]
    pages = walk(lambda cursor: case_page(user, Wanted(), cursor=cursor, size=1))
    assert pages == [[pk] for pk in expected]
    backwards = walk_back(lambda cursor: case_page(user, Wanted(), cursor=cursor, size=2))
    assert backwards == [expected[:2], expected[2:]]
    assert set(Case.objects.visible_to(user).values_list("pk", flat=True)) == set(expected)


def test_a_row_that_comes_between_is_not_lost_nor_repeated(world: World) -> None:
    cases = [world.report() for _ in range(4)]
    user = world["station"]
    first = case_page(user, Wanted(), cursor=None, size=2)
    assert [case.pk for case in first.rows] == [cases[0].pk, cases[1].pk]
    Case.objects.filter(pk=cases[0].pk).update(due_at=cases[3].due_at + timedelta(days=1))
    second = case_page(user, Wanted(), cursor=first.next, size=5)
    assert [case.pk for case in second.rows] == [cases[2].pk, cases[3].pk, cases[0].pk]


@pytest.fixture
def busy(world: World) -> dict[str, Case]:
    """A case for every queue, and some of the neighbours'."""
    at_desk = {
        "screen": world.report(by="district", place="grid 0 0 0"),
        "dispatch": world.to_street(),
        "handling": world.accepted(),
        "verify": world.handled(),
        "close": world.verified(),
        "suspended": world.case_in("suspended"),
        "rework": world.move(world.handled(), "rework", "street", note="返工"),
        "supervised": world.move(world.accepted(), "supervise", "district", note="督办"),
        "overdue": world.accepted(),
        "near": world.accepted(),
    }
    sent = world.dispatched()
    at_desk["returned"] = world.move(sent, "return", "agency", note="不属本单位")
    above = world.to_street()
    above = world.move(above, "escalate", "street", note="上报")
    at_desk["given"] = world.move(above, "dispatch", "district", agency=world.centre("street").code)
    Case.objects.filter(pk=at_desk["overdue"].pk).update(due_at=world.at - timedelta(hours=1))
    Case.objects.filter(pk=at_desk["near"].pk).update(due_at=world.at + timedelta(hours=2))
    neighbour = world.report(by="worker_b", place="grid 1 0 0")
    world.move(neighbour, "register", "station_b")
    return at_desk


def queue_numbers(world: World, who: str, wanted: Wanted | None = None) -> dict[str, list[int]]:
    desks, moments = desks_of(world[who]), moments_at(world.at)
    return {
        queue.key: [
            case.pk
            for case in queue_page(queue, desks, moments=moments, wanted=wanted or Wanted(), cursor=None, size=50).rows
        ]
        for queue in QUEUES
    }


def test_what_stands_in_which_queue(world: World, busy: dict[str, Case]) -> None:
    found = queue_numbers(world, "street")
    pk = {name: case.pk for name, case in busy.items()}
    assert found["screen"] == []
    assert set(found["dispatch"]) == {pk["dispatch"], pk["returned"]}
    assert found["returned"] == [pk["returned"]]
    assert found["given"] == [pk["given"]]
    assert found["overdue"] == [pk["overdue"]]
    assert pk["near"] in found["near"]
    assert pk["overdue"] not in found["near"]
    assert found["supervised"] == [pk["supervised"]]
    assert set(found["handling"]) == {
        pk[name] for name in ("handling", "rework", "supervised", "overdue", "near", "given")
    }
    assert found["verify"] == [pk["verify"]]
    assert found["close"] == [pk["close"]]
    assert found["rework"] == [pk["rework"]]
    assert found["suspended"] == [pk["suspended"]]
    assert queue_numbers(world, "station")["screen"] == [pk["screen"]]
    assert len(queue_numbers(world, "station_b")["dispatch"]) == 1


@pytest.mark.parametrize("who", ["station", "street", "district", "street_b"])
def test_counts_say_what_the_queues_hold(world: World, busy: dict[str, Case], who: str) -> None:
    desks, moments = desks_of(world[who]), moments_at(world.at)
    held = {key: len(rows) for key, rows in queue_numbers(world, who).items()}
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert queue_counts(desks, moments=moments, wanted=Wanted()) == held
    assert len(asked) == 1


def test_counts_follow_the_filter_and_stop(world: World) -> None:
    case = world.to_street()
    copies(case, 1100)
    desks, moments = desks_of(world["street"]), moments_at(world.at)
    assert queue_counts(desks, moments=moments, wanted=Wanted())["dispatch"] == 1000
    elsewhere = Wanted(unit=world.unit("community 0 1"))
    assert queue_counts(desks, moments=moments, wanted=elsewhere)["dispatch"] == 0


def test_two_desks_are_one_queue(world: World) -> None:
    from tests.factories.grid import grant

    both = world.people["stranger"]
    grant(both, "station", world.unit("community 0 0"))
    grant(both, "station", world.unit("community 1 0"))
    first = world.report(by="district", place="grid 0 0 0")
    second = world.report(by="district", place="grid 1 0 0")
    world.report(by="district", place="grid 0 1 0")
    assert queue_numbers(world, "stranger")["screen"] == [first.pk, second.pk]
    desks = desks_of(world["stranger"])
    assert queue_counts(desks, moments=moments_at(world.at), wanted=Wanted())["screen"] == 2


def test_a_person_without_a_desk_has_no_queues(world: World) -> None:
    for who in ("leader", "worker", "agency", "stranger"):
        assert desks_of(world[who]) == []
    assert queue_counts([], moments=moments_at(world.at), wanted=Wanted()) == {}


def test_a_queue_is_served_by_its_index(world: World) -> None:
    case = world.to_street()
    copies(case, 3000)
    copies(case, 3000, open=False, state="closed", holder=None, due_at=None, closed_at=world.at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case")
        desk = desks_of(world["street"])[0]
        plan = (
            Case.objects.filter(open=True, state="registered", holder_id=desk.pk)
            .order_by("due_at", "id")[:50]
            .explain()
        )
    assert "cases_case_holder" in plan
    assert "Sort" not in plan
    assert queue_named("dispatch").held
