"""The residents' API: masked answers, the order of checks, repeats, and reveals that are never kept."""

from uuid import uuid4

import pytest

from apps.core.models import IdempotencyKey
from apps.residents.models import Person, Residence, ResidentEvent
from tests.factories.accounts import api_of
from tests.factories.residents import add_resident, identity_number, particulars

pytestmark = pytest.mark.django_db

URL = "/api/v1/residents/"


def entry(grid, **changes):
    return {
        "grid": grid.code,
        "building": "玉兰路 3 号",
        "room": "501",
        "name": "李强",
        "identity": identity_number(),
        "phone": "13812345678",
        "kind": "registered",
        "relation": "head",
        "since": "2020-05-01",
    } | changes


@pytest.fixture
def living(tree, people):
    return add_resident(tree.grids[0], people.worker, who=particulars(name="欧阳敏", phone="13812345678"))


def test_nobody_reads_without_signing_in(client, db):
    for path in (URL, f"{URL}1/"):
        assert client.get(path).status_code == 401
    for path in (URL, f"{URL}find/", f"{URL}1/reveal/", "/api/v1/residences/1/move-out/"):
        assert client.post(path).status_code == 401


def test_a_resident_is_added_and_answered_masked(tree, people):
    given = entry(tree.grids[0])
    answer = api_of(people.worker).post(URL, given, format="json")
    person = Person.objects.get()
    residence = Residence.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": person.pk,
        "name": "李强",
        "document": "id_card",
        "identity": f"310106********{given['identity'][-4:]}",
        "sex": "female",
        "phone": "138****5678",
        "residences": [
            {
                "id": residence.pk,
                "grid": tree.grids[0].code,
                "address": "玉兰路 3 号 501",
                "kind": "registered",
                "relation": "head",
                "since": "2020-05-01",
                "until": None,
            }
        ],
    }
    assert api_of(people.clerk).get(f"{URL}{person.pk}/").json() == answer.json()


def test_a_repeat_with_the_same_key_answers_the_first_result(tree, people):
    given, key = entry(tree.grids[0]), {"Idempotency-Key": "k1"}
    first = api_of(people.worker).post(URL, given, format="json", headers=key)
    again = api_of(people.worker).post(URL, given, format="json", headers=key)
    assert again.json() == first.json()
    assert again["Idempotent-Replay"] == "true"
    assert Residence.objects.count() == 1
    other = api_of(people.worker).post(URL, given | {"name": "李刚"}, format="json", headers=key)
    assert (other.status_code, other.json()["title"]) == (409, "idempotency-mismatch")
    kept = IdempotencyKey.objects.get()
    assert given["identity"] not in str(kept.body)
    assert "13812345678" not in str(kept.body)


def test_a_repeat_with_the_same_client_id_answers_the_first_result(tree, people):
    given = entry(tree.grids[0], client_id=str(uuid4()))
    first = api_of(people.worker).post(URL, given, format="json")
    again = api_of(people.worker).post(URL, given, format="json")
    assert (again.status_code, again.json()) == (201, first.json())
    assert Residence.objects.count() == 1


def test_wrong_fields_are_named(tree, people):
    answer = api_of(people.worker).post(URL, entry(tree.grids[0], kind="camping", since="soon"), format="json")
    assert answer.status_code == 400
    assert set(answer.json()["errors"]) == {"kind", "since"}
    answer = api_of(people.worker).post(URL, entry(tree.grids[0], identity="310106195803040021"), format="json")
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"identity"})
    missing = entry(tree.grids[0])
    del missing["grid"]
    assert set(api_of(people.worker).post(URL, missing, format="json").json()["errors"]) == {"grid"}


@pytest.mark.parametrize(
    ("who", "status"),
    [("worker", 201), ("clerk", 201), ("neighbour", 404), ("stranger", 404), ("dispatcher", 404), ("system", 404)],
)
def test_who_may_add_is_checked_before_the_input(tree, people, who, status):
    given = entry(tree.grids[0]) if status == 201 else {"grid": tree.grids[0].code}
    assert api_of(getattr(people, who)).post(URL, given, format="json").status_code == status


