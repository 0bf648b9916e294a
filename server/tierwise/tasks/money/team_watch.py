"""Watches a team's gateway: what it allows, what the team spent, and whether it can be reached.

It asks the gateway when the window starts, after each task that the team paid for, while a pause
holds tasks back, and regularly while the window is in use. The gateway alone decides what a call
may cost. What is read here is for display, and for decisions that the gateway would change anyway.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field, replace
from typing import Any, Final, cast
from urllib.parse import quote

from tierwise.budget.model_ids import normal
from tierwise.core.dataclass import dataclass
from tierwise.core.errors import ModelError, NotConfigured
from tierwise.core.money import to_nanos
from tierwise.core.situation import BudgetLevel
from tierwise.core.team import CapScope, SharedCap, Span, TeamWord
from tierwise.core.tiers import Ladder, Tier
from tierwise.models.client import ModelClient
from tierwise.models.transport import PlainQuestion
from tierwise.tasks.money.budget_watch import REMEMBERED
from tierwise.tasks.money.team_seen import TeamSeen
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

WITHIN: Final = 5.0
"""Seconds that a gateway may take to answer."""
EVERY: Final = 30.0
"""Seconds between looks while the window is in use."""
PAUSED: Final = 5.0
"""Seconds between looks while the team's budget pauses or its gateway cannot be reached."""
ODD: Final = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)
"""The exceptions of reading an answer that is no gateway's report."""
IDLE: Final = 300.0
"""So many seconds after the last task the looks stop, so that the process for calls may end."""


@dataclass
class TeamWatch:
    """Asks each team's gateway for its report.

    `share` exchanges lessons with the team of a tier. `on_change` is called after a new report,
    `on_room` after the end of a pause.
    """

    window: Window
    client: ModelClient
    seen: TeamSeen
    share: Callable[[Tier], Awaitable[None]]
    on_change: Callable[[], None]
    on_room: Callable[[], None]
    _worked: float = field(default=float("-inf"))
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start the watch in the background."""
        self._wake.set()
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def stop(self) -> None:
        """Stop the watch."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    def look_soon(self) -> None:
        """Ask the gateways at once, in the background."""
        self._worked = self.window.monotonic()
        self._wake.set()

    def worked(self, task: Task) -> None:
        """Ask the team's gateway again after a task that it paid for."""
        if task.decision.answering in self.seen.by_tier:
            self.look_soon()

    async def look(self) -> None:
        """Ask every team's gateway once, and report what changed."""
        before = self.seen.by_tier
        found = await self._asked()
        self.seen.by_tier = found
        if found != before:
            self.on_change()
        if _paused(before) and not _paused(found):
            self.on_room()
        await self._share()

    async def _share(self) -> None:
        """Exchange lessons with the team that pays for every tier, unless the operator learns
        alone.
        """
        window, learning = self.window, self.window.config.learning
        word = self.seen.one(window.ladder)
        if word is not None and not word.away and learning.on and learning.team:
            await self.share(window.tier(window.ladder.cheapest))

    async def _asked(self) -> Mapping[str, TeamWord]:
        window, words = self.window, dict[tuple[str, str], TeamWord]()
        found: dict[str, TeamWord] = {}
        if not window.trust.trusted or window.rehearsal:
            return found
        for tier in window.ladder:
            if not await asyncio.to_thread(self.client.teams, tier):
                continue
            place = (self.client.endpoint(tier), tier.api_key_env)
            if place not in words:
                words[place] = await self._word(tier)
            found[tier.name] = words[place]
        return found

    async def _word(self, tier: Tier) -> TeamWord:
        path = f"/v1/team/me?project={quote(self.window.project_name)}"
        try:
            said = await self.client.asked(tier, PlainQuestion(path, WITHIN))
            return word_of(said, self.window.ladder)
        except (*ODD, ModelError, NotConfigured) as error:
            log.info("the team's gateway was not to be asked (%s)", type(error).__name__)
            away = isinstance(error, ModelError) and error.kind in ("network", "timeout", "cut")
            return replace(self.seen.by_tier.get(tier.name, TeamWord()), away=away)

    async def _watch(self) -> None:
        while True:
            await self._next()
            self._wake.clear()
            try:
                await self.look()
            except Exception:
                log.exception("the watch over the team's gateway failed once")

    async def _next(self) -> None:
        """Wait for the next look. Without a team, or long after the last task, wait until woken."""
        found = self.seen.words
        held = any(word.level == "paused" or word.away for word in found)
        # Tasks that a pause refused are tried again for a quarter of an hour.
        idle = self.window.monotonic() - self._worked > (REMEMBERED if held else IDLE)
        wait = None if not found or idle else PAUSED if held else EVERY
        try:
            async with asyncio.timeout(wait):
                await self._wake.wait()
        except TimeoutError:
            pass


def word_of(said: Mapping[str, Any], ladder: Ladder) -> TeamWord:
    """A gateway's report on its team, with the tier names of this editor window. Tiers are matched
    by their models.

    Raises `KeyError`, `TypeError` or `ValueError` for data that is no such report.
    """
    own = {normal(tier.model): tier.name for tier in ladder}
    models = {str(name): normal(str(model)) for name, model in dict(said["tiers"]).items()}

    def named(tier: object) -> str | None:
        return own.get(models.get(str(tier), "")) if tier is not None else None

    floors = ((str(action), named(tier)) for action, tier in dict(said["floors"]).items())
    caps = tuple(_cap(one) for one in said["caps"])
    paused = said.get("paused")
    return TeamWord(
        owner=str(said["owner"]),
        level=cast(BudgetLevel, said["state"]),
        caps=caps,
        max_tier=named(said["maxTier"]),
        floors={action: tier for action, tier in floors if tier is not None},
        paused=_cap(paused) if paused is not None else None,
    )


def _cap(said: Mapping[str, Any]) -> SharedCap:
    limit, spent, reserved = (
        to_nanos(str(said[key])) for key in ("limitUsd", "spentUsd", "reservedUsd")
    )
    return SharedCap(
        cast(CapScope, said["scope"]), cast(Span, said["span"]), limit, spent, reserved
    )


def _paused(found: Mapping[str, TeamWord]) -> bool:
    return any(word.level == "paused" for word in found.values())
