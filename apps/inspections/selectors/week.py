"""The week of logs as people × days, for those who review."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from apps.accounts.models import User
from apps.cases.models import Case, CaseEvent
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.keyset import KeysetPage, keyset_page
from apps.deadlines import rulebook
from apps.grid.models import Unit
from apps.grid.permissions import Permission
from apps.grid.placed import PATH_RELATED, place_at
from apps.grid.scopes import covers, scopes_of
from apps.inspections import facts
from apps.inspections.choices import DayMark, LogState
from apps.inspections.models import DailyLog
from apps.inspections.selectors.logs import log_detail, unit_in_scope
from apps.inspections.selectors.phone import DUTY_ROLES, Day, day_mark
from apps.organisation.models import RoleGrant

if TYPE_CHECKING:
    from apps.grid.scopes import Person

WEEK = 7
ORDER = ["name_key", "id"]


@dataclass(frozen=True, slots=True)
class PersonWeek:
    """One row: a person, the unit of the log duty and seven days from Monday on."""

    person: User
    unit: Unit | None
    days: Sequence[Day]

    @property
    def missing(self) -> int:
        """Days on which the log is missing."""
        return sum(1 for day in self.days if day.mark == DayMark.MISSING)


@dataclass(frozen=True, slots=True)
class WeekPage:
    """The week's table: the unit looked at, its parts to go down to, and one page of people."""

    unit: Unit
    parts: Sequence[Unit]
    monday: date
    days: Sequence[date]
    rows: Sequence[PersonWeek]
    next: str | None
    previous: str | None


def monday_of(day: date) -> date:
    """The first day of the week of ``day``."""
    return day - timedelta(days=day.weekday())


def read_week(given: str, today: date) -> date:
    """The Monday of ``2026-W47``, or of this week for nothing. Raises ``InvalidInput`` naming ``week``."""
    if not given:
        return monday_of(today)
    try:
        year, week = given.split("-W")
        return date.fromisocalendar(int(year), int(week), 1)
    except ValueError as error:
        raise InvalidInput(fields={"week": ["2026-W47"]}) from error


def _unit(user: "Person", code: str) -> Unit:
    if code:
        return unit_in_scope(user, code)  # type: ignore[arg-type]
    scopes = scopes_of(user, Permission.LOG_VIEW)
    if not scopes:
        raise NotAllowed
    return Unit.objects.get(pk=scopes[0].unit_id)


def _duties(unit: Unit, monday: date) -> "QuerySet[RoleGrant]":
    """The grants of a week by which people owe a log within a unit."""
    return (
        RoleGrant.objects.filter(
            role__in=DUTY_ROLES,
            unit__tree_id=unit.tree_id,
            unit__lft__gte=unit.lft,
            unit__rght__lte=unit.rght,
            valid_from__lte=monday + timedelta(days=WEEK - 1),
        )
        .exclude(valid_to__lt=monday)
        .order_by("valid_from", "id")
    )


def week_page(
    user: User, *, unit_code: str = "", monday: date, cursor: str | None = None, size: int = 50, at: datetime
) -> WeekPage:
    """A page of the people who owe or filed a log within a unit in the week from ``monday`` on, by name.

    The number of queries does not depend on the rows. Raises ``NotAllowed``, ``NotVisible`` for a unit outside the
    scope, ``InvalidInput`` for a foreign cursor.
    """
    unit = _unit(user, unit_code)
    last = monday + timedelta(days=WEEK - 1)
    logs = DailyLog.objects.visible_to(user).filed().inside(unit).filter(date__gte=monday, date__lte=last)
    duties = _duties(unit, monday)
    people = User.objects.filter(
        Q(Exists(duties.filter(user=OuterRef("pk")))) | Q(Exists(logs.filter(worker=OuterRef("pk"))))
    )
    page: KeysetPage[User] = keyset_page(people, ORDER, cursor, size)
    return WeekPage(
        unit=unit,
        parts=list(Unit.objects.filter(parent=unit).open().order_by("lft")),
        monday=monday,
        days=[monday + timedelta(days=number) for number in range(WEEK)],
        rows=_rows(page.rows, duties, logs, monday, at),
        next=page.next,
        previous=page.previous,
    )


def _rows(
    people: Sequence[User],
    duties: "QuerySet[RoleGrant]",
    logs: "QuerySet[DailyLog]",
    monday: date,
    at: datetime,
) -> list[PersonWeek]:
    book = rulebook.current()
    owed: dict[int, list[RoleGrant]] = {}
    for grant in duties.filter(user__in=people).select_related("unit", *(f"unit__{name}" for name in PATH_RELATED)):
        owed.setdefault(grant.user_id, []).append(grant)
    filed = {
        (log.worker_id, log.date): log
        for log in logs.filter(worker__in=people)
        .select_related("district", "street", "community", "grid")
        .annotate(entry_count=Count("entries"))
    }
    rows = []
    for person in people:
        grants, days, last = owed.get(person.pk, []), [], None
        calendar = book.calendar_for(place_at(grants[-1].unit)) if grants and grants[-1].unit else book.calendar
        for number in range(WEEK):
            day = monday + timedelta(days=number)
            log = filed.get((person.pk, day))
            last = log or last
            expected = any(g.valid_from <= day and (g.valid_to is None or day <= g.valid_to) for g in grants)
            entries = log.entry_count if log is not None else 0
            working = calendar.is_working_day(day)
            days.append(Day(day, day_mark(log, day, expected=expected, at=at, working=working, entries=entries), log))
        rows.append(PersonWeek(person, grants[-1].unit if grants else last.unit if last else None, days))
    return rows


@dataclass(frozen=True, slots=True)
class LogPanel:
    """One log opened beside the week: what it holds, what the system knew, whether the reader may rate it."""

    log: DailyLog
    reported: Sequence[Case]
    verified: Sequence[CaseEvent]
    reviewable: bool


def log_panel(user: User, client_id: uuid.UUID) -> LogPanel:
    """A log with the cases its writer reported and verified that day. Raises ``NotVisible``."""
    log = log_detail(user, client_id)
    may = covers(user, Permission.LOG_REVIEW, log.place) and log.worker_id != user.pk
    return LogPanel(
        log=log,
        reported=list(facts.reported_on(log.worker, log.date).select_related("category")),
        verified=list(facts.verifications_on(log.worker, log.date)),
        reviewable=may and log.state == LogState.FILED,
    )
