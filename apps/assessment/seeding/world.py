"""What the stories take place in: grids with their desks, people and agencies, categories, and the rules of time."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from random import Random

from apps.assessment.seeding.places import PointMaker
from apps.assessment.seeding.texts import CATEGORIES, URGENT
from apps.cases.choices import Evidence
from apps.cases.models import Category
from apps.cases.selectors.routing import duties_of
from apps.core import clock
from apps.deadlines import rulebook
from apps.deadlines.calendar import WorkingCalendar
from apps.deadlines.models import LimitPolicy
from apps.deadlines.reckoning import PlannedStep
from apps.deadlines.rulebook import Rulebook
from apps.grid.models import Unit
from apps.grid.permissions import Role
from apps.organisation.models import Agency, RoleGrant


@dataclass(frozen=True, slots=True)
class Office:
    """An agency with somebody who acts for it."""

    id: int
    code: str
    name: str
    level: str
    unit_kind: str
    person: int


@dataclass(frozen=True, slots=True)
class Ground:
    """One grid: its path, the desks above it and its worker."""

    grid: int
    community: int
    street: int
    district: int
    worker: int
    station: Office
    centre: Office
    top: Office

    @property
    def place(self) -> dict[str, int | None]:
        """The four path columns."""
        return {
            "district_id": self.district,
            "street_id": self.street,
            "community_id": self.community,
            "grid_id": self.grid,
        }


@dataclass(frozen=True, slots=True)
class Kind:
    """A category with what people say of it."""

    id: int
    key: str
    name: str
    duty: str
    urgency: str
    on_the_spot: bool
    with_spot: bool
    sayings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """The limit of one leg: its end, its steps, and its policy, ladder, measure, end and plan as cells of a row."""

    due: datetime
    steps: tuple[PlannedStep, ...]
    cells: str


def _cells(policy: LimitPolicy, ladder_id: int | None, due: datetime, steps: tuple[PlannedStep, ...]) -> str:
    numbers = ",".join(str(step.step) for step in steps)
    kinds = ",".join(step.kind for step in steps)
    ends = ",".join(f'"{step.due_at.isoformat()}"' for step in steps)
    ladder = "\\N" if ladder_id is None else ladder_id
    return f"\t{policy.pk}\t{ladder}\t{policy.measure}\t{due.isoformat()}\t{{{numbers}}}\t{{{kinds}}}\t{{{ends}}}"


class Times:
    """Limits and delays by the rule book in force, remembered where the same question comes again."""

    def __init__(self, book: Rulebook, keep: int = 8_000) -> None:
        self.book = book
        self._keep = keep
        self._rules: dict[tuple[object, ...], tuple[LimitPolicy, int | None]] = {}
        self._spans: OrderedDict[tuple[int, int | None, datetime, WorkingCalendar], Span] = OrderedDict()
        by_unit = any(rule.unit_id for rules in book.policies.values() for rule in rules)
        self._by_unit = by_unit or any(rule.unit_id for rule in book.ladders)

    def span(self, *, stage: str, level: str, kind: Kind, place: dict[str, int | None], at: datetime) -> Span:
        """The limit of ``stage`` begun at ``at`` (aware)."""
        key = (stage, level, kind.key, kind.urgency, at.year, at.month, place["community_id"] if self._by_unit else 0)
        rules = self._rules.get(key)
        if rules is None:
            policy = self.book.policy(
                stage=stage, level=level, category_key=kind.key, urgency=kind.urgency, place=place, at=at
            )
            ladder = self.book.ladder(stage=stage, urgency=kind.urgency, place=place, at=at)
            rules = self._rules[key] = policy, ladder.pk if ladder else None
        policy, ladder_id = rules
        known = (policy.pk, ladder_id, at, self.book.calendar_for(place))
        kept = self._spans.get(known)
        if kept is None:
            due = self.book.due(policy, at, place)
            plan = self.book.plan(start=at, due=due, measure=policy.measure, place=place, ladder_id=ladder_id)
            steps = tuple(plan)
            kept = self._spans[known] = Span(due, steps, _cells(policy, ladder_id, due, steps))
            if len(self._spans) > self._keep:
                self._spans.popitem(last=False)
        return kept

    def later(self, start: datetime, working_minutes: float) -> datetime:
        """The moment that many working minutes after ``start``."""
        return self.book.calendar.add_working_hours(start, timedelta(seconds=int(working_minutes * 60)))


class World:
    """A district as the stories need it, read once."""

    def __init__(self, district: Unit, rng: Random, *, busy: Mapping[int, float] | None = None) -> None:
        """``busy`` maps the ids of units that see more cases than others to how many times as many."""
        self.times = Times(rulebook.current())
        units = list(district.get_descendants(include_self=True))
        offices = _offices(units)
        people = _people([unit.pk for unit in units])
        parents = {unit.pk: unit.parent_id for unit in units}
        self.grounds: list[Ground] = []
        weights: list[float] = []
        shares: dict[int, float] = {}
        for unit in sorted(units, key=lambda unit: unit.code):
            if unit.kind != "grid" or (Role.WORKER, unit.pk) not in people:
                continue
            community = parents[unit.pk] or 0
            street = parents[community] or 0
            self.grounds.append(
                Ground(
                    unit.pk,
                    community,
                    street,
                    district.pk,
                    people[Role.WORKER, unit.pk],
                    offices[community, ""],
                    offices[street, ""],
                    offices[district.pk, ""],
                )
            )
            for place in (community, street):
                if place not in shares:
                    shares[place] = rng.uniform(0.6, 1.5)
            share = shares[community] * shares[street] * rng.uniform(0.5, 1.6)
            for place in (street, community, unit.pk):
                share *= (busy or {}).get(place, 1)
            weights.append(share)
        self._cumulated = list(accumulate(weights))
        self.quality = {place: rng.uniform(0.55, 1.6) for place in (*shares, *(ground.grid for ground in self.grounds))}
        self._offices = offices
        self.points = PointMaker(rng, {ground.grid for ground in self.grounds})
        self.kinds = _kinds()
        self._kind_weights = list(accumulate(_often(kind) for kind in self.kinds))

    def ground(self, rng: Random) -> Ground:
        """A grid, busier ones more often."""
        return rng.choices(self.grounds, cum_weights=self._cumulated)[0]

    def kind(self, rng: Random) -> Kind:
        """A category, everyday ones more often."""
        return rng.choices(self.kinds, cum_weights=self._kind_weights)[0]

    def office(self, unit: int, duty: str) -> Office | None:
        """Who answers for ``duty`` at a street or district; ``None`` where that level has nobody."""
        return self._offices.get((unit, duty))

    def working_days(self, first: date, last: date) -> Sequence[date]:
        """The working days from ``first`` to ``last``, both included."""
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [day for day in days if self.times.book.calendar.is_working_day(day)]


def _often(kind: Kind) -> float:
    return 0.8 if kind.urgency == "urgent" else 6.0 if kind.on_the_spot else 2.0


def _people(unit_ids: list[int]) -> dict[tuple[str, int], int]:
    roles = [Role.WORKER, Role.STATION, Role.STREET_DISPATCHER, Role.DISTRICT_DISPATCHER]
    grants = RoleGrant.objects.filter(unit__in=unit_ids, role__in=roles, valid_to__isnull=True).order_by("-id")
    return {(role, unit): user for role, unit, user in grants.values_list("role", "unit_id", "user_id")}


def _offices(units: list[Unit]) -> dict[tuple[int, str], Office]:
    kinds = {unit.pk: unit.kind for unit in units}
    desks = {"community": Role.STATION, "street": Role.STREET_DISPATCHER, "district": Role.DISTRICT_DISPATCHER}
    people = _people(list(kinds))
    handlers = dict(
        RoleGrant.objects.filter(agency__unit__in=list(kinds), valid_to__isnull=True)
        .order_by("-id")
        .values_list("agency_id", "user_id")
    )
    offices: dict[tuple[int, str], Office] = {}
    for agency in Agency.objects.filter(unit__in=list(kinds), is_active=True).order_by("-id"):
        kind = kinds[agency.unit_id]
        if agency.kind == "centre":
            person = people.get((desks[kind], agency.unit_id))
            if person is not None:
                offices[agency.unit_id, ""] = Office(agency.pk, agency.code, agency.name, kind, kind, person)
        elif agency.pk in handlers:
            office = Office(agency.pk, agency.code, agency.name, "agency", kind, handlers[agency.pk])
            for duty in agency.duties:
                offices[agency.unit_id, duty] = office
    return offices


def _kinds() -> list[Kind]:
    sayings = CATEGORIES | URGENT
    rows = list(Category.objects.leaves().filter(key__in=sayings, evidence=Evidence.NONE).order_by("key"))
    duties = duties_of(rows, on=clock.today())
    return [
        Kind(row.pk, row.key, row.name, duties.get(row.pk, ""), row.urgency, row.on_the_spot, *sayings[row.key])
        for row in rows
    ]
