"""How a worker shares its queue with others.

A queue in a file has one worker, which can do all of its jobs. On a shared queue a worker says that
it is there, takes over from the lost ones of its own state folder, and leaves to others the groups
whose instruction or folder it does not have.
"""

from __future__ import annotations

import contextlib
import logging
import time
from pathlib import Path
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.errors import LedgerUnavailable
from tierwise.store import owner, workers
from tierwise.store.jobs import GroupRow
from tierwise.store.ledger import Ledger
from tierwise.store.postgres.address import address_of

log = logging.getLogger(__name__)

BEAT_S: Final = 5.0
"""Seconds between two signs of life that a worker on a shared queue writes."""


@dataclass
class QueueSharing:
    """One worker among those that share a queue. `place` names its state folder; `url` is that of a
    shared queue, None for one in a file.
    """

    place: str
    url: str | None
    ledger: Ledger
    _beaten: float = float("-inf")

    @property
    def shares(self) -> bool:
        """Whether other workers have the same queue."""
        return self.url is not None

    def lies_here(self, group: GroupRow) -> bool:
        """Whether a group's instruction is stored in this state folder.

        It always is if the ledger is a file, because then nobody shares it.
        """
        return not self.shares or group.place in (None, self.place)

    def lacks_tree(self, group: GroupRow) -> bool:
        """Whether a group's folder is not on this machine, so that only another one can do its
        jobs.
        """
        return self.shares and not Path(group.root).is_dir()

    async def beat(self, *, at_once: bool = False) -> None:
        """On a shared queue, write a sign of life and take over the jobs of lost workers. Without
        `at_once` this is done only if the last time is `BEAT_S` seconds ago.
        """
        now, me, place = time.monotonic(), owner.identity(), self.place
        if not self.shares or (now - self._beaten < BEAT_S and not at_once):
            return
        self._beaten = now
        await self.ledger.write(lambda conn: workers.here(conn, me, place))
        lost = await self.ledger.read(lambda conn: workers.lost(conn, place))
        if lost:
            jobs_lost = await self.ledger.write(
                lambda conn: workers.taken_over(conn, workers.lost(conn, place), place)
            )
            log.warning("%d jobs ran in %d workers that are gone", jobs_lost, len(lost))

    async def server(self) -> tuple[str, str] | None:
        """The address of the server that the queue is shared on, and the ledger's schema there.
        None for a queue in a file.
        """
        if self.url is None:
            return None
        named = "SELECT current_schema()"
        schema = await self.ledger.read(lambda conn: conn.exec_driver_sql(named).scalar_one())
        return address_of(self.url).url, str(schema)

    async def leave(self) -> None:
        """Say that this worker ends and leaves nothing undone."""
        if self.shares:
            with contextlib.suppress(LedgerUnavailable):
                await self.ledger.write(lambda conn: workers.gone(conn, owner.identity()))
