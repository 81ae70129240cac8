"""Who acts in the scenes, where and when, and how they act: through ``report_case`` and ``perform``."""

from datetime import datetime, time, timedelta
from functools import cached_property
from random import Random
from typing import Any

from apps.accounts.models import User
from apps.assessment.seeding.names import address
from apps.assessment.seeding.people import choose_places
from apps.assessment.seeding.places import PointMaker
from apps.cases.choices import CASE_TOPIC, MEETING_TOPIC
from apps.cases.models import Case, Category
from apps.cases.services import perform, report_case
from apps.core.clock import SHANGHAI, local
from apps.core.models import OutboxMessage
from apps.deadlines import rulebook
from apps.grid.models import Unit
from apps.grid.permissions import Role
from apps.organisation.models import Agency, RoleGrant

TOPICS = (CASE_TOPIC, MEETING_TOPIC)
STALE = timedelta(days=1)


class Cast:
    """The people of the demo chain of units, the moments of the last weeks, and the acts done so far."""

    def __init__(self, district: Unit, rng: Random, now: datetime) -> None:
        self.place = choose_places(district)
        self.rng = rng
        self.now = now
        self.acts = 0
        self._people: dict[tuple[str, int], User] = {}
        self._agencies: dict[str, Agency] = {}

    # People

    def person(self, role: Role, unit: Unit) -> User:
        """Whoever holds the role on the unit, the earliest granted first."""
        key = (role.value, unit.pk)
        if key not in self._people:
            grants = RoleGrant.objects.filter(role=role, unit=unit, valid_to__isnull=True).select_related("user")
            self._people[key] = grants.order_by("id")[0].user
        return self._people[key]

    def handler(self, agency: Agency) -> User:
        """Whoever acts for an agency that is no centre, the earliest granted first."""
        key = (Role.AGENCY_HANDLER.value, agency.pk)
        if key not in self._people:
            grants = RoleGrant.objects.filter(agency=agency, valid_to__isnull=True).select_related("user")
            self._people[key] = grants.order_by("id")[0].user
        return self._people[key]

    def agency(self, key: str) -> Agency:
        """The agency of that key of the catalogue, of the demo street or else of the district."""
        if key not in self._agencies:
            codes = [f"{unit.code}-{key}" for unit in (self.place.street, self.place.district)]
            found = {agency.code: agency for agency in Agency.objects.filter(code__in=codes).select_related("unit")}
            self._agencies[key] = next(found[code] for code in codes if code in found)
        return self._agencies[key]

    @cached_property
    def worker(self) -> User:
        """The worker of the demo grid."""
        return self.person(Role.WORKER, self.place.grid)

    @cached_property
    def station(self) -> User:
        """The community's station."""
        return self.person(Role.STATION, self.place.community)

    @cached_property
    def street(self) -> User:
        """The street's centre."""
        return self.person(Role.STREET_DISPATCHER, self.place.street)

    @cached_property
    def district(self) -> User:
        """The district's centre."""
        return self.person(Role.DISTRICT_DISPATCHER, self.place.district)

    # Moments

    @cached_property
    def _calendar(self) -> Any:
        return rulebook.current().calendar

    def back(self, days: int, hour: int = 9, minute: int = 30) -> datetime:
        """That time of the ``days``-th working day before today."""
        day = local(self.now).date()
        while days:
            day -= timedelta(days=1)
            days -= self._calendar.is_working_day(day)
        return datetime.combine(day, time(hour, minute), tzinfo=SHANGHAI)

    def ago(self, minutes: int) -> datetime:
        """That many minutes ago."""
        return self.now - timedelta(minutes=minutes)

    # Acts

    @cached_property
    def _points(self) -> PointMaker:
        return PointMaker(self.rng, {self.place.grid.pk})

    def report(self, key: str, title: str, text: str, *, at: datetime, by: User | None = None, **given: Any) -> Case:
        """A case found in the demo grid, by its worker where nobody else is named."""
        lon, lat = self._points.point(self.rng, self.place.grid.pk)
        self.acts += 1
        return report_case(
            actor=by or self.worker,
            category=Category.objects.get(key=key),
            title=title,
            description=text,
            lon=lon,
            lat=lat,
            address=address(self.rng),
            unit=self.place.grid,
            at=at,
            **given,
        )

    def act(self, case: Case, action: str, by: User, at: datetime, note: str = "", **given: Any) -> None:
        """One act on a case, as it stands by then."""
        self.acts += 1
        perform(number=case.number, action=action, actor=by, at=at, version=None, note=note, **given)

    def end(self, case: Case, at: datetime, note: str) -> None:
        """Settled by the station, seen by the worker half an hour later, and closed after an hour."""
        self.act(case, "settle", self.station, at, note)
        self.act(case, "verify", self.worker, at + timedelta(minutes=30), passed=True)
        self.act(case, "close", self.station, at + timedelta(minutes=60))

    def raise_to_street(self, case: Case, *, at: datetime, why: str) -> None:
        """Registered by the station, and twenty minutes later passed up to the street's centre."""
        self.act(case, "register", self.station, at)
        self.act(case, "escalate", self.station, at + timedelta(minutes=20), why)


def waiting_messages() -> int:
    """The last message of the outbox so far."""
    return OutboxMessage.objects.order_by("-id").values_list("id", flat=True).first() or 0


def quiet_since(last: int, *, now: datetime) -> None:
    """Take what was announced after the message ``last`` of acts long past as delivered: everybody has read it."""
    stale = OutboxMessage.objects.filter(pk__gt=last, topic__in=TOPICS, created_at__lt=now - STALE)
    stale.filter(delivered_at__isnull=True).update(delivered_at=now)
