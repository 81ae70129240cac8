"""Moving in, moving out, revealing: what is written, who may, and what is refused."""

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from apps.core import clock
from apps.core.audit import payload_digest
from apps.core.crypto import keyed_hash
from apps.core.errors import Conflict, InvalidInput, NotAllowed, NotVisible, WrongState
from apps.grid.models import Unit
from apps.residents import services
from apps.residents.models import Dwelling, Household, Person, Residence, ResidentEvent
from tests.factories.residents import add_dwelling, add_resident, identity_number, particulars, stay

pytestmark = pytest.mark.django_db


def wrong_fields(error):
    return set(error.value.fields)


# dwellings


def test_a_dwelling_carries_the_path_of_its_grid(tree, people):
    dwelling = add_dwelling(tree.grids[0], people.worker, building=" 江宁路 8 号 ", room="101")
    assert dwelling.place == {
        "district_id": tree.district.pk,
        "street_id": tree.streets[0].pk,
        "community_id": tree.communities[0].pk,
        "grid_id": tree.grids[0].pk,
    }
    assert dwelling.address == "江宁路 8 号 101"


def test_the_same_address_is_the_same_dwelling(tree, people):
    first = add_dwelling(tree.grids[0], people.worker, room="101")
    assert add_dwelling(tree.grids[0], people.station, room="101") == first
    assert Dwelling.objects.count() == 1


def test_a_dwelling_needs_building_and_room(tree, people):
    with pytest.raises(InvalidInput) as error:
        services.add_dwelling(actor=people.worker, grid=tree.grids[0], building=" ", room="", at=clock.now())
    assert wrong_fields(error) == {"building", "room"}


def test_a_dwelling_lies_in_an_open_grid(tree, people):
    with pytest.raises(InvalidInput) as error:
        add_dwelling(tree.communities[0], people.station)
    assert wrong_fields(error) == {"grid"}
    Unit.objects.filter(pk=tree.grids[0].pk).update(closed_on=date(2026, 1, 1))
    with pytest.raises(InvalidInput):
        add_dwelling(tree.grids[0], people.worker)


@pytest.mark.parametrize(
    ("role", "refusal"),
    [
        ("worker", None),
        ("station", None),
        ("clerk", None),
        ("neighbour", NotVisible),
        ("stranger", NotVisible),
        ("dispatcher", NotVisible),
        ("auditor", NotVisible),
        ("system", NotVisible),
    ],
)
def test_who_may_add_in_a_grid(tree, people, role, refusal):
    actor = getattr(people, role)
    if refusal is None:
        assert add_resident(tree.grids[0], actor).created_by == actor
        return
    with pytest.raises(refusal):
        add_dwelling(tree.grids[0], actor)
    dwelling = add_dwelling(tree.grids[0], people.worker)
    with pytest.raises(refusal):
        services.add_person(actor=actor, dwelling=dwelling, who=particulars(), stay=stay(), at=clock.now())
    with pytest.raises(refusal):
        services.add_household(actor=actor, dwelling=dwelling, at=clock.now())
    assert Person.objects.count() == 0


# moving in


def test_a_person_is_known_by_the_number(tree, people):
    number = identity_number(date(1958, 3, 4), sex="female")
    who = particulars(name=" 王敏 ", identity=number.lower(), phone="138 1234 5678")
    person = add_resident(tree.grids[0], people.worker, who=who).person
    person.refresh_from_db()
    assert (person.name, person.identity, person.sex, person.birth_date, person.phone) == (
        "王敏",
        number,
        "female",
        date(1958, 3, 4),
        "13812345678",
    )
    assert bytes(person.identity_hash) == keyed_hash(number)
    assert bytes(person.phone_hash) == keyed_hash("13812345678")


def test_moving_in_is_one_event_without_numbers(tree, people):
    residence = add_resident(tree.grids[0], people.worker, who=particulars(phone="13812345678"))
    event = ResidentEvent.objects.get()
    assert (event.person, event.actor, event.action, event.sequence) == (residence.person, people.worker, "move-in", 1)
    assert event.payload == {
        "dwelling": residence.dwelling_id,
        "kind": "registered",
        "relation": "head",
        "since": "2020-05-01",
    }
    assert event.place == residence.dwelling.place
    assert bytes(event.digest) == payload_digest(bytes(event.salt), event.payload)
    residence.person.refresh_from_db()
    assert (residence.person.head_sequence, bytes(residence.person.head_hash)) == (1, bytes(event.hash))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"identity": "310106195803040021"}, {"identity"}),
        ({"identity": "31010619580304"}, {"identity"}),
        ({"identity": "31010619581304002X"}, {"identity"}),
        ({"phone": "12345"}, {"phone"}),
        ({"document": "library"}, {"document"}),
        ({"document": "passport", "identity": "!"}, {"identity", "sex", "birth_date", "kind"}),
        ({"name": "", "phone": "1", "identity": ""}, {"name", "phone", "identity"}),
    ],
)
def test_wrong_particulars_name_every_field(tree, people, changes, fields):
    with pytest.raises(InvalidInput) as error:
        add_resident(tree.grids[0], people.worker, who=particulars(**changes))
    assert wrong_fields(error) == fields
    assert Person.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"kind": "camping"}, {"kind"}),
        ({"relation": "boss"}, {"relation"}),
        ({"since": date(2999, 1, 1)}, {"since"}),
        ({"since": date(1958, 3, 3)}, {"since"}),
    ],
)
def test_wrong_stays_name_every_field(tree, people, changes, fields):
    with pytest.raises(InvalidInput) as error:
        add_resident(tree.grids[0], people.worker, living=stay(**changes))
    assert wrong_fields(error) == fields


