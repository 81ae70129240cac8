"""The product's own gunicorn over the database of a running test, and people who use its API from outside."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from django.db import connection

from tests.factories.cases import World
from tests.faults.system import ROOT, free_port

PASSWORD = "a-password-of-the-tests"
STARTS_WITHIN = 60


@dataclass(frozen=True)
class Server:
    """Where it listens, and what it wrote."""

    url: str
    log: Path

    def said(self) -> str:
        """Everything that it has printed so far."""
        return self.log.read_text(errors="replace")


@contextmanager
def served(folder: Path) -> Iterator[Server]:
    """Two processes of four threads, as ``make run`` starts them, on a free port; stopped at the end."""
    port = free_port()
    server = Server(f"http://127.0.0.1:{port}", folder / "gunicorn.log")
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.concurrency.served",
        "SERVED_DATABASE": str(connection.settings_dict["NAME"]),
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn/gunicorn.conf.py", "gridgov.wsgi"]
    with server.log.open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        _wait(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(30)


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        assert process.poll() is None, server.said()
        assert time.monotonic() < until, server.said()
        try:
            httpx.get(f"{server.url}/api/v1/me/", timeout=5)
        except httpx.HTTPError:
            time.sleep(0.2)
        else:
            return


def let_in(world: World, *names: str) -> None:
    """Give people a password."""
    for name in names:
        world.people[name].set_password(PASSWORD)
        world.people[name].save(update_fields=["password"])


class Caller:
    """One person's program: signed in by a token of its own, on a connection of its own."""

    def __init__(self, server: Server, name: str, *, patience: float = 60) -> None:
        self.name = name
        self.server, self.patience = server, patience
        self.client = self._connection()
        answer = self.client.post("auth/token/", json={"username": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.client.headers["Authorization"] = f"Token {answer.json()['token']}"

    def twin(self) -> "Caller":
        """Another program of the same person: the same token, another connection."""
        made = Caller.__new__(Caller)
        made.name, made.server, made.patience = self.name, self.server, self.patience
        made.client = made._connection()
        made.client.headers["Authorization"] = self.client.headers["Authorization"]
        return made

    def _connection(self) -> httpx.Client:
        # The server closes what is idle for five seconds; whoever waits that long for the others begins anew. Nothing
        # is encrypted on the way to this machine itself, and a context for that costs each program 20 ms.
        limits = httpx.Limits(keepalive_expiry=2)
        return httpx.Client(
            base_url=f"{self.server.url}/api/v1/", timeout=self.patience, limits=limits, verify=False, trust_env=False
        )

    def case(self, number: str) -> dict[str, Any] | None:
        """The case as this person sees it now; none where they do not."""
        answer = self.client.get(f"cases/{number}/")
        assert answer.status_code in {200, 404}, answer.text
        return dict(answer.json()) if answer.status_code == 200 else None

    def act(self, number: str, action: str, **body: Any) -> httpx.Response:
        """Do something to a case."""
        return self.client.post(f"cases/{number}/{action}/", json=body)


def at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """The answers of calls that start together, each in a thread; what one raises is its answer."""
    start = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(place: int) -> None:
        try:
            start.wait(timeout=60)
            answers[place] = calls[place]()
        except Exception as error:
            answers[place] = error

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=540)
    return answers


def deadlocks() -> int:
    """How many the database has broken up so far, of the connections that told it already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchall()[0][0])
