"""How scores are shown: ``{% load scores %}``."""

from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse

from apps.assessment.presentation import percent
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of

register = template.Library()


@register.simple_tag
def share(value: Decimal | None) -> str:
    """A share in per cent to a tenth."""
    return percent(value)


@register.inclusion_tag("components/unit_path.html")
def score_path(user: Any, unit: Unit, label: str) -> dict[str, Any]:
    """The tree down to a unit; the units within the reader's scope lead to their rankings of the month ``label``."""
    chain = [unit]
    while chain[0].parent is not None:
        chain.insert(0, chain[0].parent)
    scopes = scopes_of(user, Permission.SCORE_VIEW)
    href = f"{reverse('assessment:leaders')}?period={label}&unit="
    crumbs = []
    for one in chain:
        inside = any(
            scope.tree_id == one.tree_id and scope.lft <= one.lft and one.rght <= scope.rght for scope in scopes
        )
        crumbs.append(
            {
                "unit": one,
                "url": f"{href}{one.code}" if inside else "",
                "siblings": reverse("grid:siblings", args=[one.code]) if inside else "",
                "menu": f"crumb-{one.code}",
            }
        )
    return {"crumbs": crumbs, "href": href}
