"""Signs of life of the Celery processes, taken from the loops that do their work and not from a thread beside them."""

import time
from datetime import timedelta
from typing import Any

from celery import bootsteps
from celery.beat import PersistentScheduler
from celery.schedules import schedule as every
from django.conf import settings

from apps.core.heartbeats import MARK_EVERY_SECONDS, WORKERS, mark


class MarkingScheduler(PersistentScheduler):
    """Celery beat that leaves a mark on each turn of its loop, and begins with what runs every so many seconds."""

    marked_at = float("-inf")

    def setup_schedule(self) -> None:
        """After an outage nobody waits another minute for the sweep."""
        super().setup_schedule()
        for entry in self.schedule.values():
            if type(entry.schedule) is every:
                entry.last_run_at = entry.default_now() - entry.schedule.run_every - timedelta(seconds=1)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; returns the seconds until the next turn."""
        if time.monotonic() - self.marked_at >= MARK_EVERY_SECONDS:
            self.marked_at = time.monotonic()
            mark("beat")
        wait: float = super().tick(*args, **kwargs)
        return wait


class WorkerMark(bootsteps.StartStopStep):
    """Leaves a mark for each queue from the event loop by which a worker takes its tasks, so also while all its hands
    are busy; and looks once a minute, beside that loop, whether the timetable stands still.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer: Any, **kwargs: Any) -> None:
        from apps.core.standstills import Lookout  # reason: models are not ready when Celery's application is made

        super().__init__(consumer, **kwargs)
        self.entries: list[Any] = []
        self.lookout = Lookout()

    def start(self, consumer: Any) -> None:
        """The worker takes tasks from now on."""
        names = [WORKERS[queue] for queue in consumer.app.amqp.queues.consume_from if queue in WORKERS]
        for name in names:
            mark(name)
            self.entries.append(consumer.timer.call_repeatedly(MARK_EVERY_SECONDS, mark, (name,)))
        if settings.STANDSTILL_LOOK_SECONDS:
            self.entries.append(
                consumer.timer.call_repeatedly(float(settings.STANDSTILL_LOOK_SECONDS), self.lookout.look)
            )

    def stop(self, consumer: Any) -> None:
        """The worker takes no more tasks, for a while or for good."""
        for entry in self.entries:
            entry.cancel()
        self.entries = []
