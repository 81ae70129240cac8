"""Cases over a stretch of time, and the daily logs of those who walk the grids."""

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random

from django.db import transaction

from apps.assessment.copying import copy_rows, id_sequence, line, reserve, trust_references
from apps.assessment.seeding import texts
from apps.assessment.seeding.drafts import Story
from apps.assessment.seeding.story import Teller
from apps.assessment.seeding.threads import BatchWriter
from apps.assessment.seeding.world import Ground, World
from apps.assessment.seeding.writing import Batch, Ids
from apps.core.clock import SHANGHAI, local
from apps.deadlines.models import Limit
from apps.inspections.models import DailyLog, LogEntry
from apps.inspections.services.review import review_limit

BATCH = 2000
WEEKEND_SHARE = 0.15
READ_SHARE = 0.97

DayOf = tuple[int, date]


class Diary:
    """How many cases each person reported and verified on each day, as the stories are told."""

    def __init__(self) -> None:
        self.reported: Counter[DayOf] = Counter()
        self.verified: Counter[DayOf] = Counter()

    def note(self, story: Story) -> None:
        """Take down what one story says of its people."""
        self.reported[story.reporter, local(story.reported).date()] += 1
        for event in story.events:
            if event.action == "verify" and event.actor is not None:
                self.verified[event.actor, local(event.at).date()] += 1


def moments(world: World, rng: Random, *, count: int, first: date, until: datetime) -> Iterator[datetime]:
    """``count`` moments from ``first`` to ``until`` in order of time, most of them in working hours."""
    days = [first + timedelta(days=n) for n in range((local(until).date() - first).days + 1)]
    calendar = world.times.book.calendar
    weights = [(1.0 if calendar.is_working_day(day) else WEEKEND_SHARE) * rng.uniform(0.85, 1.15) for day in days]
    if days:
        seconds = (local(until) - datetime.combine(days[-1], time(7, 30), tzinfo=SHANGHAI)).total_seconds()
        weights[-1] *= min(1.0, max(0.0, seconds / 39_600))
    total = sum(weights)
    told, passed = 0, 0.0
    for day, weight in zip(days, weights, strict=True):
        passed += weight
        today = round(count * passed / total) - told
        told += today
        start = datetime.combine(day, time(7, 30), tzinfo=SHANGHAI)
        for seconds in sorted(int(rng.triangular(0, 39_600, 9_000)) for _n in range(today)):
            yield min(start + timedelta(seconds=seconds), until)


