"""Many programs at once against the product's own web server: nothing is lost, and nobody is shown a deadlock.

Twenty act on one case, each on what it has just read, and a few remark on it; others move cases of their own. Meanwhile
sweeps run and messages are carried out, as beat and worker do.
"""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connection

from apps.cases.models import Case, CaseEvent, Leg
from apps.cases.workflow import LEG_ACTIONS
from apps.core import anchors, clock, outbox
from apps.core.models import OutboxMessage
from apps.deadlines.models import Limit
from apps.deadlines.sweep import sweep
from tests.concurrency.server import Caller, Server, at_once, deadlocks, let_in, served
from tests.factories.cases import World, issue_card

TWENTY = [
    *["street"] * 5,
    *["district"] * 4,
    *["station"] * 3,
    *["leader"] * 2,
    *["agency"] * 2,
    *["assistant"] * 2,
    "worker",
    "grid_leader",
]
SEED = 20_261_126
HOURS = count(1)  # each wish for more time asks for more than the last


@pytest.fixture
def server(world: World, tmp_path: Path) -> Iterator[Server]:
    """The web server, and people who can sign in to it; its moment is that of the real clock."""
    let_in(world, "station_b", "worker_b", *set(TWENTY))
    world.at = clock.now() - timedelta(hours=2)
    with served(tmp_path) as running:
        yield running
    assert "deadlock" not in running.said()
    assert "Traceback" not in running.said(), running.said()


class Meanwhile:
    """Sweeps and the carrying out of messages, over and over, on a connection of its own."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self.problems: list[Exception] = []
        self.thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            while not self.over.wait(0.05):
                sweep(at=clock.now())
                outbox.drain()
        except Exception as error:
            self.problems.append(error)
        finally:
            connection.close()

    def __enter__(self) -> "Meanwhile":
        self.thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self.over.set()
        self.thread.join(60)
        assert self.problems == []


def inputs(world: World, action: str) -> dict[str, Any]:
    """What each act needs, as JSON."""
    soon, later = ((clock.now() + timedelta(days=days)).date().isoformat() for days in (9, 30))
    longer = (clock.now() + timedelta(days=60, hours=next(HOURS))).isoformat()
    more: dict[str, dict[str, Any]] = {
        "dispatch": {"agency": world.agencies["section"].code, "assisting": [world.agencies["helper"].code]},
        "verify": {"passed": True},
        "suspend": {"until": soon, "promised": later},
        "ask_suspension": {"until": soon, "promised": later},
        "extend": {"until": longer},
        "ask_extension": {"until": longer},
        "decide_suspension": {"approved": True},
        "decide_extension": {"approved": True},
        "decide_appeal": {"upheld": True},
        "rate": {"solved": True, "satisfied": True},
    }
    return {"note": "写明情况"} | more.get(action, {})


# Every kind of act but those that end the case; which they are does not matter to a race.
TRIED = set(
    "register dispatch accept return feedback settle verify rework escalate suspend resume ask_suspension"
    " decide_suspension extend ask_extension decide_extension supervise reply withdraw appeal decide_appeal".split()
)


def next_act(world: World, caller: Caller, number: str, drawn: random.Random) -> Callable[[], httpx.Response] | None:
    """An act that the person may do now, ready to be done on the version just read."""
    seen = caller.case(number)
    actions = sorted(set(seen["actions"]) & TRIED) if seen else []
    if seen is None or not actions:
        return None
    action = drawn.choice(actions)
    version = seen["my_leg"]["version"] if action in LEG_ACTIONS else seen["version"]
    body = {"version": version} | inputs(world, action)
    return lambda: caller.act(number, action, **body)


def check_round(answers: list[httpx.Response], acts: list[str], case: Case) -> int:
    """One won at the most of those that named the case's version, and each other was told the state that stands.

    Returns how many won, remarks and those who act on their own leg included."""
    won = [answer for answer in answers if answer.status_code == 200]
    lost = [answer for answer in answers if answer.status_code != 200]
    assert {answer.status_code for answer in lost} <= {409}, [answer.text for answer in lost]
    by_version = [act for act, answer in zip(acts, answers, strict=True) if answer.status_code == 200]
    assert sum(act not in LEG_ACTIONS | {"comment"} for act in by_version) <= 1, by_version
    assert won
    states = set(CaseEvent.objects.filter(case=case).values_list("to_state", flat=True))
    for answer in lost:
        told = answer.json()
        assert told["state"] in states
        assert told["detail"]
        assert 1 < told["version"] <= Case.objects.get(pk=case.pk).version
    return len(won)


def act_of(answer: httpx.Response) -> str:
    """Which act an answer is about."""
    return str(answer.request.url).rstrip("/").rsplit("/", 1)[1]


def twenty_on_one_case(world: World, server: Server, rounds: int) -> Counter[str]:
    drawn = random.Random(SEED)
    callers = [Caller(server, name) for name in TWENTY]
    case = world.dispatched(assisting=("helper",))
    issue_card(case, "yellow", at=world.tick())
    told: Counter[str] = Counter()
    with Meanwhile():
        for _ in range(rounds):
            before = Case.objects.get(pk=case.pk)
            remarks = [caller for caller in callers if caller.name in {"leader", "district"}][:3]
            calls: list[Any] = [
                lambda caller=caller: caller.act(case.number, "comment", note="请抓紧") for caller in remarks
            ]
            calls += [next_act(world, caller, case.number, drawn) for caller in callers if caller not in remarks]
            answers = at_once([call for call in calls if call is not None])
            acts = [act_of(answer) for answer in answers]
            won = check_round(answers, acts, case)
            assert [answer.status_code for answer in answers[:3]] == [200, 200, 200], "a remark never comes too late"
            after = Case.objects.get(pk=case.pk)
            assert after.head_sequence == before.head_sequence + won
            assert after.version == before.version + won - len(remarks)
            told.update(act for act, answer in zip(acts, answers, strict=True) if answer.status_code == 200)
    return told


def check_all(world: World) -> None:
    """What must hold of every case afterwards."""
    assert list(anchors.verify()) == []
    for case in Case.objects.all():
        opened = list(Leg.objects.filter(case=case, role="lead").open().values_list("agency_id", flat=True))
        assert opened == ([case.holder_id] if case.open else [])
        legs = Leg.objects.filter(case=case).open().values_list("pk", flat=True)
        limits = Limit.objects.filter(subject_kind="case_leg", subject_id__in=legs).exclude(state="ended")
        assert sorted(limits.values_list("subject_id", flat=True)) == sorted(legs)
    assert OutboxMessage.objects.filter(topic="case-event").count() == CaseEvent.objects.count()
    assert not OutboxMessage.objects.filter(dead_at__isnull=False).exists()


def life_of(world: World, callers: dict[str, Caller], number: int) -> tuple[list[int], str]:
    """One case from its report to its end in five acts by those whose turn it is; the answers and the case's number."""
    lon, lat = world.point()
    body = {"category": world.category.key, "title": f"路边堆放垃圾 {number}", "lon": lon, "lat": lat}
    reported = callers["worker"].client.post("cases/", json=body)
    case, answers = reported.json(), [reported]
    for who, action in (("station", "register"), ("station", "settle"), ("worker", "verify"), ("station", "close")):
        version = case["version"]
        answers.append(callers[who].act(case["number"], action, version=version, **inputs(world, action)))
        case = answers[-1].json()
    return [answer.status_code for answer in answers], case["number"]


