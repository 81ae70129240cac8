"""Publishing a boundary: what is refused and where, what is kept, and two who publish at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from apps.core import clock
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, StaleVersion
from apps.grid.geometry import TOLERANCE
from apps.grid.models import Boundary
from apps.grid.services import discard_draft, publish_boundary, save_draft
from tests.factories.accounts import make_user
from tests.factories.grid import grant, make_tree, square

AT = datetime(2026, 5, 6, 7, 8, tzinfo=UTC)


@pytest.fixture
def tree(db):
    return make_tree()


def box(tree, unit):
    return tree.boxes[unit.code]


def publish(unit, geometry, **more):
    given = {"actor": None, "because": "核对", "at": AT} | more
    return publish_boundary(unit=unit, geometry=geometry, **given)


def refused(unit, geometry) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        publish(unit, geometry)
    assert Boundary.objects.filter(unit=unit).count() == 1
    return caught.value


def test_a_crossing_ring_is_refused_at_its_crossing(tree):
    west, south, east, north = box(tree, tree.grids[0])
    bow = {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, north], [east, south], [west, north], [west, south]]],
    }
    error = refused(tree.grids[0], bow)
    assert "边界自相交" in error.fields["geometry"][0]
    assert (error.extra["lon"], error.extra["lat"]) == pytest.approx(((west + east) / 2, (south + north) / 2))
    assert error.extra["faults"][0]["kind"] == "invalid"


@pytest.mark.parametrize(
    "document",
    [
        None,
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": [[["a", "b"], [1, 1], [2, 2], ["a", "b"]]]},
        {"type": "Polygon", "coordinates": [[[500, 0], [501, 0], [501, 1], [500, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [0, float("nan")], [2, 2], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[i / 1e5, i % 7] for i in range(25_000)]]},
        "text",
        [1, 2],
    ],
)
def test_what_is_no_outline_is_refused(tree, document):
    assert list(refused(tree.grids[0], document).fields) == ["geometry"]


def test_reaching_out_of_the_parent_is_refused_with_the_piece(tree):
    west, south, east, north = box(tree, tree.grids[0])
    error = refused(tree.grids[0], square(west - 0.001, south, east, north))
    assert [fault["kind"] for fault in error.extra["faults"]] == ["outside"]
    assert west - 0.001 < error.extra["lon"] < west
    assert south < error.extra["lat"] < north
    assert error.extra["shape"]["type"] == "Polygon"
    assert error.extra["faults"][0]["area"] == pytest.approx(95.2 * 2218, rel=0.02)  # 0.001° by 0.02°


def test_overlapping_a_sibling_is_refused_beyond_the_tolerance_only(tree):
    first, second = tree.grid(0, 0, 0), tree.grid(0, 0, 1)
    west, south, east, north = box(tree, first)
    degree = 95_400  # metres in a degree of longitude here, roughly
    height = (north - south) * 111_000
    little = round(TOLERANCE * 0.5 / height / degree, 7)
    publish(first, square(west, south, round(east + little, 7), north))
    much = square(west, south, round(east + 100 / degree, 7), north)
    with pytest.raises(InvalidInput) as caught:
        publish(first, much)
    fault = caught.value.extra["faults"][0]
    assert (fault["kind"], fault["units"]) == ("overlap", [first.code, second.code])
    assert fault["area"] == pytest.approx(100 * height, rel=0.02)


def test_leaving_a_child_outside_is_refused(tree):
    community = tree.community(0, 0)
    west, south, east, north = box(tree, community)
    error = refused(community, square(west, south, round(east - 0.004, 6), north))
    assert ("outside", [tree.grid(0, 0, 1).code]) in [
        (fault["kind"], fault["units"]) for fault in error.extra["faults"]
    ]


def test_a_gap_is_told_and_published(tree):
    grid = tree.grid(0, 0, 0)
    west, south, east, north = box(tree, grid)
    saved = publish(grid, square(west, south, round(east - 0.001, 6), north))
    assert [fault.kind for fault in saved.check.faults] == ["gap"]
    assert saved.boundary.state == "published"


def test_publishing_ends_the_one_before_and_uses_up_the_draft(tree):
    grid, actor = tree.grids[0], make_user()
    grant(actor, "unit_admin", tree.district)
    west, south, east, north = box(tree, grid)
    smaller = square(west, south, round(east - 0.001, 6), north)
    save_draft(actor=actor, unit=grid, geometry=smaller, at=AT)
    publish(grid, smaller, actor=actor, because=" 核对现场 ")
    rows = Boundary.objects.filter(unit=grid).order_by("pk")
    assert [(row.state, row.valid_to) for row in rows] == [("ended", AT), ("published", None)]
    new = rows[1]
    assert (new.drawn_by, new.drawn_at, new.valid_from, new.because) == (actor, AT, AT, "核对现场")
    assert (new.synthetic, new.geometry) == (False, smaller)
    assert float(new.area) == pytest.approx((east - west - 0.001) * 95_150 * (north - south) * 110_900, rel=0.02)


def test_the_reason_is_needed(tree):
    with pytest.raises(InvalidInput) as caught:
        publish(tree.grids[0], square(*box(tree, tree.grids[0])), because="  ")
    assert list(caught.value.fields) == ["because"]


def test_drawn_from_an_older_boundary_is_stale(tree):
    grid = tree.grids[0]
    before = Boundary.objects.get(unit=grid)
    publish(grid, before.geometry, base=before.pk)
    with pytest.raises(StaleVersion) as caught:
        publish(grid, before.geometry, base=before.pk, at=AT + timedelta(hours=1))
    assert caught.value.extra["published"] == Boundary.objects.get(unit=grid, state="published").pk


def test_scope_and_right_are_asked_in_this_order(tree):
    grid = tree.grid(0, 0, 0)
    outline = square(*box(tree, grid))
    beside, looker, nobody = make_user(), make_user(), make_user()
    grant(beside, "unit_admin", tree.street(1))
    grant(looker, "leader", tree.street(0))
    for actor, error in ((beside, NotVisible), (nobody, NotVisible), (looker, NotAllowed)):
        with pytest.raises(error):
            publish(grid, outline, actor=actor)
        with pytest.raises(error):
            save_draft(actor=actor, unit=grid, geometry=outline, at=AT)
        with pytest.raises(error):
            discard_draft(actor=actor, unit=grid)
    assert Boundary.objects.filter(unit=grid).count() == 1


def test_a_closed_unit_gets_no_boundary(tree):
    grid = tree.grids[0]
    type(grid).objects.filter(pk=grid.pk).update(closed_on=clock.today())
    with pytest.raises(NotVisible):
        publish(grid, square(*box(tree, grid)))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_same_ground_at_once_one_is_refused():
    tree = make_tree()
    first, second = tree.grid(0, 0, 0), tree.grid(0, 0, 1)
    west, south, east, north = box(tree, first)
    far = box(tree, second)[2]
    narrow = 0.002
    publish(first, square(west, south, round(east - narrow, 6), north))
    publish(second, square(round(east + narrow, 6), south, far, north))
    whole = {
        first: square(west, south, round(east + narrow, 6), north),
        second: square(round(east - narrow, 6), south, far, north),
    }

    def work(unit):
        try:
            publish(unit, whole[unit], at=AT + timedelta(hours=1))
        except InvalidInput:
            return "refused"
        finally:
            connection.close()
        return "published"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, whole)) == ["published", "refused"]
