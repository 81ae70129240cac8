"""Reading for the phone: the day, one's reports, what to verify, the map of the grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet

from apps.cases import suggestions
from apps.cases.choices import CaseState, LegRole, SpotState
from apps.cases.models import Case, CaseEvent, Category, SpotCheck
from apps.core.attachments import attachments_of
from apps.core.clock import local
from apps.core.errors import NotVisible
from apps.core.models import Attachment
from apps.deadlines import rulebook
from apps.grid.models import Boundary, BoundaryState, Unit
from apps.grid.permissions import Permission, Role
from apps.grid.placed import PATH_RELATED, place_at
from apps.inspections import facts, rules
from apps.inspections.choices import DayMark, LogState
from apps.inspections.models import DailyLog, LogEntry
from apps.inspections.selectors.logs import log_of_day, logging_unit
from apps.notices.announcements.selectors import unread_count
from apps.organisation.models import RoleGrant

if TYPE_CHECKING:
    from apps.accounts.models import User

DAYS_SHOWN = 7
MOST_ROWS = 100
CASE_RELATED = ("category", "district", "street", "community", "grid", "holder")
DUTY_ROLES = (Role.WORKER,)
"""Who owes a log on every working day; others who keep one may leave a day out."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one person: how it looks and its log, where there is one."""

    date: date
    mark: str
    log: DailyLog | None

    @property
    def words(self) -> Any:
        """The mark in the page's language."""
        return DayMark(self.mark).label


@dataclass(frozen=True, slots=True)
class Today:
    """The first screen of the phone."""

    unit: Unit
    on: date
    log: DailyLog | None
    reported: int
    verified: int
    missing: Sequence[Day]
    overdue: Sequence[Case]
    verifications: Sequence[Case]
    reports: Sequence[Case]
    week: Sequence[Day]
    announcements: int

    @property
    def log_open(self) -> bool:
        """Whether today's log still has to be filed."""
        return self.log is None or self.log.state == LogState.DRAFT

    @property
    def prefilled(self) -> int:
        """How many things the system and the worker have put on today's log already."""
        return self.reported + self.verified + (getattr(self.log, "entry_count", 0) if self.log else 0)

    @property
    def log_due(self) -> bool:
        """Whether today's log is expected: on a working day, or once there is something on it."""
        return self.log_open and (self.week[0].mark == DayMark.OPEN or self.prefilled > 0)

    @property
    def due(self) -> int:
        """How many things are to be done."""
        duties = len(self.missing) + len(self.overdue) + len(self.verifications) + int(self.log_due)
        return duties + int(self.announcements > 0)

    @property
    def filed_in_week(self) -> int:
        """Logs of the last days that were filed."""
        return sum(1 for day in self.week if day.mark in {DayMark.FILED, DayMark.LATE, DayMark.EMPTY})

    @property
    def due_in_week(self) -> int:
        """Logs of the last days that were expected or filed."""
        return sum(1 for day in self.week if day.mark not in {DayMark.REST, DayMark.NONE})


@dataclass(frozen=True, slots=True)
class LogDay:
    """One day's log as its writer sees it."""

    unit: Unit
    on: date
    log: DailyLog | None
    entries: Sequence[LogEntry]
    reported: Sequence[Case]
    verified: Sequence[CaseEvent]
    week: Sequence[Day]
    sealed: bool

    @property
    def filed(self) -> bool:
        """Whether it was handed in."""
        return self.log is not None and self.log.state != LogState.DRAFT


@dataclass(frozen=True, slots=True)
class CaseOnSite:
    """A case to verify, with its photos before and after, and those of an earlier verification."""

    case: Case
    before: Sequence[Attachment]
    after: Sequence[Attachment]
    seen: Sequence[Attachment]
    result: str
    verifiable: bool
    drawn: bool
    """Whether it was settled on the spot and is seen for a spot check."""


def day_mark(
    log: DailyLog | None, day: date, *, expected: bool, at: datetime, working: bool, entries: int | None = None
) -> str:
    """How a day looks: ``entries`` counts those of ``log``; ``expected`` says a log is the person's duty."""
    if log is not None and log.state != LogState.DRAFT:
        empty = not (entries or log.reported_cases or log.verified_cases)
        return DayMark.LATE if log.late else DayMark.EMPTY if empty else DayMark.FILED
    if not expected:
        return DayMark.NONE
    if not working:
        return DayMark.REST
    return DayMark.MISSING if rules.is_late(day, at) else DayMark.OPEN


def recent_days(user: "User", at: datetime, count: int = DAYS_SHOWN) -> list[Day]:
    """The last days up to today, the latest first; three queries."""
    today = local(at).date()
    first = today - timedelta(days=count - 1)
    book = rulebook.current()
    grants = RoleGrant.objects.filter(user=user, role__in=DUTY_ROLES, valid_from__lte=today).exclude(valid_to__lt=first)
    owed = list(grants.select_related("unit", *(f"unit__{name}" for name in PATH_RELATED)).order_by("valid_from", "id"))
    calendar = book.calendar_for(place_at(owed[-1].unit)) if owed and owed[-1].unit else book.calendar
    logs = {
        log.date: log
        for log in DailyLog.objects.visible_to(user)
        .filter(worker=user, date__gte=first, date__lte=today)
        .annotate(entry_count=Count("entries"))
    }
    days = []
    for back in range(count):
        day = today - timedelta(days=back)
        log = logs.get(day)
        mark = day_mark(
            log,
            day,
            expected=any(g.valid_from <= day and (g.valid_to is None or day <= g.valid_to) for g in owed),
            at=at,
            working=calendar.is_working_day(day),
            entries=log.entry_count if log is not None else 0,
        )
        days.append(Day(day, mark, log))
    return days


