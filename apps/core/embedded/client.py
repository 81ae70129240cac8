"""The side of those who use the embedded servers: start the supervisor where none lives, wait, hold the lock."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from apps.core.embedded import locks
from apps.core.embedded.places import Places, ServicesError, places_of
from apps.core.embedded.state import FAILED, READY, State, read_state

__all__ = ["ServicesError", "Urls", "attach", "ensure_running", "release", "say", "wait_for_end"]

ROOT = Path(__file__).resolve().parents[3]
POLL_SECONDS = 0.05
QUIET_SECONDS = 2.0
STARTS = 5

_held: dict[Path, int] = {}


@dataclass(frozen=True)
class Urls:
    """Where the servers answer."""

    database: str
    redis: str


def say(line: str) -> None:
    """Show one line of progress to a person."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def attach(var: Path, *, durable: bool = True, progress: Callable[[str], None] = say) -> Urls:
    """Have PostgreSQL and Redis of ``var`` running, and keep them running as long as this process lives.

    Starts them where they are not running, which may take minutes after a crash; ``progress`` is told what is going on.
    With ``durable=False`` a new start of PostgreSQL does not wait for the disk: for tests only.
    Raises :class:`ServicesError` when they cannot be started.
    """
    places = places_of(var)
    if places.var not in _held:
        descriptor = locks.open_lock(places.users_lock)
        if not locks.try_shared(descriptor):
            progress("waiting for the embedded services to end before they start again")
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        _held[places.var] = descriptor
    _wait_until_ready(places, durable, progress)
    return Urls(places.database_url, places.redis_url)


def ensure_running(var: Path) -> bool:
    """Start a supervisor if there is none (it died); does not wait for it. Tells whether one had to be started.

    For processes that are attached already and watch over the whole system.
    """
    places = places_of(var)
    if locks.is_held_exclusively(places.supervisor_lock):
        return False
    _start_supervisor(places, durable=True)
    return True


def release(var: Path) -> None:
    """Stop using the servers of ``var``; they end when nobody else uses them."""
    descriptor = _held.pop(Path(os.path.abspath(var)), None)
    if descriptor is not None:
        os.close(descriptor)


def wait_for_end(var: Path, seconds: float) -> bool:
    """Wait until the supervisor of ``var`` has ended. False if somebody else uses it, or after ``seconds``."""
    places = places_of(var)
    descriptor = locks.open_lock(places.users_lock)
    try:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not locks.is_held_exclusively(places.supervisor_lock):
                return True
            if locks.try_exclusive(descriptor):
                locks.unlock(descriptor)
            elif locks.try_shared(descriptor):
                locks.unlock(descriptor)
                return False
            time.sleep(0.1)
        return False
    finally:
        os.close(descriptor)


def _wait_until_ready(places: Places, durable: bool, progress: Callable[[str], None]) -> None:
    told, quiet_until, starts = "", time.monotonic() + QUIET_SECONDS, 0
    while True:
        alive = locks.is_held_exclusively(places.supervisor_lock)
        state = read_state(places.state_file)
        if alive and state is not None:
            if state.phase == READY and _supervises(state):
                return
            if state.message != told and time.monotonic() > quiet_until:
                told = state.message
                progress(told)
        if not alive:
            if starts and state is not None and state.phase == FAILED:
                raise ServicesError(state.message)
            if starts == STARTS:
                raise ServicesError(f"the embedded services do not start; {places.logs}/supervisor.log says why")
            starts += 1
            _start_supervisor(places, durable)
        time.sleep(POLL_SECONDS)


def _supervises(state: State) -> bool:
    """Whether the report is the living supervisor's and not left over from one that died."""
    try:
        os.kill(state.supervisor, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _start_supervisor(places: Places, durable: bool) -> None:
    """Start a supervisor that outlives us; it ends at once if another has won the race."""
    places.logs.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "apps.core.embedded", str(places.var), *([] if durable else ["--not-durable"])]
    with (places.logs / "supervisor.log").open("ab") as log:
        subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, start_new_session=True
        )
