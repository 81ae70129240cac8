"""How far running jobs are, kept in Redis: seen at once though the job works in one long transaction, and without a
lock on the job's row that would make whoever cancels it wait. Where Redis is away nobody sees it, and that is all.
"""

from collections.abc import Iterable

import redis

from apps.core import heartbeats

LIVES_SECONDS = 24 * 3600


def tell(connection: "redis.Redis", job_id: int, done: int, total: int) -> None:
    """Keep how many of how many steps are done. Raises ``RedisError``."""
    connection.set(heartbeats.key(f"job:{job_id}"), f"{done}/{total}", ex=LIVES_SECONDS)


def read(job_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Steps done and steps in all of those jobs of which anything is known."""
    ids = list(job_ids)
    if not ids:
        return {}
    try:
        with heartbeats.client() as connection:
            values = connection.mget([heartbeats.key(f"job:{job_id}") for job_id in ids])
    except redis.RedisError:
        return {}
    pairs = {job_id: value.decode().split("/") for job_id, value in zip(ids, values, strict=True) if value is not None}
    return {job_id: (int(done), int(total)) for job_id, (done, total) in pairs.items()}
