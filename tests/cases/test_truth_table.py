"""Who may do what, in which state: the whole table written out by hand, beside the one the product reads."""

import itertools
from datetime import timedelta
from typing import Any

import pytest

from apps.cases.actions import Action
from apps.cases.choices import CaseState
from apps.cases.models import Case, Leg
from apps.cases.services import attach_case_photo
from apps.cases.standing import own_leg, standing_of
from apps.cases.workflow import check, ends_of, rows_of
from apps.core.errors import DomainError, NotVisible, WrongState
from tests.factories.cases import World, photo_file

ACTIONS = (
    "register refuse settle settle_at_once dispatch accept return feedback verify rework close escalate suspend resume "
    "ask_suspension decide_suspension propose_special list_special decline_special record_control unlist "
    "table record_decision resolve_item list_hazard accept_hazard "
    "publish edit_publication withhold extend ask_extension decide_extension "
    "supervise reply withdraw appeal decide_appeal dissuade hand_over decide_penalty mediate conclude_mediation "
    "ask_missing supply transfer whistle arrive report_result rate_summoned acknowledge presence "
    "comment merge reopen spot_check follow_up review_sample rate archive unarchive"
).split()
STATES = "reported registered offered accepted handled verified suspended merged refused closed archived".split()

DESK = {"register", "refuse", "settle", "dispatch", "verify", "rework", "close", "escalate", "merge", "reopen", "rate"}
DESK |= {"spot_check", "follow_up", "ask_missing", "supply", "transfer"}
DESK |= {"reply", "ask_extension", "ask_suspension", "resume", "dissuade", "hand_over", "mediate", "conclude_mediation"}
DESK |= {"record_control", "publish", "edit_publication", "withhold", "archive", "settle_at_once"}
ORDERS = {"supervise", "withdraw", "decide_appeal"}
CENTRE = DESK | ORDERS | {"suspend", "decide_suspension", "extend", "decide_extension", "comment", "propose_special"}
CENTRE |= {"table", "record_decision", "resolve_item", "review_sample"}
DISTRICT = CENTRE | {"list_special", "decline_special", "unlist", "list_hazard", "accept_hazard", "unarchive"}
LEGS = {
    "accept",
    "return",
    "feedback",
    "reply",
    "ask_extension",
    "ask_suspension",
    "appeal",
    "dissuade",
    "decide_penalty",
    "mediate",
    "conclude_mediation",
}

# What somebody could ever do with a case of grid 0 0 0 that `worker` reported: all else is 403. None: 404.
EVER: dict[str, set[str] | None] = {
    "worker": {"settle", "verify", "rate", "reopen", "spot_check", "dissuade", "presence", "whistle", "supply"},
    "grid_leader": {"verify", "spot_check", "dissuade", "whistle"},
    "station": DESK | {"comment", "whistle"} | LEGS,
    "street": CENTRE,
    "district": DISTRICT,
    "agency": None,
    "assistant": None,
    "leader": ORDERS | {"comment", "list_hazard", "accept_hazard", "review_sample"},
    "assessor": set(),
    "mate": None,
    "station_next": None,
    "clerk": None,
    "admin": None,
    "unit_admin": None,
    "auditor": None,
    "worker_b": None,
    "station_b": None,
    "street_b": None,
    "leader_b": None,
    "agency_b": None,
    "department": None,
    "stranger": None,
}
PASSED_UP = [state for state in STATES if state not in {"reported", "merged", "refused"}]  # the street has had a leg
GIVEN_OUT = ["offered", "accepted", "handled", "verified", "closed", "archived"]  # the section has had one

