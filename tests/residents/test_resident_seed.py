"""Invented residents are valid rows, the same for the same seed, and made once."""

from datetime import UTC, date, datetime
from random import Random

import pytest
from django.db import transaction

from apps.core import anchors, clock
from apps.grid.integrity import placement_faults
from apps.residents import services
from apps.residents.identity import parse_identity
from apps.residents.models import Dwelling, Household, Person, Residence, ResidentEvent
from apps.residents.seed import seed_residents
from tests.factories.residents import add_resident

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 1)


def seed(grids, seed_number=7):
    return seed_residents(grids, random=Random(seed_number), per_grid=12, at=AT)


def test_every_person_is_whole_and_lives_in_the_grids(tree):
    made = seed(tree.grids[:3])
    persons = list(Person.objects.all())
    assert made == len(persons) == Residence.objects.open().count() == ResidentEvent.objects.count()
    assert made >= 36
    for person in persons:
        read = parse_identity(person.identity, today=TODAY)
        assert (read.birth_date, read.sex) == (person.birth_date, person.sex)
        assert person.identity.startswith("310106")
        assert (person.name_key, person.words) != ("", [])
    assert set(Dwelling.objects.values_list("grid_id", flat=True)) == {grid.pk for grid in tree.grids[:3]}
    assert Household.objects.filter(head__isnull=True).count() == 0
    assert list(placement_faults()) == []


def test_every_chain_holds_and_goes_on(tree, people):
    seed(tree.grids[:1])
    residence = Residence.objects.first()
    services.move_out(actor=people.worker, residence_id=residence.pk, last_day=clock.today(), at=clock.now())
    assert list(anchors.verify()) == []
    assert list(residence.person.events.values_list("sequence", "action")) == [(1, "move-in"), (2, "move-out")]


def test_filled_grids_are_left_alone(tree, people):
    add_resident(tree.grids[0], people.worker)
    seed(tree.grids[:2])
    assert Dwelling.objects.filter(grid=tree.grids[0]).count() == 1
    assert seed(tree.grids[:2]) == 0


def test_the_same_seed_gives_the_same_people(tree):
    def people_of_a_fresh_seed():
        with transaction.atomic():
            seed(tree.grids[:1])
            made = sorted((person.name, person.identity, person.phone) for person in Person.objects.all())
            transaction.set_rollback(True)
        return made

    first = people_of_a_fresh_seed()
    assert len(first) >= 12
    assert people_of_a_fresh_seed() == first


def test_a_larger_seed_meets_no_number_twice(tree):
    seed(tree.grids[:4])
    seed(tree.grids[4:], seed_number=7)
    numbers = [person.identity for person in Person.objects.all()]
    assert len(numbers) == len(set(numbers))
