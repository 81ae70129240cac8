"""The liaisons of departments with communities: who names whom, one at a time."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed, NotVisible
from apps.organisation.models import Liaison
from apps.organisation.selectors import liaison_candidates, liaisons_below, liaisons_in_force
from apps.organisation.services_liaisons import end_liaison, name_liaison
from tests.factories.accounts import client_of, make_user
from tests.factories.cases import World, make_world
from tests.factories.grid import grant

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(rules=False)


def name(world: World, by: str = "unit_admin", place: str = "community 0 0", **given: Any) -> Liaison:
    values: dict[str, Any] = {
        "agency_id": world.agencies["department"].pk,
        "user_id": world.people["department"].pk,
        "valid_from": world.at.date(),
    }
    return name_liaison(actor=world[by], unit=world.unit(place), at=world.at, **(values | given))


def on(world: World, day: date) -> list[tuple[str, str]]:
    return [(one.agency.name, one.user.username) for one in liaisons_in_force(day).order_by("id")]


def test_a_handler_of_a_department_above_is_named(world: World) -> None:
    named = name(world)
    assert (named.agency.name, named.unit, named.user.username, named.valid_to) == (
        "绿化市容局",
        world.unit("community 0 0"),
        "department",
        None,
    )
    found = [(grant.agency.name, grant.user.username) for grant in liaison_candidates(named.unit, world.at.date())]
    assert sorted(found) == [("城管中队", "assistant"), ("市容管理办", "agency"), ("绿化市容局", "department")]


def test_the_next_one_ends_the_one_before(world: World) -> None:
    name(world)
    second = make_user("second", "second")
    grant(second, "agency_handler", agency=world.agencies["department"])
    later = world.at.date() + timedelta(days=7)
    name(world, user_id=second.pk, valid_from=later)
    assert on(world, later - timedelta(days=1)) == [("绿化市容局", "department")]
    assert on(world, later) == [("绿化市容局", "second")]
    with pytest.raises(InvalidInput) as refused:
        name(world, valid_from=later)
    assert list(refused.value.fields) == ["valid_from"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"place": "street 0"}, "unit"),
        ({"valid_from": date(2026, 3, 1)}, "valid_from"),
        ({"user_id": "worker"}, "person"),
        ({"agency_id": "section_b"}, "person"),
    ],
)
def test_what_does_not_fit_is_refused(world: World, given: dict[str, Any], field: str) -> None:
    if "user_id" in given:
        given = {"user_id": world.people[given["user_id"]].pk}
    if "agency_id" in given:
        given = {"agency_id": world.agencies[given["agency_id"]].pk, "user_id": world.people["agency_b"].pk}
    with pytest.raises(InvalidInput) as refused:
        name(world, **given)
    assert list(refused.value.fields) == [field]
    assert not Liaison.objects.exists()


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("station", NotAllowed), ("street", NotAllowed), ("street_b", NotVisible), ("agency", NotVisible)],
)
def test_only_who_manages_the_people_there(world: World, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        name(world, who)
    named = name(world)
    with pytest.raises(refusal):
        end_liaison(actor=world[who], unit=named.unit, liaison_id=named.pk, at=world.at)
    assert on(world, world.at.date()) == [("绿化市容局", "department")]


def test_ending_keeps_what_was_and_takes_back_what_never_began(world: World) -> None:
    named = name(world)
    end_liaison(actor=world["unit_admin"], unit=named.unit, liaison_id=named.pk, at=world.at + timedelta(days=3))
    assert Liaison.objects.get().valid_to == world.at.date() + timedelta(days=2)
    begun = world.at.date() + timedelta(days=9)
    later = name(world, valid_from=begun)
    end_liaison(actor=world["unit_admin"], unit=named.unit, liaison_id=later.pk, at=world.at)
    assert Liaison.objects.count() == 1
    with pytest.raises(NotVisible):
        end_liaison(actor=world["unit_admin"], unit=named.unit, liaison_id=later.pk, at=world.at)


def test_the_database_allows_one_at_a_time(world: World) -> None:
    named = name(world)
    columns = {"agency": named.agency, "unit": named.unit, "user": named.user, "named_by": named.user}
    with pytest.raises(IntegrityError, match="organisation_liaison_one_at_a_time"), transaction.atomic():
        Liaison.objects.create(**columns, valid_from=named.valid_from, named_at=world.at)
    with pytest.raises(IntegrityError, match="organisation_liaison_dates_in_order"), transaction.atomic():
        Liaison.objects.filter(pk=named.pk).update(valid_to=named.valid_from - timedelta(days=1))


def test_the_tab(world: World) -> None:
    admin, code = client_of(world["unit_admin"]), world.unit("community 0 0").code
    person = f"{world.agencies['department'].pk}-{world.people['department'].pk}"
    path = f"/manage/{code}/liaisons/"
    with clock.frozen(world.at):
        assert "绿化市容局 · department" in admin.get(path).content.decode()
        wrong = admin.post(path, {"person": person, "valid_from": "2026-03-01"})
        right = admin.post(path, {"person": person, "valid_from": "2026-03-02"})
        street = admin.get(f"/manage/{world.unit('street 0').code}/liaisons/").content.decode()
        named = Liaison.objects.get()
        ended = admin.post(f"{path}{named.pk}/end/")
    assert (wrong.status_code, right.status_code, ended.status_code) == (422, 302, 302)
    assert world.unit("community 0 0").name in street
    assert not liaisons_below(world.unit("district"), world.at.date()).exists()
