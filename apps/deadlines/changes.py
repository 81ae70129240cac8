"""The record of every change of the rules: the rule before and after as plain data, and one append-only row."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apps.deadlines.models import DatedRule, Ladder, LadderRung, LimitPolicy, PresetChoice, RuleChange

if TYPE_CHECKING:
    from apps.accounts.models import User

Facts = dict[str, Any]


def policy_facts(policy: LimitPolicy) -> Facts:
    """A policy as plain data."""
    return _rule_facts(policy) | {
        "level": policy.level,
        "category_prefix": policy.category_prefix,
        "amount": str(policy.amount),
        "measure": policy.measure,
    }


def ladder_facts(ladder: Ladder, rungs: Iterable[LadderRung]) -> Facts:
    """A ladder with its steps as plain data."""
    steps = [
        {
            "step": rung.step,
            "kind": rung.kind,
            "anchor": rung.anchor,
            "amount": str(rung.amount),
            "measure": rung.measure,
        }
        for rung in rungs
    ]
    return _rule_facts(ladder) | {"steps": steps}


def choice_facts(choice: PresetChoice) -> Facts:
    """A unit's choice of a set as plain data."""
    return {
        "preset": choice.preset_id,
        "effective_from": choice.effective_from.isoformat(),
        "effective_to": choice.effective_to.isoformat() if choice.effective_to else None,
    }


def record_change(
    kind: str,
    rule: DatedRule | PresetChoice,
    *,
    before: Facts | None,
    after: Facts | None,
    because: str,
    at: datetime,
    actor: "User | None" = None,
) -> RuleChange:
    """Write down that a rule was changed; ``actor`` is ``None`` when a catalogue was loaded."""
    return RuleChange.objects.create(
        kind=kind,
        code=rule.code if isinstance(rule, DatedRule) else rule.preset_id,  # type: ignore[attr-defined]
        unit_id=rule.unit_id,  # type: ignore[union-attr]
        actor=actor,
        at=at,
        because=because[:200],
        before=before,
        after=after,
    )


def _rule_facts(rule: DatedRule) -> Facts:
    return {
        "version": rule.version,
        "name": rule.name,
        "stage": rule.stage,
        "urgency": rule.urgency,
        "complexity": rule.complexity,
        "active": rule.active,
        "effective_from": rule.effective_from.isoformat(),
        "effective_to": rule.effective_to.isoformat() if rule.effective_to else None,
    }
