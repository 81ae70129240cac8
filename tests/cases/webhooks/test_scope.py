"""Who hears of which case, and hearing of the past again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.cases.models import Case
from apps.cases.webhooks import services
from apps.cases.webhooks.fanout import spread as spread_events
from apps.cases.webhooks.models import WebhookDelivery
from apps.core import clock, job_runs
from apps.core.errors import InvalidInput, NotAllowed
from tests.factories.webhooks import make_subscriber


def heard(subscriber) -> list[str]:
    rows = WebhookDelivery.objects.filter(subscriber=subscriber).order_by("id")
    return [f"{one.event_type} {one.case.number}" for one in rows.select_related("case")]


@pytest.fixture
def other(world, gateway):
    return make_subscriber(world["admin"], f"{gateway.url}/other", at=world.at, unit=world.unit("street 1"))


def test_a_street_hears_nothing_of_another(world, street, other, spread) -> None:
    here, there = world.report(), world.report(by="worker_b", place="grid 1 0 0")
    spread()
    assert heard(street) == [f"case.reported {here.number}"]
    assert heard(other) == [f"case.reported {there.number}"]


def test_a_case_that_moves_is_told_to_where_it_lies_now(world, street, other, spread) -> None:
    case = world.report()
    spread()
    there = world.unit("grid 1 0 0")
    Case.objects.filter(pk=case.pk).update(
        grid=there, community=there.parent, street=there.parent.parent, district=there.parent.parent.parent
    )
    world.move(case, "comment", "leader", note="请抓紧")
    spread()
    assert heard(street) == [f"case.reported {case.number}"]
    assert heard(other) == [f"case.commented {case.number}"]


def test_an_agency_hears_of_the_cases_it_holds_or_has_held(world, gateway, spread) -> None:
    section = make_subscriber(world["admin"], f"{gateway.url}/section", at=world.at, agency=world.agencies["section"])
    world.report()
    case = world.dispatched()
    spread()
    assert f"case.dispatched {case.number}" in heard(section)
    assert {line.split()[1] for line in heard(section)} == {case.number}


def test_only_chosen_events_are_told_and_none_while_switched_off(world, street, spread) -> None:
    street.events = ["case.registered"]
    street.save()
    case = world.report()
    world.move(case, "register", "station")
    spread()
    assert heard(street) == [f"case.registered {case.number}"]
    services.switch_subscriber(actor=world["admin"], subscriber_id=street.pk, active=False, at=world.at)
    world.move(world.report(), "register", "station")
    spread()
    assert len(heard(street)) == 1


def test_spreading_takes_as_many_queries_for_many_events_as_for_one(world, street, gateway, spread) -> None:
    def counted(numbers: set[tuple[int, int]]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            spread_events(numbers, at=world.at)
        return len(seen)

    cases = [world.report() for _ in range(3)]
    assert counted({(cases[0].pk, 1)}) == counted({(case.pk, 1) for case in cases})


def test_a_replay_sends_a_stretch_of_time_again_marked_and_only_once_if_its_worker_dies(
    world, street, gateway, spread, deliver
) -> None:
    since = world.at
    case = world.report()
    world.report(by="worker_b", place="grid 1 0 0")
    world.move(case, "register", "station")
    deliver()
    until = world.at
    world.report()
    deliver()
    before = len(gateway.received)
    with clock.frozen(world.at):
        job = services.start_replay(
            actor=world["admin"], subscriber_id=street.pk, since=since, until=until, at=world.at
        )
        job_runs.run_waiting()
    job.refresh_from_db()
    assert (job.state, job.result["count"]) == ("done", 2)
    deliver()
    again = gateway.received[before:]
    assert [(one.json["type"], one.json["replay"]) for one in again] == [
        ("case.reported", True),
        ("case.registered", True),
    ]
    ids = [one.json["id"] for one in gateway.received]
    assert ids[:2] == [one.json["id"] for one in again]
    assert len({one.headers["Gridgov-Delivery"] for one in gateway.received}) == len(gateway.received)


def test_a_replay_is_bounded_and_for_administrators(world, street) -> None:
    facts = {"subscriber_id": street.pk, "at": world.at, "since": world.at - timedelta(days=32)}
    with pytest.raises(InvalidInput):
        services.start_replay(actor=world["admin"], until=world.at, **facts)
    with pytest.raises(InvalidInput):
        services.start_replay(actor=world["admin"], until=facts["since"], **facts)
    with pytest.raises(NotAllowed):
        services.start_replay(actor=world["leader"], until=world.at, **facts)