def test_a_person_registered_already_is_a_conflict(tree, people, living):
    given = entry(tree.grids[0], identity=living.person.identity, name="欧阳敏")
    answer = api_of(people.worker).post(URL, given, format="json")
    assert (answer.status_code, answer.json()["title"]) == (409, "already-registered")


@pytest.mark.parametrize(
    ("who", "status"), [("worker", 200), ("station", 200), ("neighbour", 404), ("stranger", 404), ("auditor", 404)]
)
def test_one_resident_within_the_scope(people, living, who, status):
    assert api_of(getattr(people, who)).get(f"{URL}{living.person_id}/").status_code == status


def test_the_list_pages_narrows_and_searches(tree, people, living):
    add_resident(tree.grids[1], people.neighbour, who=particulars(name="李强"))
    api = api_of(people.clerk)
    first = api.get(URL, {"size": 1}).json()
    assert [row["name"] for row in first["results"]] == ["李强"]
    second = api.get(first["next"]).json()
    assert [row["name"] for row in second["results"]] == ["欧阳敏"]
    assert second["next"] is None
    assert api.get(second["previous"]).json()["results"] == first["results"]
    assert [row["name"] for row in api.get(URL, {"unit": tree.grids[0].code}).json()["results"]] == ["欧阳敏"]
    assert [row["name"] for row in api.get(URL, {"q": "李强"}).json()["results"]] == ["李强"]
    assert api.get(URL, {"unit": tree.streets[1].code}).status_code == 404
    assert api.get(URL, {"size": "many"}).status_code == 400
    assert api_of(people.dispatcher).get(URL).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_three(tree, people, count, django_assert_num_queries):
    for _number in range(count):
        add_resident(tree.grids[0], people.worker)
    api = api_of(people.worker)
    with django_assert_num_queries(3):
        assert len(api.get(URL).json()["results"]) == count


def test_finding_by_number(people, living):
    found = api_of(people.worker).post(f"{URL}find/", {"number": living.person.identity}, format="json").json()
    assert [row["id"] for row in found] == [living.person_id]
    beside = api_of(people.stranger).post(f"{URL}find/", {"number": living.person.identity}, format="json").json()
    assert beside == []
    assert api_of(people.system).post(f"{URL}find/", {"number": "1"}, format="json").status_code == 403


def test_a_reveal_is_answered_recorded_and_never_kept(people, living):
    path = f"{URL}{living.person_id}/reveal/"
    api = api_of(people.clerk)
    for _time in range(2):
        answer = api.post(path, {"purpose": "核对高龄津贴"}, format="json", headers={"Idempotency-Key": "k1"})
        assert answer.json() == {
            "id": living.person_id,
            "identity": living.person.identity,
            "phone": "13812345678",
        }
        assert answer["Cache-Control"] == "no-store"
    assert ResidentEvent.objects.filter(action="reveal").count() == 2
    assert not IdempotencyKey.objects.exists()


@pytest.mark.parametrize(("who", "status"), [("worker", 403), ("stranger", 404), ("auditor", 404), ("system", 404)])
def test_a_reveal_asks_for_scope_then_right_then_purpose(people, living, who, status):
    path = f"{URL}{living.person_id}/reveal/"
    assert api_of(getattr(people, who)).post(path, {}, format="json").status_code == status
    answer = api_of(people.clerk).post(path, {}, format="json")
    assert (answer.status_code, set(answer.json()["errors"])) == (400, {"purpose"})


def test_moving_out(people, living):
    path = f"/api/v1/residences/{living.pk}/move-out/"
    assert api_of(people.neighbour).post(path, {}, format="json").status_code == 404
    assert api_of(people.worker).post(path, {}, format="json").status_code == 400
    key = {"Idempotency-Key": "k1"}
    answer = api_of(people.worker).post(path, {"last_day": "2024-06-30"}, format="json", headers=key)
    assert (answer.status_code, answer.json()["until"]) == (200, "2024-06-30")
    again = api_of(people.worker).post(path, {"last_day": "2024-06-30"}, format="json", headers=key)
    assert again.json() == answer.json()
    assert api_of(people.worker).post(path, {"last_day": "2024-06-30"}, format="json").status_code == 409
