"""A district with a month's facts made by hand, and scores computed from them.

``make_office()`` gives the people of ``make_world`` with the shipped indicators, posts for the grid workers, and::

    office = make_office()
    office.case(due="2026-03-10 17:00", handled="2026-03-10 16:00")      # one case, handled in time
    office.log("worker", "2026-03-10")
    period = office.run("2026-03")
    office.score(period, "street", office.world.unit("street 0")).points
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from apps.accounts.models import User
from apps.assessment import services
from apps.assessment.catalogue import load_indicators
from apps.assessment.models import Period, Score, ScoreItem
from apps.cases.models import Case, Leg
from apps.deadlines.models import LadderStep, Limit
from apps.grid.placed import place_at
from apps.inspections.models import DailyLog
from apps.organisation.catalogue import load_posts
from apps.organisation.models import Agency, PostKind, Staffing
from tests.factories.cases import World, make_world
from tests.factories.deadlines import shanghai

_numbers = count(1)
NOW = shanghai("2026-04-05 10:00")
WORKERS = {"worker": "grid 0 0 0", "mate": "grid 0 0 1", "worker_b": "grid 1 0 0"}


def moment(text: str | datetime | None) -> datetime | None:
    """A moment of Shanghai's clocks, given in words or ready."""
    return shanghai(text) if isinstance(text, str) else text


@dataclass
class Office:
    """A world whose months can be scored; every fact is a row made directly, with just the columns that count."""

    world: World

    def __getitem__(self, name: str) -> User:
        return self.world[name]

    @property
    def district(self) -> Any:
        """The district."""
        return self.world.tree.district

    def case(
        self,
        *,
        place: str = "grid 0 0 0",
        worker: str = "worker",
        reported: str | datetime = "2026-03-02 09:00",
        due: str | datetime | None = "2026-03-10 17:00",
        handled: str | datetime | None = None,
        closed: str | datetime | None = None,
        state: str = "",
        **columns: Any,
    ) -> Case:
        """One case. Without ``state`` it is closed, handled or dispatched, as its moments say."""
        due_at, handled_at, closed_at = moment(due), moment(handled), moment(closed)
        state = state or ("closed" if closed_at else "handled" if handled_at else "dispatched")
        desk = self.world.centre("station")
        finished = state in {"closed", "refused", "merged"}
        facts: dict[str, Any] = {
            "number": f"T{next(_numbers)}",
            "category": self.world.category,
            "title": "测试案件",
            "lon": 121.45,
            "lat": 31.25,
            "state": state,
            "open": not finished,
            "desk": desk,
            "holder": None if finished else desk,
            "due_at": None if finished else due_at or NOW,
            "closed_at": (closed_at or handled_at or NOW) if finished else None,
            "reporter": self.world.people[worker],
            "worker": self.world.people[worker],
            "reported_at": moment(reported),
            "registered_at": moment(reported),
            "handling_due_at": due_at,
            "handled_at": handled_at,
            "handled_in_time": handled_at <= due_at if handled_at and due_at else None,
            **place_at(self.world.unit(place)),
        }
        return Case.objects.create(**(facts | columns))

    def leg(self, case: Case, *, agency: str = "section", state: str = "fed_back", ended: str | None, due: str) -> Leg:
        """A leg of handling in an agency's hands."""
        due_at, ended_at = moment(due), moment(ended)
        return Leg.objects.create(
            case=case,
            sequence=Leg.objects.filter(case=case).count() + 1,
            agency=self.world.agencies[agency],
            desk=self.world.centre("street"),
            stage="handling",
            state=state,
            due_at=due_at,
            ended_at=ended_at,
            in_time=ended_at <= due_at if ended_at else None,
            opened_at=min(due_at, ended_at or due_at) - timedelta(days=1),
        )

    def log(self, worker: str, day: str, *, filed: str | None = None) -> DailyLog:
        """A log handed in on its day, or when told."""
        on = date.fromisoformat(day)
        return DailyLog.objects.create(
            client_id=uuid.uuid4(),
            worker=self.world.people[worker],
            date=on,
            state="filed",
            opened_at=moment(f"{day} 16:00"),
            filed_at=moment(filed or f"{day} 17:00"),
            content_mark=bytes(32),
            **place_at(self.world.unit(WORKERS[worker])),
        )

    def card(self, kind: str, at: str, *, place: str = "grid 0 0 0", agency: str = "section") -> LadderStep:
        """A card issued at a moment."""
        issued = moment(at)
        limit = Limit.objects.create(
            stage="handling",
            subject_kind="test",
            subject_id=next(_numbers),
            subject_label="T0 测试",
            subject_url="/cases/T0/",
            holder=self.world.agencies[agency],
            measure="working_days",
            started_at=issued - timedelta(days=2),
            counts_from=issued - timedelta(days=2),
            due_at=issued,
            plan_steps=[],
            plan_kinds=[],
            plan_times=[],
            **place_at(self.world.unit(place)),
        )
        return LadderStep.objects.create(
            limit=limit, step=3, kind=kind, card=kind, holder=limit.holder, due_at=issued, done_at=issued
        )

    def run(self, label: str = "2026-03", *, at: datetime = NOW, **more: Any) -> Period:
        """Compute a month as the assessor."""
        return services.run_period(district=self.district, label=label, actor=self["assessor"], at=at, **more)

    def publish(self, period: Period, *, at: datetime = NOW) -> Period:
        """Publish it."""
        return services.publish_period(period_id=period.pk, actor=self["assessor"], at=at)

    def score(self, period: Period, kind: str, subject: Any) -> Score:
        """The score of a unit, a person or an agency."""
        return Score.objects.get(period=period, subject_kind=kind, subject_id=subject.pk)

    def items(self, score: Score) -> dict[str, tuple[int, int]]:
        """Numerator and denominator of each indicator."""
        rows = ScoreItem.objects.filter(score=score).select_related("indicator")
        return {item.indicator.code: (item.numerator, item.denominator) for item in rows}


