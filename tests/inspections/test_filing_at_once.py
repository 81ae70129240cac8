"""The same thing sent from several tabs at the same moment is done once, and everybody hears the same."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from apps.cases.models import Case
from apps.core.errors import Conflict
from apps.inspections import services
from apps.inspections.models import DailyLog, LogEntry
from tests.deadlines.conftest import committed as committed
from tests.factories.cases import World, make_world
from tests.factories.inspections import entry

TABS = 6


@pytest.fixture
def world(committed) -> World:
    return make_world()


def at_once(act):
    """What each of several connections got from ``act(number)``: its result's id or the name of its refusal."""
    start = Barrier(TABS)

    def one(number):
        start.wait()
        try:
            return act(number).pk
        except Conflict as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(TABS) as pool:
        return list(pool.map(one, range(TABS)))


def test_one_log_sent_from_every_tab(world):
    client_id, one, worker = uuid.uuid4(), entry(), world["worker"]
    got = at_once(
        lambda _: services.file_log(actor=worker, client_id=client_id, date=world.at.date(), entries=[one], at=world.at)
    )
    assert got == [DailyLog.objects.get().pk] * TABS
    assert LogEntry.objects.count() == 1


def test_a_log_of_its_own_from_every_tab(world):
    worker = world["worker"]
    got = at_once(
        lambda _: services.file_log(
            actor=worker, client_id=uuid.uuid4(), date=world.at.date(), entries=[entry()], at=world.at
        )
    )
    assert sorted(map(str, got)) == sorted([str(DailyLog.objects.get().pk)] + ["LogExists"] * (TABS - 1))
    assert LogEntry.objects.count() == 1


def test_one_entry_made_a_case_from_every_tab(world):
    worker, (lon, lat) = world["worker"], world.point()
    noted = services.add_entry(
        actor=worker, client_id=uuid.uuid4(), date=world.at.date(), subject="urban", text="占道", at=world.at
    )
    got = at_once(
        lambda _: services.entry_to_case(
            actor=worker,
            client_id=noted.client_id,
            category=world.category,
            lon=lon,
            lat=lat,
            address="",
            at=world.at,
        )
    )
    assert got == [Case.objects.get().pk] * TABS
