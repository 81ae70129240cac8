"""Writing in a thread of its own while the next batch is told."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

from django.db import connection, transaction


class BatchWriter:
    """Writes batches in one thread of its own, at most one waiting, so that memory stays flat.

    With ``whole`` all batches are one transaction: all of them or, when something goes wrong, none.
    """

    def __init__(self, *, whole: bool = False) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._running: Future[None] | None = None
        self._frame = transaction.atomic() if whole else None

    def __enter__(self) -> "BatchWriter":
        if self._frame is not None:
            self._pool.submit(self._frame.__enter__).result()
        return self

    def put(self, write: Callable[[], None]) -> None:
        """Hand over a batch; waits for the one before it and raises what went wrong with it."""
        self._join()
        self._running = self._pool.submit(write)

    def _join(self) -> None:
        if self._running is not None:
            running, self._running = self._running, None
            running.result()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._join()
        except BaseException as problem:
            kind, error, trace = type(problem), problem, problem.__traceback__
            raise
        finally:
            if self._frame is not None:
                self._pool.submit(self._frame.__exit__, kind, error, trace).result()
            self._pool.submit(connection.close)
            self._pool.shutdown()
