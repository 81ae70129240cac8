"""What holds today for the signed-in person: asked by the shell and the API, so kept on the user object."""

from typing import TYPE_CHECKING

from apps.core import clock
from apps.organisation.models import RoleGrant
from apps.organisation.selectors import roles_of

if TYPE_CHECKING:
    from apps.grid.scopes import Person


def roles_today(user: "Person") -> "list[RoleGrant]":
    """The roles a person holds today, in the order of the tree. One query per user object."""
    kept: list[RoleGrant] | None = getattr(user, "_roles_today", None)
    if kept is None:
        kept = list(roles_of(user, clock.today()).order_by("id")) if user.is_authenticated else []
        user._roles_today = kept  # type: ignore[union-attr]
    return kept


def works_for(user: "Person") -> str:
    """For whom a person works, in a few words: the agency, or the first unit a role is held on."""
    for grant in roles_today(user):
        return grant.scope_name
    return ""
