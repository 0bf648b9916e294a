"""Messages about money: one per threshold and day, in the window that was used last.

The windows of a ledger share what was said. Each looks at the budget by itself; whoever claims
a message in the ledger says it. The window used last may claim at once, every other one only
after it had time to, so that a window that hangs silences nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import field
from functools import partial
from typing import Any, Final

from tierwise.budget.limits import BudgetState, views
from tierwise.core.dataclass import dataclass
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.views import BudgetView
from tierwise.present import pause
from tierwise.store import notices, owner
from tierwise.store.deferred import Connection
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

PATIENCE: Final = 5.0
"""Seconds that a window leaves to each window that was used later than itself."""


Say = Callable[[], Coroutine[Any, Any, None]]
"""Says a message, until it was answered."""


@dataclass
class Announcer:
    """Says what one window has to say about money."""

    window: Window
    patience: float = PATIENCE
    _seen: set[str] = field(default_factory=set)
    _jobs: set[asyncio.Task[None]] = field(default_factory=set)

    def announce(self, state: BudgetState, question: Say) -> None:
        """Say every threshold that is crossed now, where nobody said it today.

        A pause is said as `question`, with what can be done. The operator chose a cap that pauses
        before anything is spent (0, or too small for a call), so that one is asked about only
        when a task reaches it.
        """
        if self.window.rehearsal:
            return
        for view in views(state):
            what = threshold(view, state)
            if view.state == "ok" or what in self._seen:
                continue
            if view.state == "soft":
                self._seen.add(what)
                self._spawn(self._say(what, state.day, partial(self._notice, view)))
            elif view.spent:
                self._seen.add(what)
                self._spawn(self._say(what, state.day, question))

    def leave(self, thresholds: Iterable[str]) -> None:
        """Do not announce these: a task that waits is asked about them."""
        self._seen.update(thresholds)

    async def claim(self, what: str, day: str) -> bool:
        """Claim a message for this window, which the operator uses at this moment. Returns whether
        it is ours.
        """
        self._seen.add(what)
        me, at = owner.identity(), self.window.now_ms()
        try:
            return await self.window.ledger.write(lambda c: notices.claim(c, what, day, me, at))
        except LedgerUnavailable:
            return True

    async def asked(self, what: str, day: str, question: Coroutine[Any, Any, None]) -> None:
        """Ask what was claimed; it is free again where the window closes before it is answered."""
        try:
            await question
        except asyncio.CancelledError:
            me = owner.identity()
            with contextlib.suppress(LedgerUnavailable):
                self.window.ledger.submit(lambda conn: notices.release(conn, what, day, me))
            raise

    def start(self) -> None:
        """Count a window that was opened as used."""
        me, at = owner.identity(), self.window.now_ms()
        self.window.ledger.submit(lambda conn: notices.used(conn, me, at))

    async def stop(self) -> None:
        """Stop announcing."""
        me = owner.identity()
        with contextlib.suppress(LedgerUnavailable):
            self.window.ledger.submit(lambda conn: notices.gone(conn, me))
        for job in list(self._jobs):
            job.cancel()
        await asyncio.gather(*self._jobs, return_exceptions=True)

    async def _notice(self, view: BudgetView) -> None:
        text = pause.nearly(view.scope, view.spent, view.limit)
        self.window.listener.notice("warning", text)

    async def _say(self, what: str, day: str, say: Say) -> None:
        try:
            later = await self.window.ledger.read(_used_later)
            if later:
                await asyncio.sleep(self.patience * later)
        except LedgerUnavailable:
            log.info("which window was used last is not known")
        if await self.claim(what, day):
            await self.asked(what, day, say())

    def _spawn(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(job)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)


def threshold(view: BudgetView, state: BudgetState) -> str:
    """The key of a message about a cap, by which it is said once.

    A pause is keyed by the cap as well, so that a raised cap can bring another message.
    """
    where = f"{state.project}|{state.period}" if view.scope == "project" else ""
    cap = str(view.limit) if view.state == "paused" else ""
    return f"budget:{view.scope}:{view.state}:{where}:{cap}"


def _used_later(conn: Connection) -> int:
    """How many living windows were used later than this one."""
    me, later = owner.identity(), 0
    for each in notices.windows(conn):
        if each == me:
            break
        later += owner.alive(each) is not False
    return later
