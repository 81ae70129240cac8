"""Named locks of the database, held to the end of the transaction."""

import hashlib

from django.db import connection


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
