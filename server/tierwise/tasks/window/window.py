"""What an editor window has: its documents, listener, settings, ledger and clocks.

It knows no service. Services are made from it and from one another (`world.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import field
from datetime import datetime

from tierwise.budget import days
from tierwise.budget.prices import PriceTable
from tierwise.config.model import Config
from tierwise.context.ignore import IgnoreRules
from tierwise.core.dataclass import dataclass
from tierwise.core.tiers import Ladder, Tier
from tierwise.edits.confine import Confine
from tierwise.models.call import Deadlines
from tierwise.routing.weights import Weights
from tierwise.store.content import ANSWER, Content
from tierwise.store.ledger import Ledger
from tierwise.tasks.api import Documents, Listener
from tierwise.tasks.window.projects import Projects
from tierwise.tasks.window.settings import Settings
from tierwise.trust import Trust


@dataclass(frozen=True)
class Window:
    """What one editor window has; the night's worker has one without an editor. `now_ms` returns
    UTC milliseconds, `monotonic` seconds.
    """

    settings: Settings
    documents: Documents
    listener: Listener
    trust: Trust
    ignore: IgnoreRules
    ledger: Ledger
    content: Content
    weights: Weights
    session: str
    project: str
    projects: Projects
    client: str | None = None
    """The name of the editor, if it gave one."""
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    monotonic: Callable[[], float] = time.monotonic
    clock: Callable[[], datetime] = days.now
    night: bool = False
    """Whether nobody watches this window: its calls use the night's money, and its proposals wait
    in the queue.
    """
    confirmed: set[str] = field(default_factory=set)
    """Ignored files that the operator agreed to send, so that none is asked about twice."""
    _said: set[str] = field(default_factory=set)

    @property
    def config(self) -> Config:
        """The present configuration."""
        return self.settings.config

    @property
    def prices(self) -> PriceTable:
        """What each model costs now: the list prices, with the operator's own over them."""
        return self.settings.prices

    @property
    def ladder(self) -> Ladder:
        """The tiers of the present configuration."""
        return self.config.ladder()

    @property
    def project_name(self) -> str:
        """The name of the project's folder. A team knows the project by it, so the folder must have
        one name on all machines.
        """
        return self.project.rsplit("/", 1)[-1]

    @property
    def rehearsal(self) -> bool:
        """Whether answers come from the rehearsal model, which the operator chose."""
        return self.config.rehearsal

    @property
    def keeps_content(self) -> bool:
        """Whether prompts and answers may be kept on disk."""
        return self.config.content_keep_days > 0

    @property
    def confine(self) -> Confine:
        """The rules for where edits may be written, from the present workspace folders."""
        return Confine(tuple(self.documents.roots()))

    @property
    def deadlines(self) -> Deadlines:
        """The deadlines of a model call, in seconds."""
        t = self.config.timeouts
        return Deadlines(t.connect, t.first_event, t.between_events, t.attempt)

    async def keep_answer(self, task_id: str, text: str) -> None:
        """Write an answer to disk, if content is kept. This is done before its call is settled."""
        if self.keeps_content and text:
            await asyncio.to_thread(self.content.put, task_id, ANSWER, text, durable=True)

    def may_go(self, path: str) -> bool:
        """Whether a path (as shown) may still be sent. False if an ignore rule names it by now."""
        return self.ignore.judge_shown(path).kind != "hard"

    def tier(self, name: str) -> Tier:
        """The tier with that name. Raises `UnknownTier` if there is none."""
        return self.ladder.get(name)

    def warn_once(self, text: str) -> None:
        """Show a warning, unless this window showed the same before."""
        if text not in self._said:
            self._said.add(text)
            self.listener.notice("warning", text)
