"""A month's scores in memory: from counts to points, places and the checksum over all of it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from apps.assessment import scoring
from apps.assessment.choices import RANKED_KINDS
from apps.assessment.models import Indicator
from apps.assessment.scoring import Item
from apps.assessment.subjects import Subject
from apps.assessment.tally import Tally


@dataclass(slots=True)
class Result:
    """One subject's score before it is written."""

    subject: Subject
    points: Decimal | None
    sample: int
    enough: bool
    items: list[tuple[int, Item]]
    rank: int | None = None
    ranked: int = 0


@dataclass
class Ruleset:
    """The indicators in force, by kind of subject."""

    indicators: Mapping[str, list[Indicator]] = field(default_factory=dict)

    @classmethod
    def of(cls, indicators: Iterable[Indicator]) -> "Ruleset":
        """Sort indicators by the kind they are for, keeping their order."""
        sorted_out: dict[str, list[Indicator]] = {}
        for indicator in indicators:
            sorted_out.setdefault(indicator.subject_kind, []).append(indicator)
        return cls(sorted_out)

    @property
    def measures(self) -> set[str]:
        """Every measure that is asked for."""
        return {
            name
            for indicators in self.indicators.values()
            for indicator in indicators
            for name in (indicator.numerator, indicator.denominator)
            if name
        }


def reckon(subjects: Iterable[Subject], rules: Ruleset, tally: Tally) -> list[Result]:
    """Every subject's points and its place among its peers.

    The district stands alone and has no place. A subject whose leading indicator has too small a sample gets points and
    no place; one without any counted indicator gets neither.
    """
    plans = {
        kind: [
            _Column(
                indicator.pk,
                indicator.as_rule(),
                tally.column(indicator.numerator, kind),
                tally.column(indicator.denominator, kind),
            )
            for indicator in indicators
        ]
        for kind, indicators in rules.indicators.items()
    }
    results = [_result(subject, plans[subject.kind]) for subject in subjects if subject.kind in plans]
    _place(results)
    return results


@dataclass(frozen=True, slots=True)
class _Column:
    """One indicator with its counts over all subjects of its kind; equal counts share one item."""

    indicator: int
    rule: scoring.Rule
    numerators: Mapping[int, int]
    denominators: Mapping[int, int]
    made: dict[tuple[int, int], tuple[int, Item]] = field(default_factory=dict)

    def item(self, numerator: int, denominator: int) -> tuple[int, Item]:
        """The indicator's key and its item for these counts."""
        counts = (numerator, denominator)
        found = self.made.get(counts)
        if found is None:
            found = self.made[counts] = (self.indicator, scoring.make_item(self.rule, numerator, denominator))
        return found


def _result(subject: Subject, plan: Sequence[_Column]) -> Result:
    items: list[tuple[int, Item]] = []
    by_code: dict[str, Item] = {}
    sample, enough = 0, True
    for column in plan:
        rule = column.rule
        numerator = column.numerators.get(subject.id, 0)
        denominator = column.denominators.get(subject.id, 0)
        if rule.leading:
            sample, enough = denominator, denominator >= rule.minimum
        if not numerator and not denominator:
            continue
        entry = column.item(numerator, denominator)
        items.append(entry)
        by_code[rule.code] = entry[1]
    points = scoring.total((column.rule for column in plan), by_code) if items else None
    return Result(subject, points, sample, enough and points is not None, items)


def _place(results: Iterable[Result]) -> None:
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        if result.enough and result.subject.kind in RANKED_KINDS:
            groups.setdefault((result.subject.kind, result.subject.peer), []).append(result)
    for group in groups.values():
        places = scoring.ranks({result.subject.id: result.points or scoring.NOTHING for result in group})
        for result in group:
            result.rank, result.ranked = places[result.subject.id], len(group)


def checksum(results: Iterable[Result]) -> str:
    """SHA-256 over every score and item by code, so that equal results have equal sums wherever they are computed."""
    digest = hashlib.sha256()
    spelled: dict[int, str] = {}
    for result in sorted(results, key=lambda result: (result.subject.kind, result.subject.code)):
        subject = result.subject
        parts = [subject.kind, subject.code, str(result.points), str(result.rank), str(result.sample)]
        for entry in result.items:
            text = spelled.get(id(entry))
            if text is None:
                item = entry[1]
                text = f"{item.code}:{item.numerator}/{item.denominator}={item.value}>{item.points}"
                spelled[id(entry)] = text
            parts.append(text)
        digest.update("|".join(parts).encode() + b"\n")
    return digest.hexdigest()
