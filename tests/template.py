"""A migrated database that the test databases are copied from: migrating takes half a minute, copying half a second.

Kept between runs under a name made from the migrations' own text; one of other migrations is dropped.
"""

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection

PREFIX = "test_gridgov_migrated"
ROOT = Path(settings.BASE_DIR)
LOCK = ROOT / "var/test/template.lock"


def migrated_template() -> str:
    """The name of the database to copy, migrated now unless an earlier run left it; others wait meanwhile."""
    name = f"{PREFIX}_{migrations_digest()}"
    LOCK.parent.mkdir(parents=True, exist_ok=True)
    with LOCK.open("w") as lock, _server() as server:
        fcntl.flock(lock, fcntl.LOCK_EX)
        present = {
            row[0] for row in server.execute("SELECT datname FROM pg_database WHERE datname ~ %s", [f"^{PREFIX}"])
        }
        if name not in present:
            for old in present:
                server.execute(f'DROP DATABASE IF EXISTS "{old}" WITH (FORCE)')
            server.execute(f'CREATE DATABASE "{PREFIX}"')
            with _connected_to(PREFIX):
                call_command("migrate", interactive=False, verbosity=0)
            server.execute(f'ALTER DATABASE "{PREFIX}" RENAME TO "{name}"')
    return name


def migrations_digest() -> str:
    """Another one as soon as a migration, or a package that brings some, changes."""
    files = [ROOT / "requirements/runtime.txt", *sorted(ROOT.glob("apps/*/migrations/*.py"))]
    texts = [str(file.relative_to(ROOT)).encode() + file.read_bytes() for file in files]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()[:16]


def _server() -> psycopg.Connection[tuple[str]]:
    parameters = connection.get_connection_params() | {"dbname": "postgres"}
    keep = {key: parameters[key] for key in ("dbname", "user", "password", "host", "port") if key in parameters}
    return psycopg.connect(**keep, autocommit=True)


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    connection.close()
    before, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
