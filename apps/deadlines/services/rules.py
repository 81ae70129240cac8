"""Changing what gives limits: policies, ladders, and which set a unit goes by.

Every change counts from a later day on, so that no day is reckoned by two rules. It is checked as a whole before it is
written: rules for the very same matters on the same days are refused, and so is a stage left without a limit. Each
writes one ``RuleChange`` and, by trigger, renews the rulebook stamp. Right: ``SYSTEM_MANAGE``, over the unit where one
is named. Changes take turns under one lock.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.clock import local
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.locks import advisory_lock
from apps.deadlines import drafts, reckoning, rulebook
from apps.deadlines.changes import choice_facts, ladder_facts, policy_facts, record_change
from apps.deadlines.choices import OWN_PRESET, Anchor, Measure, RuleKind, Stage, StepKind
from apps.deadlines.models import Ladder, LadderRung, Limit, LimitPolicy, LimitPreset, PresetChoice
from apps.deadlines.reckoning import Rung
from apps.deadlines.rulebook import InForce, RuleRows
from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers, holds

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.grid.models import Unit

LOCK = "deadlines.rules"
MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class Matters:
    """What a rule is for; empty or ``None`` matches everything."""

    stage: str
    level: str = ""
    category_prefix: str = ""
    urgency: str = ""
    complexity: str = ""
    unit: "Unit | None" = None


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
    _check_right(actor, matters.unit)
    _check_days(effective_from, effective_to, at=at)
    _check_amount(amount, measure)
    rows = _locked_rows()
    policy = LimitPolicy(
        code=f"own-{uuid.uuid4().hex[:12]}",
        preset=_own_preset(),
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
    _check(drafts.with_own(drafts.with_policy(rows, policy)), rows, at=at)
    policy.save(force_insert=True)
    record_change(
        RuleKind.POLICY, policy, before=None, after=policy_facts(policy), because=_reason(because), actor=actor, at=at
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
    _check_right(actor, policy.unit)
    _check_amount(amount, measure)
    rows = _locked_rows()
    policy.refresh_from_db()
    _check_open(policy, at=at)
    _check_days(effective_from, policy.effective_to, at=at)
    before = policy_facts(policy)
    if _begun(policy, at=at):
        successor = LimitPolicy(
            **_copied(policy),
            level=policy.level,
            category_prefix=policy.category_prefix,
            amount=amount,
            measure=measure,
        )
        successor.effective_from, successor.origin = effective_from, because[:200]
        _check(drafts.with_policy(rows, successor, instead_of=policy), rows, at=at)
        _end(policy, effective_from - timedelta(days=1))
        successor.save(force_insert=True)
    else:
        successor, predecessor = policy, _predecessor(policy)
        successor.amount, successor.measure, successor.effective_from = amount, measure, effective_from
        successor.by_hand = True
        _check(drafts.with_policy(rows, successor, instead_of=predecessor), rows, at=at)
        _move(predecessor, successor)
    record_change(
        RuleKind.POLICY,
        successor,
        before=before,
        after=policy_facts(successor),
        because=_reason(because),
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
    _check_right(actor, policy.unit)
    rows = _locked_rows()
    policy.refresh_from_db()
    _check_open(policy, at=at)
    before = policy_facts(policy)
    predecessor = _predecessor(policy) if not _begun(policy, at=at) else None
    if _begun(policy, at=at):
        _check_last_day(policy, last_day, at=at)
        new = drafts.ended(policy, last_day)
    else:
        new = drafts.ended(policy, policy.effective_from - timedelta(days=1))
    changed = drafts.with_policy(rows, new)
    if predecessor is not None:
        predecessor.effective_to = policy.effective_to
        changed = drafts.with_policy(changed, predecessor)
    _check(changed, rows, at=at)
    policy.effective_to, policy.active, policy.by_hand = new.effective_to, new.active, True
    policy.save(update_fields=["effective_to", "active", "by_hand"])
    if predecessor is not None:
        predecessor.save(update_fields=["effective_to"])
    record_change(
        RuleKind.POLICY,
        policy,
        before=before,
        after=policy_facts(policy),
        because=_reason(because),
        actor=actor,
        at=at,
    )
    return policy


@transaction.atomic
def choose_preset(
    *,
    actor: "User",
    unit: "Unit",
    preset: LimitPreset,
    effective_from: date,
    because: str,
    at: datetime,
    replace: bool = False,
) -> PresetChoice:
    """Let a unit and everything below it go by a set from a later day on.

    With ``replace`` the unit's other choices that speak of the same matters end the day before. Raises ``InvalidInput``
    where they overlap otherwise, where the set is chosen already, or where the unit's own rules say the same.
    """
    _check_right(actor, unit)
    _check_days(effective_from, None, at=at)
    if not preset.active or preset.code == OWN_PRESET:
        raise InvalidInput(fields={"preset": [_("该方案不能选用。")]})
    rows = _locked_rows()
    choice = PresetChoice(unit=unit, preset=preset, effective_from=effective_from)
    ending = drafts.rivals(rows, choice) if replace else []
    before = [choice_facts(one) for one in ending]
    _check(drafts.with_choice(rows, choice, ending=ending), rows, at=at)
    last_day = effective_from - timedelta(days=1)
    for one in ending:
        if one.effective_from > last_day:
            one.delete()
        else:
            PresetChoice.objects.filter(pk=one.pk).update(effective_to=last_day)
    choice.save(force_insert=True)
    record_change(
        RuleKind.PRESET,
        choice,
        before={"ended": before} if before else None,
        after=choice_facts(choice),
        because=_reason(because),
        actor=actor,
        at=at,
    )
    return choice


@transaction.atomic
def end_choice(*, actor: "User", choice_id: int, last_day: date, because: str, at: datetime) -> None:
    """Let a unit's choice of a set end with ``last_day``, today at the earliest; one that has not begun is dropped.

    Raises ``NotVisible``, ``InvalidInput`` where the day is over, ``WrongState`` where the choice has ended.
    """
    choice = PresetChoice.objects.select_related("unit", "preset").filter(pk=choice_id).first()
    if choice is None:
        raise NotVisible
    _check_right(actor, choice.unit)
    _locked_rows()
    choice.refresh_from_db()
    before, today = choice_facts(choice), local(at).date()
    if choice.effective_to is not None and choice.effective_to <= today:
        raise WrongState(_("该选择已结束。"))
    after = None
    if choice.effective_from > today:
        choice.delete()
    else:
        _check_last_day(choice, last_day, at=at)
        choice.effective_to = last_day
        choice.save(update_fields=["effective_to"])
        after = choice_facts(choice)
    record_change(RuleKind.PRESET, choice, before=before, after=after, because=_reason(because), actor=actor, at=at)


@transaction.atomic
def change_ladder(
    *,
    actor: "User",
    ladder_id: int,
    rungs: Sequence[Rung],
    effective_from: date,
    because: str,
    at: datetime,
) -> Ladder:
    """Other steps from a later day on, as a new version; limits that run keep the ladder they climb. A version that has
    not begun is changed itself.

    Raises ``InvalidInput`` for steps that make no ladder and days that are over, ``WrongState`` for a version that has
    ended or has a successor.
    """
    ladder = _ladder(ladder_id)
    _check_right(actor, ladder.unit)
    check_steps(rungs)
    rows = _locked_rows()
    ladder.refresh_from_db()
    _check_open(ladder, at=at)
    _check_days(effective_from, ladder.effective_to, at=at)
    before = ladder_facts(ladder, ladder.rungs.order_by("step"))
    begun = _begun(ladder, at=at)
    successor = Ladder(**_copied(ladder)) if begun else ladder
    predecessor = ladder if begun else _predecessor(ladder)
    successor.effective_from, successor.by_hand = effective_from, True
    _check(drafts.with_ladder(rows, successor, rungs, instead_of=predecessor), rows, at=at)
    if begun:
        successor.pk, successor.origin = None, because[:200]
        _end(ladder, effective_from - timedelta(days=1))
        successor.save(force_insert=True)
    else:
        _move(predecessor, successor)
        LadderRung.objects.filter(ladder=successor).delete()
    return _written(successor, rungs, before=before, because=because, actor=actor, at=at)


@transaction.atomic
def add_ladder(
    *,
    actor: "User",
    matters: Matters,
    name: str,
    rungs: Sequence[Rung],
    effective_from: date,
    because: str,
    at: datetime,
    name_en: str = "",
) -> Ladder:
    """A ladder of the product's own for ``matters`` (stage, urgency, complexity, unit) from a later day on; raises as
    ``change_ladder``, and for a ladder for the same matters on the same days."""
    _check_right(actor, matters.unit)
    _check_days(effective_from, None, at=at)
    check_steps(rungs)
    rows = _locked_rows()
    ladder = Ladder(
        code=f"own-{uuid.uuid4().hex[:12]}",
        preset=_own_preset(),
        name=name.strip(),
        name_en=name_en.strip() or name.strip(),
        stage=matters.stage,
        urgency=matters.urgency,
        complexity=matters.complexity,
        unit=matters.unit,
        effective_from=effective_from,
        by_hand=True,
        origin=because[:200],
    )
    _check(drafts.with_own(drafts.with_ladder(rows, ladder, rungs)), rows, at=at)
    ladder.pk = None
    ladder.save(force_insert=True)
    return _written(ladder, rungs, before=None, because=because, actor=actor, at=at)


@transaction.atomic
def end_ladder(*, actor: "User", ladder_id: int, last_day: date, because: str, at: datetime) -> Ladder:
    """Let a ladder end with ``last_day``; one that has not begun is withdrawn and the version before it goes on. The
    shipped default ladder is what climbs where nothing else is said, so it can be changed and not ended."""
    ladder = _ladder(ladder_id)
    _check_right(actor, ladder.unit)
    rows = _locked_rows()
    ladder.refresh_from_db()
    _check_open(ladder, at=at)
    begun = _begun(ladder, at=at)
    if begun and rows.presets[ladder.preset_id].base and ladder.preset_id != OWN_PRESET:  # type: ignore[attr-defined]
        raise WrongState(_("通用阶梯不能停用，只能改为新的版本。"))
    before = ladder_facts(ladder, ladder.rungs.order_by("step"))
    if begun:
        _check_last_day(ladder, last_day, at=at)
        new = drafts.ended(ladder, last_day)
    else:
        new = drafts.ended(ladder, ladder.effective_from - timedelta(days=1))
        predecessor = _predecessor(ladder)
        if predecessor is not None:
            predecessor.effective_to = ladder.effective_to
    ladder.effective_to, ladder.active, ladder.by_hand = new.effective_to, new.active, True
    ladder.save(update_fields=["effective_to", "active", "by_hand"])
    if not begun and predecessor is not None:
        predecessor.save(update_fields=["effective_to"])
    after = ladder_facts(ladder, ladder.rungs.order_by("step"))
    record_change(RuleKind.LADDER, ladder, before=before, after=after, because=_reason(because), actor=actor, at=at)
    return ladder


def check_steps(rungs: Sequence[Rung]) -> None:
    """Raises ``InvalidInput`` naming ``steps`` where the steps make no ladder."""
    wrong = []
    if not rungs:
        wrong.append(_("阶梯至少要有一步。"))
    if len(rungs) > MOST_STEPS:
        wrong.append(_("阶梯最多 %(most)d 步。") % {"most": MOST_STEPS})
    for rung in rungs:
        where = {"step": rung.step}
        if rung.kind not in StepKind.values or rung.anchor not in Anchor.values:
            wrong.append(_("第 %(step)d 步：请选择做什么、何时做。") % where)
        elif rung.anchor == Anchor.SHARE and not 0 < rung.amount <= 100:
            wrong.append(_("第 %(step)d 步：百分比须在 1 到 100 之间。") % where)
        elif rung.anchor in (Anchor.BEFORE_END, Anchor.AFTER_END) and (
            rung.measure not in Measure.values or not 0 < rung.amount <= 9999
        ):
            wrong.append(_("第 %(step)d 步：请写明时间和计时单位。") % where)
    try:
        reckoning.check_rungs(list(rungs))
    except ValueError:
        wrong.append(_("步骤的次序号须从 1 起递增。"))
    if wrong:
        raise InvalidInput(fields={"steps": wrong})


def _written(
    ladder: Ladder, rungs: Sequence[Rung], *, before: Any, because: str, actor: "User", at: datetime
) -> Ladder:
    steps = [
        LadderRung(
            ladder=ladder,
            step=rung.step,
            kind=rung.kind,
            anchor=rung.anchor,
            amount=rung.amount,
            measure=rung.measure if rung.anchor in (Anchor.BEFORE_END, Anchor.AFTER_END) else "",
            origin=because[:200],
        )
        for rung in rungs
    ]
    LadderRung.objects.bulk_create(steps)
    record_change(
        RuleKind.LADDER,
        ladder,
        before=before,
        after=ladder_facts(ladder, steps),
        because=_reason(because),
        actor=actor,
        at=at,
    )
    return ladder


def _check(new: RuleRows, old: RuleRows, *, at: datetime) -> None:
    """Raises ``InvalidInput`` for what would be wrong after the change and was not before."""
    known = {_pair_key(pair) for pair in drafts.overlaps(old)}
    for pair in drafts.overlaps(new):
        if _pair_key(pair) not in known:
            raise InvalidInput(fields={"effective_from": [_overlap_text(*pair)]})
    today = local(at).date()
    already = dict(drafts.holes(old, after=today))
    for stage, day in drafts.holes(new, after=today):
        if stage not in already:
            words = {"stage": Stage(stage).label, "day": day.isoformat()}
            raise InvalidInput(fields={"effective_from": [_("自 %(day)s 起“%(stage)s”会有事项没有时限。") % words]})


def _pair_key(pair: tuple[InForce[Any], InForce[Any]]) -> tuple[object, ...]:
    return tuple((rule.row.code, rule.row.version, rule.unit_id) for rule in pair)


def _overlap_text(one: InForce[Any], other: InForce[Any]) -> str:
    words = {"one": one.row.title, "other": other.row.title}
    return _("“%(one)s”与“%(other)s”适用范围完全相同，日期重叠，无法分出先后。请改已有的那一条，或错开日期。") % words


def _own_preset() -> LimitPreset:
    preset, _made = LimitPreset.objects.get_or_create(
        code=OWN_PRESET, defaults={"name": OWN_PRESET, "name_en": OWN_PRESET, "base": True, "origin": "gridgov"}
    )
    return preset


def _locked_rows() -> RuleRows:
    advisory_lock(LOCK)
    return rulebook.read_rows()


def _policy(policy_id: int) -> LimitPolicy:
    policy = LimitPolicy.objects.select_related("unit").filter(pk=policy_id).first()
    if policy is None:
        raise NotVisible
    return policy


def _ladder(ladder_id: int) -> Ladder:
    ladder = Ladder.objects.select_related("unit").filter(pk=ladder_id).first()
    if ladder is None:
        raise NotVisible
    return ladder


def _copied(rule: LimitPolicy | Ladder) -> dict[str, Any]:
    """What a successor has from the version before it."""
    return {
        "code": rule.code,
        "version": rule.version + 1,
        "preset_id": rule.preset_id,  # type: ignore[union-attr]
        "name": rule.name,
        "name_en": rule.name_en,
        "stage": rule.stage,
        "urgency": rule.urgency,
        "complexity": rule.complexity,
        "unit": rule.unit,
        "effective_to": rule.effective_to,
        "by_hand": True,
        "to_check": False,
    }


def _predecessor(rule: Any) -> Any:
    """The version that ends the day before ``rule`` begins."""
    return (
        type(rule)
        .objects.filter(
            code=rule.code, version=rule.version - 1, active=True, effective_to=rule.effective_from - timedelta(days=1)
        )
        .first()
    )


def _move(predecessor: Any, successor: Any) -> None:
    """Save a version that has not begun with its new first day; the one before it ends the day before.

    Whichever of the two gives way is written first, so that at no moment both hold the same days.
    """
    if predecessor is None:
        successor.save()
        return
    last_day = successor.effective_from - timedelta(days=1)
    if last_day < predecessor.effective_from:
        raise InvalidInput(fields={"effective_from": [_("不能早于前一版本的生效日。")]})
    earlier = predecessor.effective_to is None or last_day <= predecessor.effective_to
    if earlier:
        _end(predecessor, last_day)
    successor.save()
    if not earlier:
        _end(predecessor, last_day)


def _end(rule: LimitPolicy | Ladder, last_day: date) -> None:
    rule.effective_to, rule.by_hand = last_day, True
    rule.save(update_fields=["effective_to", "by_hand"])


def _begun(rule: LimitPolicy | Ladder, *, at: datetime) -> bool:
    """Whether limits may have been reckoned by it: it has begun, or some limit refers to it already."""
    if rule.effective_from <= local(at).date():
        return True
    column = "policy" if isinstance(rule, LimitPolicy) else "ladder"
    return Limit.objects.filter(**{column: rule}).exists()


def _check_open(rule: Any, *, at: datetime) -> None:
    if not rule.active:
        raise WrongState(_("该规则已撤回。"))
    if rule.effective_to is not None and rule.effective_to <= local(at).date():
        raise WrongState(_("该规则已结束。"))
    if type(rule).objects.filter(code=rule.code, version__gt=rule.version, active=True).exists():
        raise WrongState(_("该规则已有后续版本，请改那一版。"))


def _check_right(actor: "User", unit: "Unit | None") -> None:
    if not holds(actor, Permission.SYSTEM_MANAGE):
        raise NotAllowed
    if unit is not None and not covers(actor, Permission.SYSTEM_MANAGE, place_at(unit)):
        raise NotVisible


def _check_days(first: date, last: date | None, *, at: datetime) -> None:
    wrong: dict[str, list[str]] = {}
    if first <= local(at).date():
        wrong["effective_from"] = [_("生效日须在今天之后。")]
    if last is not None and last < first:
        wrong["effective_to"] = [_("失效日不能早于生效日。")]
    if wrong:
        raise InvalidInput(fields=wrong)


def _check_last_day(rule: Any, last_day: date, *, at: datetime) -> None:
    if last_day < local(at).date():
        raise InvalidInput(fields={"last_day": [_("最后一天不能早于今天。")]})
    if rule.effective_to is not None and last_day > rule.effective_to:
        raise InvalidInput(fields={"last_day": [_("最后一天不能晚于原定的失效日。")]})


def _check_amount(amount: Decimal, measure: str) -> None:
    wrong: dict[str, list[str]] = {}
    if not 0 < amount < 10_000:
        wrong["amount"] = [_("时限须大于零且小于一万。")]
    if measure not in Measure.values:
        wrong["measure"] = [_("请选择计时单位。")]
    if wrong:
        raise InvalidInput(fields=wrong)


def _reason(because: str) -> str:
    reason = because.strip()
    if not reason:
        raise InvalidInput(fields={"because": [_("请写明理由。")]})
    return reason
