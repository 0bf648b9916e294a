"""The durable queue behind the worker. Only this file knows the library (DBOS).

The library gets only ids. What it stores can always be rebuilt from the jobs in the ledger. A job
is handed in under a new id for each run, and handing in the same id twice does nothing.
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
"""The version of the steps below. A job that was handed to another version starts over."""
QUEUE: Final = "night"
ATTEMPTS: Final = 10
"""How often the library takes a job up again. Our own limit is lower (`night/endings.py`)."""
POLL_S: Final = 1.0
_FILE: Final = "queue.db"

Do = Callable[[str], str]
"""Does the job with an id, on a thread of the queue. Returns the state that the job came to."""

_doing: list[Do] = []


@DBOS.step(name="do")
def _do(job_id: str) -> str:
    return _doing[-1](job_id)


@DBOS.workflow(name="job", max_recovery_attempts=ATTEMPTS)
def _job(job_id: str) -> str:
    return _do(job_id)


class DurableQueue:
    """The queue of one state folder, or one that workers share on a server. Call `start` first.

    `shared` is the server's address and the schema of the ledger there. Each state folder on a
    server has a queue of its own, because its jobs can run only there.
    """

    def __init__(
        self, folder: Path, do: Do, workers: int, shared: tuple[str, str] | None = None
    ) -> None:
        self._folder, self._do, self._workers = folder, do, workers
        self._shared = shared

    def start(self) -> None:
        """Open the queue. If it is a folder's own file, take up what an earlier worker
        left in it.
        """
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
        """Where the queue is stored, and the name of this worker there.

        Workers that share a server each have a random name. If one is lost, others find its jobs by
        the ledger and not by the name.
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
        """Hand in a job for its run of that number. Nothing happens if that was done before."""
        with SetWorkflowID(f"{job_id}.{run}"):
            DBOS.enqueue_workflow(QUEUE, _job, job_id)

    def forget(self, job_id: str, run: int) -> None:
        """Delete what the library stores of the runs of a job that is over."""
        DBOS.delete_workflows([f"{job_id}.{n}" for n in range(run + 1)])

    def stop(self) -> None:
        """Close the queue. It takes up nothing any more."""
        DBOS.destroy()
        _doing.pop()
