"""``make run``: the whole system in one terminal. Starts it, starts again what dies, ends all of it together."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from apps.core.embedded import ServicesError, ensure_running, locks, release, wait_for_end
from apps.core.embedded.environment import MARK, attach_services

ROOT = Path(__file__).resolve().parents[1]
PR_SET_PDEATHSIG = 1
TICK_SECONDS = 0.2
READY_SECONDS = 120.0
STOP_SECONDS = 20.0
SERVICES_STOP_SECONDS = 90.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 10.0
STEADY_SECONDS = 30.0
STARTED = float(os.environ.pop("GRIDGOV_STARTED", time.time()))


class Ended(Exception):
    """Somebody asked us to end, or we cannot go on; the message says why."""


def say(line: str) -> None:
    """One line of progress with the seconds since ``make run`` began."""
    print(f"[{time.time() - STARTED:5.1f} s] {line}", flush=True)


class Child:
    """One process of the system, started again whenever it ends."""

    def __init__(self, name: str, command: list[str], log: Path) -> None:
        self.name, self.command, self.log = name, command, log
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.pause = FIRST_PAUSE_SECONDS

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only us; it is told to end when we die."""
        with self.log.open("ab") as log:
            self.process = spawn(self.command, log)
        self.started_at = time.monotonic()

    def revive(self) -> bool:
        """Start it again if it has ended, a little later each time; tells whether that was done."""
        if self.process is None or self.process.poll() is None:
            return False
        lived = time.monotonic() - self.started_at
        if lived < self.pause:
            return False
        self.pause = FIRST_PAUSE_SECONDS if lived > STEADY_SECONDS else min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        end_session(self.process.pid, signal.SIGKILL)
        say(f"{self.name} ended ({outcome(self.process.returncode)}) and is started again; see {shown(self.log)}")
        self.start()
        return True

    def stop(self) -> None:
        """Ask it to end, wait, then end it and whatever it started."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                say(f"{self.name} does not end by itself")
        end_session(self.process.pid, signal.SIGKILL)
        self.process.wait()


class System:
    """The running system of one ``var`` folder."""

    def __init__(self, var: Path, port: int) -> None:
        self.var, self.port = var, port
        self.embedded = False
        python = sys.executable
        celery = [python, "-m", "celery", "-A", "gridgov", "--no-color"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.children = [
            self._child("web", [python, "-m", "gunicorn", "-c", "config/gunicorn/gunicorn.conf.py", "gridgov.wsgi"]),
            self._child("worker", [*celery, "worker", "-Q", "celery", "--loglevel=INFO", "--concurrency=2", *quiet]),
            self._child("jobs", [*celery, "worker", "-Q", "jobs", "--loglevel=INFO", "--concurrency=2", *quiet]),
            self._child("beat", [*celery, "beat", "--loglevel=INFO", "--pidfile="]),
        ]

    def _child(self, name: str, command: list[str]) -> Child:
        return Child(name, command, self.var / "log" / f"{name}.log")

    def run(self) -> None:
        """Start everything, say when it is ready, and watch over it until somebody ends us."""
        self._attach()
        self._load()
        for child in self.children:
            child.start()
        self._record()
        self._wait_until_healthy()
        say("web, worker and beat answer")
        if self.embedded and os.environ.get("GRIDGOV_DEMO") == "1":
            print(f"demo password: {(self.var / 'demo-password').read_text().strip()}", flush=True)
        print(f"gridgov is ready at http://127.0.0.1:{self.port}", flush=True)
        while True:
            self._watch()
            time.sleep(TICK_SECONDS)

    def stop(self) -> None:
        """End the processes, then, if nobody else uses them, PostgreSQL and Redis."""
        for child in reversed(self.children):
            child.stop()
        (self.var / "run.json").unlink(missing_ok=True)
        if self.embedded:
            release(self.var)
            wait_for_end(self.var, SERVICES_STOP_SECONDS)

    def _attach(self) -> None:
        attach_services(progress=say)
        self.embedded = bool(os.environ.get(MARK))
        if self.embedded:
            os.environ.setdefault("GRIDGOV_DEMO", "1")
            say("PostgreSQL and Redis are ready")

    def _load(self) -> None:
        process = spawn([sys.executable, "-m", "tools.load"], subprocess.PIPE)
        assert process.stdout is not None
        try:
            for line in process.stdout:
                say(line.decode(errors="replace").rstrip())
            if process.wait() != 0:
                raise Ended("the database could not be brought up to date; the reason stands above")
        finally:
            if process.poll() is None:
                end_session(process.pid, signal.SIGTERM)
                process.wait()

    def _wait_until_healthy(self) -> None:
        until, told = time.monotonic() + READY_SECONDS, ""
        while True:
            answer = self._health()
            if answer is None:
                return
            if time.monotonic() > until:
                raise Ended(f"the system did not become healthy: {answer}; see {shown(self.var / 'log')}")
            if answer != told and time.monotonic() > until - READY_SECONDS + 5:
                told = answer
                say(f"waiting: {answer}")
            self._watch()
            time.sleep(TICK_SECONDS)

    def _health(self) -> str | None:
        """None when /healthz/ answers 200, otherwise what it says."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz/", timeout=6) as answer:
                return None if answer.status == 200 else str(answer.status)
        except urllib.error.HTTPError as error:
            return error.read(300).decode(errors="replace")
        except OSError:
            return "the web server does not answer yet"

    def _watch(self) -> None:
        if self.embedded and ensure_running(self.var):
            say("the supervisor of PostgreSQL and Redis had ended and is started again")
        revived = [child.name for child in self.children if child.revive()]
        if revived:
            self._record()

    def _record(self) -> None:
        pids = {child.name: child.process.pid for child in self.children if child.process}
        scratch = self.var / "run.json.new"
        scratch.write_text(json.dumps({"pid": os.getpid(), "port": self.port, "children": pids}))
        scratch.replace(self.var / "run.json")


