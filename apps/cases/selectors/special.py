"""Reading the special list: its entries by next control, who may answer for one, what waits at home."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from apps.accounts.models import User
from apps.cases.choices import SpecialState
from apps.cases.models import Case, SpecialControl, SpecialListing
from apps.cases.models.special import OVER
from apps.core import clock
from apps.core.errors import NotAllowed
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import Unit
from apps.grid.permissions import Permission, Role
from apps.grid.scopes import KINDS, holds, scopes_of
from apps.organisation.models import Agency, AgencyKind, agency_ids_of
from apps.organisation.services import grants_in_force

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.cases.models.special import SpecialListingQuerySet

LISTED, PROPOSED, ENDED = "listed", "proposed", "ended"
SHOWN = (LISTED, PROPOSED, ENDED)
STATES = {LISTED: [SpecialState.LISTED], PROPOSED: [SpecialState.PROPOSED], ENDED: OVER}
ORDERS = {LISTED: ("control_on", "id"), PROPOSED: ("proposed_at", "id"), ENDED: ("-ended_at", "-id")}
RELATED = (
    "agency",
    "leader",
    "proposer",
    "case__category",
    "case__district",
    "case__street",
    "case__community",
    "case__grid",
)
MOST = 100
EXPORT_PAGE = 500


def agencies_to_answer(case: Case) -> "QuerySet[Agency]":
    """Who can be made responsible for a case: the agencies of the units it lies in."""
    units = [pk for level in ("district", "street", "community") if (pk := case.place[f"{level}_id"])]
    return Agency.objects.filter(is_active=True, unit_id__in=units).select_related("unit")


def leaders_to_answer(case: Case, *, at: datetime) -> "QuerySet[User]":
    """The leaders of the units that a case lies in, those of the highest first."""
    units = [pk for level in ("district", "street", "community") if (pk := case.place[f"{level}_id"])]
    grants = grants_in_force(clock.local(at).date()).filter(role=Role.LEADER, unit_id__in=units)
    return User.objects.filter(is_active=True, pk__in=grants.values("user_id")).order_by("name", "pk")


@dataclass(frozen=True)
class SpecialWanted:
    """What the list is narrowed to: ``show`` one of ``SHOWN``; ``overdue`` on ``day``: the control is past its day."""

    show: str = LISTED
    unit: Unit | None = None
    overdue: bool = False
    day: date | None = None

    @property
    def q(self) -> Q:
        """The condition on entries."""
        condition = Q(state__in=STATES[self.show])
        if self.unit is not None:
            condition &= Q(**{f"case__{self.unit.kind}_id": self.unit.pk})
        if self.overdue and self.show == LISTED:
            condition &= Q(control_on__lt=self.day)
        return condition


def may_see_special(user: "User") -> bool:
    """Whether the special list concerns the user: desks, leaders, assessors, and agencies that answer for cases."""
    return holds(user, Permission.CASE_COMMENT, Permission.SCORE_RUN) or bool(agency_ids_of(user))


def _rows(user: "User", wanted: SpecialWanted) -> "SpecialListingQuerySet":
    if not may_see_special(user):
        raise NotAllowed
    return SpecialListing.objects.visible_to(user).filter(wanted.q)


def special_page(user: "User", wanted: SpecialWanted, *, cursor: str | None, size: int) -> KeysetPage[SpecialListing]:
    """One page of the list, the control that is due first at the top. Raises ``NotAllowed``."""
    page = keyset_page(_rows(user, wanted).select_related(*RELATED), ORDERS[wanted.show], cursor, size)
    _last_controls(page.rows)
    return page


def _last_controls(rows: Sequence[SpecialListing]) -> None:
    """Give each entry its latest control as ``latest``, in one query."""
    numbers = Q(pk__in=[])
    for row in rows:
        if row.controls_made:
            numbers |= Q(listing_id=row.pk, number=row.controls_made)
    found = {one.listing_id: one for one in SpecialControl.objects.filter(numbers).select_related("by")}  # type: ignore[attr-defined]
    for row in rows:
        row.latest = found.get(row.pk)  # type: ignore[attr-defined]


def special_rows(user: "User", wanted: SpecialWanted) -> Iterator[SpecialListing]:
    """Every entry, read page by page, for the workbook. Raises ``NotAllowed``."""
    cursor = None
    while True:
        page = special_page(user, wanted, cursor=cursor, size=EXPORT_PAGE)
        yield from page.rows
        cursor = page.next
        if cursor is None:
            return


def controls_of(entry: SpecialListing) -> list[SpecialControl]:
    """The controls of an entry, the latest first."""
    return list(SpecialControl.objects.filter(listing=entry).select_related("by").order_by("-number"))


def proposals_for(desks: Sequence[Agency]) -> list[SpecialListing]:
    """The proposals that these district desks are to decide, oldest first."""
    districts = [desk.unit_id for desk in desks if desk.unit.kind == KINDS[0]]  # type: ignore[attr-defined]
    if not districts:
        return []
    rows = SpecialListing.objects.filter(state=SpecialState.PROPOSED, case__district__in=districts)
    return list(rows.select_related(*RELATED).order_by("proposed_at", "id")[:MOST])


def controls_due(user: "User", desks: Sequence[Agency], *, day: date) -> list[SpecialListing]:
    """The entries for which the user, or an agency or desk of the user's, is responsible and whose control is due."""
    agencies = [*agency_ids_of(user), *(desk.pk for desk in desks)]
    leads = bool(scopes_of(user, Permission.CASE_SUPERVISE))
    if not agencies and not leads:
        return []
    mine = Q(agency__in=agencies) | Q(leader=user)
    due = SpecialListing.objects.filter(mine, state=SpecialState.LISTED, control_on__lte=day)
    return list(due.select_related(*RELATED).order_by("control_on", "id")[:MOST])


def centre_of_district(case: Case) -> Agency:
    """The district's centre, which keeps the list."""
    return Agency.objects.select_related("unit").get(kind=AgencyKind.CENTRE, unit_id=case.place["district_id"] or 0)
