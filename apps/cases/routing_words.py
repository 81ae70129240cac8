"""Routing rules in words."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from apps.cases.choices import CategoryKind, DeskLevel

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
