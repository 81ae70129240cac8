"""The filters that people have kept, and what the filter form offers."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.cases.choices import SAVED_MOST
from apps.cases.models import SavedFilter
from apps.cases.selectors.choices import FilterChoices, filter_choices
from apps.cases.selectors.queues import desks_of
from apps.core.errors import NotVisible
from apps.organisation.models import Agency, AgencyKind

if TYPE_CHECKING:
    from apps.accounts.models import User


def saved_filters(user: "User") -> list[SavedFilter]:
    """The person's own filters by name, at most ``SAVED_MOST``."""
    return list(SavedFilter.objects.filter(user=user).order_by("name")[:SAVED_MOST])


def saved_filter(user: "User", filter_id: int) -> SavedFilter:
    """One of the person's own. Raises ``NotVisible``."""
    found = SavedFilter.objects.filter(user=user, pk=filter_id).first()
    if found is None:
        raise NotVisible
    return found


@dataclass(frozen=True)
class DispatchChoices:
    """What the filters of the dispatch centre offer: units, branches, and the agencies that hold its cases."""

    shared: FilterChoices
    agencies: list[Agency]


def dispatch_choices(user: "User", *, on: date) -> DispatchChoices:
    """Four queries."""
    units = [desk.unit_id for desk in desks_of(user)]  # type: ignore[attr-defined]
    own = Q(unit_id__in=units)
    below = Q(unit__parent_id__in=units, kind=AgencyKind.CENTRE)
    agencies = Agency.objects.filter(own | below, is_active=True).select_related("unit").order_by("kind", "id")
    return DispatchChoices(filter_choices(user, on=on), list(agencies))
