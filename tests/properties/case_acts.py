"""What the machine of cases can give an act: for every input that the table of acts asks for, a way to make one.

An act whose inputs are not known here is an error that says what to add, so that no new act stays untried.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from apps.cases.calls import CallOutcome
from apps.cases.choices import HazardLevel, OrderOffice, PartyRole, Penalty, WayOn
from apps.cases.filing import missing_of
from apps.cases.matters import cards_of, open_appeals_of, open_orders_of, summonses_of
from apps.cases.models import Case, Leg
from apps.cases.sampling import Consequence, Finding, Point, point_column
from apps.cases.selectors.filing import files_of
from apps.cases.workflow import Action, rows_of
from apps.deadlines.choices import Complexity
from apps.organisation.selectors import dispatch_targets
from tests.factories.cases import World


@dataclass(frozen=True)
class Moment:
    """The case that somebody is about to act on, its legs, and the numbers of all cases."""

    world: World
    case: Case
    legs: list[Leg]
    numbers: list[str]


def _agency(moment: Moment, random: Random) -> str:
    """A code: mostly of those the desk may give the case to, else of anybody, or of nobody."""
    near = list(dispatch_targets(moment.case.desk).values_list("code", flat=True))
    rest = sorted(agency.code for agency in moment.world.agencies.values())
    return random.choice([*near, *near, *near, *rest, "nobody"])


def _assisting(moment: Moment, random: Random) -> list[str]:
    return [_agency(moment, random) for _ in range(random.choice((0, 1, 1, 2)))]


def _day(moment: Moment, random: Random) -> date:
    return moment.world.at.date() + timedelta(days=random.randint(-1, 40))


def _until(moment: Moment, random: Random) -> date | datetime:
    exact = moment.world.at + timedelta(minutes=random.randint(-60, 60 * 24 * 30))
    return random.choice((exact, _day(moment, random)))


def _boolean(moment: Moment, random: Random) -> bool:
    return random.random() < 0.5


def _parties(moment: Moment, random: Random) -> list[dict[str, str]]:
    sides = [{"role": role, "name": "王建国", "phone": random.choice(("", "13800138000"))} for role in PartyRole.values]
    return sides[: random.choice((1, 2, 2, 2))]


def _one_of(rows: list[Any], name: str, random: Random) -> int:
    """The key of one of the rows, or in one of nine none of theirs."""
    return 0 if not rows or random.randrange(9) == 0 else getattr(random.choice(rows), name)


def _absent(moment: Moment, random: Random) -> list[str]:
    """What the file lacks, or in one of four something else."""
    lacking = missing_of(files_of([moment.case])[moment.case.pk])
    return lacking if random.randrange(4) else ["report"]


INPUTS: dict[str, Callable[[Moment, Random], Any]] = {
    "agency": _agency,
    "leader": lambda moment, random: random.choice(("leader", "leader", "leader_b", "nobody")),
    "level": lambda moment, random: random.choice(HazardLevel.values),
    "party": lambda moment, random: random.choice(("某物业公司", "")),
    "public_title": lambda moment, random: random.choice(("楼道堆物清理", "联系 13800138000", "")),
    "public_words": lambda moment, random: random.choice(("已清运三车。", "12 号 301 室已清", "")),
    "assisting": _assisting,
    "complexity": lambda moment, random: random.choice(Complexity.values),
    "passed": _boolean,
    "until": _until,
    "promised": _day,
    "office": lambda moment, random: random.choice(OrderOffice.values),
    "order": lambda moment, random: _one_of(open_orders_of(moment.case), "number", random),
    "approved": _boolean,
    "card": lambda moment, random: _one_of(cards_of(moment.case, moment.legs), "pk", random),
    "appeal": lambda moment, random: _one_of(open_appeals_of(moment.case, moment.legs), "pk", random),
    "upheld": _boolean,
    "into": lambda moment, random: random.choice([*moment.numbers, "000000-000000"]),
    "solved": _boolean,
    "satisfied": _boolean,
    "outcome": lambda moment, random: random.choice([*CallOutcome.values, "reached", "reached"]),
    "contacted": _boolean,
    "rejected": _boolean,
    "heeded": _boolean,
    "basis": lambda moment, random: "《城市市容和环境卫生管理条例》第三十四条",
    "penalised": _boolean,
    "decided_on": lambda moment, random: moment.world.at.date() - timedelta(days=random.randint(-1, 2)),
    "document": lambda moment, random: random.choice(("", "罚〔2026〕12号")),
    "penalty": lambda moment, random: random.choice(["", *Penalty.values]),
    "amount": lambda moment, random: random.choice((None, Decimal(0), Decimal(500))),
    "held_at": lambda moment, random: moment.world.at - timedelta(minutes=random.randint(-5, 600)),
    "mediator": lambda moment, random: "周明",
    "parties": _parties,
    "agreed": _boolean,
    "performance_on": _day,
    "present": _boolean,
    "agencies": lambda moment, random: random.sample(
        sorted(one.code for one in moment.world.agencies.values()), random.choice((1, 1, 2))
    ),
    "lon": lambda moment, random: moment.case.lon + random.random() / 100,
    "lat": lambda moment, random: moment.case.lat + random.random() / 100,
    "stars": lambda moment, random: random.randint(0, 6),
    "summons": lambda moment, random: _one_of(summonses_of(moment.case), "pk", random),
    "missing": lambda moment, random: random.choice(([], ["身份证明"], ["身份证明", "现场照片"])),
    "to": lambda moment, random: random.choice(sorted(moment.world.people)),
    "absent": _absent,
    "qualified": _boolean,
    "consequence": lambda moment, random: random.choice(["", *Consequence.values]),
    **{point_column(point): lambda moment, random: random.choice(["ok", *Finding.values]) for point in Point},
    "reopen": _boolean,
    "way_on": lambda moment, random: random.choice(["", *WayOn.values]),
}
# What an act may be given besides; the table tells only what it must.
OPTIONAL: dict[Action, tuple[str, ...]] = {
    Action.REGISTER: ("complexity",),
    Action.DISPATCH: ("assisting", "complexity"),
    Action.SUSPEND: ("promised",),
    Action.DECIDE_SUSPENSION: ("until", "promised"),
    Action.DECIDE_EXTENSION: ("until",),
    Action.LIST_SPECIAL: ("agency", "leader"),
    Action.EDIT_PUBLICATION: ("public_title", "public_words"),
    Action.SUPERVISE: ("office", "until"),
    Action.REPLY: ("order",),
    Action.WITHDRAW: ("order",),
    Action.APPEAL: ("card",),
    Action.DECIDE_APPEAL: ("appeal",),
    Action.WHISTLE: ("until",),
    Action.ARRIVE: ("lon", "lat"),
    Action.RATE_SUMMONED: ("summons",),
    Action.HAND_OVER: ("until",),
    Action.DECIDE_PENALTY: ("document", "penalty", "amount"),
    Action.MEDIATE: ("mediator", "parties"),
    Action.FOLLOW_UP: ("contacted", "solved", "satisfied", "rejected"),
    Action.CONCLUDE_MEDIATION: ("performance_on", "way_on"),
    Action.ARCHIVE: ("absent",),
    Action.UNARCHIVE: ("reopen",),
    Action.REVIEW_SAMPLE: ("consequence",),
}
# What the act itself asks for with words of its own.
ALWAYS: dict[Action, tuple[str, ...]] = {Action.REVIEW_SAMPLE: tuple(map(point_column, Point))}


def needed_by(action: Action) -> list[str]:
    """The inputs without which the act is refused; raises ``LookupError`` for one that the machine cannot make."""
    names = sorted({name for row in rows_of(action) for name in row.inputs})
    unknown = [name for name in [*names, *OPTIONAL.get(action, ())] if name not in INPUTS]
    if unknown:
        raise LookupError(
            f"the machine of cases cannot make {', '.join(unknown)} of the act {action.value}:"
            " add it to INPUTS in tests/properties/case_acts.py"
        )
    return names


def made_for(action: Action, moment: Moment, random: Random) -> dict[str, Any]:
    """Everything the act asks for, some of what it may be given; in one of eight something is missing."""
    needed = [*needed_by(action), *ALWAYS.get(action, ())]
    chosen = [name for name in OPTIONAL.get(action, ()) if random.random() < 0.4]
    given: dict[str, Any] = {name: INPUTS[name](moment, random) for name in [*needed, *chosen]}
    given["note"] = "写明情况"
    if random.randrange(8) == 0:
        del given[random.choice([*needed, "note"])]
    return given
