"""Carrying deliveries out: every channel by hands of its own, so that a gateway which hangs holds up only itself.

Gateways are called from threads that touch no database; claiming and writing down happen in this thread, in short
transactions between the calls. A worker that dies leaves its lease, and the next one repeats the call with the same
key.
"""

import logging
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from apps.core.skew import cautious_now
from apps.notices import channels, claims, digests
from apps.notices.channels import Adapter, Outcome, Retry
from apps.notices.choices import Channel, Failure
from apps.notices.claims import Claimed

logger = logging.getLogger(__name__)

HANDS = 6
BUDGET_SECONDS = 20.0
# Beyond what a request may take; who is still not back is given up, and the lease lets another try.
GRACE_SECONDS = 15.0


@dataclass
class _Lane:
    """One channel's work in hand."""

    adapter: Adapter
    pool: ThreadPoolExecutor
    busy: dict[Future[Outcome], Claimed] = field(default_factory=dict)
    open: bool = True


def carry_out(*, budget_seconds: float = BUDGET_SECONDS) -> dict[str, int]:
    """Send what is due on every configured channel; answers how many were tried per channel.

    Begins nothing new after ``budget_seconds``; what is not begun waits for the next run.
    """
    ways = channels.configured()
    if not ways:
        return {}
    digests.gather(at=cautious_now())
    begun = time.monotonic()
    tried: Counter[str] = Counter()
    lanes = {
        way: _Lane(channels.adapter(way), ThreadPoolExecutor(HANDS, thread_name_prefix=f"notices-{way}"))
        for way in ways
    }
    try:
        while True:
            spent = time.monotonic() - begun
            for way, lane in lanes.items():
                if spent < budget_seconds:
                    tried[way.value] += _fill(way, lane)
            busy = [future for lane in lanes.values() for future in lane.busy]
            if not busy:
                break
            done, _ = wait(busy, timeout=budget_seconds + GRACE_SECONDS - spent, return_when=FIRST_COMPLETED)
            if not done:
                logger.warning("%d deliveries are still under way and left to their lease", len(busy))
                break
            for way, lane in lanes.items():
                _write_down(way, lane, done)
    finally:
        for lane in lanes.values():
            lane.pool.shutdown(wait=False, cancel_futures=True)
    return {way: count for way, count in tried.items() if count}


def _fill(way: Channel, lane: _Lane) -> int:
    """Give a channel's free hands something to do, several at a time; how many were given."""
    if not lane.open or len(lane.busy) > HANDS // 2:
        return 0
    at = cautious_now()
    claimed = claims.claim(way, most=HANDS - len(lane.busy), at=at)
    lane.open = bool(claimed)
    for one in claimed:
        lane.busy[lane.pool.submit(lane.adapter.send, one.message, at=at)] = one
    return len(claimed)


def _write_down(way: Channel, lane: _Lane, done: set[Future[Outcome]]) -> None:
    finished = [future for future in lane.busy if future in done]
    results = [(lane.busy.pop(future), _outcome(future)) for future in finished]
    claims.record(way, results, at=cautious_now())


def _outcome(future: Future[Outcome]) -> Outcome:
    error = future.exception()
    if error is None:
        return future.result()
    logger.error("a channel's adapter failed", exc_info=error)
    return Retry(Failure.BROKEN_ANSWER, type(error).__name__)
