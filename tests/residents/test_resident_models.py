"""What the database itself refuses, what it stores encrypted, and that every field is classified."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from apps.core import clock
from apps.core.crypto import keyed_hash
from apps.residents.models import SENSITIVE, Dwelling, Household, Person, Residence, ResidentEvent
from tests.factories.residents import add_dwelling, add_resident, identity_number, particulars, stay

pytestmark = pytest.mark.django_db


def refused(constraint):
    """The block must break exactly this constraint."""
    return pytest.raises(IntegrityError, match=constraint)


def insert(model, **values):
    with transaction.atomic():
        return model.objects.create(**values)


@pytest.fixture
def living(tree, people):
    return add_resident(tree.grids[0], people.worker)


def person_values(**changes):
    number = changes.pop("number", identity_number())
    values = {
        "name": "李强",
        "document": "id_card",
        "identity": number,
        "identity_hash": keyed_hash(number),
        "sex": "male",
        "birth_date": date(1980, 1, 1),
        "created_at": clock.now(),
    }
    return values | changes


def residence_values(living, **changes):
    values = {
        "person": living.person,
        "dwelling": living.dwelling,
        "household": living.household,
        "kind": "floating",
        "relation": "other",
        "since": date(2021, 1, 1),
        "created_at": clock.now(),
    }
    return values | changes


@pytest.mark.parametrize("model", [Dwelling, Household, Person, Residence])
def test_every_field_is_classified(model):
    columns = {field.name for field in model._meta.get_fields() if getattr(field, "column", None)}
    assert set(model.classification) == columns


def test_sensitive_fields_are_unreadable_in_the_database(living):
    Person.objects.filter(pk=living.person_id).update(phone="13812345678", phone_hash=keyed_hash("13812345678"))
    columns = [name for name, kind in Person.classification.items() if kind == SENSITIVE]
    assert columns == ["identity", "phone"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT row_to_json(p)::text, identity, phone FROM residents_person p WHERE id = %s", [living.person_id]
        )
        text, identity, phone = cursor.fetchone()
    person = Person.objects.get(pk=living.person_id)
    assert person.identity not in text
    assert person.identity.encode() not in bytes(identity)
    assert b"13812345678" not in bytes(phone)
    assert person.phone == "13812345678"


def test_numbers_are_masked(living):
    person = Person(document="id_card", identity="11010519491231002X", phone="13812345678")
    assert (person.identity_masked, person.phone_masked) == ("110105********002X", "138****5678")
    assert Person(document="passport", identity="E12345678").identity_masked == "E******78"
    assert Person(identity="11010519491231002X").phone_masked == ""


def test_an_identity_number_belongs_to_one_person(living):
    with refused("identity_hash"):
        insert(Person, **person_values(number=living.person.identity))


def test_a_person_has_a_name():
    with refused("residents_person_name_given"):
        insert(Person, **person_values(name=""))


@pytest.mark.parametrize("changes", [{"document": "library"}, {"sex": "x"}])
def test_a_person_is_described_from_the_lists(changes):
    with refused("residents_person_choices"):
        insert(Person, **person_values(**changes))


@pytest.mark.parametrize("changes", [{"phone": "13812345678"}, {"phone_hash": b"x"}])
def test_a_phone_and_its_hash_come_together(changes):
    with refused("residents_person_phone_with_hash"):
        insert(Person, **person_values(**changes))


def dwelling_values(tree, **changes):
    grid = tree.grids[0]
    place = {"district": tree.district, "street": tree.streets[0], "community": tree.communities[0], "grid": grid}
    return place | {"building": "甲楼", "room": "1", "created_at": clock.now()} | changes


def test_an_address_stands_once_in_a_grid(tree):
    insert(Dwelling, **dwelling_values(tree))
    with refused("residents_dwelling_address"):
        insert(Dwelling, **dwelling_values(tree))
    insert(Dwelling, **dwelling_values(tree, entrance="2"))


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"grid": None}, "residents_dwelling_in_a_grid"),
        ({"street": None}, "residents_dwelling_path_without_hole"),
        ({"building": ""}, "residents_dwelling_address_given"),
        ({"room": ""}, "residents_dwelling_address_given"),
    ],
)
def test_a_dwelling_lies_in_a_grid_and_has_an_address(tree, changes, constraint):
    with refused(constraint):
        insert(Dwelling, **dwelling_values(tree, **changes))


def test_one_open_registration_for_each_person(living, tree, people):
    other = add_resident(tree.grids[0], people.worker)
    values = residence_values(living, dwelling=other.dwelling, household=other.household, kind="registered")
    with refused("residents_residence_one_registered|residents_residence_registered_no_overlap"):
        insert(Residence, **values)


def test_registrations_do_not_overlap_in_the_past_either(living, tree, people):
    other = add_resident(tree.grids[0], people.worker)
    values = residence_values(living, dwelling=other.dwelling, household=other.household, kind="registered")
    with refused("residents_residence_registered_no_overlap"):
        insert(Residence, **values, until=date(2021, 6, 1))
    insert(Residence, **values | {"since": date(2019, 1, 1), "until": date(2020, 4, 30)})


def test_residences_of_any_kind_at_one_dwelling_do_not_overlap(living):
    with refused("residents_residence_no_overlap"):
        insert(Residence, **residence_values(living))


def test_a_residence_ends_after_it_began(living):
    with refused("residents_residence_dates_in_order"):
        insert(Residence, **residence_values(living, since=date(2019, 2, 1), until=date(2019, 1, 31)))


@pytest.mark.parametrize("changes", [{"kind": "camping"}, {"relation": "boss"}])
def test_a_residence_is_described_from_the_lists(living, changes):
    dates = {"since": date(2018, 1, 1), "until": date(2018, 2, 1)}
    with refused("residents_residence_choices"):
        insert(Residence, **residence_values(living, **changes, **dates))


def test_a_household_has_one_head(living):
    person = insert(Person, **person_values())
    with refused("residents_residence_one_head"):
        insert(Residence, **residence_values(living, person=person, relation="head"))


def test_a_head_stands_once_at_a_dwelling(living):
    with refused("residents_household_head_once"):
        insert(Household, dwelling=living.dwelling, head=living.person, created_at=clock.now())


def test_a_household_and_its_residences_share_the_dwelling(living, tree, people):
    elsewhere = add_dwelling(tree.grids[0], people.worker)
    with refused("residents_residence_household_at_dwelling"):
        with transaction.atomic():
            Residence.objects.create(**residence_values(living, dwelling=elsewhere))
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "statement", ["UPDATE residents_residentevent SET action = 'x'", "DELETE FROM residents_residentevent"]
)
def test_events_are_neither_changed_nor_deleted(living, statement):
    assert ResidentEvent.objects.filter(person=living.person).count() == 1
    with refused("append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_words_and_order_follow_the_name(living):
    person = insert(Person, **person_values(name="欧阳敏"))
    assert person.words == ["敏", "欧", "欧阳", "阳", "阳敏"]
    assert person.name_key == "ou1 yang2 min3"


def test_the_factory_gives_everybody_a_number_of_their_own():
    assert particulars().identity != particulars().identity
    assert stay().kind == "registered"
