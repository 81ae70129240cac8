"""Carrying work to others in lanes: each receiver by hands of its own, so that one which hangs holds up only itself.

Receivers are called from threads that touch no database; claiming and writing down happen in the caller's thread, in
short transactions between the calls. A worker that dies leaves its lease, and the next one repeats the call.
"""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from apps.core.skew import cautious_now

logger = logging.getLogger(__name__)

BUDGET_SECONDS = 20.0
# Beyond what a request may take; who is still not back is given up, and the lease lets another try.
GRACE_SECONDS = 15.0


class Lane(Protocol):
    """One receiver: what it should get, how it gets it, and where that is written down."""

    @property
    def name(self) -> str:
        """What the lane's count is told under."""
        ...

    def claim(self, *, most: int, at: datetime) -> Sequence[Any]:
        """Take pieces of work that are due, under a lease."""
        ...

    def send(self, piece: Any, *, at: datetime) -> Any:
        """Carry one out; in a thread, without the database."""
        ...

    def failed(self, piece: Any, error: BaseException) -> Any:
        """The outcome where ``send`` raised."""
        ...

    def record(self, results: Sequence[tuple[Any, Any]], *, at: datetime) -> object:
        """Write pieces and their outcomes down."""
        ...


@dataclass
class _Work:
    """One lane's work in hand."""

    lane: Lane
    hands: int
    pool: ThreadPoolExecutor
    busy: dict[Future[Any], Any] = field(default_factory=dict)
    open: bool = True

    def fill(self) -> int:
        """Give free hands something to do, several at a time; how many were given."""
        if not self.open or len(self.busy) > self.hands // 2:
            return 0
        at = cautious_now()
        claimed = self.lane.claim(most=self.hands - len(self.busy), at=at)
        self.open = bool(claimed)
        for piece in claimed:
            self.busy[self.pool.submit(self.lane.send, piece, at=at)] = piece
        return len(claimed)

    def write_down(self, done: set[Future[Any]]) -> None:
        """Record what is finished; what waited for it may be due now."""
        finished = [future for future in self.busy if future in done]
        if not finished:
            return
        results = [(piece := self.busy.pop(future), self._outcome(future, piece)) for future in finished]
        self.lane.record(results, at=cautious_now())
        self.open = True

    def _outcome(self, future: Future[Any], piece: Any) -> Any:
        error = future.exception()
        if error is None:
            return future.result()
        logger.error("sending on %s failed", self.lane.name, exc_info=error)
        return self.lane.failed(piece, error)


def carry_out(lanes: Iterable[Lane], *, hands: int, budget_seconds: float = BUDGET_SECONDS) -> dict[str, int]:
    """Send what is due on every lane with so many hands each; answers how many were tried per lane.

    Begins nothing new after ``budget_seconds``; what is not begun waits for the next run.
    """
    begun = time.monotonic()
    tried: Counter[str] = Counter()
    works = [_Work(lane, hands, ThreadPoolExecutor(hands, thread_name_prefix=f"lane-{lane.name}")) for lane in lanes]
    try:
        while True:
            spent = time.monotonic() - begun
            for work in works:
                if spent < budget_seconds:
                    tried[work.lane.name] += work.fill()
            busy = [future for work in works for future in work.busy]
            if not busy:
                break
            done, _ = wait(busy, timeout=budget_seconds + GRACE_SECONDS - spent, return_when=FIRST_COMPLETED)
            if not done:
                logger.warning("%d deliveries are still under way and left to their lease", len(busy))
                break
            for work in works:
                work.write_down(done)
    finally:
        for work in works:
            work.pool.shutdown(wait=False, cancel_futures=True)
    return {name: count for name, count in tried.items() if count}