def spawn(command: list[str], output: object) -> subprocess.Popen[bytes]:
    """Start a process in its own session that the kernel ends (SIGTERM) when we die (Linux)."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def tie_to_parent() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=tie_to_parent,  # noqa: PLW1509 - one thread
    )


def end_session(leader: int, by: int) -> None:
    """Signal whatever is left of the session that ``leader`` began."""
    try:
        os.killpg(leader, by)
    except (ProcessLookupError, PermissionError):
        return


def outcome(status: int) -> str:
    """How a process ended, for a person."""
    return f"signal {-status}" if status < 0 else f"status {status}"


def shown(path: Path) -> str:
    """A path as a person in the checkout would type it."""
    return os.path.relpath(path, ROOT)


def only_one(var: Path) -> None:
    """Hold the lock of this checkout's run, or say who holds it."""
    lock = locks.open_lock(var / "run.lock")
    if locks.try_exclusive(lock):
        return
    try:
        running = json.loads((var / "run.json").read_text())
        where = f" (process {running['pid']}) at http://127.0.0.1:{running['port']}"
    except (OSError, ValueError, KeyError):
        where = ", just starting"
    sys.exit(f"gridgov is already running from this checkout{where}. End it before starting another.")


def check_port(port: int) -> None:
    """Say so at once where another program has the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            sys.exit(f"port {port} cannot be used ({error.strerror}); choose another: make run PORT=8001")


def main() -> None:
    """Run until Ctrl-C or SIGTERM; exit status 0 after a clean end."""
    var = Path(os.environ.get("GRIDGOV_VAR") or ROOT / "var").resolve()
    os.environ["GRIDGOV_VAR"] = str(var)
    port = int(os.environ.setdefault("PORT", "8000"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gridgov.settings.dev")
    (var / "log").mkdir(parents=True, exist_ok=True)
    only_one(var)
    check_port(port)

    def ended(number: int, frame: FrameType | None) -> None:
        for caught in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(caught, signal.SIG_IGN)
        raise Ended

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, ended)
    system = System(var, port)
    failure = None
    try:
        system.run()
    except (Ended, ServicesError) as error:
        failure = str(error) or None
    say(f"stopping: {failure}" if failure else "stopping")
    system.stop()
    say("everything has ended")
    sys.exit(1 if failure else 0)


if __name__ == "__main__":
    main()
