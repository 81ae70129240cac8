"""Reading whistles: whom an agency is called by, and who was called in an area."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Avg, Count, F, Q

from apps.cases.models import Summons
from apps.core.errors import NotAllowed
from apps.core.keyset import KeysetPage, keyset_page
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.scopes import holds
from apps.organisation.models import Agency, agency_ids_of

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from apps.accounts.models import User

RELATED = (
    "agency",
    "whistle__desk",
    "whistle__blown_by",
    "case__category",
    "arrived_by",
    "reported_by",
    "district",
    "street",
    "community",
    "grid",
)
MOST_WAITING = 100
MOST_AGENCIES = 300


@dataclass(frozen=True)
class SummonsWanted:
    """What the lists are narrowed to; ``mine``: those of the user's own agencies."""

    mine: bool = False
    unit: Unit | None = None
    agency: str = ""
    late: bool = False

    def q(self, at: datetime) -> Q:
        """The condition on summonses at a moment."""
        condition = Q()
        if self.unit is not None:
            condition &= Q(**{f"{self.unit.kind}_id": self.unit.pk})
        if self.agency:
            condition &= Q(agency__code=self.agency)
        if self.late:
            condition &= Q(arrived_at__gt=F("arrive_by")) | Q(arrived_at__isnull=True, arrive_by__lt=at)
        return condition


@dataclass(frozen=True)
class AgencyRecord:
    """How an agency answered: called, arrived, late, results told, mean of its stars."""

    agency: Agency
    called: int
    arrived: int
    late: int
    reported: int
    stars: float | None


def sees_whistles_of_area(user: "User") -> bool:
    """Whether the user follows the whistles of a whole area."""
    return holds(user, Permission.CASE_COMMENT, Permission.SCORE_RUN, Permission.LOG_REVIEW)


def require_whistle_right(user: "User") -> None:
    """Raises ``NotAllowed`` for those whom nobody can call and who follow no area."""
    if not sees_whistles_of_area(user) and not agency_ids_of(user):
        raise NotAllowed


def _visible(user: "User", wanted: SummonsWanted, at: datetime) -> "QuerySet[Summons]":
    require_whistle_right(user)
    if wanted.mine or not sees_whistles_of_area(user):
        rows = Summons.objects.filter(agency__in=agency_ids_of(user))
    else:
        rows = Summons.objects.visible_to(user, Permission.CASE_VIEW)
    return rows.filter(wanted.q(at))


def summons_page(
    user: "User", wanted: SummonsWanted, *, open_ones: bool, cursor: str | None, size: int, at: datetime
) -> KeysetPage[Summons]:
    """One page: those not done, the soonest to arrive first, or the others, the last done first. Raises
    ``NotAllowed``."""
    rows = _visible(user, wanted, at).select_related(*RELATED)
    if open_ones:
        return keyset_page(rows.filter(ended_at__isnull=True), ["arrive_by", "id"], cursor, size)
    return keyset_page(rows.filter(ended_at__isnull=False), ["-ended_at", "-id"], cursor, size)


def agency_records(user: "User", wanted: SummonsWanted, *, since: datetime, at: datetime) -> list[AgencyRecord]:
    """How each agency answered the calls since a moment, most late first. Two queries. Raises ``NotAllowed``."""
    late = Q(arrived_at__gt=F("arrive_by")) | Q(arrived_at__isnull=True, ended_at__isnull=True, arrive_by__lt=at)
    rows = list(
        _visible(user, wanted, at)
        .filter(called_at__gte=since)
        .order_by()
        .values("agency")
        .annotate(
            called=Count("pk"),
            arrived=Count("pk", filter=Q(arrived_at__isnull=False)),
            late=Count("pk", filter=late),
            reported=Count("pk", filter=Q(reported_at__isnull=False)),
            mean=Avg("stars"),
        )
        .order_by("-late", "-called", "agency")[:MOST_AGENCIES]
    )
    agencies = Agency.objects.in_bulk([row["agency"] for row in rows])
    return [
        AgencyRecord(agencies[row["agency"]], row["called"], row["arrived"], row["late"], row["reported"], row["mean"])
        for row in rows
    ]


def summonses_waiting(user: "User") -> list[Summons]:
    """What the user's agencies are called to and have not done, the soonest to arrive first."""
    mine = agency_ids_of(user)
    if not mine:
        return []
    waiting = Summons.objects.filter(agency__in=mine, ended_at__isnull=True).select_related(*RELATED)
    return list(waiting.order_by("arrive_by", "id")[:MOST_WAITING])
