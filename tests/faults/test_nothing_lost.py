"""Killed while it works: nothing that was accepted is lost or doubled, each ladder step is taken exactly once."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.faults.crew import Crew
from tests.faults.ladder import Course, broken_limits, fill, live_through, wait_until_swept
from tests.faults.system import ROOT, RunningSystem, clean_environment, wait_for

CATEGORY = "gbt47678:event:06010"
SWEEP = [sys.executable, "manage.py", "sweep_deadlines"]


@pytest.fixture(scope="module")
def filled(system: RunningSystem) -> dict[str, Any]:
    """What ``tests.faults.fill`` put into the running system."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.fill"],
        cwd=ROOT,
        env=clean_environment(system.var),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    facts: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return facts


@dataclass
class Phone:
    """Sends reports one after the other, each until it is answered, as a phone does."""

    system: RunningSystem
    facts: dict[str, Any]
    accepted: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Report until told to end; the last report is still brought home."""
        while not self.ended.is_set():
            self.bring_home(str(uuid.uuid4()))

    def bring_home(self, identifier: str) -> None:
        """One report, again and again until the server says that it has it."""
        for _ in range(600):
            status, body = self.post(identifier)
            if status == 201:
                self.accepted[identifier] = body["number"]
                return
            if 400 <= status < 500:
                self.refused.append(f"{status} {body}")
                return
            time.sleep(0.2)
        self.refused.append(f"{identifier} was never answered")

    def post(self, identifier: str) -> tuple[int, dict[str, Any]]:
        """One attempt; status 0 where nobody answers."""
        body = {
            "client_id": identifier,
            "category": CATEGORY,
            "title": "路面积水",
            "description": "",
            "lon": self.facts["lon"],
            "lat": self.facts["lat"],
            "address": "",
        }
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.system.port}/api/v1/cases/",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Token {self.facts['token']}",
                "Content-Type": "application/json",
                "Idempotency-Key": identifier,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text.startswith(b"{") else {}
        except (OSError, ValueError):
            return 0, {}


@pytest.mark.parametrize("part", ["web", "postgres", pytest.param("redis", marks=pytest.mark.soak)])
def test_every_accepted_report_is_there_once(system: RunningSystem, filled: dict[str, Any], part: str) -> None:
    phones = [Phone(system, filled) for _ in range(3)]
    threads = [threading.Thread(target=phone.run, daemon=True) for phone in phones]
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: sum(len(phone.accepted) for phone in phones) >= 6, 30, "no report was accepted")
        killed = system.kill(part)
        system.wait_until_recovered(part, killed)
    finally:
        for phone in phones:
            phone.ended.set()
    for thread in threads:
        thread.join(120)
    accepted = {identifier: number for phone in phones for identifier, number in phone.accepted.items()}
    assert [line for phone in phones for line in phone.refused] == []
    with system.connect() as connection:
        rows = connection.execute(
            "SELECT c.client_id::text, c.number, count(e.id) FROM cases_case c"
            " JOIN cases_caseevent e ON e.case_id = c.id WHERE c.client_id = ANY(%s::uuid[]) GROUP BY 1, 2",
            [list(accepted)],
        ).fetchall()
    assert {identifier: number for identifier, number, _events in rows} == accepted
    assert {events for *_rest, events in rows} == {1}


def test_a_sweep_killed_half_way_takes_each_step_once(system: RunningSystem, filled: dict[str, Any]) -> None:
    hurt_sweeps(system, ("sweep", "postgres"))
    subprocess.run(SWEEP, cwd=ROOT, env=clean_environment(system.var), check=True, timeout=60, capture_output=True)
    assert steps_taken(system) == (filled["due_steps"], filled["due_steps"])
    wait_for(lambda: _undelivered(system) == 0, 60, "the outbox was not drained")


def test_workers_killed_while_limits_fall_due_take_each_step_once(system: RunningSystem) -> None:
    """A sample of tests/faults/test_ladder.py."""
    course = Course(seed=7, limits=300, watched=20, bursts=8, apart=0.7, kills=3)
    crew = Crew(system)
    try:
        for name in ("worker-a", "worker-b"):
            crew.start_worker(name)
        for name in ("beat-a", "beat-b"):
            crew.start_beat(name)
        fill(system, course, first=1.0)
        at_work = live_through(crew, course)
        wait_until_swept(system, 90)
    finally:
        crew.stop()
    print(f"seed {course.seed}: {course.kills} workers killed, {at_work} of them in a transaction")
    assert broken_limits(system) == []


@pytest.mark.soak
def test_beat_finishes_what_killed_sweeps_left(system: RunningSystem, filled: dict[str, Any]) -> None:
    hurt_sweeps(system, ("sweep", "worker", "beat", "redis", "postgres", "supervisor"))
    wait_for(lambda: _due(system) == 0, 120, "the system did not finish the sweep by itself")
    assert steps_taken(system) == (filled["due_steps"], filled["due_steps"])


def hurt_sweeps(system: RunningSystem, parts: tuple[str, ...]) -> None:
    """Start a sweep for each part and kill that part while it works."""
    for part in parts:
        sweeping = subprocess.Popen(
            SWEEP,
            cwd=ROOT,
            env=clean_environment(system.var),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(1.0)
        if part == "sweep":
            os.kill(sweeping.pid, signal.SIGKILL)
        else:
            system.wait_until_recovered(part, system.kill(part))
        sweeping.wait(60)


def steps_taken(system: RunningSystem) -> tuple[int, int]:
    """How many steps were recorded on the limits that were filled in, and how many different ones."""
    with system.connect() as connection:
        row = connection.execute(
            "SELECT count(*), count(DISTINCT (s.limit_id, s.step)) FROM deadlines_ladderstep s"
            " JOIN deadlines_limit l ON l.id = s.limit_id WHERE l.started_at < now() - interval '30 days'"
        ).fetchone()
    return row or (0, 0)


def _due(system: RunningSystem) -> int:
    with system.connect() as connection:
        row = connection.execute("SELECT count(*) FROM deadlines_limit WHERE next_step_at <= now()").fetchone()
    return int(row[0]) if row else -1


def _undelivered(system: RunningSystem) -> int:
    with system.connect() as connection:
        row = connection.execute(
            "SELECT count(*) FROM core_outboxmessage WHERE delivered_at IS NULL AND available_at <= now()"
        ).fetchone()
    return int(row[0]) if row else -1


def test_the_chains_hold_after_all_of_it(system: RunningSystem, filled: dict[str, Any]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "verify_chain"],
        cwd=ROOT,
        env=clean_environment(system.var),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "every chain and anchor holds")
