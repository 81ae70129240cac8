"""Which cases somebody sees."""

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from apps.grid.permissions import Permission
from apps.grid.placed import PlacedQuerySet
from apps.grid.scopes import scope_q
from apps.organisation.models import agency_ids_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from apps.grid.scopes import Person


def told_to(agencies: "Collection[int]") -> "models.QuerySet[Any, int]":
    """The keys of the cases that were reported to these agencies as well as to a desk."""
    told = apps.get_model("cases", "DualReport")  # stands in a module that needs this one
    return told.objects.filter(agency__in=agencies).order_by().values_list("case_id", flat=True)


def called_to(agencies: "Collection[int]") -> "models.QuerySet[Any, int]":
    """The keys of the cases to whose spot these agencies were called."""
    called = apps.get_model("cases", "Summons")  # likewise
    return called.objects.filter(agency__in=agencies).order_by().values_list("case_id", flat=True)


class CaseQuerySet(PlacedQuerySet):
    """Cases."""

    def visible_to(self, user: "Person", permission: Permission = Permission.CASE_VIEW) -> Self:
        """Cases within the scope, and those that an agency of the user has held, was told of, called to or answers
        for otherwise."""
        return self.filter(self.visible_q(user, permission))

    @staticmethod
    def visible_q(user: "Person", permission: Permission = Permission.CASE_VIEW, prefix: str = "") -> Q:
        """The condition of ``visible_to``; with ``prefix`` for rows that lead to a case (``case__``)."""
        condition = scope_q(user, permission, prefix)
        agencies = agency_ids_of(user)
        if agencies:
            legs = apps.get_model("cases", "Leg").objects  # its model leads to cases
            condition |= Q(Exists(legs.filter(case=OuterRef(f"{prefix}pk"), agency__in=agencies)))
            told = models.Subquery(told_to(agencies))
            condition |= Q(**{f"{prefix}dual": True, f"{prefix}pk__in": told})
            called = models.Subquery(called_to(agencies))
            condition |= Q(**{f"{prefix}whistled__gt": 0, f"{prefix}pk__in": called})
            parties = apps.get_model("cases", "CaseParty").objects  # likewise
            condition |= Q(Exists(parties.filter(case=OuterRef(f"{prefix}pk"), agency__in=agencies)))
        return condition
