"""The map and the unit administration: who sees which page, in how many queries, in both languages."""

import json
import re

import pytest
from django.conf import settings
from django.urls import reverse

from apps.grid.models import Boundary, Unit
from apps.grid.overlays import MapPoint, _overlays, register_overlay
from tests.factories.accounts import api_of, client_of, make_user
from tests.factories.grid import grant, make_tree, square

pytestmark = pytest.mark.django_db

PAGES = {
    # page: what the owner (unit admin of the community), one above, one beside and a reader of the community get
    "grid:unit": (200, 200, 404, 200),
    "grid:siblings": (200, 200, 404, 200),
    "grid:overview": (200, 200, 404, 200),
    "grid:boundary": (200, 200, 404, 403),
    "organisation:people": (200, 200, 404, 403),
    "organisation:grant": (200, 200, 404, 403),
    "organisation:changes": (200, 200, 404, 200),
}


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def people(tree):
    roles = (
        ("unit_admin", tree.community(0, 0)),
        ("unit_admin", tree.street(0)),
        ("unit_admin", tree.community(0, 1)),
        ("leader", tree.community(0, 0)),
    )
    found = []
    for role, unit in roles:
        user = make_user()
        grant(user, role, unit)
        found.append(user)
    return found


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("place", ["community", "grid"])
def test_each_page_is_for_those_in_scope_with_the_right(tree, people, page, place):
    unit = tree.community(0, 0) if place == "community" else tree.grid(0, 0, 0)
    url = reverse(page, args=[unit.code])
    assert tuple(client_of(user).get(url).status_code for user in people) == PAGES[page]
    assert client_of(make_user()).get(url).status_code == 404


@pytest.mark.parametrize("page", PAGES)
def test_without_signing_in_every_page_leads_to_the_sign_in(client, tree, page):
    answer = client.get(reverse(page, args=[tree.district.code]))
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, reverse("accounts:sign-in"))


@pytest.mark.parametrize("page", PAGES)
def test_a_unit_that_does_not_exist_is_answered_like_one_out_of_scope(people, page):
    assert client_of(people[0]).get(reverse(page, args=["999999"])).status_code == 404


def test_the_first_pages_lead_to_the_first_unit_of_the_scope(tree, people):
    owner = client_of(people[0])
    community = tree.community(0, 0).code
    assert owner.get(reverse("grid:map"))["Location"] == reverse("grid:unit", args=[community])
    assert owner.get(reverse("grid:manage"))["Location"] == reverse("grid:overview", args=[community])
    for page in ("grid:map", "grid:manage"):
        assert client_of(make_user()).get(reverse(page)).status_code == 403


def test_a_page_names_nothing_outside_the_scope(tree, people):
    """Ancestors are named, for that is where the unit lies; siblings and their people are not."""
    hidden = [tree.community(0, 1), tree.street(1), *[g for g in tree.grids if g.parent_id != tree.community(0, 0).pk]]
    for page in ("grid:unit", "grid:overview", "grid:siblings", "organisation:people", "organisation:changes"):
        html = client_of(people[0]).get(reverse(page, args=[tree.community(0, 0).code])).content.decode()
        assert [unit.code for unit in hidden if unit.code in html] == [], page
        links = set(re.findall(r'href="(/(?:map|manage)/\d+[^"]*)"', html))
        statuses = {link: client_of(people[0]).get(link).status_code for link in links}
        assert links
        assert set(statuses.values()) == {200}, (page, statuses)


@pytest.mark.parametrize(
    ("page", "most"),
    [
        ("grid:unit", 16),
        ("grid:overview", 24),
        ("grid:boundary", 24),
        ("organisation:people", 20),
        ("organisation:changes", 16),
    ],
)
def test_queries_do_not_grow_with_the_units(page, most, django_assert_max_num_queries):
    counts = []
    for number, code in ((1, "310106"), (4, "320412")):
        tree = make_tree(code, streets=number, communities=number, grids=number)
        user = make_user()
        grant(user, "unit_admin", tree.district)
        client = client_of(user)
        client.get(reverse(page, args=[tree.street(0).code]))
        with django_assert_max_num_queries(most) as taken:
            assert client.get(reverse(page, args=[tree.street(0).code])).status_code == 200
        counts.append(len(taken))
    assert counts[0] == counts[1]


