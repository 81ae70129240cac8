"""Settings of a hurried worker or beat: the product's, with a quicker timetable and a clock that a file moves.

The product's code is the same: ``apps.core.clock`` asks its ``datetime`` for the time as ever, and that one adds the
seconds that stand in ``skew-seconds``. Celery's own clock and the database's are not moved.
"""

import os
from datetime import datetime, timedelta, tzinfo

from apps.core import clock
from gridgov.settings.dev import *  # noqa: F403
from gridgov.settings.dev import CELERY_BEAT_SCHEDULE, VAR_DIR

SKEW_FILE = VAR_DIR / "skew-seconds"


class MovedClock(datetime):
    """The time of this machine, moved by the seconds in the file."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        """The moved time."""
        try:
            seconds = float(SKEW_FILE.read_text())
        except (OSError, ValueError):
            seconds = 0.0
        return datetime.now(tz) + timedelta(seconds=seconds)


clock.datetime = MovedClock  # type: ignore[misc]

for task, seconds in {"sweep-deadlines": 1.0, "drain-outbox": 2.0, "deliver-notices": 3.0}.items():
    CELERY_BEAT_SCHEDULE[task]["schedule"] = seconds
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / f"beat-schedule-{os.getpid()}")
