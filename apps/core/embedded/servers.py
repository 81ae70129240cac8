"""The two server programs: how each is started, asked, stopped, and found when its supervisor died before it."""

import ctypes
import os
import re
import signal
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

from apps.core.embedded.places import Places, ServicesError

PR_SET_PDEATHSIG = 1
LOG_LIMIT_BYTES = 10 * 1024 * 1024
DURABLE_OPTIONS = {"synchronous_commit": "on"}
TEST_OPTIONS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
POSTGRES_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_startup_progress_interval": "2s",
    "timezone": "UTC",
}
LOCALE = "C.UTF-8"


class Server(ABC):
    """One server program in the foreground, in a session of its own, dying with its supervisor."""

    name = ""
    stop_signal = signal.SIGTERM
    stop_seconds = 20.0

    def __init__(self, places: Places) -> None:
        self.places = places
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0

    @property
    def log(self) -> Path:
        """Where the server's own words go."""
        return self.places.logs / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """Process id while the server runs."""
        return self.process.pid if self.process and self.process.poll() is None else None

    def prepare(self) -> None:
        """What must exist before the first start; nothing, unless the server says otherwise."""
        return

    @abstractmethod
    def command(self) -> list[str]:
        """The server's command line."""

    @abstractmethod
    def refusal(self) -> str | None:
        """None when the server answers; otherwise what it is doing, for a person."""

    @abstractmethod
    def orphan(self) -> int | None:
        """Process id of our server left by a supervisor that died, or None."""

    def start(self) -> None:
        """Start the server; whether it answers is for :meth:`refusal` to say."""
        rotate(self.log)
        with self.log.open("ab") as log:
            self.process = spawn(self.places, self.command(), log, dies_by=self.stop_signal)
        self.started_at = time.monotonic()

    def stop(self) -> None:
        """Ask the server to end, then make it."""
        if self.process is None:
            return
        for by, seconds in ((self.stop_signal, self.stop_seconds), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            if self.process.poll() is not None:
                return
            self.process.send_signal(by)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue

    def end_orphan(self, say: Callable[[str], None]) -> None:
        """End a server that an earlier supervisor left behind, so that ours can take its data."""
        for by, seconds in ((self.stop_signal, 60.0), (signal.SIGQUIT, 20.0), (signal.SIGKILL, 10.0)):
            pid = self.orphan()
            if pid is None:
                return
            say(f"ending {self.name} (process {pid}) that an earlier run left behind")
            until = time.monotonic() + seconds
            os.kill(pid, by)
            while time.monotonic() < until and self.orphan() is not None:
                time.sleep(0.05)

    def last_words(self) -> str:
        """The end of the log, for a message to a person."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-5:])


class Postgres(Server):
    """PostgreSQL on a socket only, trusting whoever may enter the folder of the socket."""

    name = "postgres"
    stop_signal = signal.SIGINT
    stop_seconds = 60.0

    def __init__(self, places: Places, programs: Path, *, durable: bool) -> None:
        super().__init__(places)
        self.programs = programs
        self.options = POSTGRES_OPTIONS | (DURABLE_OPTIONS if durable else TEST_OPTIONS)

    def prepare(self) -> None:
        """Make the cluster; one that an interrupted ``initdb`` left half made is made again."""
        made = self.places.postgres_data / "PG_VERSION"
        done = self.places.base / "postgres-made"
        if done.exists():
            self._check_version(made)
            return
        for entry in self.places.postgres_data.iterdir():
            remove(entry)
        options = ["--username=gridgov", "--auth=trust", "--encoding=UTF8", f"--locale={LOCALE}", "--no-instructions"]
        command = [str(self.programs / "initdb"), "-D", str(self.places.postgres_data), *options]
        with self.log.open("ab") as log:
            if spawn(self.places, command, log, dies_by=signal.SIGTERM).wait() != 0:
                raise ServicesError(f"PostgreSQL's cluster could not be made:\n{self.last_words()}")
        done.touch()

    def command(self) -> list[str]:
        """``postgres`` in the foreground."""
        options = [f"--{name}={value}" for name, value in self.options.items()]
        data, sockets = self.places.postgres_data, self.places.sockets
        return [str(self.programs / "postgres"), "-D", str(data), "-k", str(sockets), *options]

    def refusal(self) -> str | None:
        """Connects, and makes the product's database at the first time."""
        try:
            with self.connect() as connection:
                self._check_locale(connection)
                known = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'gridgov'").fetchone()
                if known is None:
                    connection.execute("CREATE DATABASE gridgov")
        except psycopg.OperationalError:
            return self._progress()
        return None

    def connect(self) -> psycopg.Connection:
        """A connection to the cluster's own database."""
        host = str(self.places.sockets)
        return psycopg.connect(host=host, user="gridgov", dbname="postgres", connect_timeout=3, autocommit=True)

    def orphan(self) -> int | None:
        """The postmaster named in the cluster's pid file, if it really serves this cluster."""
        return living(first_number(self.places.postgres_data / "postmaster.pid"), str(self.places.postgres_data))

    def _progress(self) -> str:
        words = [line for line in self.last_words().splitlines() if "LOG:" in line]
        doing = words[-1].split("LOG:")[-1].strip() if words else "starting"
        return f"PostgreSQL: {doing}"

    def _check_version(self, made: Path) -> None:
        said = subprocess.run(
            [self.programs / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        match = re.search(r"(\d+)", said)
        if match is None or made.read_text().strip() != match[1]:
            raise ServicesError(
                f"{self.places.postgres_data} was made by PostgreSQL {made.read_text().strip()}, this is {said.strip()}"
            )

    @staticmethod
    def _check_locale(connection: psycopg.Connection) -> None:
        """Under plain C a Chinese word has no letters: patterns and trigrams would find nothing, silently."""
        row = connection.execute(
            "SELECT datctype, '网格' ~ '^[[:alpha:]]+$' FROM pg_database WHERE datname = 'template1'"
        ).fetchone()
        if row is None or row != (LOCALE, True):
            raise ServicesError(f"PostgreSQL's locale must be {LOCALE} and know Chinese letters, not {row}")


class Redis(Server):
    """Redis on a socket only, with an append-only file so that queues survive it."""

    name = "redis"

    def __init__(self, places: Places, program: Path) -> None:
        super().__init__(places)
        self.program = program

    def command(self) -> list[str]:
        """``redis-server`` in the foreground."""
        options = {
            "port": "0",
            "unixsocket": str(self.places.redis_socket),
            "unixsocketperm": "700",
            "dir": str(self.places.redis_data),
            "pidfile": str(self.places.redis_data / "redis.pid"),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [str(self.program), *[word for name, value in options.items() for word in (f"--{name}", value)]]

    def refusal(self) -> str | None:
        """Asks for a PONG; a server that still loads its file says so."""
        client = redis.Redis(unix_socket_path=str(self.places.redis_socket), socket_timeout=2, socket_connect_timeout=2)
        try:
            client.ping()
        except redis.RedisError as error:
            return f"Redis: {error}"
        finally:
            client.close()
        return None

    def orphan(self) -> int | None:
        """The server named in the pid file, if it really listens on our socket."""
        return living(first_number(self.places.redis_data / "redis.pid"), str(self.places.redis_socket))


def spawn(places: Places, command: list[str], log: object, *, dies_by: int) -> subprocess.Popen[bytes]:
    """Start a program as the service user in its own session; the kernel sends it ``dies_by`` when we die (Linux)."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def tie_to_parent() -> None:
        os.umask(0o077)
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, dies_by)

    account = places.account
    user = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.switch else {}
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
    return subprocess.Popen(  # type: ignore[call-overload]
        command,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=environment,
        start_new_session=True,
        preexec_fn=tie_to_parent,  # noqa: PLW1509 - the supervisor has one thread
        **user,
    )


def living(pid: int | None, needle: str) -> int | None:
    """``pid`` if such a process lives and its command line names ``needle``."""
    if pid is None:
        return None
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return None
    return pid if needle.encode() in words else None


def first_number(path: Path) -> int | None:
    """The number in the first line of ``path``, or None."""
    try:
        return int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def rotate(log: Path) -> None:
    """Set a grown log aside; one older log is kept."""
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))


def remove(entry: Path) -> None:
    """Delete a file or a folder with all it holds."""
    if entry.is_dir() and not entry.is_symlink():
        for inner in entry.iterdir():
            remove(inner)
        entry.rmdir()
    else:
        entry.unlink()