# What is allowed now: 200. All else of EVER is 409.
NOW: dict[str, dict[str, str]] = {
    "reported": {
        "worker": "settle dissuade whistle",
        "grid_leader": "dissuade whistle",
        "station": "register refuse merge comment dissuade whistle ask_missing",
        "street": "supervise comment dissuade",
        "district": "supervise comment dissuade",
        "leader": "supervise comment",
    },
    "registered": {
        "worker": "dissuade whistle",
        "grid_leader": "dissuade whistle",
        "station": "comment dissuade whistle",
        "street": (
            "settle dispatch escalate suspend ask_extension table supervise comment merge dissuade hand_over "
            "ask_missing"
        ),
        "district": "extend table list_hazard supervise comment dissuade",
        "leader": "list_hazard supervise comment",
    },
    "offered": {
        "worker": "dissuade whistle",
        "grid_leader": "dissuade whistle",
        "station": "comment dissuade whistle",
        "street": "suspend extend table supervise comment dissuade",
        "district": "extend table list_hazard supervise comment dissuade",
        "agency": "accept return ask_extension ask_suspension",
        "leader": "list_hazard supervise comment",
    },
    "accepted": {
        "worker": "dissuade whistle",
        "grid_leader": "dissuade whistle",
        "station": "comment dissuade whistle",
        "street": "suspend extend table supervise comment dissuade",
        "district": "extend table list_hazard supervise comment dissuade",
        "agency": "feedback ask_extension ask_suspension dissuade",
        "leader": "list_hazard supervise comment",
    },
    "handled": {
        "worker": "verify",
        "grid_leader": "verify",
        "station": "verify comment",
        "street": "verify rework table supervise comment",
        "district": "verify table list_hazard supervise comment",
        "leader": "list_hazard supervise comment",
    },
    "verified": {
        "station": "comment",
        "street": "rework close table supervise comment",
        "district": "table list_hazard supervise comment",
        "leader": "list_hazard supervise comment",
    },
    "suspended": {
        "station": "comment",
        "street": "resume propose_special table supervise comment",
        "district": "resume list_special table list_hazard supervise comment",
        "leader": "list_hazard supervise comment",
    },
    "merged": {"station": "archive comment", "street": "comment", "district": "comment", "leader": "comment"},
    "refused": {"station": "archive comment", "street": "comment", "district": "comment", "leader": "comment"},
    "closed": {
        "worker": "reopen rate",
        "station": "comment",
        "street": "publish edit_publication withhold reopen rate comment",
        "district": "comment",
        "leader": "comment",
    },
    # put away: nothing but a word, and taking it out again
    "archived": {"station": "comment", "street": "comment", "district": "unarchive comment", "leader": "comment"},
}

# The state after an allowed action; where it is not told, the case stays in its state.
AFTER = {
    "register": "registered",
    "refuse": "refused",
    "dispatch": "dispatched",
    "return": "registered",
    "feedback": "handled",
    "verify": "verified",
    "rework": "dispatched",
    "close": "closed",
    "escalate": "registered",
    "hand_over": "dispatched",
    "suspend": "suspended",
    "resume": "registered",
    "merge": "merged",
    "reopen": "registered",
}
STATE_OF = {"offered": "dispatched", "accepted": "dispatched", "archived": "closed"}


def ever(role: str, state: str) -> set[str] | None:
    """What is not 403; None: 404."""
    could = EVER[role]
    if role == "agency" and state in GIVEN_OUT:
        return set(LEGS)
    if role == "street" and state in PASSED_UP:
        return CENTRE | LEGS
    return could


def expected(role: str, state: str, action: str) -> int:
    """The status the table above gives."""
    could = ever(role, state)
    if could is None:
        return 404
    if action not in could:
        return 403
    return 200 if action in NOW[state].get(role, "").split() else 409


def status_of(world: World, case: Case, role: str, actions: list[str]) -> list[int]:
    """What the product's table answers, for each action."""
    user = world[role]
    if not Case.objects.visible_to(user).filter(pk=case.pk).exists():
        return [404] * len(actions)
    fresh = Case.objects.select_related("category", "desk__unit", "holder", "handler").get(pk=case.pk)
    legs = list(Leg.objects.filter(case=case).select_related("agency").order_by("sequence"))
    standing = standing_of(fresh, legs, user)
    answers = []
    for action in actions:
        try:
            check(Action(action), standing)
            answers.append(200)
        except DomainError as error:
            answers.append(error.status)
    return answers


def test_the_actions_are_those_of_the_interface() -> None:
    assert [action.value for action in Action] == ACTIONS


def test_every_person_of_the_world_is_in_the_table(world: World) -> None:
    assert set(EVER) == set(world.people)


@pytest.mark.parametrize("state", STATES)
def test_every_action_of_every_role(world: World, state: str) -> None:
    world.category.on_the_spot = True
    world.category.save()
    case = world.case_in(state)
    found = {role: status_of(world, case, role, ACTIONS) for role in EVER}
    assert found == {role: [expected(role, state, action) for action in ACTIONS] for role in EVER}


ALLOWED = [
    (state, role, action)
    for state, roles in NOW.items()
    for role, actions in roles.items()
    for action in actions.split()
]


def inputs(world: World, action: str) -> dict[str, Any]:
    """Everything the action asks for."""
    dates = {"until": (world.at + timedelta(days=5)).date(), "promised": (world.at + timedelta(days=9)).date()}
    given: dict[str, dict[str, Any]] = {
        "dispatch": {"agency": world.agencies["section"].code},
        "verify": {"passed": True},
        "suspend": dates,
        "ask_suspension": dates,
        "list_special": {"until": dates["until"], "agency": world.agencies["department"].code},
        "list_hazard": {
            "level": "district",
            "agency": world.agencies["section"].code,
            "party": "某物业公司",
            "until": dates["until"],
        },
        "extend": {"until": world.at + timedelta(days=20)},
        "ask_extension": {"until": world.at + timedelta(days=20)},
        "rate": {"solved": True, "satisfied": False},
        "dissuade": {"heeded": True},
        "hand_over": {"agency": world.agencies["helper"].code, "basis": "《城市市容和环境卫生管理条例》第三十四条"},
        "ask_missing": {"missing": ["身份证明", "现场照片"]},
        "whistle": {"agencies": [world.agencies["department"].code]},
    }
    return {"note": "写明情况", **given.get(action, {})}


