"""Reading the list of major hazards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.cases.models import HazardListing
from apps.cases.selectors.special import EXPORT_PAGE, MOST, may_see_special
from apps.core.errors import NotAllowed
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import Unit
from apps.organisation.models import Agency, agency_ids_of

if TYPE_CHECKING:
    from apps.accounts.models import User

STANDING_HAZARDS, ACCEPTED_HAZARDS = "standing", "accepted"
HAZARDS_SHOWN = (STANDING_HAZARDS, ACCEPTED_HAZARDS)
RELATED = ("agency", "case__category", "case__district", "case__street", "case__community", "case__grid")


@dataclass(frozen=True)
class HazardsWanted:
    """What the list is narrowed to: ``show`` one of ``HAZARDS_SHOWN``."""

    show: str = STANDING_HAZARDS
    level: str = ""
    unit: Unit | None = None

    @property
    def q(self) -> Q:
        """The condition on listings."""
        condition = Q(accepted_at__isnull=self.show == STANDING_HAZARDS)
        if self.level:
            condition &= Q(level=self.level)
        if self.unit is not None:
            condition &= Q(**{f"case__{self.unit.kind}_id": self.unit.pk})
        return condition

    @property
    def order(self) -> tuple[str, str]:
        """Standing ones by the day they are due, accepted ones the last first."""
        return ("due_on", "id") if self.show == STANDING_HAZARDS else ("-accepted_at", "-id")


def hazard_page(user: "User", wanted: HazardsWanted, *, cursor: str | None, size: int) -> KeysetPage[HazardListing]:
    """One page of the list. Raises ``NotAllowed``."""
    if not may_see_special(user):
        raise NotAllowed
    rows = HazardListing.objects.visible_to(user).filter(wanted.q).select_related(*RELATED)
    return keyset_page(rows, wanted.order, cursor, size)


def hazard_rows(user: "User", wanted: HazardsWanted) -> Iterator[HazardListing]:
    """Every listing, read page by page, for the workbook. Raises ``NotAllowed``."""
    cursor = None
    while True:
        page = hazard_page(user, wanted, cursor=cursor, size=EXPORT_PAGE)
        yield from page.rows
        cursor = page.next
        if cursor is None:
            return


def hazards_due(user: "User", desks: Sequence[Agency], *, day: date) -> list[HazardListing]:
    """The listings that the user's agencies and desks watch over and that are due, the longest overdue first."""
    agencies = [*agency_ids_of(user), *(desk.pk for desk in desks)]
    if not agencies:
        return []
    due = HazardListing.objects.filter(accepted_at__isnull=True, agency__in=agencies, due_on__lte=day)
    return list(due.select_related(*RELATED).order_by("due_on", "id")[:MOST])
