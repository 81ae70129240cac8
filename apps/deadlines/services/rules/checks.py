"""What every change of the rules is held to, and how one version follows another."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from apps.core.clock import local
from apps.core.errors import InvalidInput, NotAllowed, NotVisible, WrongState
from apps.core.locks import advisory_lock
from apps.deadlines import drafts, rulebook
from apps.deadlines.choices import OWN_PRESET, Stage
from apps.deadlines.models import Ladder, Limit, LimitPolicy, LimitPreset
from apps.deadlines.rulebook import InForce, RuleRows
from apps.grid.permissions import Permission
from apps.grid.placed import place_at
from apps.grid.scopes import covers, holds

if TYPE_CHECKING:
    from apps.accounts.models import User
    from apps.grid.models import Unit

LOCK = "deadlines.rules"


@dataclass(frozen=True, slots=True)
class Matters:
    """What a rule is for; empty or ``None`` matches everything."""

    stage: str
    level: str = ""
    category_prefix: str = ""
    urgency: str = ""
    complexity: str = ""
    unit: "Unit | None" = None


def locked_rows() -> RuleRows:
    """The rows as they stand, under the lock that changes of rules take in turn."""
    advisory_lock(LOCK)
    return rulebook.read_rows()


def own_preset() -> LimitPreset:
    """The base set of the rules written in the product, made where no catalogue was loaded."""
    preset, _made = LimitPreset.objects.get_or_create(
        code=OWN_PRESET, defaults={"name": OWN_PRESET, "name_en": OWN_PRESET, "base": True, "origin": "gridgov"}
    )
    return preset


def check_whole(new: RuleRows, old: RuleRows, *, at: datetime) -> None:
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


def check_right(actor: "User", unit: "Unit | None") -> None:
    """Raises ``NotAllowed`` without the right to administer the system, ``NotVisible`` for a unit out of its scope."""
    if not holds(actor, Permission.SYSTEM_MANAGE):
        raise NotAllowed
    if unit is not None and not covers(actor, Permission.SYSTEM_MANAGE, place_at(unit)):
        raise NotVisible


def check_days(first: date, last: date | None, *, at: datetime) -> None:
    """Raises ``InvalidInput`` for a first day that is not to come, or a last day before it."""
    wrong: dict[str, list[str]] = {}
    if first <= local(at).date():
        wrong["effective_from"] = [_("生效日须在今天之后。")]
    if last is not None and last < first:
        wrong["effective_to"] = [_("失效日不能早于生效日。")]
    if wrong:
        raise InvalidInput(fields=wrong)


def check_last_day(rule: Any, last_day: date, *, at: datetime) -> None:
    """Raises ``InvalidInput`` for a last day that is over, or later than the end there was."""
    if last_day < local(at).date():
        raise InvalidInput(fields={"last_day": [_("最后一天不能早于今天。")]})
    if rule.effective_to is not None and last_day > rule.effective_to:
        raise InvalidInput(fields={"last_day": [_("最后一天不能晚于原定的失效日。")]})


def check_open(rule: Any, *, at: datetime) -> None:
    """Raises ``WrongState`` for a version that was withdrawn, has ended, or has a successor."""
    if not rule.active:
        raise WrongState(_("该规则已撤回。"))
    if rule.effective_to is not None and rule.effective_to <= local(at).date():
        raise WrongState(_("该规则已结束。"))
    if type(rule).objects.filter(code=rule.code, version__gt=rule.version, active=True).exists():
        raise WrongState(_("该规则已有后续版本，请改那一版。"))


def has_begun(rule: LimitPolicy | Ladder, *, at: datetime) -> bool:
    """Whether limits may have been reckoned by it: it has begun, or some limit refers to it already."""
    if rule.effective_from <= local(at).date():
        return True
    column = "policy" if isinstance(rule, LimitPolicy) else "ladder"
    return Limit.objects.filter(**{column: rule}).exists()


def copied(rule: LimitPolicy | Ladder) -> dict[str, Any]:
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


def predecessor_of(rule: Any) -> Any:
    """The version that ends the day before ``rule`` begins."""
    return (
        type(rule)
        .objects.filter(
            code=rule.code, version=rule.version - 1, active=True, effective_to=rule.effective_from - timedelta(days=1)
        )
        .first()
    )


def move_version(predecessor: Any, successor: Any) -> None:
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
        end_version(predecessor, last_day)
    successor.save()
    if not earlier:
        end_version(predecessor, last_day)


def end_version(rule: LimitPolicy | Ladder, last_day: date) -> None:
    """Let a version end with ``last_day``."""
    rule.effective_to, rule.by_hand = last_day, True
    rule.save(update_fields=["effective_to", "by_hand"])


def reason_of(because: str) -> str:
    """The reason as it is written down. Raises ``InvalidInput`` for none."""
    reason = because.strip()
    if not reason:
        raise InvalidInput(fields={"because": [_("请写明理由。")]})
    return reason
