"""The durable queue behind the worker: the one file that knows its library.

It is handed ids alone. What it keeps can be rebuilt from the ledger's jobs at any time: a job is
handed in under an id of its own for every run, and a second time under the same id is nothing.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID

from tierwise.store.installation import name_of

VERSION: Final = "night-1"
"""The version of the steps below. A job that was handed to another one starts over."""
QUEUE: Final = "night"
ATTEMPTS: Final = 10
"""Times the library takes a job up again; ours gives it up before (`night/endings.py`)."""
POLL_S: Final = 1.0
_FILE: Final = "queue.db"

Do = Callable[[str], str]
"""Does a job by its id, on a thread of the queue's; the state it came to."""

_doing: list[Do] = []


@DBOS.step(name="do")
def _do(job_id: str) -> str:
    return _doing[-1](job_id)


@DBOS.workflow(name="job", max_recovery_attempts=ATTEMPTS)
def _job(job_id: str) -> str:
    return _do(job_id)


class DurableQueue:
    """The queue of one state folder, or of all workers of a server; `start` before anything else.

    `shared` is the server's address and the schema of the ledger there. A place on it, which is a
    state folder, has an engine of its own: its jobs can be done there alone.
    """

    def __init__(
        self, folder: Path, do: Do, workers: int, shared: tuple[str, str] | None = None
    ) -> None:
        self._folder, self._do, self._workers = folder, do, workers
        self._shared = shared

    def start(self) -> None:
        """Open the queue. In a folder's own what an earlier worker left is taken up."""
        for name in [name for name in os.environ if name.startswith("DBOS__")]:
            del os.environ[name]
        logging.getLogger("dbos").addFilter(lambda record: False)
        _doing.append(self._do)
        DBOS(config={
            **self._place(),
            "name": "tierwise-night",
            "application_version": VERSION,
            "log_level": "CRITICAL",
            "serializer": DBOSPortableJSONSerializer(),
        })  # fmt: skip
        DBOS.launch()
        DBOS.register_queue(
            QUEUE,
            worker_concurrency=self._workers,
            polling_interval_sec=POLL_S,
            on_conflict="always_update",
        )

    def _place(self) -> DBOSConfig:
        """Where the queue is kept, and the name of this worker there.

        Workers that share a server have a name of their own each: what one of them lost, another
        takes over by the ledger.
        """
        if self._shared is not None:
            url, schema = self._shared
            return {
                "name": "",
                "system_database_url": url,
                "dbos_system_schema": f"{schema}_night_{name_of(self._folder)[:8]}",
                "use_listen_notify": False,
                "executor_id": uuid.uuid4().hex,
            }
        file = self._folder / _FILE
        if not file.exists():
            file.touch(mode=0o600)
        return {
            "name": "",
            "system_database_url": f"sqlite:///{file.absolute()}",
            "executor_id": name_of(self._folder),
        }

    def put(self, job_id: str, run: int) -> None:
        """Hand a job in for its run of that number; nothing happens where that was done."""
        with SetWorkflowID(f"{job_id}.{run}"):
            DBOS.enqueue_workflow(QUEUE, _job, job_id)

    def forget(self, job_id: str, run: int) -> None:
        """Delete what is kept of the runs of a job that is over."""
        DBOS.delete_workflows([f"{job_id}.{n}" for n in range(run + 1)])

    def stop(self) -> None:
        """Take nothing up any more."""
        DBOS.destroy()
        _doing.pop()