@pytest.mark.parametrize(("state", "role", "action"), ALLOWED)
def test_what_is_allowed_moves_the_case(world: World, state: str, role: str, action: str) -> None:
    world.category.on_the_spot = True
    world.category.save()
    case = world.case_in(state)
    given = inputs(world, action)
    if action == "hand_over":
        attach_case_photo(number=case.number, actor=world[role], upload=photo_file(), at=world.tick())
    if action == "merge":
        given["into"] = world.report(title="另一件").number
    after = world.move(case, action, role, **given)
    target = "closed" if (action, state) == ("settle", "reported") else "handled" if action == "settle" else ""
    assert after.state == (target or AFTER.get(action) or STATE_OF.get(state, state))
    source = CaseState(STATE_OF.get(state, state))
    assert any(after.state in ends_of(row, source) for row in rows_of(Action(action)) if source in row.sources)
    kept = Case.objects.get(pk=case.pk)
    assert (kept.state, kept.head_sequence) == (after.state, case.head_sequence + 1)
    assert kept.open == (kept.state not in {"refused", "merged", "closed"})
    opened = [leg for leg in world.legs(kept) if leg.state in {"offered", "accepted"} and leg.role == "lead"]
    assert [leg.agency_id for leg in opened] == ([kept.holder_id] if kept.open else [])


def test_a_forbidden_act_changes_nothing(world: World) -> None:
    """One of each kind of refusal, through the function itself."""
    case = world.dispatched()
    before = Case.objects.filter(pk=case.pk).values().get()
    for role, action, status in (
        ("worker_b", "comment", 404),
        ("leader", "dispatch", 403),
        ("street", "close", 409),
        ("agency", "feedback", 409),
        ("agency", "return", 400),
    ):
        with pytest.raises(DomainError) as refused:
            world.move(case, action, role)
        assert refused.value.status == status
    assert Case.objects.filter(pk=case.pk).values().get() == before


def test_only_some_categories_are_settled_on_the_spot(world: World) -> None:
    case = world.report()
    with pytest.raises(WrongState):
        world.move(case, "settle", "worker", note="已清理")


@pytest.mark.parametrize(
    ("settler", "verifier", "status"),
    [
        ("station", "station", 403),
        ("station", "worker", 200),
        ("station", "street", 200),
        ("station", "grid_leader", 200),
    ],
)
def test_whoever_handled_it_does_not_verify_it(world: World, settler: str, verifier: str, status: int) -> None:
    case = world.report()
    world.move(case, "register", settler)
    world.move(case, "settle", settler, note="已处置")
    assert status_of(world, case, verifier, ["verify"]) == [status]


def test_the_districts_desk_has_nobody_above(world: World) -> None:
    case = world.to_street()
    world.move(case, "escalate", "street", note="需区级协调")
    assert status_of(world, case, "district", ["escalate", "dispatch", "suspend", "extend"]) == [409, 200, 200, 409]


def test_a_reporter_reopens_once_only(world: World) -> None:
    case = world.case_in("closed")
    world.move(case, "reopen", "worker", note="又堆上了")
    for action, by, given in (
        ("settle", "street", {"note": "再清"}),
        ("verify", "worker", {"passed": True}),
        ("close", "street", {}),
    ):
        world.move(case, action, by, **given)
    assert status_of(world, case, "worker", ["reopen", "rate"]) == [409, 200]
    assert status_of(world, case, "street", ["reopen"]) == [200]


def test_no_action_of_that_name(world: World) -> None:
    with pytest.raises(NotVisible):
        world.move(world.report(), "explode", "station")


def test_every_state_is_walked_to() -> None:
    assert {STATE_OF.get(state, state) for state in STATES} == set(CaseState)
    assert len(list(itertools.product(STATES, EVER, ACTIONS))) == 11 * 22 * 60


def test_an_open_leg_is_preferred(world: World) -> None:
    case = world.handled()
    case = world.move(case, "rework", "street", note="未清净")
    legs = world.legs(case)
    mine = own_leg(legs, world["agency"])
    assert mine is not None
    assert (mine.state, mine.sequence) == ("accepted", legs[-1].sequence)