def many_on_different_cases(world: World, server: Server, clients: int, each: int) -> None:
    first = {name: Caller(server, name, patience=500) for name in ("worker", "station")}
    people = [{name: caller.twin() for name, caller in first.items()} for _ in range(clients)]

    def work(place: int) -> list[tuple[list[int], str]]:
        return [life_of(world, people[place], place * each + number) for number in range(each)]

    with Meanwhile():
        done = at_once([lambda place=place: work(place) for place in range(clients)])
    lives = [life for lives in done for life in lives]
    assert {tuple(statuses) for statuses, _number in lives} == {(201, 200, 200, 200, 200)}
    numbers = {number for _statuses, number in lives}
    assert len(numbers) == clients * each
    kept = Case.objects.filter(number__in=numbers)
    assert set(kept.values_list("state", "version", "head_sequence")) == {("closed", 5, 5)}
    assert CaseEvent.objects.filter(case__in=kept).count() == clients * each * 5


def test_twenty_programs_on_one_case_and_others_on_their_own(world: World, server: Server) -> None:
    before = deadlocks()
    twenty_on_one_case(world, server, rounds=3)
    many_on_different_cases(world, server, clients=5, each=2)
    check_all(world)
    assert deadlocks() == before


@pytest.mark.soak
def test_twenty_programs_on_one_case_for_forty_rounds(world: World, server: Server) -> None:
    before = deadlocks()
    won = twenty_on_one_case(world, server, rounds=40)
    check_all(world)
    assert deadlocks() == before
    print(f"acts that won: {dict(sorted(won.items()))}")


@pytest.mark.soak
def test_a_thousand_programs_each_on_a_case_of_its_own(world: World, server: Server) -> None:
    before = deadlocks()
    many_on_different_cases(world, server, clients=1000, each=1)
    check_all(world)
    assert deadlocks() == before
