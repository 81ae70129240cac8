"""Signs of life of the Celery processes, taken from the loops that do their work and not from a thread beside them."""

import time
from typing import Any

from celery import bootsteps
from celery.beat import PersistentScheduler

from apps.core.heartbeats import MARK_EVERY_SECONDS, mark


class MarkingScheduler(PersistentScheduler):
    """Celery beat that leaves a mark on each turn of its loop."""

    marked_at = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; returns the seconds until the next turn."""
        if time.monotonic() - self.marked_at >= MARK_EVERY_SECONDS:
            self.marked_at = time.monotonic()
            mark("beat")
        wait: float = super().tick(*args, **kwargs)
        return wait


class WorkerMark(bootsteps.StartStopStep):
    """Leaves a mark from the event loop by which a worker takes its tasks, so also while all its hands are busy."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **kwargs: Any) -> None:
        super().__init__(consumer, **kwargs)
        self.entry: Any = None

    def start(self, consumer: Any) -> None:
        """The worker takes tasks from now on."""
        mark("worker")
        self.entry = consumer.timer.call_repeatedly(MARK_EVERY_SECONDS, mark, ("worker",))

    def stop(self, consumer: Any) -> None:
        """The worker takes no more tasks, for a while or for good."""
        if self.entry is not None:
            self.entry.cancel()
            self.entry = None
