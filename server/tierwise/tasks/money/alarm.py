"""The alarm about a rising share of the dearest tier. It warns at most once a day."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from tierwise.budget import share
from tierwise.budget.share import Counts
from tierwise.core.dataclass import dataclass
from tierwise.core.errors import LedgerUnavailable
from tierwise.present import notices
from tierwise.store import shares
from tierwise.tasks.window.consent import Consents
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

EVERY: Final = 600.0
"""Seconds between looks."""
TOLD: Final = "dearest-share"
"""The key under which the day of the last warning is stored, so that other windows stay silent."""


@dataclass
class ShareAlarm:
    """Warns the operator if the dearest tier answers a far larger share of the tasks than usual. It
    reads the ledger on behalf of one editor window.
    """

    window: Window
    consents: Consents

    async def watch(self) -> None:
        """Look every `EVERY` seconds, until cancelled."""
        while True:
            try:
                await self.look()
            except LedgerUnavailable:
                log.info("the share of the dearest tier could not be read")
            except Exception:
                log.exception("the share of the dearest tier could not be judged")
            await asyncio.sleep(EVERY)

    async def look(self) -> bool:
        """Warn if the dearest tier's share of the last day is far above that of the two weeks
        before (`share.risen`). Returns whether it warned.

        All windows together warn at most once a day.
        """
        now = self.window.now_ms()
        tier, day = self.window.ladder.top, now - share.DAY_MS
        recent = await self.window.ledger.read(lambda c: shares.answered(c, tier, day, now + 1))
        usual = await self.window.ledger.read(
            lambda c: shares.answered(c, tier, day - share.BEFORE_MS, day)
        )
        if not share.risen(Counts(*recent), Counts(*usual)):
            return False
        today = self.window.clock().date().isoformat()
        if today in self.consents.answered(TOLD):
            return False
        self.consents.remember(TOLD, today, True)
        text = notices.share_risen(tier, Counts(*recent).share, Counts(*usual).share)
        self.window.listener.notice("warning", text)
        return True
