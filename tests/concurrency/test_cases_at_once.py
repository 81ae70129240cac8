"""Several people at once, over the real API, on real connections."""

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from apps.accounts.models import User
from apps.cases import services
from apps.cases.models import Case, CaseEvent, Leg
from apps.core import anchors, clock
from apps.core.errors import Conflict, InvalidInput
from apps.core.models import OutboxMessage
from apps.deadlines.models import Limit
from tests.factories.cases import World

CASES = "/api/v1/cases/"


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """The answers of calls that start together, each on a connection of its own."""
    start = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(place: int) -> None:
        try:
            start.wait(timeout=20)
            answers[place] = calls[place]()
        except Exception as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def poster(world: World, who: str, path: str, body: dict[str, Any], **headers: str) -> Callable[[], Any]:
    """A call that is ready to be made."""
    moment = world.at

    def post() -> Any:
        client = APIClient()
        client.force_authenticate(User.objects.get(pk=world.people[who].pk))
        with clock.frozen(moment):
            return client.post(path, body, format="json", headers=headers)

    return post


def statuses(answers: Sequence[Any]) -> Counter[Any]:
    return Counter(getattr(answer, "status_code", answer) for answer in answers)


def test_eight_registrations_of_one_case(world: World) -> None:
    case = world.report()
    answers = at_once([poster(world, "station", f"{CASES}{case.number}/register/", {"version": 1}) for _ in range(8)])
    assert statuses(answers) == {200: 1, 409: 7}
    told = {
        (one.json()["title"], one.json()["state"], one.json()["version"]) for one in answers if one.status_code == 409
    }
    assert told == {("stale-version", "registered", 2)}
    assert Case.objects.get(pk=case.pk).version == 2
    assert CaseEvent.objects.filter(case=case).count() == 2
    assert OutboxMessage.objects.filter(topic="case-event").count() == 2
    stages = Limit.objects.filter(state="running").values_list("stage", flat=True)
    assert sorted(stages) == ["handling", "whole"]
    assert list(anchors.verify()) == []


def test_eight_different_acts_on_one_case(world: World) -> None:
    """Whoever comes first wins; the others are told, whatever they wanted."""
    case = world.to_street()
    version, url = case.version, f"{CASES}{case.number}"
    codes = [world.agencies[name].code for name in ("section", "helper", "station desk")]
    calls = [
        *(poster(world, "street", f"{url}/dispatch/", {"version": version, "agency": code}) for code in codes),
        poster(world, "street", f"{url}/escalate/", {"version": version, "note": "上报"}),
        poster(world, "street", f"{url}/settle/", {"version": version, "note": "自办"}),
        poster(world, "district", f"{url}/supervise/", {"version": version, "note": "督办"}),
        poster(
            world,
            "street",
            f"{url}/suspend/",
            {"version": version, "note": "等", "until": "2026-03-20", "promised": "2026-04-20"},
        ),
        poster(world, "district", f"{url}/extend/", {"version": version, "note": "延", "until": "2026-03-20"}),
    ]
    assert statuses(at_once(calls)) == {200: 1, 409: 7}
    kept = Case.objects.get(pk=case.pk)
    assert (kept.version, kept.head_sequence) == (version + 1, case.head_sequence + 1)
    leads = Leg.objects.filter(case=case, role="lead").open()
    assert [leg.agency_id for leg in leads] == [kept.holder_id]


def test_lead_and_assistants_do_not_block_each_other(world: World) -> None:
    case = world.dispatched(assisting=("helper",))
    calls = [
        poster(world, who, f"{CASES}{case.number}/accept/", {"version": 1})
        for who in ("agency", "assistant", "agency", "assistant", "agency", "assistant")
    ]
    assert statuses(at_once(calls)) == {200: 2, 409: 4}
    assert set(Leg.objects.filter(case=case).open().values_list("state", "version")) == {("accepted", 2)}


