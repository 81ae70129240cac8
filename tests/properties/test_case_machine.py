"""Random people do random things to several cases, by the function and over the API, while time passes and sweeps run.

The acts are those of the table (``apps/cases/workflow/``), whatever they are; the rules that must hold are told again
in ``case_rules``. ``make soak`` runs it at length with a seed of its own, which it prints; ``SOAK_SEED=N`` repeats one.
"""

import os
import secrets
from collections import Counter
from contextlib import suppress
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from apps.accounts.models import User
from apps.cases import services
from apps.cases.choices import CASE_TOPIC
from apps.cases.models import Case, Leg
from apps.cases.selectors import Wanted, case_page, case_seen_by, desks_of, queue_page
from apps.cases.selectors.queues import QUEUES, moments_at, queue_counts
from apps.cases.services.follow_ups import place_follow_ups
from apps.cases.workflow import LEG_ACTIONS, TRANSITIONS, Action, By
from apps.core import anchors, clock, outbox
from apps.core.errors import DomainError, InvalidInput, NotAllowed, NotVisible, StaleVersion, WrongState
from apps.core.models import OutboxMessage
from apps.deadlines.models import Limit
from apps.deadlines.sweep import sweep
from apps.grid.permissions import Permission
from apps.organisation.models import Agency
from tests.factories.accounts import api_of, make_user
from tests.factories.cases import World, make_category, make_world
from tests.factories.grid import grant
from tests.factories.samples import draw
from tests.properties import case_acts, case_rules

pytestmark = pytest.mark.django_db

GRIDS = [f"grid {street} {community} {grid}" for street in (0, 1) for community in (0, 1) for grid in (0, 1)]
WALKED_TO = ["reported", "registered", "offered", "accepted", "handled", "verified", "suspended", "closed", "archived"]
SIMPLE = {"reported", "registered", "offered", "accepted"}  # before anything was handled, whatever the category asks
SPANS = [
    timedelta(),
    timedelta(minutes=7),
    timedelta(hours=5),
    timedelta(days=1),
    timedelta(days=4),
    timedelta(days=15),
]
MOST_CASES = 5
ASKS = services.Caller(name="王建国", phone="13800138000", callback="phone")
TALK = {row.action for row in TRANSITIONS if row.by is By.COVERING}  # which change little and are open to many
ANY = st.randoms(use_true_random=True)
STATUS: dict[int, tuple[type[DomainError], ...]] = {
    404: (NotVisible,),
    403: (NotAllowed,),
    409: (StaleVersion, WrongState),
    400: (InvalidInput,),
}


def crowd() -> World:
    """The small district, and people who wear two hats."""
    world = make_world()
    for name, hats in {
        "leader_worker": [("leader", "street 1"), ("worker", "grid 0 0 0")],
        "two_stations": [("station", "community 0 0"), ("station", "community 1 1")],
    }.items():
        world.people[name] = make_user(name, name)
        for role, place in hats:
            grant(world.people[name], role, world.unit(place))
    world.people["handler_worker"] = make_user("handler_worker", "handler_worker")
    grant(world.people["handler_worker"], "worker", world.unit("grid 0 1 1"))
    Agency.objects.filter(pk=world.agencies["helper"].pk).update(enforces=True)
    for agency in ("section", "helper"):
        grant(world.people["handler_worker"], "agency_handler", agency=world.agencies[agency])
    return world


