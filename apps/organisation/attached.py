"""The leader to whom a place is attached (包联领导)."""

from collections.abc import Mapping
from datetime import date

from apps.accounts.models import User
from apps.grid.permissions import Permission, Role
from apps.grid.scopes import covers
from apps.organisation.models import RoleGrant, Staffing
from apps.organisation.people import in_force

POST = "attached_leader"


def attached_leader(place: Mapping[str, int | None], *, on: date) -> User | None:
    """Whoever fills the post of attached leader of the place's community on a day; else a leader of its street, else of
    its district. Only somebody whose scope covers the cases there, for others could not open what is brought to them;
    ``None`` where there is nobody. ``place`` holds the four path columns."""
    posts = Staffing.objects.filter(in_force(on), unit_id=place["community_id"] or 0, post__code=POST)
    people = [row.user for row in posts.select_related("user").order_by("valid_from", "id")]
    for level in ("street", "district"):
        grants = RoleGrant.objects.filter(in_force(on), role=Role.LEADER, unit_id=place[f"{level}_id"] or 0)
        people += [row.user for row in grants.select_related("user").order_by("valid_from", "id")]
    return next((one for one in people if one.is_active and covers(one, Permission.CASE_VIEW, place)), None)
