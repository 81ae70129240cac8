"""Limits falling due by the thousand while workers die and services restart, and what must hold afterwards."""

import json
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tests.faults.crew import Crew, catch_at_work
from tests.faults.fill_ladder import KINDS, SUBJECT
from tests.faults.system import ROOT, RunningSystem, clean_environment, wait_for

BROKEN = """
    WITH taken AS (
        SELECT limit_id, array_agg(step::int ORDER BY step) AS steps, array_agg(due_at ORDER BY step) AS times
          FROM deadlines_ladderstep GROUP BY limit_id
    ), told AS (
        SELECT (payload->>'limit')::bigint AS limit_id, array_agg(kind ORDER BY number, place) AS kinds
          FROM (SELECT payload, (payload->>'step')::int AS number FROM core_outboxmessage
                 WHERE topic = 'deadline-step') AS message,
               jsonb_array_elements_text(payload->'kinds') WITH ORDINALITY AS named(kind, place)
         GROUP BY 1
    )
    SELECT l.id, taken.steps, told.kinds, l.last_step, l.next_step_at
      FROM deadlines_limit l
      LEFT JOIN taken ON taken.limit_id = l.id
      LEFT JOIN told ON told.limit_id = l.id
     WHERE l.subject_kind = %s
       AND (taken.steps IS DISTINCT FROM ARRAY[1, 2, 3, 4, 5] OR taken.times <> l.plan_times
            OR told.kinds IS DISTINCT FROM %s OR l.last_step <> 5 OR l.next_step_at IS NOT NULL OR l.card <> 'red')
"""


@dataclass
class Course:
    """One run: what is filled in, how many workers are killed meanwhile, and what else happens after which kill."""

    seed: int
    limits: int
    watched: int
    bursts: int
    apart: float
    kills: int
    hurts: dict[int, Callable[[], object]] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """From the first burst to the last."""
        return self.bursts * self.apart


def fill(system: RunningSystem, course: Course, *, first: float) -> None:
    """Let the limits of ``course`` begin to fall due in ``first`` seconds."""
    facts = [course.seed, course.limits, course.watched, first, course.bursts, course.apart]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.fill_ladder", *map(str, facts)],
        cwd=ROOT,
        env=clean_environment(system.var),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def live_through(crew: Crew, course: Course) -> int:
    """Kill workers at random moments until the bursts are over; returns how many were killed in a transaction.

    About two of three are awaited in the middle of a transaction and killed a random moment later.
    """
    chance = random.Random(course.seed)
    workers = [name for name in crew.processes if name.startswith("worker")]
    at_work = 0
    started = time.monotonic()
    for number in range(course.kills):
        if number in course.hurts:
            course.hurts[number]()
        time.sleep(max(0.0, started + course.seconds * number / course.kills - time.monotonic()))
        name = None
        if chance.random() < 0.67:
            name = _caught(crew, workers, course.seconds / course.kills)
            at_work += name is not None
            time.sleep(chance.uniform(0, 0.03))
        else:
            time.sleep(chance.uniform(0, 1))
        name = name or chance.choice(workers)
        crew.kill(name)
        crew.start_worker(name)
    return at_work


def _caught(crew: Crew, workers: list[str], seconds: float) -> str | None:
    try:
        with crew.system.connect() as connection:
            return catch_at_work(connection, workers, seconds=min(seconds, 4.0))
    except psycopg.OperationalError:
        return None


def wait_until_swept(system: RunningSystem, seconds: float) -> None:
    """Wait until no step of the limits is left to take."""
    question = f"SELECT count(*) FROM deadlines_limit WHERE subject_kind = '{SUBJECT}' AND next_step_at IS NOT NULL"
    wait_for(lambda: count(system, question) == 0, seconds, "steps were not taken")


def count(system: RunningSystem, question: str) -> int:
    """One number from the database; -1 where it is away."""
    try:
        with system.connect() as connection:
            row = connection.execute(question).fetchone()
    except psycopg.OperationalError:
        return -1
    return int(row[0]) if row else -1


def broken_limits(system: RunningSystem) -> list[tuple[object, ...]]:
    """Limits of which a step is missing, doubled, at another time, or not told in exactly one message."""
    with system.connect() as connection:
        return connection.execute(BROKEN, [SUBJECT, KINDS]).fetchall()


@dataclass
class Recorder:
    """A text message gateway in a process of its own that writes every request down before it answers."""

    port: int
    file: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def keys(self) -> list[str]:
        """The keys of all requests in their order, repeats included."""
        return [json.loads(line)["key"] for line in self.file.read_text().splitlines()]


@contextmanager
def recorder(folder: Path) -> Iterator[Recorder]:
    """A recording gateway for the time of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    made = Recorder(port, folder / "gateway.jsonl")
    command = [sys.executable, "-m", "tests.factories.gateway", str(port), str(made.file)]
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        wait_for(lambda: _listens(port), 20, "the gateway does not listen")
        yield made
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
