"""Drawing lots, so that everybody draws the same: in Python from numbers that are known, in SQL from any number of
cases."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

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


@dataclass(frozen=True)
class Drawing:
    """What was drawn from how many: ``digest`` is the SHA-256 of all their sorted numbers with a line feed between
    them, ``chosen`` the keys of those drawn."""

    population: int
    digest: str
    chosen: list[int]


# The same order of lots as ``lots``. The numbers never leave the database: the first rows are kept while it reads.
DRAW = """
WITH population AS MATERIALIZED ({population}), counted AS (
    SELECT count(*) AS population,
           encode(sha256(convert_to(coalesce(string_agg(number, E'\n' ORDER BY number COLLATE "C"), ''), 'UTF8')),
                  'hex') AS digest
      FROM population
)
SELECT counted.population, counted.digest,
       ARRAY(SELECT id FROM population
              ORDER BY sha256(convert_to(%s || ':' || number, 'UTF8'))
              LIMIT (SELECT coalesce(%s::bigint, ceil(population * %s::numeric / 100)::bigint) FROM counted))
  FROM counted
"""


def draw_lots(
    population: "QuerySet[Any]", seed: str, *, size: int | None = None, percent: int | None = None
) -> Drawing:
    """Draw ``size`` of the cases of ``population``, or ``percent`` in a hundred rounded up: those whose SHA-256 of
    ``seed:number`` is lowest. One statement, so all of it is of one moment; memory does not grow with the population
    but for the digest's sorted text, some 14 bytes a case, in the database."""
    sql, params = population.values("id", "number").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(DRAW.format(population=sql), [*params, seed, size, percent])
        counted, digest, chosen = cursor.fetchone()
    return Drawing(counted, digest, chosen)


def digest_of(numbers: Sequence[str]) -> str:
    """The digest of a population whose numbers are known."""
    return hashlib.sha256("\n".join(sorted(numbers)).encode()).hexdigest()
