"""The benches' own databases on the server of the settings; no figure itself."""

from collections.abc import Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection, connections


def _connect(name: str) -> psycopg.Connection[Any]:
    given = connection.get_connection_params() | {"dbname": name}
    keep = {key: given[key] for key in ("dbname", "user", "password", "host", "port") if key in given}
    return psycopg.connect(**keep, autocommit=True)


def on_server(statement: str, parameters: Sequence[Any] = ()) -> list[Any]:
    """Send one statement to the server's own database and fetch what it answers."""
    with _connect("postgres") as server:
        cursor = server.execute(statement, parameters)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def exists(name: str) -> bool:
    """Whether the server has a database of that name."""
    return bool(on_server("SELECT 1 FROM pg_database WHERE datname = %s", [name]))


def use_database(name: str) -> None:
    """Point Django at a database of that name, made where it is missing."""
    if not exists(name):
        on_server(f"CREATE DATABASE {name}")
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def beside(name: str) -> psycopg.Connection[Any]:
    """A connection of its own to another database of the server."""
    return _connect(name)
