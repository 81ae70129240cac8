"""Which routing rule decides: pure choosing among the rules in force, the most specific first.

What a rule is for and how it names agencies is told at ``models.RoutingRule``.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from apps.organisation.models import Agency, AgencyKind

if TYPE_CHECKING:
    from apps.cases.models import RoutingRule

ANYWHERE = 99


class By(StrEnum):
    """How a rule names an agency."""

    AGENCY = "agency"
    """By its code."""
    DUTY = "duty"
    """By a line of duty of ``duties.csv``."""
    CENTRE = "centre"
    """The centre of the case's own unit of a level."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What is routed: ``categories`` from the leaf up to its root, the kind, the level of the desk, and the units
    around the place, the lowest first."""

    categories: tuple[int, ...]
    kind: str
    level: str
    units: tuple[int, ...]


@dataclass(frozen=True)
class Decision:
    """The rule that decides and the agencies it means, the best first. ``fallback``: nobody's duty is clear, the
    fallback acts first."""

    rule: "RoutingRule"
    agencies: list[Agency]
    assisting: list[Agency]
    fallback: bool


def split(target: str) -> tuple[By, str]:
    """A reference as its two parts: ``duty:fire`` is ``(By.DUTY, "fire")``."""
    by, _colon, name = target.partition(":")
    return By(by), name


def matching(rules: "Iterable[RoutingRule]", matter: Matter) -> "list[RoutingRule]":
    """The rules that speak of the matter, the most specific first: the deepest category, then the deepest area, then
    one for the desk's level before one for any level."""
    ranked = [(rank, rule) for rule in rules if (rank := _rank(rule, matter)) is not None]
    return [rule for _rank_, rule in sorted(ranked, key=lambda one: (*one[0], one[1].pk))]


def _rank(rule: "RoutingRule", matter: Matter) -> tuple[int, int, int] | None:
    category = _place(rule.category_id, matter.categories)  # type: ignore[attr-defined]
    unit = _place(rule.unit_id, matter.units)  # type: ignore[attr-defined]
    if category is None or unit is None or rule.kind not in {"", matter.kind} or rule.level not in {"", matter.level}:
        return None
    return (category * 2 - bool(rule.kind), unit, 0 if rule.level else 1)


def _place(wanted: int | None, path: Sequence[int]) -> int | None:
    """How far up ``path`` the wanted one stands; none wanted is beyond its end, one that is not there is ``None``."""
    if wanted is None:
        return ANYWHERE
    return path.index(wanted) if wanted in path else None


def decide(rules: "Sequence[RoutingRule]", resolve: Callable[[str], list[Agency]]) -> Decision | None:
    """The decision of rules in their order: the first whose lead is there, else the first whose fallback is.

    ``resolve`` answers the agencies that a reference means at this desk, the best first. A rule whose agency the desk
    cannot give cases to leaves the decision to the next.
    """
    for rule in rules:
        leads = resolve(rule.lead) if rule.lead else []
        if leads:
            helpers = [found[0] for target in rule.assisting if (found := resolve(target))]
            unique = {agency.pk: agency for agency in helpers if agency.pk != leads[0].pk}
            return Decision(rule, leads, list(unique.values()), fallback=False)
    return stand_in(rules, resolve)


def stand_in(rules: "Sequence[RoutingRule]", resolve: Callable[[str], list[Agency]]) -> Decision | None:
    """The first rule in order whose fallback is there."""
    for rule in rules:
        stand_ins = resolve(rule.fallback) if rule.fallback else []
        if stand_ins:
            return Decision(rule, stand_ins, [], fallback=True)
    return None


def decided(
    rules: "Sequence[RoutingRule]", candidates: Sequence[Agency], place: Mapping[str, int | None]
) -> Decision | None:
    """The decision of rules in their order among candidates in the order of preference, for a case at ``place``."""
    return decide(rules, _among(candidates, place))


def fallen_back(
    rules: "Sequence[RoutingRule]", candidates: Sequence[Agency], place: Mapping[str, int | None]
) -> Decision | None:
    """Who acts first among candidates where nobody's duty is clear, whatever leads the rules name."""
    return stand_in(rules, _among(candidates, place))


def _among(candidates: Sequence[Agency], place: Mapping[str, int | None]) -> Callable[[str], list[Agency]]:
    return lambda target: [agency for agency in candidates if means(target, agency, place)]


def means(target: str, agency: Agency, place: Mapping[str, int | None]) -> bool:
    """Whether a reference means the agency for a case at ``place``; with a place unknown at that level, any centre of
    the level."""
    by, name = split(target)
    if by is By.AGENCY:
        return agency.code == name
    if by is By.DUTY:
        return name in agency.duties
    unit_id = place.get(f"{name}_id")
    if agency.kind != AgencyKind.CENTRE or agency.unit.kind != name:
        return False
    return unit_id is None or agency.unit_id == unit_id  # type: ignore[attr-defined]


def targets_of(rules: "Iterable[RoutingRule]") -> set[str]:
    """Every reference that the rules make."""
    return {target for rule in rules for target in (rule.lead, rule.fallback, *rule.assisting) if target}
