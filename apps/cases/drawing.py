"""Drawing lots: pure functions that give everybody the same."""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

from apps.grid.permissions import Permission

# Held by the centres of streets and districts alone: nobody decides how much of his own community's work is drawn.
SETS_SHARE = Permission.CASE_EXTEND


def week_before(day: date) -> tuple[date, date]:
    """The last whole week, from Monday to Sunday, before ``day``."""
    sunday = day - timedelta(days=day.isoweekday())
    return sunday - timedelta(days=6), sunday


def lots(seed: str, numbers: Sequence[str], count: int) -> list[str]:
    """The ``count`` case numbers whose SHA-256 of ``seed:number`` is lowest: the same for whoever draws again."""
    return sorted(numbers, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())[:count]


def how_many(population: int, percent: int) -> int:
    """The share of ``population``, rounded up, so that where there is anything something is drawn."""
    return -(-population * percent // 100)
