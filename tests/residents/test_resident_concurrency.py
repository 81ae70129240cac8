"""Many hands at once: one person is recorded once, one address is one dwelling, a chain never forks."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.core import anchors, clock
from apps.core.errors import Conflict, DomainError
from apps.residents import services
from apps.residents.models import Dwelling, Person, Residence, ResidentEvent
from tests.factories.residents import add_dwelling, add_resident, particulars, stay

pytestmark = pytest.mark.django_db(transaction=True)

HANDS = 6


def all_at_once(act):
    """What ``act(number)`` gave or raised, called by all hands in the same moment."""
    gate = Barrier(HANDS)

    def one(number):
        try:
            gate.wait()
            return act(number)
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(one, range(HANDS)))


def test_one_person_registered_by_many_is_registered_once(tree, people):
    who = particulars()
    homes = [add_dwelling(tree.grids[0], people.worker) for _hand in range(HANDS)]
    results = all_at_once(lambda number: add_resident(tree.grids[0], people.worker, who=who, dwelling=homes[number]))
    assert Counter(type(result) for result in results) == {Residence: 1, Conflict: HANDS - 1}
    assert {result.code for result in results if isinstance(result, Conflict)} == {"already-registered"}
    assert (Person.objects.count(), Residence.objects.count(), ResidentEvent.objects.count()) == (1, 1, 1)


def test_one_address_entered_by_many_is_one_dwelling(tree, people):
    worker = people.worker
    results = all_at_once(
        lambda number: services.register_resident(
            actor=worker,
            grid=tree.grids[0],
            building="甲楼",
            room="1",
            who=particulars(),
            stay=stay(relation="other"),
            at=clock.now(),
        )
    )
    assert Counter(type(result) for result in results) == {Residence: HANDS}
    assert Dwelling.objects.count() == 1
    assert len({result.household_id for result in results}) == 1


def test_one_person_seen_by_many_keeps_one_chain(tree, people):
    person = add_resident(tree.grids[0], people.worker).person
    clerk = people.clerk
    all_at_once(
        lambda number: services.reveal_identity(
            actor=clerk, person_id=person.pk, purpose=f"核对高龄津贴 {number}", at=clock.now()
        )
    )
    assert list(person.events.order_by("sequence").values_list("sequence", flat=True)) == list(range(1, HANDS + 2))
    assert list(anchors.verify()) == []
