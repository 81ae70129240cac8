"""Reading agencies and who works where."""

from typing import TYPE_CHECKING

from django.db.models import Q

from apps.accounts.models import User
from apps.grid.models import Unit, UnitUserObjectPermission
from apps.grid.permissions import Permission, Role
from apps.organisation.models import Agency, AgencyKind, Liaison, RoleGrant, agency_ids_of

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

    from apps.grid.scopes import Person

__all__ = [
    "agency_ids_of",
    "agency_people",
    "centre_of",
    "centres_above",
    "dispatch_targets",
    "leaders_of",
    "liaison_candidates",
    "liaisons_below",
    "liaisons_in_force",
    "roles_of",
    "summons_targets",
    "supervising_centre",
]


def centre_of(unit: Unit) -> Agency:
    """The station or centre of a unit that is not a grid; for a grid, that of its community."""
    place = unit.parent if unit.kind == "grid" and unit.parent else unit
    return Agency.objects.select_related("unit").get(unit=place, kind=AgencyKind.CENTRE)


def centres_above(unit: Unit) -> "QuerySet[Agency]":
    """The centres of the units above ``unit``, the nearest first."""
    return Agency.objects.filter(
        kind=AgencyKind.CENTRE, unit__tree_id=unit.tree_id, unit__lft__lt=unit.lft, unit__rght__gt=unit.rght
    ).order_by("-unit__level")


def dispatch_targets(centre: Agency) -> "QuerySet[Agency]":
    """Whom a centre may give a case: the other agencies of its own unit, and the centres one level below it."""
    return (
        Agency.objects.select_related("unit")
        .filter(is_active=True)
        .filter(
            (Q(unit_id=centre.unit_id) & ~Q(kind=AgencyKind.CENTRE))
            | Q(unit__parent_id=centre.unit_id, kind=AgencyKind.CENTRE)
        )
    )


def summons_targets(unit: Unit) -> "QuerySet[Agency]":
    """Whom a community may call to a spot: every agency of its own and of the units above it, no centres."""
    above = Q(unit__lft__lte=unit.lft, unit__rght__gte=unit.rght, unit__tree_id=unit.tree_id)
    found = Agency.objects.filter(above, is_active=True).exclude(kind=AgencyKind.CENTRE).select_related("unit")
    return found.order_by("-unit__level", "kind", "id")


def agency_people(agency: Agency) -> "QuerySet[User]":
    """Who answers for an agency: the desk of a centre's unit, or the handlers of any other agency."""
    if agency.kind == AgencyKind.CENTRE:
        roles = ["station", "street_dispatcher", "district_dispatcher"]
        return User.objects.filter(is_active=True, grants__unit_id=agency.unit_id, grants__role__in=roles).distinct()
    return User.objects.filter(is_active=True, grants__agency_id=agency.pk).distinct()


def leaders_of(district_id: int) -> "QuerySet[User]":
    """The leaders of a district: above its own desk there is nobody else."""
    in_force = UnitUserObjectPermission.objects.filter(
        content_object_id=district_id, permission__codename=Permission.CASE_SUPERVISE.value
    )
    return User.objects.filter(
        is_active=True,
        grants__unit_id=district_id,
        grants__role=Role.LEADER,
        pk__in=in_force.values("user_id"),
    ).distinct()


def supervising_centre(holder: Agency, head: Agency | None) -> Agency | None:
    """Who answers above ``holder``: ``head``, or where it is missing or nobody sits at its desk the next centre above.

    ``None`` where that leaves the leaders of the district.
    """
    if head is not None and head.is_active and agency_people(head).exists():
        return head
    below = (head or holder).unit
    above = centres_above(below)
    if head is None and holder.kind != AgencyKind.CENTRE:
        above = Agency.objects.filter(kind=AgencyKind.CENTRE, unit=below) | above
    candidates = above.filter(is_active=True).select_related("unit").order_by("-unit__level")
    return next((centre for centre in candidates if agency_people(centre).exists()), None)


def roles_of(user: "Person", on: "date") -> "QuerySet[RoleGrant]":
    """A person's roles on a day, with their units and agencies."""
    grants = RoleGrant.objects.filter(user_id=user.pk or 0, valid_from__lte=on)
    return grants.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).select_related("unit__parent", "agency")


def liaisons_in_force(on: "date") -> "QuerySet[Liaison]":
    """The liaisons of a day."""
    return Liaison.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


def liaisons_below(unit: Unit, on: "date") -> "QuerySet[Liaison]":
    """The liaisons with a unit and the communities below it, today's and those still to begin, in tree order."""
    found = Liaison.objects.filter(unit__tree_id=unit.tree_id, unit__lft__gte=unit.lft, unit__rght__lte=unit.rght)
    found = found.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).select_related("unit", "agency", "user")
    return found.order_by("unit__lft", "agency__kind", "agency", "valid_from")


def liaison_candidates(unit: Unit, on: "date") -> "QuerySet[RoleGrant]":
    """Who can be a liaison with a community: the handlers of the agencies of the units above it, no centres."""
    above = Unit.objects.filter(tree_id=unit.tree_id, lft__lt=unit.lft, rght__gt=unit.rght)
    grants = RoleGrant.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)
    grants = grants.filter(
        role=Role.AGENCY_HANDLER, agency__unit__in=above, agency__is_active=True, user__is_active=True
    )
    return grants.select_related("agency", "user").order_by("agency__unit__level", "agency", "user__name_key", "id")
