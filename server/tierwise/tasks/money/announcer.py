"""Messages about money: each threshold is announced once a day, in the window that was used last.

All windows of a ledger watch the budget. A window must claim a message in the ledger before it
shows it. The window used last may claim at once. Every other window first waits a while, so that a
message still appears if that window hangs.
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
"""Seconds that a window waits for each window that was used later than itself."""


Say = Callable[[], Coroutine[Any, Any, None]]
"""Shows a message, and returns when it was answered."""


@dataclass
class Announcer:
    """Shows one window's messages about money. `patience` is how many seconds it waits for each
    window that was used later.
    """

    window: Window
    patience: float = PATIENCE
    _seen: set[tuple[str, str]] = field(default_factory=set)
    """The days and messages of which this window showed its part, or left it to another."""
    _jobs: set[asyncio.Task[None]] = field(default_factory=set)

    def announce(self, state: BudgetState, question: Say) -> None:
        """Announce every threshold that is crossed now, unless this window announced it before, or
        another window today.

        A pause is shown as `question`, which offers what can be done. A cap that pauses before
        anything is spent (0, or too small for one call) was chosen by the operator. It is asked
        about only when a task reaches it.
        """
        if self.window.rehearsal:
            return
        for view in views(state):
            what = threshold(view, state)
            if view.state == "ok" or (state.day, what) in self._seen:
                continue
            if view.state == "soft":
                self._seen.add((state.day, what))
                self._spawn(self._say(what, state.day, partial(self._notice, view)))
            elif view.spent:
                self._seen.add((state.day, what))
                self._spawn(self._say(what, state.day, question))

    def leave(self, thresholds: Iterable[str], day: str) -> None:
        """Do not announce on this day that these thresholds were crossed: the operator is asked
        about a waiting task, and that question says it.
        """
        self._seen.update((day, what) for what in thresholds)

    async def claim(self, what: str, day: str) -> bool:
        """Claim a message in the ledger, so that only this editor window shows it. False if another
        window has claimed it.

        If the ledger cannot be written the result is True, so that the message is shown.
        """
        self._seen.add((day, what))
        me, at = owner.identity(), self.window.now_ms()
        try:
            return await self.window.ledger.write(lambda c: notices.claim(c, what, day, me, at))
        except LedgerUnavailable:
            return True

    async def asked(self, what: str, day: str, question: Coroutine[Any, Any, None]) -> None:
        """Ask a claimed question. If the window closes before the answer, the claim is given up."""
        try:
            await question
        except asyncio.CancelledError:
            me = owner.identity()
            with contextlib.suppress(LedgerUnavailable):
                self.window.ledger.submit(lambda conn: notices.release(conn, what, day, me))
            raise

    def start(self) -> None:
        """Write to the ledger that this editor window was used just now. So it may show messages
        first, before any window used earlier.
        """
        me, at = owner.identity(), self.window.now_ms()
        self.window.ledger.submit(lambda conn: notices.used(conn, me, at))

    async def stop(self) -> None:
        """Stop announcing, and remove this editor window from the ledger's list of windows by their
        last use.
        """
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
    """The key of a message about a cap. A window shows the message once per key and day.

    The key of a pause has the cap in it, so that a raised cap can bring another message.
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
