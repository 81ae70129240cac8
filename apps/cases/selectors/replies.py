"""The standard replies of desks."""

from typing import TYPE_CHECKING

from apps.cases.actions import Action
from apps.cases.models import StandardReply
from apps.grid.permissions import Permission
from apps.grid.scopes import scopes_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person

MOST_SHOWN = 9  # as many as there are keys


def reply_units(user: "Person") -> list[int]:
    """The units at whose desks ``user`` sits, whose replies are his to use and to change."""
    return [scope.unit_id for scope in scopes_of(user, Permission.CASE_DISPATCH)]


def replies_for(user: "Person", action: Action) -> list[StandardReply]:
    """What the user's desks say again and again when they take ``action``, those of the action itself first."""
    units = reply_units(user)
    if not units:
        return []
    found = StandardReply.objects.filter(unit_id__in=units, action__in=["", action.value])
    return list(found.order_by("-action", "position", "pk")[:MOST_SHOWN])


def replies_of(user: "Person") -> list[StandardReply]:
    """Every reply of the user's desks, in their order."""
    found = StandardReply.objects.filter(unit_id__in=reply_units(user)).select_related("unit")
    return list(found.order_by("unit__tree_id", "unit__lft", "position", "pk"))