def test_the_editor_is_given_the_outlines_around_and_the_history(tree, people):
    grid = tree.grid(0, 0, 0)
    html = client_of(people[0]).get(reverse("grid:boundary", args=[grid.code])).content.decode()
    data = json.loads(re.search(r'<script id="editor-data" type="application/json">(.*?)</script>', html).group(1))
    roles = {one["properties"]["code"]: one["properties"]["role"] for one in data["around"]["features"]}
    assert roles == {
        grid.code: "self",
        tree.grid(0, 0, 1).code: "sibling",
        tree.community(0, 0).code: "parent",
    }
    assert data["base"] == Boundary.objects.get(unit=grid).pk
    assert [one["geometry"] for one in data["history"]] == [square(*tree.boxes[grid.code])]


def test_the_overview_compares_the_load_with_the_siblings(tree, people):
    first, second = tree.grid(0, 0, 0), tree.grid(0, 0, 1)
    Unit.objects.filter(pk=first.pk).update(households=450)
    Unit.objects.filter(pk=second.pk).update(households=150)
    client = client_of(people[0])
    assert "高于同级平均 50 %" in client.get(reverse("grid:overview", args=[first.code])).content.decode()
    assert "低于同级平均 50 %" in client.get(reverse("grid:overview", args=[second.code])).content.decode()
    Unit.objects.filter(pk=second.pk).update(grid_type="dedicated", households=5)
    assert "同级平均" not in client.get(reverse("grid:overview", args=[first.code])).content.decode()


def test_outlines_of_a_community_are_its_grids_and_of_a_grid_its_siblings(tree, people):
    api = api_of(people[0])
    both = [tree.grid(0, 0, 0).code, tree.grid(0, 0, 1).code]
    for unit in (tree.community(0, 0), tree.grid(0, 0, 0)):
        found = api.get(f"/api/v1/units/{unit.code}/outlines/").json()
        assert [one["properties"]["code"] for one in found["features"]] == both
    worker = make_user()
    grant(worker, "worker", tree.grid(0, 0, 0))
    found = api_of(worker).get(f"/api/v1/units/{both[0]}/outlines/").json()
    assert [one["properties"]["code"] for one in found["features"]] == both[:1]
    assert found["features"][0]["properties"]["note"] == "300 户"


def test_overlays_put_points_on_the_map(tree, people):
    asked = []

    def points(user, unit):
        asked.append((user.pk, unit.code))
        yield MapPoint("case-1", 121.441, 31.241, "late", "井盖破损", "/cases/1/")

    register_overlay("trial", "案件", points)
    try:
        code = tree.community(0, 0).code
        found = api_of(people[0]).get(f"/api/v1/units/{code}/points/").json()["points"]
    finally:
        del _overlays["trial"]
    assert [one for one in found if one["overlay"] == "trial"] == [
        {
            "id": "case-1",
            "lon": 121.441,
            "lat": 31.241,
            "tone": "late",
            "title": "井盖破损",
            "url": "/cases/1/",
            "overlay": "trial",
        }
    ]
    assert asked == [(people[0].pk, code)]


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_are_english_on_request(tree, page):
    user = make_user(language="en")
    grant(user, "unit_admin", tree.district)
    Unit.objects.update(name="Nanjing Road")
    Boundary.objects.update(because="Test")
    client = client_of(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    html = client.get(reverse(page, args=[tree.street(0).code])).content.decode()
    own = html[html.index("<main") : html.index("</main>")] if "<main" in html else html
    own = re.sub(r'<script id="editor-data".*?</script>', "", own, flags=re.DOTALL)
    names = {"测试", "测试员", "街道网格化中心", "第", "区", "街道"}  # parts of the names of people, units and desks
    assert set(re.findall(r"[\u4e00-\u9fff]+", own)) - names == set()


def test_the_search_box_finds_units_in_the_scope_only(tree, people):
    html = client_of(people[0]).get("/search/", {"q": "社区"}).content.decode()
    assert reverse("grid:unit", args=[tree.community(0, 0).code]) in html
    assert tree.community(0, 1).code not in html
