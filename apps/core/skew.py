"""A moment for what cannot be taken back: never ahead of the database, whatever this machine's clock says."""

import logging
from datetime import datetime, timedelta

from django.db import connection

from apps.core import clock

logger = logging.getLogger(__name__)

TOLERANCE = timedelta(seconds=30)


def cautious_now() -> datetime:
    """The earlier of this machine's clock and the database's; one query.

    A step that is taken stays taken, so a machine whose clock runs ahead must not take it early: late is mended by the
    next run, early by nobody. Clocks further apart than ``TOLERANCE`` are logged. A held clock is believed as it is.
    """
    here = clock.now()
    if clock.is_held():
        return here
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchall()[0][0]
    apart = here - there
    if abs(apart) > TOLERANCE:
        logger.warning(
            "this machine's clock is %d s %s the database's; the earlier one counts",
            abs(apart).total_seconds(),
            "ahead of" if apart > timedelta() else "behind",
        )
    return min(here, there)