def write_cases(
    teller: Teller,
    at: Iterator[datetime],
    *,
    rng: Random,
    writer: BatchWriter,
    diary: Diary | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> int:
    """Tell and write one case for each moment; flat in memory however many. Returns how many."""
    ids = Ids()
    done = 0
    while stories := [teller.tell(moment) for moment in islice(at, BATCH)]:
        if diary is not None:
            for story in stories:
                diary.note(story)
        batch = Batch(ids, teller.now, rng).add(stories)
        writer.put(batch.write)
        done += len(stories)
        progress(done)
    return done


LOG_COLUMNS = [
    "id",
    "client_id",
    "worker_id",
    "date",
    "state",
    "opened_at",
    "filed_at",
    "late",
    "reported_cases",
    "verified_cases",
    "content_mark",
    "reviewed_by_id",
    "reviewed_at",
    "rating",
    "comment",
    "district_id",
    "street_id",
    "community_id",
    "grid_id",
]
ENTRY_COLUMNS = ["client_id", "log_id", "sequence", "subject", "text", "happened_at", "recorded_at"]


def write_logs(
    world: World,
    rng: Random,
    *,
    writer: BatchWriter,
    first: date,
    now: datetime,
    diary: Diary,
    leaders: dict[int, int],
) -> tuple[int, int]:
    """Daily logs of every grid worker from ``first`` to the day of ``now``; returns how many logs and entries.

    ``leaders`` maps a grid to who reviews its logs. Each worker has habits of his own.
    """
    habits = {ground.worker: min(1.0, rng.betavariate(30, 1)) for ground in world.grounds}
    days = world.working_days(first, local(now).date())
    table = DailyLog._meta.db_table
    sequence = id_sequence(table)
    logs = entries = 0
    for day in days:
        ids = iter(reserve(sequence, len(world.grounds)))
        log_lines, entry_lines, waiting = _one_day(world, rng, day, now, diary, leaders, habits, ids)
        logs += len(log_lines)
        entries += len(entry_lines)
        writer.put(_writing(table, log_lines, entry_lines, _review_limits(world, waiting, now)))
    return logs, entries


Waiting = tuple[int, uuid.UUID, Ground, datetime]
"""A log that nobody has read: its key, its public key, whose grid, when it was filed."""


def _review_limits(world: World, waiting: list[Waiting], now: datetime) -> list[Limit]:
    """The running limits of logs that wait to be read."""
    return [
        review_limit(
            world.times.book,
            log_id=log_id,
            client_id=client_id,
            label=f"{local(filed):%m-%d}",
            place=ground.place,
            holder_id=ground.station.id,
            head_id=ground.centre.id,
            level=ground.station.level,
            at=filed,
        )
        for log_id, client_id, ground, filed in waiting
    ]


def _writing(table: str, logs: list[str], entries: list[str], limits: list[Limit]) -> Callable[[], None]:
    def write() -> None:
        with transaction.atomic():
            Limit.objects.bulk_create(limits)
            trust_references()
            copy_rows(table, LOG_COLUMNS, logs)
            copy_rows(LogEntry._meta.db_table, ENTRY_COLUMNS, entries)

    return write


def _one_day(
    world: World,
    rng: Random,
    day: date,
    now: datetime,
    diary: Diary,
    leaders: dict[int, int],
    habits: dict[int, float],
    ids: Iterator[int],
) -> tuple[list[str], list[str], list[Waiting]]:
    evening = datetime.combine(day, time(16, 40), tzinfo=SHANGHAI)
    subjects = tuple(texts.LOG_SUBJECTS)
    logs: list[str] = []
    entries: list[str] = []
    waiting: list[Waiting] = []
    for ground in world.grounds:
        if rng.random() > habits[ground.worker]:
            continue
        late = rng.random() < 0.02
        filed = evening + timedelta(minutes=rng.randrange(980, 1200) if late else rng.randrange(0, 150))
        if filed > now:
            continue
        log_id = next(ids)
        reviewer = leaders.get(ground.grid) if rng.random() < READ_SHARE else None
        reviewed = filed + timedelta(minutes=rng.randrange(600, 3000))
        if reviewed > now:
            reviewer = None
        client_id = uuid.UUID(int=rng.getrandbits(128), version=4)
        if not reviewer:
            waiting.append((log_id, client_id, ground, filed))
        logs.append(
            line(
                log_id,
                client_id,
                ground.worker,
                day,
                "reviewed" if reviewer else "filed",
                evening - timedelta(hours=6),
                filed,
                late,
                diary.reported[ground.worker, day],
                diary.verified[ground.worker, day],
                hashlib.sha256(f"{ground.worker} {day}".encode()).digest(),
                reviewer,
                reviewed if reviewer else None,
                rng.choice((2, 2, 3)) if reviewer else None,
                "",
                ground.district,
                ground.street,
                ground.community,
                ground.grid,
            )
        )
        for sequence in range(rng.choice((0, 1, 1, 1, 1, 1, 1, 2))):
            subject = rng.choice(subjects)
            happened = evening - timedelta(minutes=rng.randrange(20, 420))
            entries.append(
                line(
                    uuid.UUID(int=rng.getrandbits(128), version=4),
                    log_id,
                    sequence + 1,
                    subject,
                    rng.choice(texts.LOG_SUBJECTS[subject]),
                    happened,
                    filed,
                )
            )
    return logs, entries, waiting
