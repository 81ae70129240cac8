"""Pure rules of choice: which policy gives a limit, which ladder it climbs, and why the others that match do not.

The order, first to last; the first in which two rules differ decides, and an empty column of a rule matches everything:

1. what names the urgency wins over what does not (a local rule never loosens urgent matters by accident);
2. what is said of a deeper unit wins over what is said of one above it or of everywhere (a rule of a set counts as said
   of the unit that chose the set);
3. what names the complexity wins over what does not;
4. the longer category prefix wins;
5. what names the level wins over what does not;
6. what names the stage wins over what does not (ladders; a policy always names it);
7. what came into force later wins.

No queries and no clock: everything comes in as an argument.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from apps.deadlines.reckoning import PLACE_COLUMNS


class Rule(Protocol):
    """What choosing reads of a rule. ``effective_to`` is the last day."""

    @property
    def stage(self) -> str: ...
    @property
    def level(self) -> str: ...
    @property
    def category_prefix(self) -> str: ...
    @property
    def urgency(self) -> str: ...
    @property
    def complexity(self) -> str: ...
    @property
    def unit_id(self) -> int | None: ...
    @property
    def active(self) -> bool: ...
    @property
    def effective_from(self) -> date: ...
    @property
    def effective_to(self) -> date | None: ...


AnyRule = TypeVar("AnyRule", bound=Rule)


@dataclass(frozen=True, slots=True)
class Asked:
    """The matter for which a rule is sought; ``place`` maps the four path columns to unit ids."""

    stage: str
    level: str
    category_key: str
    urgency: str
    complexity: str
    place: Mapping[str, int | None]
    on: date


class Reason(StrEnum):
    """In what the winner is more specific than a rule that matched too."""

    URGENCY = "urgency"
    UNIT = "unit"
    COMPLEXITY = "complexity"
    CATEGORY = "category"
    LEVEL = "level"
    STAGE = "stage"
    LATER = "later"


Rank = tuple[bool, int, bool, int, bool, bool, date]


@dataclass(frozen=True, slots=True)
class Lost(Generic[AnyRule]):
    """A rule that matched and was not chosen, and why."""

    rule: AnyRule
    reason: Reason


def matches(rule: Rule, asked: Asked) -> bool:
    """Whether a rule is for the matter and in force on its day."""
    return (
        rule.active
        and rule.stage in ("", asked.stage)
        and rule.level in ("", asked.level)
        and rule.urgency in ("", asked.urgency)
        and rule.complexity in ("", asked.complexity)
        and asked.category_key.startswith(rule.category_prefix)
        and (rule.unit_id is None or rule.unit_id in [asked.place.get(column) for column in PLACE_COLUMNS])
        and rule.effective_from <= asked.on
        and (rule.effective_to is None or asked.on <= rule.effective_to)
    )


def rank_of(rule: Rule, asked: Asked) -> Rank:
    """How specific a matching rule is; the greatest wins. Parts in the order of ``Reason``."""
    depth = 0
    if rule.unit_id is not None:
        depth = 1 + [asked.place.get(column) for column in PLACE_COLUMNS].index(rule.unit_id)
    return (
        rule.urgency != "",
        depth,
        rule.complexity != "",
        len(rule.category_prefix),
        rule.level != "",
        rule.stage != "",
        rule.effective_from,
    )


def choose(rules: Iterable[AnyRule], asked: Asked) -> AnyRule | None:
    """The most specific rule in force, or ``None``; the first of equals."""
    best: AnyRule | None = None
    best_rank: Rank | None = None
    for rule in rules:
        if not matches(rule, asked):
            continue
        rank = rank_of(rule, asked)
        if best_rank is None or rank > best_rank:
            best, best_rank = rule, rank
    return best


def explain(rules: Iterable[AnyRule], asked: Asked) -> tuple[AnyRule | None, list[Lost[AnyRule]]]:
    """The rule that ``choose`` gives, and the others that matched, the next best first, with the reason why not."""
    ranked = sorted(
        ((rank_of(rule, asked), -place, rule) for place, rule in enumerate(rules) if matches(rule, asked)),
        key=lambda one: one[:2],
        reverse=True,
    )
    if not ranked:
        return None, []
    best_rank, _place, best = ranked[0]
    return best, [Lost(rule, _reason(best_rank, rank)) for rank, _place, rule in ranked[1:]]


def same_matters(one: Rule, other: Rule) -> bool:
    """Whether two rules are for the very same matters, so that neither is more specific."""
    return (one.stage, one.level, one.category_prefix, one.urgency, one.complexity, one.unit_id) == (
        other.stage,
        other.level,
        other.category_prefix,
        other.urgency,
        other.complexity,
        other.unit_id,
    )


def at_the_same_time(one: Rule, other: Rule) -> bool:
    """Whether the days of two rules overlap."""
    return (one.effective_to is None or other.effective_from <= one.effective_to) and (
        other.effective_to is None or one.effective_from <= other.effective_to
    )


def _reason(winner: Rank, loser: Rank) -> Reason:
    for reason, ours, theirs in zip(Reason, winner, loser, strict=True):
        if ours != theirs:
            return reason
    return Reason.LATER
