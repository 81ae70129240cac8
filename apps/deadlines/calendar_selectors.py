"""Reading calendars for their pages: whose one may see, a unit's days and hours, the changes made and their moves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from apps.core import job_progress
from apps.core.errors import NotAllowed, NotVisible
from apps.core.jobs import visible_jobs
from apps.core.keyset import KeysetPage, keyset_page
from apps.core.models import Job
from apps.deadlines import rulebook
from apps.deadlines.calendar import Periods, WorkingCalendar
from apps.deadlines.changing import PREVIEW, RECOMPUTE, RIGHTS, may_change
from apps.deadlines.models import CalendarChange, CalendarDay, CalendarYear, LimitChange, WorkingHours
from apps.grid.models import Unit, UnitKind
from apps.grid.permissions import Permission
from apps.grid.placed import PATH_RELATED, place_at
from apps.grid.scopes import holds, scopes_of

if TYPE_CHECKING:
    from apps.accounts.models import User

ALL = "all"


@dataclass(frozen=True, slots=True)
class UnitCalendar:
    """The calendar of a unit (``None``: of all units): the arithmetic, and whether the reader may change it."""

    unit: Unit | None
    book: WorkingCalendar
    may_change: bool

    @property
    def code(self) -> str:
        """How addresses name it."""
        return self.unit.code if self.unit else ALL


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day with a mark; ``own`` where the unit itself made it."""

    date: date
    is_working: bool
    name: str
    own: bool


@dataclass(frozen=True, slots=True)
class HoursRow:
    """Hours from a date on (no periods: those of the unit above); ``own`` where the unit itself set them."""

    effective_from: date
    periods: Periods
    own: bool


def editable_units(user: "User") -> "QuerySet[Unit]":
    """The open units whose calendar ``user`` may change, in tree order."""
    condition = Q(pk__in=[])
    for right in RIGHTS:
        condition |= Q(pk__in=Unit.objects.visible_to(user, right).values("pk"))
    return Unit.objects.open().filter(condition).order_by("tree_id", "lft")


def unit_choices(user: "User", chosen: Unit | None) -> list[tuple[str, str]]:
    """The units to choose from, each as deep as it lies; grids only those beside the chosen unit."""
    units = editable_units(user)
    beside: list[int] = []
    if chosen is not None and chosen.kind in {UnitKind.COMMUNITY, UnitKind.GRID}:
        community = chosen.pk if chosen.kind == UnitKind.COMMUNITY else chosen.parent_id
        beside = [community] if community else []
    shown = list(units.filter(~Q(kind=UnitKind.GRID) | Q(parent__in=beside))) or list(units)
    return [(unit.code, "\u3000" * unit.level + unit.name) for unit in shown]


def calendar_of(user: "User", code: str) -> UnitCalendar:
    """The calendar of the unit with that code, of all units for ``all``; without a code the one nearest to the user's
    duty. Raises ``NotAllowed`` for who keeps no calendar, ``NotVisible`` for a unit out of reach."""
    if not holds(user, *RIGHTS):
        raise NotAllowed
    unit: Unit | None = None
    if code and code != ALL:
        unit = editable_units(user).select_related(*PATH_RELATED).filter(code=code).first()
        if unit is None:
            raise NotVisible
    elif not code and not holds(user, Permission.SYSTEM_MANAGE):
        first = scopes_of(user, Permission.STAFF_MANAGE)[0].unit_id
        unit = Unit.objects.select_related(*PATH_RELATED).get(pk=first)
    book = rulebook.current()
    calendar = book.calendar_for(place_at(unit)) if unit is not None else book.calendar
    return UnitCalendar(unit, calendar, may_change(user, unit))


def _chain(unit: Unit | None) -> list[int | None]:
    """All units, then the path down to ``unit``: who may have a say in its calendar, the nearest last."""
    path = [pk for pk in place_at(unit).values() if pk is not None] if unit is not None else []
    return [None, *path]


def _said_by(chain: Iterable[int | None]) -> Q:
    return Q(unit__isnull=True) | Q(unit__in=[pk for pk in chain if pk is not None])


def named_days(unit: Unit | None, year: int) -> list[NamedDay]:
    """The marked days of a year as they hold for ``unit``, in order; one query."""
    chain = _chain(unit)
    rows = CalendarDay.objects.filter(_said_by(chain), date__gte=date(year, 1, 1), date__lte=date(year, 12, 31))
    days: dict[date, NamedDay] = {}
    for row in sorted(rows, key=lambda row: chain.index(row.unit_id)):  # type: ignore[attr-defined]
        own = row.unit_id == chain[-1]  # type: ignore[attr-defined]
        days[row.date] = NamedDay(row.date, row.is_working, row.name, own)
    return [days[key] for key in sorted(days)]


def hours_of(unit: Unit | None) -> list[HoursRow]:
    """The hours that units of the chain have set, by date; one query."""
    chain = _chain(unit)
    rows = WorkingHours.objects.filter(_said_by(chain)).order_by("effective_from")
    return [HoursRow(row.effective_from, row.as_periods(), row.unit_id == chain[-1]) for row in rows]  # type: ignore[attr-defined]


def year_row(year: int) -> CalendarYear | None:
    """Whether a year is announced, and by what."""
    return CalendarYear.objects.filter(year=year).first()


def changes_of(user: "User") -> "QuerySet[CalendarChange]":
    """The changes of calendars that ``user`` keeps, and of the calendar of all units, with how many ends they moved."""
    if not holds(user, *RIGHTS):
        raise NotAllowed
    return (
        CalendarChange.objects.select_related("unit", "actor", "undone_by")
        .filter(Q(unit__isnull=True) | Q(unit__in=editable_units(user).order_by()))
        .annotate(moved_count=Count("moved"))
    )


def changes_page(user: "User", *, cursor: str | None, size: int) -> KeysetPage[CalendarChange]:
    """The changes, newest first."""
    return keyset_page(changes_of(user), ["-id"], cursor, size)


def change_seen_by(user: "User", change_id: int) -> CalendarChange:
    """One change; raises ``NotVisible``."""
    change = changes_of(user).filter(pk=change_id).first()
    if change is None:
        raise NotVisible
    return change


def job_of(change: CalendarChange) -> Job | None:
    """The newest job that recomputes the limits of a change."""
    return Job.objects.filter(kind=RECOMPUTE, arguments__change=change.pk).order_by("-id").first()


def progress_of(job: Job | None) -> tuple[int, int] | None:
    """How many of how many limits a running job has looked at, where it has said so."""
    return job_progress.read([job.pk]).get(job.pk) if job is not None and job.finished_at is None else None


def preview_job(user: "User", job_id: int) -> Job:
    """A preview that ``user`` asked for; raises ``NotVisible``."""
    job = visible_jobs(user).filter(kind=PREVIEW, pk=job_id).first()
    if job is None:
        raise NotVisible
    return job


def moves_of(change: CalendarChange, most: int) -> list[LimitChange]:
    """The first limits that a change moved, with their places."""
    return list(
        LimitChange.objects.filter(cause=change)
        .select_related("limit", *(f"limit__{name}" for name in ("district", "street", "community", "grid")))
        .order_by("id")[:most]
    )