def staff_grids(world: World, *, since: date = date(2026, 1, 1)) -> None:
    """Put the workers of the world into the post for which logs are due."""
    load_posts()
    post = PostKind.objects.get(code="grid_worker")
    for name, place in WORKERS.items():
        Staffing.objects.create(user=world.people[name], unit=world.unit(place), post=post, valid_from=since)


def make_office() -> Office:
    """A world with indicators and posts, and no facts yet."""
    world = make_world()
    load_indicators()
    staff_grids(world)
    return Office(world)


def make_random_facts(office: Office, rng: Any, *, cases: int = 120) -> None:
    """Facts of every sort around March 2026, some before, some after, some unfinished."""
    places = [("grid 0 0 0", "worker"), ("grid 0 0 1", "mate"), ("grid 1 0 0", "worker_b")]
    start = shanghai("2026-02-20 09:00")
    sources = ["patrol", "log", "hotline_12345", "portal", "department", "video"]
    for _number in range(cases):
        place, worker = rng.choice(places)
        reported = start + timedelta(hours=rng.randrange(0, 24 * 45))
        due = reported + timedelta(hours=rng.randrange(4, 90))
        handled = rng.choice([None, due - timedelta(hours=1), due, due + timedelta(hours=rng.randrange(1, 300))])
        closed = handled + timedelta(hours=rng.randrange(1, 50)) if handled and rng.random() < 0.7 else None
        case = office.case(
            place=place,
            worker=worker,
            reported=reported,
            due=due,
            handled=handled,
            closed=closed,
            state=rng.choice(["", "", "", "", "refused" if not closed else ""]),
            source=rng.choice(sources),
            rework_count=rng.choice([0, 0, 0, 1, 2]),
            satisfied=rng.choice([None, None, True, False]),
            settled_kind=rng.choice(["", "spot"]),
        )
        if rng.random() < 0.5:
            office.leg(
                case,
                agency=rng.choice(["section", "department", "section_b"]),
                state=rng.choice(["fed_back", "failed", "returned"]) if handled else "accepted",
                ended=handled,
                due=due,
            )
        if rng.random() < 0.2:
            office.card(rng.choice(["yellow", "red"]), due, place=place, agency=rng.choice(["section", "department"]))
    for day in range(1, 32):
        for worker in WORKERS:
            if rng.random() < 0.8:
                office.log(worker, f"2026-03-{day:02d}")


def agency_of(office: Office, name: str) -> Agency:
    """An agency of the world."""
    return office.world.agencies[name]
