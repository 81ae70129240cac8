"""``python -m apps.core.embedded VAR [--not-durable]``: become the supervisor of VAR and let the caller go on."""

import os
import sys
import time
from pathlib import Path

from apps.core.embedded import locks
from apps.core.embedded.places import Places, ServicesError, places_of
from apps.core.embedded.supervisor import Supervisor, log

TRIES = 10


def main() -> int:
    """Supervise in a process of its own that the caller neither waits for nor has to reap."""
    try:
        places = places_of(Path(sys.argv[1]))
    except ServicesError as error:
        log(str(error))
        return 1
    if not take_lock(places) or os.fork() > 0:
        return 0
    os.setsid()
    os.umask(0o022)
    return Supervisor(places, durable="--not-durable" not in sys.argv).run()


def take_lock(places: Places) -> bool:
    """Become the one supervisor; tried for a moment, because users look at the lock by taking it shared."""
    lock = locks.open_lock(places.supervisor_lock)
    for _ in range(TRIES):
        if locks.try_exclusive(lock):
            return True
        time.sleep(0.02)
    return False


if __name__ == "__main__":
    sys.exit(main())
