"""The embedded services: started once for many users, ended with the last, found again after any death."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from apps.core.embedded import locks, places, servers
from apps.core.embedded.client import attach, release, wait_for_end
from apps.core.embedded.state import READY, STARTING, State, read_state, write_state
from tests.faults.system import ROOT, alive, clean_environment, processes_of, scratch_var, wait_for

USER = """
import sys, time
from pathlib import Path
from apps.core.embedded import attach
print(attach(Path(sys.argv[1])).database, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A scratch ``var`` that the service user can enter; whatever still runs there is ended."""
    with scratch_var() as var:
        yield var
        release(var)
        wait_for(lambda: processes_of(var) == {}, 30, "the services did not end")
        remove_outside(var)


def remove_outside(var: Path) -> None:
    """Data that had to live outside the scratch folder."""
    identity = var / "services.id"
    if identity.exists():
        shutil.rmtree(places.SYSTEM_DATA / f"gridgov-{identity.read_text()}", ignore_errors=True)


def start_user(var: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(var)],
        cwd=ROOT,
        env=clean_environment(var),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def url_of(user: subprocess.Popen[str]) -> str:
    assert user.stdout is not None
    return user.stdout.readline().strip()


def state_of(var: Path) -> State:
    state = read_state(var / "services.json")
    assert state is not None
    return state


def test_many_first_users_at_once_share_one_supervisor(folder: Path) -> None:
    users = [start_user(folder) for _ in range(4)]
    urls = {url_of(user) for user in users}
    assert len(urls) == 1
    servers = [command for command in processes_of(folder).values() if "apps.core.embedded" in command]
    assert len([command for command in servers if " -m " in command]) == 1
    for user in users:
        user.kill()
        user.wait()
    wait_for(lambda: processes_of(folder) == {}, 20, "the services outlived their users")


def test_data_outlive_the_supervisor_and_no_server_outlives_it(folder: Path) -> None:
    url = attach(folder, progress=ignore).database
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    before = state_of(folder)
    os.kill(before.supervisor, signal.SIGKILL)
    for pid in (before.supervisor, before.postgres, before.redis):
        wait_for(lambda pid=pid: not alive(pid or 0), 20, "a server outlived its supervisor")
    with psycopg.connect(attach(folder, progress=ignore).database) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    assert state_of(folder).supervisor != before.supervisor


def test_a_server_left_over_from_an_earlier_run_is_ended_by_the_next_supervisor(folder: Path) -> None:
    attach(folder, progress=ignore)
    release(folder)
    assert wait_for_end(folder, 30)
    where = places.places_of(folder)
    left = servers.Postgres(where, places.binaries(where)[0], durable=True)
    left.start()
    wait_for(lambda: left.refusal() is None, 20, "the left server never answered")
    assert left.pid is not None
    attach(folder, progress=ignore)
    assert left.pid is None
    assert alive(state_of(folder).postgres or 0)


def test_chinese_words_have_letters(folder: Path) -> None:
    with psycopg.connect(attach(folder, progress=ignore).database, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        row = connection.execute(
            "SELECT cardinality(show_trgm('网格')), datctype FROM pg_database WHERE datname = 'gridgov'"
        )
        assert row.fetchone() == (3, "C.UTF-8")


def test_a_closed_parent_keeps_its_mode(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    var = closed / "var"
    try:
        with psycopg.connect(attach(var, progress=ignore).database) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        release(var)
        assert wait_for_end(var, 30)
        remove_outside(var)


def test_a_path_too_long_for_a_socket_is_no_obstacle(folder: Path) -> None:
    var = folder / ("a-long-name-" * 9)
    try:
        urls = attach(var, progress=ignore)
        assert len(urls.redis) < places.SOCKET_PATH_LIMIT
        with psycopg.connect(urls.database) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        release(var)
        assert wait_for_end(var, 30)
        remove_outside(var)
        shutil.rmtree(places.places_of(var).sockets, ignore_errors=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only under root do the servers run as another user")
def test_programs_in_a_closed_folder_are_brought_where_the_service_user_can_run_them(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = places.places_of(folder)
    places.make_folders(where)
    monkeypatch.setattr(places, "can_enter", lambda closed, account: "site-packages" not in str(closed))
    programs, redis_server = places.binaries(where)
    assert programs.is_relative_to(where.base)
    assert redis_server.is_relative_to(where.base)
    for command in ([programs / "initdb", "--version"], [redis_server, "--version"]):
        said = subprocess.run(
            command, user=where.account.uid, group=where.account.gid, extra_groups=[], capture_output=True
        )
        assert said.returncode == 0, said.stderr
    assert places.binaries(where) == (programs, redis_server)


def test_recovery_that_takes_long_is_shown(folder: Path) -> None:
    where = places.places_of(folder)
    where.logs.mkdir(parents=True)
    held = locks.open_lock(where.supervisor_lock)
    assert locks.try_exclusive(held)
    said: list[str] = []

    def show(line: str) -> None:
        said.append(line)
        write_state(where.state_file, State(READY, "ready", os.getpid()))

    write_state(where.state_file, State(STARTING, "PostgreSQL: redo in progress, elapsed time: 42.00 s", os.getpid()))
    started = time.monotonic()
    attach(folder, progress=show)
    os.close(held)
    assert said == ["PostgreSQL: redo in progress, elapsed time: 42.00 s"]
    assert time.monotonic() - started < 10


def test_a_broken_cluster_is_reported_with_the_servers_own_words(folder: Path) -> None:
    attach(folder, progress=ignore)
    release(folder)
    assert wait_for_end(folder, 30)
    where = places.places_of(folder)
    (where.postgres_data / "PG_VERSION").write_text("9\n")
    with pytest.raises(places.ServicesError, match="was made by PostgreSQL 9"):
        attach(folder, progress=ignore)


def ignore(line: str) -> None:
    """Progress that nobody reads."""
