"""How units are shown: ``{% load units %}``."""

from typing import Any

from django import template
from django.urls import reverse

from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of

register = template.Library()


@register.inclusion_tag("components/unit_path.html")
def scoped_path(user: Any, unit: Unit, url_name: str = "grid:unit", suffix: str = "") -> dict[str, Any]:
    """The tree down to a unit; only units within the reader's scope are links and open their siblings.

    No query where the parents are loaded. ``url_name`` takes a code; ``suffix`` is put behind the address.
    """
    chain = [unit]
    while chain[0].parent is not None:
        chain.insert(0, chain[0].parent)
    scopes = scopes_of(user, Permission.UNIT_VIEW)
    crumbs = []
    for one in chain:
        inside = any(
            scope.tree_id == one.tree_id and scope.lft <= one.lft and one.rght <= scope.rght for scope in scopes
        )
        crumbs.append(
            {
                "unit": one,
                "url": reverse(url_name, args=[one.code]) + suffix if inside else "",
                "siblings": f"{reverse('grid:siblings', args=[one.code])}?to={url_name}" if inside else "",
                "menu": f"crumb-{one.code}",
            }
        )
    return {"crumbs": crumbs, "href": ""}


@register.filter
def figure(number: Any) -> str:
    """A number with separators: ``12,345``; a dash for nothing."""
    return "—" if number is None else f"{number:,}"


@register.filter
def whole(number: Any) -> int:
    """The nearest whole number."""
    return round(number)
