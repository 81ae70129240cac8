"""Named locks of the database, held to the end of the transaction; numbered ones, held as long as the session."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connection


def _key(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def advisory_lock(name: str) -> None:
    """Wait for the lock ``name`` and hold it until this transaction ends.

    Raises ``RuntimeError`` outside a transaction, where the lock would be let go at once.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("advisory_lock needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_key(name)])


def try_advisory_lock(name: str) -> bool:
    """Take the lock ``name`` for this transaction if it is free; says whether it was."""
    if not connection.in_atomic_block:
        raise RuntimeError("try_advisory_lock needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_key(name)])
        row = cursor.fetchone()
    return bool(row and row[0])


@contextmanager
def held_by_session(family: int, number: int) -> Iterator[bool]:
    """Hold lock ``number`` of ``family`` for this database session, which the server lets go when the process dies.

    Answers whether it was free; where it was not, nothing is held.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [family, number])
        row = cursor.fetchone()
    held = bool(row and row[0])
    try:
        yield held
    finally:
        if held:
            _let_go(family, number)


def _let_go(family: int, number: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [family, number])
    except Error:
        return  # the session is gone or its transaction broken; the server lets go with the session


def sessions_holding(family: int) -> set[int]:
    """The numbers of ``family`` that living sessions of this database hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objsubid = 2"
            " AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [family],
        )
        return {row[0] for row in cursor.fetchall()}