class CaseMachine(RuleBasedStateMachine):
    """Several cases of one district; ``ground`` and ``categories`` are made once, each run is undone at its end."""

    ground: World
    categories: list[Any]
    readers: list[str]
    done: Counter[str]
    refused: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.mark = transaction.savepoint()
        self.world = World(**vars(self.ground))
        self.numbers: list[str] = []
        self.reference = case_rules.Reference()
        self.fresh = False
        self.rows = case_rules.read_rows()
        self.digest = case_rules.everything()

    def teardown(self) -> None:
        """The readers' lists, every chain; then as if nothing had been."""
        try:
            for name in self.readers:
                self._check_lists(name)
            assert list(anchors.verify()) == []
        finally:
            transaction.set_rollback(False)
            transaction.savepoint_rollback(self.mark)

    # What people do

    @initialize(random=ANY)
    def begin(self, random: Random) -> None:
        """There are two cases already, somewhere on their way."""
        for _ in range(2):
            state = random.choice(WALKED_TO)
            assisted = state in {"offered", "accepted", "handled"} and random.random() < 0.5
            more = {"assisting": ("helper",)} if assisted else {}
            category = (
                random.choice((self.categories[0], self.categories[-1])) if state in SIMPLE else self.categories[0]
            )
            self.numbers.append(self.world.case_in(state, category=category, caller=ASKS, **more).number)
        self._read()

    @rule(random=ANY)
    def something_happens(self, random: Random) -> None:
        """Mostly an act on a case; else a report, a sweep, or somebody who reads."""
        happen = random.choices((self._act, self._report, self._let_time_pass, self._look), (70, 12, 12, 6))[0]
        happen(random)

    def _report(self, random: Random) -> None:
        """Somebody reports something somewhere, within their scope or not, and perhaps sends it twice."""
        if len(self.numbers) >= MOST_CASES:
            return
        name, place = random.choice(sorted(self.world.people)), random.choice(GRIDS)
        allowed = self.reference.reaches(self.world[name], Permission.CASE_REPORT, self.world.unit(place).pk)
        client_id = UUID(int=len(self.numbers) + 1)
        caller = services.Caller(phone="13800138000", callback=random.choice(("phone", "none")))
        given: dict[str, Any] = {"by": name, "place": place, "category": random.choice(self.categories)}
        given |= {"client_id": client_id, "caller": caller}
        note(f"{name} reports something in {place}")
        try:
            case = self.world.report(**given)
        except InvalidInput:
            assert not allowed
            self._unchanged()
            return
        assert allowed
        before = self.rows
        self.numbers.append(case.number)
        self._read()
        case_rules.check_change(
            before, self.rows, case_id=case.pk, actor=self.world[name], action="report", at=self.world.at
        )
        if random.random() < 0.5:
            assert self.world.report(**given).pk == case.pk
            self._unchanged()

    def _act(self, random: Random) -> None:
        """Somebody does something to a case: mostly one concerned with it, mostly something they may do."""
        case = self._case(random.choice(self.numbers))
        legs = self.world.legs(case)
        name, offered = self._somebody(random, case, legs)
        choice = sorted(offered - TALK) * 4 + sorted(offered) if random.random() < 0.85 else []
        action = Action(random.choice(choice or sorted(Action)))
        given = case_acts.made_for(action, case_acts.Moment(self.world, case, legs, self.numbers), random)
        own = version_shown(self.world[name], case, action)
        version = random.choice([own] * 8 + [own + 1, None])
        self.world.at += random.choice(SPANS[:3])
        note(f"{name} does {action.value} to a {case.state} case: {given}")
        do = self._over_api if random.random() < 0.4 else self._directly
        answer = do(name, case, action, version, given)
        self._judge(name, case, action, version in {own, None}, offered, answer)

    def _draw_a_sample(self, random: Random) -> None:
        """The district draws from what was closed up to yesterday, where anything was."""
        today = clock.local(self.world.at).date()
        days = {"since": today - timedelta(days=60), "until": today - timedelta(days=1)}
        with suppress(InvalidInput), transaction.atomic():
            draw(self.world, random.choice(("district", "leader")), **days, due_on=today + timedelta(days=9))

    def _let_time_pass(self, random: Random) -> None:
        """The sweep runs, its messages are heard, and the heads of the chains may be sealed."""
        self.world.at += random.choice(SPANS)
        note(f"it is {self.world.at}")
        with clock.frozen(self.world.at):
            place_follow_ups(at=self.world.at)
            sweep(at=self.world.at)
            outbox.drain()
            if random.random() < 0.3:
                self._draw_a_sample(random)
        assert not OutboxMessage.objects.filter(last_error__gt="").exists()
        assert not Limit.objects.filter(next_step_at__lte=self.world.at).exists()
        if random.random() < 0.5:
            anchors.take_anchor(at=self.world.at)
        self._read()
        case_rules.check_cards(self.rows)

    def _look(self, random: Random) -> None:
        """Somebody reads lists."""
        self._check_lists(random.choice(sorted(self.world.people)))
        self._unchanged()

    @invariant()
    def the_rules_hold(self) -> None:
        """After whatever happened."""
        if self.fresh:
            case_rules.check_rules(self.rows, self.reference)
            events = sum(event["action"] != "reveal" for event in self.rows.events)
            assert OutboxMessage.objects.filter(topic=CASE_TOPIC).count() == events
            self.fresh = False

    # How it is done and judged

    def _read(self) -> None:
        self.rows, self.digest, self.fresh = case_rules.read_rows(), case_rules.everything(), True

    def _unchanged(self) -> None:
        assert case_rules.everything() == self.digest, "something was changed"

    def _case(self, number: str) -> Case:
        related = ("category", "desk__unit", "holder__unit", "handler__unit", "supervisor__unit")
        return Case.objects.select_related(*related).get(number=number)

    def _concerned(self, case: Case, legs: list[Leg]) -> list[str]:
        """Who reported it, sits at a unit of its path or a desk it passed, or handles for an agency that had it."""
        names = {user.pk: name for name, user in self.world.people.items()}
        agencies = {leg.agency_id for leg in legs} | {case.desk_id}
        agencies |= {one["agency_id"] for one in self.rows.summonses if one["case_id"] == case.pk}
        units = {leg.agency.unit_id for leg in legs} | {leg.desk.unit_id for leg in legs} | {case.desk.unit_id}
        units |= {pk for pk in case.place.values() if pk}
        grants = self.reference.grants
        near = {user_id for user_id, _role, unit_id, agency_id in grants if agency_id in agencies or unit_id in units}
        return sorted(names[pk] for pk in near | {case.reporter_id} if pk in names)

    def _somebody(self, random: Random, case: Case, legs: list[Leg]) -> tuple[str, set[Action]]:
        """A person and what they are offered: mostly one concerned, rather one who may do something."""
        crowd = self._concerned(case, legs) if random.random() < 0.9 else sorted(self.world.people)
        for name in random.sample(crowd, min(4, len(crowd))):
            offered = self._offered(name, case)
            if offered - TALK:
                break
        return name, offered

    def _offered(self, name: str, case: Case) -> set[Action]:
        """The buttons that the page shows this person; nothing where it shows no case."""
        seen = self.reference.sees(self.world[name], self.rows.cases[case.pk], self.rows)
        try:
            found = {row.action for row in case_seen_by(self.world[name], case.number).actions}
        except NotVisible:
            assert not seen
            return set()
        assert seen
        return found

    def _directly(
        self, name: str, case: Case, action: Action, version: int | None, given: dict[str, Any]
    ) -> type[DomainError] | None:
        try:
            services.perform(
                number=case.number, action=action, actor=self.world[name], at=self.world.at, version=version, **given
            )
        except DomainError as error:
            return type(error)
        return None

    def _over_api(
        self, name: str, case: Case, action: Action, version: int | None, given: dict[str, Any]
    ) -> type[DomainError] | None:
        texts = {
            key: value.isoformat() if isinstance(value, date | datetime) else value for key, value in given.items()
        }
        body = texts if version is None else texts | {"version": version}
        with clock.frozen(self.world.at):
            answer: Any = api_of(self.world[name]).post(
                f"/api/v1/cases/{case.number}/{action.value}/", body, format="json"
            )
        if answer.status_code == 200:
            kept = Case.objects.get(pk=case.pk)
            assert (answer.json()["state"], answer.json()["version"]) == (kept.state, kept.version)
            return None
        told = answer.json()
        assert answer["Content-Type"] == "application/problem+json"
        if answer.status_code == 409 and "state" in told:
            assert told["state"] == case.state
        first, *others = STATUS[answer.status_code]
        return next((kind for kind in others if told["type"].endswith(kind.code)), first)

    def _judge(
        self,
        name: str,
        case: Case,
        action: Action,
        current: bool,
        offered: set[Action],
        answer: type[DomainError] | None,
    ) -> None:
        """What was answered fits what the person was shown, and what was refused changed nothing."""
        user = self.world[name]
        visible = self.reference.sees(user, self.rows.cases[case.pk], self.rows)
        assert (answer is NotVisible) == (not visible), answer
        if answer is not None:
            self.refused[action.value] += 1
            assert not (answer is NotAllowed and action in offered)
            assert not (answer is StaleVersion and current)
            self._unchanged()
            return
        self.done[action.value] += 1
        assert action in offered
        assert current
        before = self.rows
        self._read()
        case_rules.check_change(before, self.rows, case_id=case.pk, actor=user, action=action.value, at=self.world.at)

    def _check_lists(self, name: str) -> None:
        """Pages, put together, show each case of the scope once, and every count is how many are shown."""
        user, at = self.world[name], self.world.at
        wanted = sorted(key for key, case in self.rows.cases.items() if self.reference.sees(user, case, self.rows))
        assert sorted(self._paged(lambda cursor: case_page(user, Wanted(), cursor=cursor, size=2))) == wanted
        desks = desks_of(user)
        if not desks:
            return
        moments = moments_at(at)
        counts = queue_counts(desks, moments=moments, wanted=Wanted())
        for queue in QUEUES:
            shown = self._paged(
                lambda cursor, queue=queue: queue_page(
                    queue, desks, moments=moments, wanted=Wanted(), cursor=cursor, size=3
                )
            )
            assert counts[queue.key] == len(shown) == len(set(shown)), (name, queue.key, shown)
            assert set(shown) <= set(wanted), (name, queue.key)
            told = {key for key, case in self.rows.cases.items() if case_rules.in_queue(queue.key, case, desks, at)}
            assert queue.key not in case_rules.QUEUES or set(shown) == told, (name, queue.key, shown, told)

    @staticmethod
    def _paged(page_at: Any) -> list[int]:
        found: list[int] = []
        cursor = None
        while True:
            page = page_at(cursor)
            found += [case.pk for case in page.rows]
            cursor = page.next
            if cursor is None:
                return found


