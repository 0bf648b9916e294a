"""Writes that wait for the ledger thread. Writes that wait at the same time share a transaction.

Most of a transaction's time is spent waiting for the disk at its end. If fifty agents reserve at
the same moment, they wait for it a few times instead of fifty times. Each write has a savepoint of
its own, so that a failed write affects no other, and no caller gets a result that is not on disk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeVar

from tierwise.core.dataclass import dataclass
from tierwise.store.deferred import Connection

T = TypeVar("T")
Write = Callable[[Connection], Any]

AT_ONCE: Final = 8
"""The most writes in one transaction. Other windows wait meanwhile, about 1 ms for each."""


@dataclass(frozen=True, slots=True)
class Written:
    """What came of one queued write: its result, or the error it raised."""

    result: Any = None
    error: Exception | None = None


class WriteQueue:
    """The writes of one ledger, in the order in which they came.

    `alone` runs a write in a transaction of its own. `together` runs several in one. It raises
    if the ledger itself fails: then none of them is written, and each is run alone.
    """

    def __init__(
        self,
        thread: ThreadPoolExecutor,
        alone: Callable[[Write], Any],
        together: Callable[[Sequence[Write]], Sequence[Written]] | None,
    ) -> None:
        self._thread = thread
        self._alone = alone
        self._together = together
        self._waiting: deque[tuple[Write, Future[Any]]] = deque()

    def submit(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Queue a write. Raises `RuntimeError` where the thread has ended."""
        job: Future[T] = Future()
        item = (fn, job)
        self._waiting.append(item)
        try:
            self._thread.submit(self._run)
        except RuntimeError:
            self._waiting.remove(item)
            raise
        return job

    def _run(self) -> None:
        """Run the writes that wait.

        Each queued write also queued one `_run`, so none is left behind.
        """
        most = AT_ONCE if self._together is not None else 1
        items: list[tuple[Write, Future[Any]]] = []
        while self._waiting and len(items) < most:
            fn, job = self._waiting.popleft()
            if job.set_running_or_notify_cancel():
                items.append((fn, job))
        if len(items) > 1 and self._together is not None:
            try:
                found = self._together([fn for fn, _ in items])
            except Exception:
                found = None
            if found is not None:
                for (_, job), written in zip(items, found, strict=True):
                    if written.error is not None:
                        job.set_exception(written.error)
                    else:
                        job.set_result(written.result)
                return
        for fn, job in items:
            try:
                result = self._alone(fn)
            except BaseException as error:
                job.set_exception(error)
            else:
                job.set_result(result)