def test_one_report_sent_eight_times(world: World) -> None:
    lon, lat = world.point()
    body = {"category": world.category.key, "title": "井盖缺失", "lon": lon, "lat": lat}
    body["client_id"] = str(uuid.uuid4())
    answers = at_once([poster(world, "worker", CASES, body) for _ in range(8)])
    assert statuses(answers) == {201: 8}
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert (Case.objects.count(), Leg.objects.count(), CaseEvent.objects.count()) == (1, 1, 1)


def test_one_key_sent_eight_times(world: World) -> None:
    lon, lat = world.point()
    body = {"category": world.category.key, "title": "井盖缺失", "lon": lon, "lat": lat}
    headers = {"Idempotency-Key": "same"}
    answers = at_once([poster(world, "worker", CASES, body, **headers) for _ in range(8)])
    assert statuses(answers) == {201: 8}
    assert sum("Idempotent-Replay" in answer for answer in answers) == 7
    assert len({answer.json()["number"] for answer in answers}) == 1
    assert Case.objects.count() == 1


def test_one_source_number_sent_eight_times(world: World) -> None:
    lon, lat = world.point()
    body = {"category": world.category.key, "title": "投诉", "lon": lon, "lat": lat}
    body |= {"source": "hotline_12345", "source_number": "SH-9"}
    assert statuses(at_once([poster(world, "station", CASES, body) for _ in range(8)])) == {201: 1, 409: 7}
    assert Case.objects.count() == 1


def test_eight_reports_are_eight_cases_with_eight_numbers(world: World) -> None:
    lon, lat = world.point()
    body = {"category": world.category.key, "title": "井盖缺失", "lon": lon, "lat": lat}
    answers = at_once([poster(world, "worker", CASES, body) for _ in range(8)])
    assert len({answer.json()["number"] for answer in answers}) == 8


def test_two_cases_merged_into_each_other_at_once(world: World) -> None:
    """Neither waits for the other for ever, and never are both gone."""
    for _ in range(3):
        one, two = world.report(), world.report()

        def merge(case: Case, into: Case) -> Callable[[], Any]:
            actor, moment = world.people["station"], world.tick()

            def act() -> Any:
                user = User.objects.get(pk=actor.pk)
                return services.perform(
                    number=case.number, action="merge", actor=user, at=moment, version=1, into=into.number
                ).state

            return act

        answers = at_once([merge(one, two), merge(two, one)])
        states = set(Case.objects.filter(pk__in=[one.pk, two.pk]).values_list("state", flat=True))
        assert states in ({"merged", "reported"}, {"reported"})
        assert ("merged" in answers) == (states == {"merged", "reported"})
        assert all(answer == "merged" or isinstance(answer, Conflict | InvalidInput) for answer in answers)


@pytest.mark.parametrize("rounds", [3])
def test_a_case_is_moved_while_its_card_is_set(world: World, rounds: int) -> None:
    """The limit's card and a person's act at the same time: neither change is lost or set on the next holder."""
    from apps.core import outbox
    from apps.deadlines.sweep import sweep

    for _ in range(rounds):
        case = world.accepted()
        moment = case.due_at + timedelta(minutes=1)
        with clock.frozen(moment):
            sweep(at=moment)
        actor = world.people["agency"]

        def feed(number: str = case.number, moment: Any = moment, actor: Any = actor) -> str:
            user = User.objects.get(pk=actor.pk)
            return services.perform(
                number=number, action="feedback", actor=user, at=moment, version=None, note="办完"
            ).state

        def drain(moment: Any = moment) -> int:
            with clock.frozen(moment):
                return outbox.drain()

        answers = at_once([feed, drain])
        kept = Case.objects.get(pk=case.pk)
        assert (answers[0], kept.state, kept.card) == ("handled", "handled", "")
        assert OutboxMessage.objects.filter(dead_at__isnull=False).count() == 0