def version_shown(user: User, case: Case, action: Action) -> int:
    """The version that a page of this person would send with the act; the case's where they see none."""
    if action not in LEG_ACTIONS:
        return case.version
    try:
        leg = case_seen_by(user, case.number).my_leg
    except NotVisible:
        return case.version
    return leg.version if leg else case.version


def run(
    *, examples: int, steps: int, number: int, phases: tuple[Phase, ...], readers: tuple[str, ...] = ()
) -> type[CaseMachine]:
    """Let the machine run and return it with what it counted; ``readers`` look at their lists at the end of each
    example, everybody where nobody is named."""
    world = crowd()
    spot = {"on_the_spot": True}
    categories = [
        make_category(**spot),
        make_category("暴露垃圾"),
        make_category("求职登记", application=True),
        make_category("井盖缺失", urgency="urgent"),
        make_category("占道经营", evidence="photo_after", **spot),
        make_category("邻里纠纷", evidence="mediation"),
    ]
    looking = list(readers) or sorted(world.people)
    facts = {"ground": world, "categories": categories, "readers": looking, "done": Counter(), "refused": Counter()}
    machine: type[CaseMachine] = type("Machine", (CaseMachine,), facts)
    run_state_machine_as_test(
        seed(number)(machine),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=phases,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return machine


@pytest.mark.parametrize("action", list(Action))
def test_the_machine_can_make_what_every_act_needs(action: Action) -> None:
    case_acts.needed_by(action)


def test_an_act_whose_inputs_are_unknown_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(case_acts.INPUTS, "agency")
    with pytest.raises(LookupError, match="agency of the act dispatch: add it to INPUTS"):
        case_acts.needed_by(Action.DISPATCH)


def test_random_acts_keep_every_rule() -> None:
    machine = run(
        examples=4, steps=16, number=2, phases=(Phase.generate,), readers=("agency", "street", "two_stations", "worker")
    )
    print(machine.done, machine.refused)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(6))
def test_random_acts_keep_every_rule_at_length(part: int) -> None:
    number = int(os.environ.get("SOAK_SEED", secrets.randbelow(1_000_000)))
    print(f"SOAK_SEED={number} repeats this")
    machine = run(examples=20, steps=40, number=number, phases=(Phase.generate, Phase.shrink))
    print(f"done: {dict(sorted(machine.done.items()))}")
    print(f"refused: {dict(sorted(machine.refused.items()))}")
    assert len(machine.done) * 2 >= len(Action), "too little happened to say anything"
