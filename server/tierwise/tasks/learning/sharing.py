"""Learning with a team: this window's lessons (what each task taught) go to the gateway, and the
team's learned state comes back.

A lesson (`learning/lesson.py`) holds only numbers and names of this program. The team's state must
pass the same test on past tasks as a state learned alone. If the gateway cannot be reached, the
last state stays in use, and the lessons wait in the ledger.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from tierwise.core.dataclass import dataclass
from tierwise.core.errors import LedgerUnavailable, ModelError, NotConfigured
from tierwise.core.tiers import Tier
from tierwise.learning import lesson
from tierwise.learning.lesson import Lesson
from tierwise.models.client import ModelClient
from tierwise.models.transport import PlainQuestion
from tierwise.store import decisions
from tierwise.store.decisions import TaskHistory
from tierwise.store.learned import LearnedFile
from tierwise.tasks.learning.learning import BACK_MS, ripened
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

WITHIN: Final = 10.0
"""Seconds that a gateway may take."""
EVERY_S: Final = 60.0
"""Seconds between two exchanges."""
MOST: Final = 200
"""The most lessons in one call."""


@dataclass
class Sharing:
    """Sends lessons and fetches the team's learned state, at most once a minute."""

    window: Window
    client: ModelClient
    file: LearnedFile
    _last: float = float("-inf")

    async def exchange(self, tier: Tier) -> None:
        """Send what was learned here to the team's gateway (the address of `tier`), and fetch what
        the team learned. Never raises.
        """
        now = self.window.monotonic()
        if now - self._last < EVERY_S:
            return
        self._last = now
        try:
            await self._exchange(tier)
        except (ModelError, NotConfigured, LedgerUnavailable, OSError) as error:
            log.info("nothing was shared with the team (%s)", type(error).__name__)
        except (KeyError, TypeError, ValueError, AttributeError):
            log.warning("what the team's gateway learned cannot be read")

    async def _exchange(self, tier: Tier) -> None:
        kept = self.file.read() or {}
        weights, project = self.window.weights.hash, self.window.project_name
        fits = kept.get("weights") == weights
        told_ms = int(kept.get("toldMs", 0)) if fits else 0
        version = int(kept.get("version", 0)) if fits else 0
        found = await self._ripe(told_ms)
        for first in range(0, len(found), MOST):
            part = found[first : first + MOST]
            body = {
                "project": project, "weights": weights,
                "lessons": [lesson.to_json(each) for each in part],
            }  # fmt: skip
            await self.client.asked(tier, PlainQuestion("/v1/team/lessons", WITHIN, "POST", body))
            told_ms = max(told_ms, *(each.ripe_ms for each in part))
        path = f"/v1/team/learned?project={quote(project)}&weights={weights}&version={version}"
        said = await self.client.asked(tier, PlainQuestion(path, WITHIN))
        new = {"weights": weights, "toldMs": told_ms, "version": int(said["version"]),
               "record": said["record"] or (kept.get("record") if fits else None)}  # fmt: skip
        if new != kept:
            await asyncio.to_thread(self.file.update, lambda _: new)

    async def _ripe(self, told_ms: int) -> Sequence[Lesson]:
        window, now = self.window, self.window.now_ms()
        told = await window.ledger.read(lambda conn: decisions.judged(conn, told_ms - BACK_MS))
        own = [task for task in told if task.task.project == window.project]
        return await asyncio.to_thread(self._lessons, own, told_ms, now)

    def _lessons(self, told: Sequence[TaskHistory], after_ms: int, now_ms: int) -> list[Lesson]:
        window = self.window
        found = ripened(
            told, window.weights, window.config.confidence_target, after_ms, now_ms,
            lambda _: window.project_name,
        )  # fmt: skip
        return sorted(found, key=lambda each: each.ripe_ms)
