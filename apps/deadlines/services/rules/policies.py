"""Adding, changing and ending limit policies."""

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput, NotVisible
from apps.deadlines import drafts
from apps.deadlines.changes import policy_facts, record_change
from apps.deadlines.choices import Measure, RuleKind
from apps.deadlines.models import LimitPolicy

if TYPE_CHECKING:
    from apps.accounts.models import User
from apps.deadlines.services.rules.checks import (
    Matters,
    check_days,
    check_last_day,
    check_open,
    check_right,
    check_whole,
    copied,
    end_version,
    has_begun,
    locked_rows,
    move_version,
    own_preset,
    predecessor_of,
    reason_of,
)


@transaction.atomic
def add_policy(
    *,
    actor: "User",
    matters: Matters,
    name: str,
    amount: Decimal,
    measure: str,
    effective_from: date,
    because: str,
    at: datetime,
    name_en: str = "",
    effective_to: date | None = None,
) -> LimitPolicy:
    """A policy of the product's own for ``matters``, ``amount`` of ``measure``, from a later day on.

    Raises ``NotAllowed`` or ``NotVisible`` without the right over the unit, ``InvalidInput`` for days that are over, an
    end before the beginning, an amount that is no time, and a rule for the same matters on the same days.
    """
    check_right(actor, matters.unit)
    check_days(effective_from, effective_to, at=at)
    _check_amount(amount, measure)
    rows = locked_rows()
    policy = LimitPolicy(
        code=f"own-{uuid.uuid4().hex[:12]}",
        preset=own_preset(),
        name=name.strip(),
        name_en=name_en.strip() or name.strip(),
        stage=matters.stage,
        level=matters.level,
        category_prefix=matters.category_prefix,
        urgency=matters.urgency,
        complexity=matters.complexity,
        unit=matters.unit,
        amount=amount,
        measure=measure,
        effective_from=effective_from,
        effective_to=effective_to,
        by_hand=True,
        origin=because[:200],
    )
    check_whole(drafts.with_own(drafts.with_policy(rows, policy)), rows, at=at)
    policy.save(force_insert=True)
    record_change(
        RuleKind.POLICY, policy, before=None, after=policy_facts(policy), because=reason_of(because), actor=actor, at=at
    )
    return policy


@transaction.atomic
def change_policy(
    *,
    actor: "User",
    policy_id: int,
    amount: Decimal,
    measure: str,
    effective_from: date,
    because: str,
    at: datetime,
) -> LimitPolicy:
    """Another time for the matters of a policy from a later day on: the policy ends the day before and a successor
    follows, to the day on which the policy was to end. A policy that has not begun is changed itself.

    Raises as ``add_policy``; ``WrongState`` for one that was withdrawn, has ended, or has a successor.
    """
    policy = _policy(policy_id)
    check_right(actor, policy.unit)
    _check_amount(amount, measure)
    rows = locked_rows()
    policy.refresh_from_db()
    check_open(policy, at=at)
    check_days(effective_from, policy.effective_to, at=at)
    before = policy_facts(policy)
    if has_begun(policy, at=at):
        successor = LimitPolicy(
            **copied(policy),
            level=policy.level,
            category_prefix=policy.category_prefix,
            amount=amount,
            measure=measure,
        )
        successor.effective_from, successor.origin = effective_from, because[:200]
        check_whole(drafts.with_policy(rows, successor, instead_of=policy), rows, at=at)
        end_version(policy, effective_from - timedelta(days=1))
        successor.save(force_insert=True)
    else:
        successor, predecessor = policy, predecessor_of(policy)
        successor.amount, successor.measure, successor.effective_from = amount, measure, effective_from
        successor.by_hand = True
        check_whole(drafts.with_policy(rows, successor, instead_of=predecessor), rows, at=at)
        move_version(predecessor, successor)
    record_change(
        RuleKind.POLICY,
        successor,
        before=before,
        after=policy_facts(successor),
        because=reason_of(because),
        actor=actor,
        at=at,
    )
    return successor


@transaction.atomic
def end_policy(*, actor: "User", policy_id: int, last_day: date, because: str, at: datetime) -> LimitPolicy:
    """Let a policy end with ``last_day``, today at the earliest.

    One that has not begun is withdrawn at once, and the one that it was to follow goes on.

    Raises ``InvalidInput`` where the day is over or a stage would be left without a limit, ``WrongState`` for one that
    was withdrawn, has ended, or has a successor.
    """
    policy = _policy(policy_id)
    check_right(actor, policy.unit)
    rows = locked_rows()
    policy.refresh_from_db()
    check_open(policy, at=at)
    before = policy_facts(policy)
    predecessor = predecessor_of(policy) if not has_begun(policy, at=at) else None
    if has_begun(policy, at=at):
        check_last_day(policy, last_day, at=at)
        new = drafts.ended(policy, last_day)
    else:
        new = drafts.ended(policy, policy.effective_from - timedelta(days=1))
    changed = drafts.with_policy(rows, new)
    if predecessor is not None:
        predecessor.effective_to = policy.effective_to
        changed = drafts.with_policy(changed, predecessor)
    check_whole(changed, rows, at=at)
    policy.effective_to, policy.active, policy.by_hand = new.effective_to, new.active, True
    policy.save(update_fields=["effective_to", "active", "by_hand"])
    if predecessor is not None:
        predecessor.save(update_fields=["effective_to"])
    record_change(
        RuleKind.POLICY,
        policy,
        before=before,
        after=policy_facts(policy),
        because=reason_of(because),
        actor=actor,
        at=at,
    )
    return policy


def _policy(policy_id: int) -> LimitPolicy:
    policy = LimitPolicy.objects.select_related("unit").filter(pk=policy_id).first()
    if policy is None:
        raise NotVisible
    return policy


def _check_amount(amount: Decimal, measure: str) -> None:
    wrong: dict[str, list[str]] = {}
    if not 0 < amount < 10_000:
        wrong["amount"] = [_("时限须大于零且小于一万。")]
    if measure not in Measure.values:
        wrong["measure"] = [_("请选择计时单位。")]
    if wrong:
        raise InvalidInput(fields=wrong)
