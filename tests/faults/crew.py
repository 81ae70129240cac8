"""Celery processes of our own beside a running system: real workers and beats, to be killed and started again."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from tests.faults.system import ROOT, RunningSystem, clean_environment

CELERY = [sys.executable, "-m", "celery", "-A", "gridgov", "--no-color"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]


class Crew:
    """Workers and beats by name, on the services of ``system``, with the settings of ``tests.faults.hurried``."""

    def __init__(self, system: RunningSystem, **environment: str) -> None:
        self.system, self.environment = system, environment
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start_worker(self, name: str) -> None:
        """A worker with one pool process, which the database knows by its name."""
        self._start(name, [*CELERY, "worker", "--loglevel=WARNING", "--concurrency=1", "-n", f"{name}@%h", *QUIET])

    def start_beat(self, name: str) -> None:
        """A beat of its own beside that of the system."""
        self._start(name, [*CELERY, "beat", "--loglevel=WARNING", "--pidfile="])

    def kill(self, name: str) -> None:
        """End it with the one signal that nobody can catch; its pool process goes with it."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Kill all of them."""
        for name in list(self.processes):
            self.kill(name)

    def said(self) -> str:
        """Everything that they have logged."""
        return "".join(path.read_text(errors="replace") for path in self._folder().glob("crew-*.log"))

    def set_clock(self, seconds: float) -> None:
        """Move the clock of all of them by so many seconds from the right time."""
        scratch = self.system.var / "skew-seconds.new"
        scratch.write_text(str(seconds))
        scratch.replace(self.system.var / "skew-seconds")

    def _start(self, name: str, command: list[str]) -> None:
        environment = clean_environment(
            self.system.var, DJANGO_SETTINGS_MODULE="tests.faults.hurried", PGAPPNAME=name, **self.environment
        )
        with (self._folder() / f"crew-{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _folder(self) -> Path:
        return self.system.var / "log"


def catch_at_work(connection: psycopg.Connection, names: list[str], *, seconds: float) -> str | None:
    """The name of a worker that is in the middle of a transaction, waiting ``seconds`` at most for one."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        row = connection.execute(
            "SELECT application_name FROM pg_stat_activity WHERE application_name = ANY(%s) AND xact_start IS NOT NULL",
            [names],
        ).fetchone()
        if row:
            return str(row[0])
        time.sleep(0.002)
    return None


def sleep_at_random(chance: random.Random, least: float, most: float) -> None:
    """Wait for a time that nobody has chosen."""
    time.sleep(chance.uniform(least, most))
