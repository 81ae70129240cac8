"""Advisory file locks that the kernel gives back when their holder dies, however it dies."""

import fcntl
import os
from pathlib import Path


def open_lock(path: Path) -> int:
    """A descriptor of ``path``, made where missing; locks taken on it end with the last process that holds it open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)


def try_exclusive(descriptor: int) -> bool:
    """Take the exclusive lock if nobody holds any; tells whether it was taken."""
    return _try(descriptor, fcntl.LOCK_EX)


def try_shared(descriptor: int) -> bool:
    """Take a shared lock unless somebody holds the exclusive one; tells whether it was taken."""
    return _try(descriptor, fcntl.LOCK_SH)


def unlock(descriptor: int) -> None:
    """Give the lock back, keeping the descriptor open."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def is_held_exclusively(path: Path) -> bool:
    """Whether a living process holds the exclusive lock of ``path``."""
    if not path.exists():
        return False
    descriptor = open_lock(path)
    try:
        return not try_shared(descriptor)
    finally:
        os.close(descriptor)


def _try(descriptor: int, operation: int) -> bool:
    try:
        fcntl.flock(descriptor, operation | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
