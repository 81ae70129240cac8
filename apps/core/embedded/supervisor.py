"""The one process that runs both servers, starts them again when they die, and ends with their last user."""

import os
import signal
import sys
import time

from apps.core.embedded import locks
from apps.core.embedded.places import Places, ServicesError, binaries, make_folders
from apps.core.embedded.servers import Postgres, Redis, Server
from apps.core.embedded.state import FAILED, READY, STARTING, STOPPING, State, write_state

TICK_SECONDS = 0.05
USERS_EVERY_SECONDS = 0.5
PROBE_EVERY_SECONDS = 5.0
RESTART_PAUSE_SECONDS = 0.5
FAILED_STARTS = 60


class Supervisor:
    """Runs while the caller holds the supervisor's lock, from before the first start until after the last end."""

    def __init__(self, places: Places, *, durable: bool) -> None:
        self.places = places
        self.durable = durable
        self.servers: list[Server] = []
        self.ever_ready = False
        self.starts: dict[str, int] = {}
        self.told: State | None = None
        self.asked_to_end = False

    def run(self) -> int:
        """Supervise until nobody uses the servers. Returns the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        users = locks.open_lock(self.places.users_lock)
        try:
            self._prepare()
            self._supervise(users)
        except ServicesError as error:
            self._stop_servers()
            self._tell(FAILED, str(error))
            return 1
        self._tell(STOPPING, "the embedded services are ending")
        self._stop_servers()
        return 0

    def _on_signal(self, number: int, frame: object) -> None:
        self.asked_to_end = True

    def _prepare(self) -> None:
        self._tell(STARTING, "starting PostgreSQL and Redis")
        make_folders(self.places)
        programs, redis_server = binaries(self.places)
        self.servers = [Postgres(self.places, programs, durable=self.durable), Redis(self.places, redis_server)]
        for server in self.servers:
            server.end_orphan(lambda message: self._tell(STARTING, message))
        for server in self.servers:
            self._tell(STARTING, f"making the data of {server.name}")
            server.prepare()

    def _supervise(self, users: int) -> None:
        next_users, next_probe, ready = 0.0, 0.0, False
        while not self.asked_to_end:
            if self._revive():
                ready = False
            now = time.monotonic()
            if not ready or now >= next_probe:
                refusals = [refusal for server in self.servers if (refusal := server.refusal())]
                ready = not refusals
                self.ever_ready = self.ever_ready or ready
                self._tell(READY if ready else STARTING, "; ".join(refusals) or "PostgreSQL and Redis are ready")
                next_probe = now + PROBE_EVERY_SECONDS
            if now >= next_users:
                next_users = now + USERS_EVERY_SECONDS
                if locks.try_exclusive(users):
                    return
            time.sleep(TICK_SECONDS)

    def _revive(self) -> bool:
        """Start what does not run; tells whether anything had to be started."""
        revived = False
        for server in self.servers:
            if server.pid is not None:
                continue
            revived = True
            count = self.starts[server.name] = self.starts.get(server.name, 0) + 1
            if count > FAILED_STARTS and not self.ever_ready:
                raise ServicesError(f"{server.name} does not start:\n{server.last_words()}")
            if server.process is not None:
                log(f"{server.name} ended with status {server.process.returncode} and is started again")
                time.sleep(max(0.0, RESTART_PAUSE_SECONDS - (time.monotonic() - server.started_at)))
            server.start()
        return revived

    def _stop_servers(self) -> None:
        for server in reversed(self.servers):
            server.stop()

    def _tell(self, phase: str, message: str) -> None:
        pids = {server.name: server.pid for server in self.servers}
        state = State(phase, message, os.getpid(), pids.get("postgres"), pids.get("redis"))
        if state != self.told:
            if self.told is None or (phase, message) != (self.told.phase, self.told.message):
                log(f"{phase}: {message}")
            self.told = state
            write_state(self.places.state_file, state)


def log(line: str) -> None:
    """One dated line in the supervisor's log."""
    sys.stderr.write(f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {os.getpid()} {line}\n")
    sys.stderr.flush()
