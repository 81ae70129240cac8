"""Rules as they would be after a change, before anything is written: what services check and the simulator shows.

Pure: rows come in, other rows go out; rows that were not changed are shared, changed ones are copies.
"""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

from apps.deadlines import choosing
from apps.deadlines.choices import OWN_PRESET, Complexity, Level, Stage, Urgency
from apps.deadlines.choosing import Asked
from apps.deadlines.models import Ladder, LimitPolicy, LimitPreset, PresetChoice
from apps.deadlines.reckoning import PLACE_COLUMNS, Rung
from apps.deadlines.rulebook import InForce, Row, RuleRows, place_rules

DRAFT_ID = -1
NOWHERE = dict.fromkeys(PLACE_COLUMNS)


def ended(row: Row, last_day: date) -> Row:
    """A copy of a rule that ends on ``last_day``, or that never was in force where it would begin later."""
    other = copy(row)
    if last_day < row.effective_from:
        other.active = False
    else:
        other.effective_to = last_day
    return other


def with_policy(rows: RuleRows, policy: LimitPolicy, *, instead_of: LimitPolicy | None = None) -> RuleRows:
    """``policy`` added; ``instead_of`` ends the day before it begins."""
    return replace(rows, policies=_followed(rows.policies, policy, instead_of.pk if instead_of else None))


def with_ladder(rows: RuleRows, ladder: Ladder, rungs: Sequence[Rung], *, instead_of: Ladder | None = None) -> RuleRows:
    """``ladder`` with its steps added; ``instead_of`` ends the day before it begins."""
    ladder.pk = ladder.pk or DRAFT_ID
    return replace(
        rows,
        ladders=_followed(rows.ladders, ladder, instead_of.pk if instead_of else None),
        rungs={**rows.rungs, ladder.pk: tuple(rungs)},
    )


def with_choice(rows: RuleRows, choice: PresetChoice, *, ending: Iterable[PresetChoice] = ()) -> RuleRows:
    """A unit's choice of a set added; the choices ``ending`` end the day before, or are dropped if they begin later."""
    gone = {one.pk for one in ending}
    last_day = choice.effective_from - timedelta(days=1)
    kept: list[PresetChoice | None] = [_until(one, last_day) if one.pk in gone else one for one in rows.choices]
    return replace(rows, choices=(*(one for one in kept if one is not None), choice))


def _until(choice: PresetChoice, last_day: date) -> PresetChoice | None:
    if choice.effective_from > last_day:
        return None
    other = copy(choice)
    other.effective_to = last_day
    return other


def _followed(rows: Iterable[Row], new: Row, old_id: int | None) -> tuple[Row, ...]:
    kept: list[Row] = []
    for row in rows:
        if old_id is not None and row.pk == old_id:
            kept.append(ended(row, new.effective_from - timedelta(days=1)))
        elif row.pk != new.pk:
            kept.append(row)
    kept.append(new)
    return tuple(kept)


def with_own(rows: RuleRows) -> RuleRows:
    """Rows that know the set of the product's own rules even where the catalogue was never loaded."""
    if OWN_PRESET in rows.presets:
        return rows
    own = LimitPreset(code=OWN_PRESET, name=OWN_PRESET, name_en=OWN_PRESET, base=True)
    return replace(rows, presets={**rows.presets, OWN_PRESET: own})


def rivals(rows: RuleRows, choice: PresetChoice) -> list[PresetChoice]:
    """The other choices of the same unit that speak of the same matters on the same days as a new choice would."""
    found: dict[int, PresetChoice] = {}
    for pair in overlaps(with_choice(rows, choice)):
        choices = [rule.choice for rule in pair if rule.choice is not None]
        if any(known is choice for known in choices):
            found |= {known.pk: known for known in choices if known is not choice and known.pk is not None}
    return list(found.values())


def overlaps(rows: RuleRows) -> Iterator[tuple[InForce[Any], InForce[Any]]]:
    """Pairs of rules for the very same matters on the same days: neither is more specific, so chance would decide."""
    yield from _pairs(place_rules(rows.policies, rows.presets, rows.choices))
    yield from _pairs(place_rules(rows.ladders, rows.presets, rows.choices))


def _pairs(rules: Iterable[InForce[Row]]) -> Iterator[tuple[InForce[Row], InForce[Row]]]:
    by_matters: dict[tuple[object, ...], list[InForce[Row]]] = {}
    for rule in rules:
        if not rule.active:
            continue
        key = (rule.stage, rule.level, rule.category_prefix, rule.urgency, rule.complexity, rule.unit_id)
        alike = by_matters.setdefault(key, [])
        yield from ((other, rule) for other in alike if choosing.at_the_same_time(other, rule))
        alike.append(rule)


def holes(rows: RuleRows, *, after: date) -> Iterator[tuple[str, date]]:
    """Stages that some matter anywhere would reach without a limit, with the first day, from the day ``after`` on.

    Only days on which something begins or ends need looking at, and only rules said of everywhere can close a hole.
    """
    rules = [rule for rule in place_rules(rows.policies, rows.presets, ()) if rule.unit_id is None and rule.active]
    days = {after + timedelta(days=1)}
    for rule in rules:
        last_day = rule.effective_to
        days |= {day for day in (rule.effective_from, last_day and last_day + timedelta(days=1)) if day and day > after}
    for stage in Stage.values:
        candidates = [rule for rule in rules if rule.stage == stage]
        for day in sorted(days) if candidates else ():
            matters = product(Level.values, Urgency.values, Complexity.values)
            asked = [
                Asked(stage, level, "", urgency, complexity, NOWHERE, day) for level, urgency, complexity in matters
            ]
            if any(choosing.choose(candidates, one) is None for one in asked):
                yield stage, day
                break