def cases_to_verify(user: "User") -> "QuerySet[Case]":
    """Handled cases in the scope that ``user`` may verify on site, the soonest limit first."""
    cases = Case.objects.visible_to(user, Permission.CASE_VERIFY).filter(open=True, state=CaseState.HANDLED)
    return cases.exclude(handled_by=user).select_related(*CASE_RELATED).order_by("due_at", "id")


def cases_to_spot_check(user: "User") -> "QuerySet[Case]":
    """Cases in the scope that were settled on the spot by somebody else and drawn for a spot check, oldest first."""
    drawn = SpotCheck.objects.visible_to(user, Permission.CASE_VERIFY).filter(state=SpotState.WAITING)
    cases = Case.objects.filter(pk__in=drawn.exclude(settled_by=user).values("case"))
    return cases.select_related(*CASE_RELATED).order_by("closed_at", "id")


def own_reports(user: "User", *, only_open: bool = False) -> "QuerySet[Case]":
    """The cases ``user`` reported, the latest first."""
    cases = Case.objects.visible_to(user).filter(reporter=user)
    if only_open:
        cases = cases.filter(open=True)
    return cases.select_related(*CASE_RELATED).order_by("-reported_at", "-id")


def today_page(user: "User", at: datetime) -> Today:
    """Everything on the first screen. Raises ``NotAllowed`` for those who keep no log."""
    unit = logging_unit(user)
    on = local(at).date()
    week = recent_days(user, at)
    done = facts.count_facts(user, on)
    waiting = list(cases_to_verify(user)[:MOST_ROWS])
    return Today(
        unit=unit,
        on=on,
        log=week[0].log,
        reported=done.reported,
        verified=done.verified,
        missing=[day for day in week if day.mark == DayMark.MISSING],
        overdue=[case for case in waiting if case.due_at is not None and case.due_at < at],
        verifications=[case for case in waiting if case.due_at is None or case.due_at >= at],
        reports=list(own_reports(user, only_open=True)[:5]),
        week=week,
        announcements=unread_count(user, on),
    )


def log_day(user: "User", on: date, at: datetime) -> LogDay:
    """One's own log of a day, with what the system knows about it. Raises ``NotAllowed``."""
    unit = logging_unit(user)
    log = log_of_day(user, on)
    return LogDay(
        unit=unit,
        on=on,
        log=log,
        entries=list(log.entries.all()) if log is not None else [],
        reported=list(facts.reported_on(user, on).select_related("category")),
        verified=list(facts.verifications_on(user, on)),
        week=recent_days(user, at),
        sealed=log.is_sealed(at) if log is not None else False,
    )


def entry_of(user: "User", client_id: Any) -> LogEntry:
    """One of one's own entries. Raises ``NotVisible``."""
    entry = LogEntry.objects.select_related("log", "case").filter(client_id=client_id, log__worker=user).first()
    if entry is None:
        raise NotVisible
    return entry


def case_on_site(user: "User", number: str) -> CaseOnSite:
    """A case of the grid with its photos and what its handler wrote. Raises ``NotVisible``."""
    case = (
        Case.objects.visible_to(user, Permission.CASE_VERIFY)
        .select_related(*CASE_RELATED, "handler")
        .filter(number=number)
        .first()
    )
    if case is None:
        raise NotVisible
    photos = attachments_of("case", case.pk)
    leg = case.legs.filter(role=LegRole.LEAD, note__gt="").exclude(ended_at=None).order_by("-sequence").first()
    return CaseOnSite(
        case=case,
        before=[photo for photo in photos if photo.purpose == "before"],
        after=[photo for photo in photos if photo.purpose not in {"before", "verification"}],
        seen=[photo for photo in photos if photo.purpose == "verification"],
        result=leg.note if leg is not None else "",
        verifiable=(case.state == CaseState.HANDLED or case.spot_waiting) and case.handled_by_id != user.pk,
        drawn=case.spot_waiting,
    )


def outline_of(unit: Unit) -> dict[str, Any]:
    """The published outline of a unit as a GeoJSON feature collection; empty where none is drawn."""
    found = Boundary.objects.filter(unit=unit, state=BoundaryState.PUBLISHED).values_list("geometry", flat=True)
    properties = {"code": unit.code, "name": unit.name}
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": properties, "geometry": geometry} for geometry in found],
    }


def category_suggestions(user: "User", *, words: str, text: str, on: date) -> list[suggestions.Suggestion]:
    """Leaves matching ``words``; without words, those near ``text`` and those the user usually reports."""
    offered = Category.objects.leaves().offered_to(user, on)
    leaves = list(offered.select_related("parent").order_by("scheme", "kind", "code"))
    if words.strip():
        return suggestions.search(leaves, words)
    mine = Case.objects.visible_to(user).filter(reporter=user).order_by("-reported_at").values("category")[:200]
    counted: dict[int, int] = {}
    for row in mine:
        counted[row["category"]] = counted.get(row["category"], 0) + 1
    return suggestions.suggest(leaves, text, sorted(counted, key=lambda pk: -counted[pk]))


def leaf_of(key: str) -> Category | None:
    """The category of that key, if cases can have it."""
    return Category.objects.leaves().select_related("parent").filter(key=key).first()
