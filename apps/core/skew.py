"""A moment for what cannot be taken back: never ahead of the database, whatever this machine's clock says."""

import logging
import time
from datetime import datetime, timedelta

from django.db import connection

from apps.core import clock

logger = logging.getLogger(__name__)

TOLERANCE = timedelta(seconds=30)
TELL_EVERY_SECONDS = 60.0

_told_at = float("-inf")


def cautious_now() -> datetime:
    """The earlier of this machine's clock and the database's; one query.

    A step that is taken stays taken, so a machine whose clock runs ahead must not take it early: late is mended by the
    next run, early by nobody. Clocks further apart than ``TOLERANCE`` are logged, once a minute at most. A clock that
    is held is believed.
    """
    here = clock.now()
    if clock.is_held():
        return here
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchall()[0][0]
    if abs(here - there) > TOLERANCE:
        _tell(here - there)
    return min(here, there)


def _tell(apart: timedelta) -> None:
    global _told_at
    if time.monotonic() - _told_at < TELL_EVERY_SECONDS:
        return
    _told_at = time.monotonic()
    logger.warning(
        "this machine's clock is %d s %s the database's; the earlier one counts",
        abs(apart).total_seconds(),
        "ahead of" if apart > timedelta() else "behind",
    )
