"""Routing rules in words."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.cases.choices import CategoryKind, DeskLevel
from apps.cases.routing import By, split
from apps.core.presentation import in_chinese
from apps.organisation.catalogue import read_duties
from apps.organisation.models import Agency

if TYPE_CHECKING:
    from apps.cases.models import RoutingRule


def matters_text(rule: "RoutingRule") -> str:
    """What a rule is for: ``暴露垃圾 · 街道 · 江宁路街道``; its category and unit are read beforehand."""
    if rule.category is not None:
        about = rule.category.label
    else:
        about = str(CategoryKind(rule.kind).label) if rule.kind else _("全部类别")
    level = _("%(level)s级") % {"level": DeskLevel(rule.level).label} if rule.level else ""
    return " · ".join(part for part in (about, level, rule.unit.name if rule.unit else "") if part)


def target_names(targets: Iterable[str]) -> dict[str, str]:
    """What references are called: an agency by its name, a duty and a centre described; one query for the agencies."""
    wanted = {target: split(target) for target in targets if target}
    codes = [name for by, name in wanted.values() if by is By.AGENCY]
    agencies = dict(Agency.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    duties = duty_names() if any(by is By.DUTY for by, _name in wanted.values()) else {}
    named = {}
    for target, (by, name) in wanted.items():
        if by is By.AGENCY:
            named[target] = agencies.get(name, name)
        elif by is By.DUTY:
            named[target] = duty_text(duties.get(name, name))
        else:
            named[target] = centre_text(name)
    return named


def duty_names() -> dict[str, str]:
    """The lines of duty by their key, in the language in use."""
    return {row.duty: row.name if in_chinese() else row.name_en for row in read_duties()}


def duty_text(duty: str) -> str:
    """Whoever answers for a line of duty."""
    return _("负责“%(duty)s”的单位") % {"duty": duty}


def centre_text(level: str) -> str:
    """The centre of the case's own unit of a level."""
    return _("案件所在%(level)s的中心") % {"level": DeskLevel(level).label}
