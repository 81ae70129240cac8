"""Locating a point: against brute force, at edges and gaps, and after edits anywhere."""

import os
import random
import threading
import time

import numpy as np
import pytest
import shapely
from django.db import connection
from shapely.geometry import shape

from apps.core import clock
from apps.grid import location
from apps.grid.location import locate
from apps.grid.models import Boundary, BoundaryState, Unit
from apps.grid.placed import place_at
from apps.grid.seed import seed_units
from apps.grid.services import publish_boundary
from tests.factories.grid import centre_of, make_tree, square

NOTICED = 4 * location.CHECK_SECONDS


@pytest.mark.django_db
def test_the_index_agrees_with_brute_force():
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    seed_units("350211", random.Random(seed), at=clock.now())
    location.forget()
    rows = Boundary.objects.filter(state="published").order_by("unit__code")
    grids = [(row.unit, shape(row.geometry)) for row in rows.filter(unit__kind="grid").select_related("unit")]
    west, south, east, north = shape(rows.get(unit__code="350211").geometry).bounds
    points = [(dice.uniform(west, east), dice.uniform(south, north)) for _ in range(600)]
    points += [dice.choice(list(dice.choice(grids)[1].exterior.coords)) for _ in range(50)]
    codes, outlines = [unit.code for unit, _outline in grids], np.array([outline for _unit, outline in grids])
    shapely.prepare(outlines)
    for _ in range(2):  # the second time from what the cells remember
        for lon, lat in points:
            held = [codes[i] for i in np.flatnonzero(shapely.intersects_xy(outlines, lon, lat))]
            found = locate(lon, lat)
            assert (found.grid.code if found else None) == (min(held) if held else None), (seed, lon, lat)


@pytest.mark.django_db
def test_the_answer_is_the_path_that_a_row_carries():
    tree = make_tree()
    for grid in tree.grids:
        found = locate(*centre_of(grid))
        assert found.place == place_at(grid)
        assert [unit.code for unit in found.units] == [
            tree.district.code,
            grid.parent.parent.code,
            grid.parent.code,
            grid.code,
        ]
        assert (found.unit.name, found.unit.kind) == (grid.name, "grid")


@pytest.mark.django_db
def test_edges_gaps_and_the_outside():
    tree = make_tree()
    west, south, east, north = tree.boxes[tree.grid(0, 0, 0).code]
    assert locate(east, (south + north) / 2).grid.code == tree.grid(0, 0, 0).code  # shared with the second grid
    assert locate(tree.boxes[tree.district.code][0] - 1e-6, south) is None
    Boundary.objects.filter(unit=tree.grid(0, 0, 0)).update(state=BoundaryState.ENDED, valid_to=clock.now())
    location.forget()
    assert locate((west + east) / 2, (south + north) / 2) is None
    Unit.objects.filter(pk=tree.grid(0, 0, 1).pk).update(closed_on=clock.today())
    location.forget()
    assert locate((west + east) / 2, (south + north) / 2).unit.code == tree.community(0, 0).code


@pytest.mark.django_db
def test_a_community_without_grids_answers_itself():
    tree = make_tree(grids=0)
    found = locate(*centre_of(tree.communities[0]))
    assert (found.unit.code, found.grid) == (tree.communities[0].code, None)
    assert found.place["grid_id"] is None


def widen(tree) -> None:
    """Give the middle of the second grid to the first."""
    first, second = tree.grid(0, 0, 0), tree.grid(0, 0, 1)
    west, south, _east, north = tree.boxes[first.code]
    edge = tree.boxes[second.code][2]
    smaller = square(round(edge - 0.001, 6), south, edge, north)
    publish_boundary(actor=None, unit=second, geometry=smaller, because="调整", at=clock.now())
    wider = square(west, south, round(edge - 0.001, 6), north)
    publish_boundary(actor=None, unit=first, geometry=wider, because="调整", at=clock.now())


@pytest.mark.django_db
def test_an_edit_in_this_process_is_known_at_once(django_capture_on_commit_callbacks):
    tree = make_tree()
    point = centre_of(tree.grid(0, 0, 1))
    assert locate(*point).grid.code == tree.grid(0, 0, 1).code
    with django_capture_on_commit_callbacks(execute=True):
        widen(tree)
    assert locate(*point).grid.code == tree.grid(0, 0, 0).code


def waits_for(question, expected) -> bool:
    until = time.monotonic() + NOTICED
    while time.monotonic() < until:
        if question() == expected:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.django_db(transaction=True)
def test_an_edit_from_another_connection_is_noticed(monkeypatch):
    tree = make_tree()
    point = centre_of(tree.grid(0, 0, 1))
    assert locate(*point).grid.code == tree.grid(0, 0, 1).code
    monkeypatch.setattr(location, "forget", lambda: None)

    def elsewhere():
        widen(tree)
        connection.close()

    other = threading.Thread(target=elsewhere)
    other.start()
    other.join()
    assert waits_for(lambda: locate(*point).grid.code, tree.grid(0, 0, 0).code)


@pytest.mark.django_db(transaction=True)
def test_a_change_by_plain_sql_raises_the_version():
    tree = make_tree()
    before = location.tree_version()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE grid_boundary SET because = 'x' WHERE unit_id = %s", [tree.district.pk])
    assert location.tree_version() == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_forked_process_answers_and_notices():
    tree = make_tree()
    point = centre_of(tree.grid(0, 0, 1))
    locate(*point)
    connection.close()
    answers, tell = os.pipe()
    go, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(tell, locate(*point).grid.code.encode())
        os.read(go, 1)
        waits_for(lambda: locate(*point).grid.code, tree.grid(0, 0, 0).code)
        os.write(tell, locate(*point).grid.code.encode())
        os._exit(0)
    assert os.read(answers, 15).decode() == tree.grid(0, 0, 1).code
    widen(tree)
    os.write(told, b"1")
    assert os.read(answers, 15).decode() == tree.grid(0, 0, 0).code
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.django_db
def test_an_idle_watch_ends_and_begins_again(monkeypatch):
    monkeypatch.setattr(location, "IDLE_SECONDS", 0.0)
    monkeypatch.setattr(location, "CHECK_SECONDS", 0.01)
    tree = make_tree()
    point = centre_of(tree.grids[0])
    assert locate(*point).grid.code == tree.grids[0].code
    assert waits_for(lambda: location._keeper.thread, None)
    assert locate(*point).grid.code == tree.grids[0].code
