"""Why a matter has the limit it has: the rule, the others that matched, the ladder and its moments. Pure.

The simulator asks for a matter that does not exist yet; a case's page asks for a limit that runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from apps.core.clock import local
from apps.deadlines import reckoning
from apps.deadlines.choices import STEPS_OF_STAGE, Stage
from apps.deadlines.choosing import Asked, Lost
from apps.deadlines.models import Ladder, Limit, LimitPolicy
from apps.deadlines.reckoning import LeftOut, PlannedStep
from apps.deadlines.rulebook import InForce, Rulebook


@dataclass(frozen=True, slots=True)
class Matter:
    """What limits go by; ``place`` maps the four path columns to unit ids."""

    level: str
    category_key: str
    urgency: str
    complexity: str
    place: Mapping[str, int | None]

    def asked(self, stage: str, at: datetime) -> Asked:
        """The question which rule is for a stage of the matter at ``at``."""
        return Asked(stage, self.level, self.category_key, self.urgency, self.complexity, self.place, local(at).date())


@dataclass(frozen=True, slots=True)
class Explanation:
    """A stage's limit and why.

    ``policy`` is ``None`` where no rule is in force; ``given`` says that whoever started the limit named its end;
    ``extended`` how often it was moved since; ``since_changed`` that the rules or the matter have changed since it
    began, so that the others that lost then are not known.
    """

    stage: str
    started_at: datetime
    due_at: datetime | None
    policy: InForce[LimitPolicy] | None
    others: list[Lost[InForce[LimitPolicy]]]
    ladder: Ladder | None
    other_ladders: list[Lost[InForce[Ladder]]]
    steps: list[PlannedStep]
    left_out: list[LeftOut] = field(default_factory=list)
    given: bool = False
    extended: int = 0
    since_changed: bool = False
    limit: Limit | None = None


def is_taken(stage: str, kind: str) -> bool:
    """Whether limits of a stage take steps of a kind at all."""
    kinds = STEPS_OF_STAGE.get(Stage(stage))
    return kinds is None or kind in kinds


def simulate(book: Rulebook, matter: Matter, *, at: datetime) -> list[Explanation]:
    """Every stage of a matter as if each began at ``at``, in the order of the stages; those without a rule too."""
    return [simulate_stage(book, matter, stage, at=at) for stage in Stage.values]


def simulate_stage(book: Rulebook, matter: Matter, stage: str, *, at: datetime) -> Explanation:
    """One stage of a matter as if it began at ``at``: the same rule, end and steps that a real limit gets."""
    asked = matter.asked(stage, at)
    policy, others = book.explain_policy(asked)
    ladder, other_ladders = book.explain_ladder(asked)
    if policy is None:
        return Explanation(stage, at, None, None, [], None, [], [], [])
    due = book.due(policy.row, at, matter.place)
    row = ladder.row if ladder else None
    rungs = book.rungs_of(row.pk) if row else ()
    calendar = book.calendar_for(matter.place)
    steps, left_out = reckoning.sort_steps(calendar, rungs, start=at, due=due, measure=policy.row.measure)
    steps = [step for step in steps if is_taken(stage, step.kind)]
    left_out = [step for step in left_out if is_taken(stage, step.kind)]
    return Explanation(stage, at, due, policy, others, row, other_ladders, steps, left_out)


@dataclass(frozen=True, slots=True)
class Sample:
    """A limit of a given length on a ladder, to show where its steps fall."""

    started_at: datetime
    due_at: datetime
    steps: list[PlannedStep]
    left_out: list[LeftOut]


def sample(book: Rulebook, ladder: Ladder, *, amount: Decimal, measure: str, at: datetime) -> Sample:
    """The real plan of a limit of ``amount`` of ``measure`` begun at ``at``, by the calendar of all units."""
    due = reckoning.add_time(book.calendar, at, amount, measure)
    rungs = book.rungs_of(ladder.pk)
    steps, left_out = reckoning.sort_steps(book.calendar, rungs, start=at, due=due, measure=measure)
    return Sample(at, due, steps, left_out)


def explain_limit(book: Rulebook, limit: Limit, matter: Matter) -> Explanation:
    """Why a limit that exists has its end: by the policy it was reckoned by, beside the rules of the day it began."""
    asked = matter.asked(limit.stage, limit.started_at)
    policy, others = book.explain_policy(asked)
    _ladder, other_ladders = book.explain_ladder(asked)
    policy_id, ladder_id = limit.policy_id, limit.ladder_id  # type: ignore[attr-defined]
    same = policy is not None and policy.row.pk == policy_id
    if not same:
        rules = book.rules_for(limit.stage)
        policy, others = next((rule for rule in rules if rule.row.pk == policy_id), None), []
    return Explanation(
        stage=limit.stage,
        started_at=limit.started_at,
        due_at=limit.due_at,
        policy=policy,
        others=others,
        ladder=next((ladder for ladder in book.rows.ladders if ladder.pk == ladder_id), None),
        other_ladders=other_ladders if same else [],
        steps=[step for step in book.plan_of(limit) if is_taken(limit.stage, step.kind)],
        given=limit.due_given,
        extended=limit.extensions,
        since_changed=not same,
        limit=limit,
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A stage before and after a draft."""

    now: Explanation
    then: Explanation

    @property
    def changed(self) -> bool:
        """Whether the end or a step of the ladder falls otherwise."""
        return self.now.due_at != self.then.due_at or self.now.steps != self.then.steps


def compare(now: list[Explanation], then: list[Explanation]) -> list[Difference]:
    """Stage by stage, in order."""
    return [Difference(one, other) for one, other in zip(now, then, strict=True)]