def test_a_passport_brings_sex_and_birth_date(tree, people):
    who = particulars(document="passport", identity="e12345678", sex="male", birth_date=date(1990, 2, 3))
    person = add_resident(tree.grids[0], people.worker, who=who, living=stay(kind="overseas")).person
    assert (person.identity, person.sex, person.birth_date) == ("E12345678", "male", date(1990, 2, 3))


def test_a_number_is_one_person_wherever_entered(tree, people):
    who = particulars(name="王敏")
    first = add_resident(tree.grids[0], people.worker, who=who)
    second = add_resident(
        tree.grids[2], people.clerk, who=replace(who, phone="13812345678"), living=stay(kind="floating")
    )
    assert second.person == first.person
    first.person.refresh_from_db()
    assert (first.person.phone, first.person.head_sequence) == ("13812345678", 2)


def test_a_number_with_another_name_is_refused(tree, people):
    who = particulars(name="王敏")
    add_resident(tree.grids[0], people.worker, who=who)
    with pytest.raises(InvalidInput) as error:
        add_resident(tree.grids[0], people.worker, who=replace(who, name="王梅"))
    assert wrong_fields(error) == {"name"}


def test_a_person_is_registered_at_one_place(tree, people):
    who = particulars()
    add_resident(tree.grids[0], people.worker, who=who)
    with pytest.raises(Conflict) as error:
        add_resident(tree.grids[0], people.worker, who=who)
    assert (error.value.code, wrong_fields(error)) == ("already-registered", {"identity"})
    assert Dwelling.objects.count() == 2
    assert Residence.objects.count() == 1


def test_a_person_lives_once_at_a_dwelling(tree, people):
    who = particulars()
    dwelling = add_resident(tree.grids[0], people.worker, who=who).dwelling
    with pytest.raises(Conflict) as error:
        add_resident(tree.grids[0], people.worker, who=who, dwelling=dwelling, living=stay(kind="floating"))
    assert error.value.code == "already-here"


def test_a_stay_over_an_earlier_one_is_refused(tree, people):
    who = particulars()
    first = add_resident(tree.grids[0], people.worker, who=who)
    services.move_out(actor=people.worker, residence_id=first.pk, last_day=date(2021, 1, 31), at=clock.now())
    with pytest.raises(Conflict) as error:
        add_resident(tree.grids[0], people.worker, who=who, living=stay(since=date(2021, 1, 31)))
    assert error.value.code == "residence-overlap"
    again = add_resident(tree.grids[0], people.worker, who=who, living=stay(since=date(2021, 2, 1)))
    assert again.person == first.person


def test_nothing_is_left_of_a_refused_registration(tree, people):
    with pytest.raises(InvalidInput):
        services.register_resident(
            actor=people.worker,
            grid=tree.grids[0],
            building="甲楼",
            room="1",
            who=particulars(identity="1"),
            stay=stay(),
            at=clock.now(),
        )
    assert Dwelling.objects.count() == 0


def test_a_repeat_from_the_phone_answers_the_first_result(tree, people):
    who, living = particulars(), stay(client_id=uuid4())
    first = add_resident(tree.grids[0], people.worker, who=who, living=living)
    assert add_resident(tree.grids[0], people.worker, who=who, living=living) == first
    assert ResidentEvent.objects.count() == 1


def test_somebody_elses_client_id_is_a_conflict(tree, people):
    living = stay(client_id=uuid4())
    add_resident(tree.grids[0], people.worker, living=living)
    with pytest.raises(Conflict) as error:
        add_resident(tree.grids[1], people.neighbour, living=living)
    assert error.value.code == "client-id-taken"


# households


def test_the_family_joins_its_head(tree, people):
    head = add_resident(tree.grids[0], people.worker)
    spouse = add_resident(tree.grids[0], people.worker, dwelling=head.dwelling, living=stay(relation="spouse"))
    assert spouse.household == head.household
    assert head.household.head == head.person


