"""Making, changing and ending routing rules: a row is never edited, it gets an end and a successor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from apps.cases.choices import CategoryKind, DeskLevel
from apps.cases.models import Category, RoutingRule
from apps.cases.routing import By, split
from apps.cases.routing_catalogue import LOCK
from apps.core.clock import local
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.locks import advisory_lock
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers, holds
from apps.organisation.catalogue import read_duties
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from apps.accounts.models import User

MOST_ASSISTING = 8


@dataclass(frozen=True, slots=True)
class Matters:
    """What a rule is for; empty or ``None`` matches everything. A kind only where no category is named."""

    category: Category | None = None
    kind: str = ""
    level: str = ""
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Targets:
    """Whom a rule names, each by reference (``models.RoutingRule``): a lead, a fallback or both, and who assists."""

    lead: str = ""
    assisting: tuple[str, ...] = ()
    fallback: str = ""


def check_catalogue_right(actor: "User", unit: Unit | None = None) -> None:
    """Raises ``NotAllowed`` without the right to administer the system, ``NotVisible`` for a unit out of its scope."""
    if not holds(actor, Permission.SYSTEM_MANAGE):
        raise NotAllowed
    if unit is not None and not covers(actor, Permission.SYSTEM_MANAGE, place_at(unit)):
        raise NotVisible


@transaction.atomic
def add_rule(
    *,
    actor: "User",
    matters: Matters,
    targets: Targets,
    effective_from: date,
    because: str,
    at: datetime,
    effective_to: date | None = None,
) -> RoutingRule:
    """A rule of the product's own from a later day on; ``effective_to`` is its last day.

    Raises ``NotAllowed`` or ``NotVisible`` without the right over the unit, ``InvalidInput`` for days that are over or
    out of order, a name that means nobody, a rule that names nobody, and where another rule is for the same matters on
    the same days.
    """
    check_catalogue_right(actor, matters.unit)
    check_first_day(effective_from, effective_to, at=at)
    _check_matters(matters)
    check_targets(targets)
    advisory_lock(LOCK)
    rule = _draft(matters, targets, effective_from, effective_to)
    other = _rival(rule)
    if other is not None:
        said = _("已有适用范围完全相同的规则，自 %(day)s 起。请改那一条。") % {"day": other.effective_from.isoformat()}
        raise InvalidInput(fields={"effective_from": [said]})
    return _open(rule, actor=actor, because=because, at=at)


@transaction.atomic
def change_rule(
    *, actor: "User", rule_id: int, targets: Targets, effective_from: date, because: str, at: datetime
) -> RoutingRule:
    """Other agencies for the matters of a rule from a later day on: the rule ends the day before and a successor
    follows, to the day on which the rule was to end. A rule that has yet to begin is withdrawn and the successor takes
    its place.

    Raises as ``add_rule``; ``WrongState`` for a rule that was withdrawn or has ended.
    """
    advisory_lock(LOCK)
    rule = _rule(rule_id, actor)
    _check_open(rule, at=at)
    check_first_day(effective_from, rule.effective_to, at=at)
    check_targets(targets)
    if (targets.lead, list(targets.assisting), targets.fallback) == (rule.lead, rule.assisting, rule.fallback):
        raise InvalidInput(fields={"lead": [_("与现行规则相同，没有改动。")]})
    last_day = rule.effective_to
    matters = Matters(rule.category, rule.kind, rule.level, rule.unit)
    _close(rule, effective_from - timedelta(days=1), actor=actor, because=because, at=at)
    return _open(_draft(matters, targets, effective_from, last_day), actor=actor, because=because, at=at)


def succeed(
    *, actor: "User", matters: Matters, targets: Targets, effective_from: date, because: str, at: datetime
) -> RoutingRule:
    """A rule for the matters from a day on, in the place of whichever there is or is to come for the very same ones.

    For services that checked the right, the day and the targets themselves, under ``LOCK`` and in a transaction.
    """
    rule = _draft(matters, targets, effective_from, None)
    while (other := _rival(rule)) is not None:
        if other.ended_at is not None:
            rule.effective_from = (other.effective_to or effective_from) + timedelta(days=1)
        else:
            _close(other, effective_from - timedelta(days=1), actor=actor, because=because, at=at)
    return _open(rule, actor=actor, because=because, at=at)


@transaction.atomic
def end_rule(*, actor: "User", rule_id: int, last_day: date, because: str, at: datetime) -> RoutingRule:
    """Let a rule end with ``last_day``, today at the earliest; one that has yet to begin is withdrawn, and the one that
    it was to follow goes on in a row of its own.

    Raises ``InvalidInput`` for a day that is over or later than the end there was, ``WrongState`` for a rule that was
    withdrawn or has ended.
    """
    advisory_lock(LOCK)
    rule = _rule(rule_id, actor)
    _check_open(rule, at=at)
    today = local(at).date()
    begun = rule.effective_from <= today
    if begun and last_day < today:
        raise InvalidInput(fields={"last_day": [_("最后一天不能早于今天。")]})
    if begun and rule.effective_to is not None and last_day > rule.effective_to:
        raise InvalidInput(fields={"last_day": [_("最后一天不能晚于原定的失效日。")]})
    before = None if begun else _predecessor(rule)
    _close(rule, last_day, actor=actor, because=because, at=at)
    if before is not None:
        targets = Targets(before.lead, tuple(before.assisting), before.fallback)
        matters = Matters(rule.category, rule.kind, rule.level, rule.unit)
        again = _draft(matters, targets, rule.effective_from, rule.effective_to)
        _open(again, actor=actor, because=because, at=at)
    return rule


def check_first_day(first: date, last: date | None, *, at: datetime) -> None:
    """Raises ``InvalidInput`` for a first day that is not to come, or a last day before it."""
    if first <= local(at).date():
        raise InvalidInput(fields={"effective_from": [_("生效日须在今天之后。")]})
    if last is not None and last < first:
        raise InvalidInput(fields={"effective_to": [_("失效日不能早于生效日。")]})


def check_targets(targets: Targets) -> None:
    """Raises ``InvalidInput`` naming the field for a rule that names nobody, or somebody unknown or twice."""
    if not targets.lead and not targets.fallback:
        raise InvalidInput(fields={"lead": [_("请选择主办单位，或至少选择托底单位。")]})
    if targets.assisting and not targets.lead:
        raise InvalidInput(fields={"assisting": [_("有协办单位时须有主办单位。")]})
    if len(targets.assisting) > MOST_ASSISTING:
        raise InvalidInput(fields={"assisting": [_("协办单位最多 %(most)d 个。") % {"most": MOST_ASSISTING}]})
    if targets.lead in targets.assisting or len(set(targets.assisting)) != len(targets.assisting):
        raise InvalidInput(fields={"assisting": [_("协办单位不能重复，也不能与主办单位相同。")]})
    for name, named in (("lead", [targets.lead]), ("assisting", targets.assisting), ("fallback", [targets.fallback])):
        _check_known(name, [target for target in named if target])


def _check_known(name: str, targets: Sequence[str]) -> None:
    agencies: set[str] = set()
    for target in targets:
        try:
            by, value = split(target)
        except ValueError as error:
            raise InvalidInput(fields={name: [_("请从名单中选择。")]}) from error
        known = {
            By.DUTY: lambda value: value in {row.duty for row in read_duties()},
            By.CENTRE: lambda value: value in (DeskLevel.STREET, DeskLevel.COMMUNITY),
            By.AGENCY: bool,
        }[by](value)
        if not known:
            raise InvalidInput(fields={name: [_("请从名单中选择。")]})
        if by is By.AGENCY:
            agencies.add(value)
    if Agency.objects.filter(code__in=agencies, is_active=True).count() != len(agencies):
        raise InvalidInput(fields={name: [_("没有这个处置单位，或它已停用。")]})


def _check_matters(matters: Matters) -> None:
    if matters.category is not None and matters.kind:
        raise InvalidInput(fields={"kind": [_("已指定类别，不必再指定部件或事件。")]})
    if matters.kind and matters.kind not in CategoryKind.values:
        raise InvalidInput(fields={"kind": [_("请从名单中选择。")]})
    if matters.level and matters.level not in DeskLevel.values:
        raise InvalidInput(fields={"level": [_("请从名单中选择。")]})
    if matters.unit is not None and matters.unit.kind == "grid":
        raise InvalidInput(fields={"unit": [_("规则的范围到社区为止。")]})


def _draft(matters: Matters, targets: Targets, first: date, last: date | None) -> RoutingRule:
    return RoutingRule(
        category=matters.category,
        kind=matters.kind,
        level=matters.level,
        unit=matters.unit,
        lead=targets.lead,
        assisting=list(targets.assisting),
        fallback=targets.fallback,
        effective_from=first,
        effective_to=last,
        by_hand=True,
    )


def _open(rule: RoutingRule, *, actor: "User", because: str, at: datetime) -> RoutingRule:
    other = _rival(rule)
    if other is not None:
        said = _("自 %(day)s 起另有一条规则接替，请改那一条。") % {"day": other.effective_from.isoformat()}
        raise InvalidInput(fields={"effective_from": [said]})
    rule.because, rule.created_by, rule.created_at = reason_of(because), actor, at
    rule.save(force_insert=True)
    return rule


def _close(rule: RoutingRule, last_day: date, *, actor: "User", because: str, at: datetime) -> None:
    """End a rule that has begun; withdraw one that has not."""
    if rule.effective_from <= local(at).date():
        rule.effective_to = last_day
    else:
        rule.withdrawn = True
    rule.ended_by, rule.ended_at, rule.ended_because = actor, at, reason_of(because)
    rule.save(update_fields=["effective_to", "withdrawn", "ended_by", "ended_at", "ended_because"])


def reason_of(because: str) -> str:
    """The reason as it is written down. Raises ``InvalidInput`` for none."""
    reason = because.strip()
    if not reason:
        raise InvalidInput(fields={"because": [_("请写明理由。")]})
    return reason


def _same_matters(rule: RoutingRule) -> dict[str, object]:
    return {"category": rule.category, "kind": rule.kind, "level": rule.level, "unit": rule.unit, "withdrawn": False}


def _rival(rule: RoutingRule) -> RoutingRule | None:
    """Another rule for the very same matters on one of the days."""
    for other in RoutingRule.objects.filter(**_same_matters(rule)).order_by("effective_from"):
        ends_before = other.effective_to is not None and other.effective_to < rule.effective_from
        begins_after = rule.effective_to is not None and other.effective_from > rule.effective_to
        if not ends_before and not begins_after:
            return other
    return None


def _predecessor(rule: RoutingRule) -> RoutingRule | None:
    """The rule for the same matters that somebody ended the day before ``rule`` begins."""
    day_before = rule.effective_from - timedelta(days=1)
    return RoutingRule.objects.filter(
        **_same_matters(rule), effective_to=day_before, ended_because=rule.because
    ).first()


def _rule(rule_id: int, actor: "User") -> RoutingRule:
    rule = RoutingRule.objects.select_related("category", "unit").filter(pk=rule_id).first()
    if rule is None:
        raise NotVisible
    check_catalogue_right(actor, rule.unit)
    return rule


def _check_open(rule: RoutingRule, *, at: datetime) -> None:
    if rule.withdrawn:
        raise WrongState(_("该规则已撤回。"))
    if rule.ended_at is not None or (rule.effective_to is not None and rule.effective_to <= local(at).date()):
        raise WrongState(_("该规则已结束，或已定下结束的日子。"))
