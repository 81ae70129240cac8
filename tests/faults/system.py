"""A whole running system on a scratch folder and port of its own, to be hurt."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from apps.core.embedded.places import places_of

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {"redis", "postgres", "supervisor"}
OURS = {"DATABASE_URL", "REDIS_URL", "GRIDGOV_EMBEDDED", "GRIDGOV_REDIS_PREFIX", "GRIDGOV_VAR", "GRIDGOV_DEMO", "PORT"}
READY = "gridgov is ready at http://127.0.0.1:"


def clean_environment(var: Path, **more: str) -> dict[str, str]:
    """The environment of a process that shall know nothing of the services of this test run."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS and not name.startswith("PYTEST")}
    return (
        kept
        | {"GRIDGOV_VAR": str(var), "DJANGO_SETTINGS_MODULE": "gridgov.settings.dev", "PYTHONUNBUFFERED": "1"}
        | more
    )


@contextmanager
def scratch_var() -> Iterator[Path]:
    """A folder for ``var`` that the servers' user can enter, and nothing left of it afterwards."""
    with tempfile.TemporaryDirectory(prefix="gridgov-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name) / "var"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def alive(pid: int) -> bool:
    """Whether the process lives; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def processes_of(var: Path) -> dict[int, str]:
    """Every living process that works on ``var``, by its environment or its command line."""
    found = {}
    needle = str(var).encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid() or not alive(int(entry.name)):
            continue
        try:
            command, environment = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
        except OSError:
            continue
        if needle in command or b"GRIDGOV_VAR=" + needle + b"\0" in environment + b"\0":
            found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
    return found


def wait_for(condition: object, seconds: float, what: str) -> None:
    """Poll until ``condition()`` is true; fails with ``what`` after ``seconds``."""
    assert callable(condition)
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"after {seconds} s: {what}"
        time.sleep(0.1)


class RunningSystem:
    """``make run`` without the setting up: web, worker, beat and the embedded services."""

    def __init__(self, var: Path, *, seed: str = "none", **more: str) -> None:
        self.var = var
        self.port = free_port()
        self.output = var.parent / f"{self.port}.output"
        environment = clean_environment(var, PORT=str(self.port), GRIDGOV_SEED=seed, **more)
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tools.run"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def said(self) -> str:
        """Everything that it has printed so far."""
        return self.output.read_text(errors="replace")

    def wait_until_ready(self, seconds: float = 150) -> None:
        """Wait for its last line of starting."""
        wait_for(lambda: READY in self.said() or self.process.poll() is not None, seconds, self.said())
        assert READY in self.said(), self.said()

    def pid(self, name: str) -> int | None:
        """Process id of web, worker, beat, redis, postgres or supervisor as last recorded."""
        try:
            if name in SERVICES:
                number = json.loads((self.var / "services.json").read_text())[name]
            else:
                number = json.loads((self.var / "run.json").read_text())["children"][name]
        except (OSError, ValueError, KeyError):
            return None
        return int(number) if number else None

    def kill(self, name: str) -> int:
        """Kill it with the one signal that nobody can catch; returns its process id."""
        number = self.pid(name)
        assert number is not None
        assert alive(number)
        os.kill(number, signal.SIGKILL)
        return number

    def health(self) -> tuple[int, dict[str, str]]:
        """Status and body of /healthz/; status 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz/", timeout=8) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
        except OSError:
            return 0, {}

    def wait_until_recovered(self, name: str, killed: int, seconds: float = 60) -> None:
        """Wait until another process has taken the place of ``killed`` and everything is healthy again."""

        def recovered() -> bool:
            now = self.pid(name)
            return now not in {None, killed} and alive(now or 0) and self.health()[0] == 200

        wait_for(recovered, seconds, f"{name} did not come back: {self.health()}\n{self.said()}")

    def connect(self) -> psycopg.Connection:
        """A connection of our own to its database, held by nobody's lock."""
        return psycopg.connect(places_of(self.var).database_url, autocommit=True, connect_timeout=5)

    def stop(self) -> int:
        """End it as an operator would; returns the exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(60)