def test_a_head_takes_over_a_household_without_one(tree, people):
    child = add_resident(tree.grids[0], people.worker, living=stay(relation="child"))
    head = add_resident(tree.grids[0], people.worker, dwelling=child.dwelling)
    assert head.household == child.household
    assert Household.objects.get().head == head.person


def test_a_second_head_founds_a_second_household(tree, people):
    first = add_resident(tree.grids[0], people.worker)
    second = add_resident(tree.grids[0], people.worker, dwelling=first.dwelling)
    assert second.household != first.household


def test_those_who_come_after_a_family_left_do_not_join_it(tree, people):
    gone = add_resident(tree.grids[0], people.worker)
    services.move_out(actor=people.worker, residence_id=gone.pk, last_day=date(2021, 1, 1), at=clock.now())
    new = add_resident(tree.grids[0], people.worker, dwelling=gone.dwelling, living=stay(relation="other"))
    assert new.household != gone.household


# moving out


def test_moving_out_ends_the_residence_and_keeps_it(tree, people):
    residence = add_resident(tree.grids[0], people.worker)
    services.move_out(actor=people.station, residence_id=residence.pk, last_day=date(2024, 6, 30), at=clock.now())
    residence.refresh_from_db()
    assert residence.until == date(2024, 6, 30)
    assert Household.objects.get().head is None
    event = ResidentEvent.objects.get(sequence=2)
    assert (event.action, event.actor, event.payload["until"]) == ("move-out", people.station, "2024-06-30")
    assert not Person.objects.visible_to(people.worker).exists()


def test_nobody_moves_out_twice(tree, people):
    residence = add_resident(tree.grids[0], people.worker)
    services.move_out(actor=people.worker, residence_id=residence.pk, last_day=date(2024, 6, 30), at=clock.now())
    with pytest.raises(WrongState):
        services.move_out(actor=people.worker, residence_id=residence.pk, last_day=date(2024, 7, 1), at=clock.now())


@pytest.mark.parametrize("day", [date(2020, 4, 30), date(2999, 1, 1)])
def test_the_last_day_lies_between_the_first_and_today(tree, people, day):
    residence = add_resident(tree.grids[0], people.worker)
    with pytest.raises(InvalidInput) as error:
        services.move_out(actor=people.worker, residence_id=residence.pk, last_day=day, at=clock.now())
    assert wrong_fields(error) == {"last_day"}


@pytest.mark.parametrize("role", ["neighbour", "stranger", "dispatcher", "auditor", "system"])
def test_nobody_beside_moves_people_out(tree, people, role):
    residence = add_resident(tree.grids[0], people.worker)
    with pytest.raises(NotVisible):
        services.move_out(
            actor=getattr(people, role), residence_id=residence.pk, last_day=date(2024, 1, 1), at=clock.now()
        )
    residence.refresh_from_db()
    assert residence.until is None


# revealing


def test_a_reveal_gives_the_numbers_and_is_recorded_without_them(tree, people):
    who = particulars(phone="13812345678")
    residence = add_resident(tree.grids[0], people.worker, who=who)
    at = clock.now()
    revealed = services.reveal_identity(
        actor=people.clerk, person_id=residence.person_id, purpose=" 核对高龄津贴 ", at=at
    )
    assert (revealed.identity, revealed.phone) == (who.identity, "13812345678")
    event = ResidentEvent.objects.get(action="reveal")
    assert (event.actor, event.at, event.payload) == (people.clerk, at, {"purpose": "核对高龄津贴"})
    assert event.place == residence.dwelling.place


@pytest.mark.parametrize(
    ("role", "refusal"),
    [
        ("worker", NotAllowed),
        ("station", NotAllowed),
        ("neighbour", NotVisible),
        ("stranger", NotVisible),
        ("auditor", NotVisible),
        ("system", NotVisible),
    ],
)
def test_who_may_not_see_whole_numbers(tree, people, role, refusal):
    residence = add_resident(tree.grids[0], people.worker)
    with pytest.raises(refusal):
        services.reveal_identity(
            actor=getattr(people, role), person_id=residence.person_id, purpose="核对高龄津贴", at=clock.now()
        )
    assert not ResidentEvent.objects.filter(action="reveal").exists()


@pytest.mark.parametrize("purpose", ["", "看看", "   a   "])
def test_a_reveal_needs_a_purpose(tree, people, purpose):
    residence = add_resident(tree.grids[0], people.worker)
    with pytest.raises(InvalidInput) as error:
        services.reveal_identity(actor=people.clerk, person_id=residence.person_id, purpose=purpose, at=clock.now())
    assert wrong_fields(error) == {"purpose"}
    assert not ResidentEvent.objects.filter(action="reveal").exists()
