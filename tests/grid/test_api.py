"""``/api/v1/units/``: who owns, who is above, who is beside; pages, filters, places, boundaries."""

import pytest
from django.utils import translation
from shapely.geometry import shape

from apps.grid.models import Boundary, BoundaryState
from tests.factories.accounts import api_of, make_user
from tests.factories.grid import centre_of, grant, make_tree, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def people(tree):
    """The community's admin, one above on the street, one beside in another street, and a worker who may only look."""
    roles = {
        "owner": ("unit_admin", tree.community(0, 0)),
        "above": ("unit_admin", tree.street(0)),
        "beside": ("unit_admin", tree.community(1, 0)),
        "looker": ("leader", tree.community(0, 0)),
        "nobody": None,
    }
    found = {}
    for name, held in roles.items():
        found[name] = make_user()
        if held:
            grant(found[name], *held)
    return found


def codes(response) -> list[str]:
    assert response.status_code == 200
    return [unit["code"] for unit in response.json()["results"]]


def test_each_person_lists_exactly_the_units_in_scope(tree, people):
    community = tree.community(0, 0)
    own = [community.code, tree.grid(0, 0, 0).code, tree.grid(0, 0, 1).code]
    street = sorted(unit.code for unit in tree.units if unit.code.startswith(tree.street(0).code))
    beside = sorted(unit.code for unit in tree.units if unit.code.startswith(tree.community(1, 0).code))
    for name, expected in {"owner": own, "above": street, "beside": beside, "looker": own, "nobody": []}.items():
        assert codes(api_of(people[name]).get("/api/v1/units/")) == expected, name
    assert api_of(people["owner"]).get(f"/api/v1/units/{own[1]}/").json() == {
        "code": own[1],
        "name": "第1网格",
        "kind": "grid",
        "parent": community.code,
        "grid_type": "basic",
    }


@pytest.mark.parametrize("path", ["", "boundary/", "outlines/", "points/"])
def test_one_unit_is_shown_to_those_in_scope_only(tree, people, path):
    url = f"/api/v1/units/{tree.community(0, 0).code}/{path}"
    expected = {"owner": 200, "above": 200, "beside": 404, "looker": 200, "nobody": 404}
    assert {name: api_of(user).get(url).status_code for name, user in people.items()} == expected


def test_without_signing_in_nothing_is_answered(client, tree):
    for path in ("", "locate/?lon=1&lat=1", f"{tree.district.code}/", f"{tree.district.code}/boundary/"):
        assert client.get(f"/api/v1/units/{path}").status_code == 401


def test_filters_and_keyset_pages_lose_no_unit(tree, people):
    api = api_of(people["above"])
    assert codes(api.get("/api/v1/units/?kind=community")) == [
        tree.community(0, 0).code,
        tree.community(0, 1).code,
    ]
    assert codes(api.get(f"/api/v1/units/?parent={tree.community(0, 1).code}")) == [
        tree.grid(0, 1, 0).code,
        tree.grid(0, 1, 1).code,
    ]
    assert codes(api.get("/api/v1/units/?q=1街2社区")) == [tree.community(0, 1).code]
    assert codes(api.get(f"/api/v1/units/?q={tree.community(1, 0).code}")) == []
    assert api.get("/api/v1/units/?kind=planet").status_code == 400
    assert api.get("/api/v1/units/?cursor=zzz").status_code == 400
    seen, url = [], "/api/v1/units/?size=2"
    while url:
        page = api.get(url).json()
        assert len(page["results"]) <= 2
        seen += [unit["code"] for unit in page["results"]]
        url = page["next"]
    assert seen == codes(api.get("/api/v1/units/"))


def test_a_point_is_located_within_the_scope(tree, people):
    grid = tree.grid(0, 0, 1)
    lon, lat = centre_of(grid)
    url = f"/api/v1/units/locate/?lon={lon}&lat={lat}"
    chain = [tree.district.code, tree.street(0).code, tree.community(0, 0).code, grid.code]
    assert [unit["code"] for unit in api_of(people["owner"]).get(url).json()] == chain
    assert api_of(people["beside"]).get(url).status_code == 404
    assert api_of(people["owner"]).get("/api/v1/units/locate/?lon=0&lat=0").status_code == 404
    assert api_of(people["owner"]).get("/api/v1/units/locate/?lon=200&lat=0").status_code == 400
    assert api_of(people["owner"]).get("/api/v1/units/locate/?lon=nan&lat=0").status_code == 400


