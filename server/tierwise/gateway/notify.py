"""Tells the operator by their configured command that a budget crossed a threshold.

It does so only if no editor tells them. A process claims a message in the ledger before it shows
it, so all processes together show each message once.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import field
from typing import Final

from tierwise.budget.limits import BudgetState, views
from tierwise.core.dataclass import dataclass
from tierwise.core.errors import LedgerUnavailable
from tierwise.core.views import BudgetView
from tierwise.gateway.office import Office
from tierwise.present import gateway as words
from tierwise.present import pause
from tierwise.store import notices as said
from tierwise.store import owner
from tierwise.tasks.money.announcer import PATIENCE, threshold

log = logging.getLogger(__name__)

TAKES: Final = 30.0
"""Seconds after which the command is ended."""


@dataclass
class Notifier:
    """Tells the operator when a budget that the gateway spends from crosses a threshold.

    `patience` is how many seconds each open editor gets to tell them first.
    """

    office: Office
    patience: float = PATIENCE
    _seen: set[str] = field(default_factory=set)
    _jobs: set[asyncio.Task[None]] = field(default_factory=set)

    def spent(self, project: str) -> None:
        """Check the budgets, because something was booked for a project."""
        if not self.office.window.config.notify_command or self.office.rehearses:
            return
        job = asyncio.get_running_loop().create_task(self._look(project))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def close(self) -> None:
        """Show nothing more. A command that already runs gets one second to end."""
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=1.0)
        for job in self._jobs:
            job.cancel()

    async def _look(self, project: str) -> None:
        try:
            state = await self.office.purse.state(project)
            for view in views(state):
                what = threshold(view, state)
                if view.state != "ok" and what not in self._seen:
                    self._seen.add(what)
                    if await self._claimed(what, state.day):
                        await self._say(_sentence(view, state))
        except LedgerUnavailable:
            log.info("the budget could not be read")

    async def _claimed(self, what: str, day: str) -> bool:
        """Claim a message, after every open editor had time to claim it first.

        Returns false if somebody else has claimed it.
        """
        ledger, me = self.office.window.ledger, owner.identity()
        open_windows = await ledger.read(said.windows)
        editors = sum(owner.alive(one) is not False for one in open_windows if one != me)
        if editors:
            await asyncio.sleep(self.patience * (editors + 1))
        at = self.office.window.now_ms()
        return await ledger.write(lambda conn: said.claim(conn, what, day, me, at))

    async def _say(self, sentence: str) -> None:
        command = self.office.window.config.notify_command
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                sentence,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
        except OSError as error:
            log.warning("notify_command could not be run (%s)", type(error).__name__)
            return
        try:
            await asyncio.wait_for(process.wait(), TAKES)
        except TimeoutError:
            process.kill()
            log.warning("notify_command took longer than %g s and was ended", TAKES)


def _sentence(view: BudgetView, state: BudgetState) -> str:
    if view.state == "soft" or view.limit is None:
        return pause.nearly(view.scope, view.spent, view.limit)
    return words.paused(view.scope, view.spent, view.limit)