def test_lists_and_details_have_a_fixed_number_of_queries(tree, people, django_assert_num_queries):
    for user, number in ((people["owner"], 3), (people["above"], 7)):
        api = api_of(user)
        with django_assert_num_queries(2):
            assert len(codes(api.get("/api/v1/units/"))) == number
    api = api_of(people["owner"])
    api.get(f"/api/v1/units/{tree.grids[0].code}/")
    with django_assert_num_queries(3):
        api.get(f"/api/v1/units/{tree.community(0, 0).code}/outlines/")


def test_publishing_by_the_api(tree, people):
    grid = tree.grid(0, 0, 0)
    url = f"/api/v1/units/{grid.code}/boundary/"
    west, south, east, north = tree.boxes[grid.code]
    smaller = square(west, south, east, round((south + north) / 2, 6))
    body = {"geometry": smaller, "because": "核对现场"}
    for name, status in {"beside": 404, "nobody": 404, "looker": 403}.items():
        for method, path in (("put", ""), ("delete", ""), ("post", "check/"), ("post", "repair/")):
            answer = getattr(api_of(people[name]), method)(url + path, body, format="json")
            assert answer.status_code == status, (name, method, path)
    api = api_of(people["owner"])
    base = api.get(url).json()["properties"]["id"]
    first = api.put(url, body | {"base": base}, format="json", headers={"Idempotency-Key": "one"})
    assert first.status_code == 200
    assert first.json()["boundary"]["geometry"] == smaller
    assert [fault["kind"] for fault in first.json()["check"]["faults"]] == ["gap"]
    again = api.put(url, body | {"base": base}, format="json", headers={"Idempotency-Key": "one"})
    assert again.headers["Idempotent-Replay"] == "true"
    assert api.put(url, body | {"base": base}, format="json").status_code == 409
    states = Boundary.objects.filter(unit=grid).order_by("pk").values_list("state", flat=True)
    assert list(states) == [BoundaryState.ENDED, BoundaryState.PUBLISHED]


def test_a_refusal_names_the_place_and_the_shape(tree, people):
    grid, other = tree.grid(0, 0, 0), tree.grid(0, 0, 1)
    west, south, east, north = tree.boxes[grid.code]
    over = square(west, south, east + 0.001, north)
    api = api_of(people["owner"])
    with translation.override("en"):
        answer = api.put(
            f"/api/v1/units/{grid.code}/boundary/",
            {"geometry": over, "because": "x"},
            format="json",
            headers={"Accept-Language": "en"},
        )
    assert answer.status_code == 400
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert list(problem["errors"]) == ["geometry"]
    assert other.name in problem["errors"]["geometry"][0]
    assert problem["faults"][0]["units"] == [grid.code, other.code]
    shared = shape(square(east, south, east + 0.001, north)).normalize()
    assert shape(problem["shape"]).normalize().equals_exact(shared, 1e-7)
    assert east < problem["lon"] < east + 0.001
    assert south < problem["lat"] < north
    assert Boundary.objects.filter(unit=grid).count() == 1


def test_a_repair_is_proposed_and_can_be_published(tree, people):
    grid = tree.grid(0, 0, 0)
    west, south, east, north = tree.boxes[grid.code]
    wrong = square(west - 0.01, south, east + 0.001, north - 0.002)
    api = api_of(people["owner"])
    url = f"/api/v1/units/{grid.code}/boundary/"
    told = api.post(f"{url}check/", {"geometry": wrong}, format="json").json()
    assert {fault["kind"] for fault in told["faults"]} == {"outside", "overlap", "gap"}
    assert told["publishable"] is False
    mended = api.post(f"{url}repair/", {"geometry": wrong}, format="json").json()
    assert mended["check"]["faults"] == []
    assert api.put(url, {"geometry": mended["geometry"], "because": "修复"}, format="json").status_code == 200


def test_a_draft_is_kept_and_thrown_away(tree, people):
    grid = tree.grid(0, 0, 0)
    west, south, east, north = tree.boxes[grid.code]
    api, url = api_of(people["owner"]), f"/api/v1/units/{grid.code}/boundary/"
    over = {"geometry": square(west, south, east + 0.001, north), "draft": True}
    assert api.put(url, over, format="json").json()["boundary"]["properties"]["state"] == "draft"
    assert api.put(url, over, format="json").status_code == 200
    assert Boundary.objects.filter(unit=grid, state="draft").count() == 1
    assert api.delete(url).status_code == 204
    assert api.delete(url).status_code == 404
