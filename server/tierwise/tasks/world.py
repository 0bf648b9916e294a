"""Everything a task may reach, in one place: built by `app.py`, handed to the spine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tierwise.budget import days
from tierwise.budget.prices import PriceTable
from tierwise.budget.reserve import Purse
from tierwise.config.model import Config
from tierwise.context.ignore import IgnoreRules
from tierwise.core.tiers import Ladder, Tier
from tierwise.edits.confine import Confine
from tierwise.models.breaker import Breakers
from tierwise.models.call import Deadlines
from tierwise.models.client import ModelClient
from tierwise.models.latency import Latency
from tierwise.routing.weights import Weights
from tierwise.store.content import Content
from tierwise.store.engine import Ledger
from tierwise.tasks.api import Documents, Listener
from tierwise.tasks.chat.chats import Chats
from tierwise.tasks.choices import Choices
from tierwise.tasks.money.settling import Settling
from tierwise.tasks.record.journal import Journal
from tierwise.tasks.turns import Turns, Waits
from tierwise.trust import Trust

if TYPE_CHECKING:
    from tierwise.tasks.learning.learning import Learning
    from tierwise.tasks.money.budget_watch import BudgetWatch
    from tierwise.tasks.proposing.proposals import Proposals
    from tierwise.tasks.record.edit_watch import EditWatch
    from tierwise.tasks.record.outcomes import Outcomes
    from tierwise.tasks.task import Task


@dataclass
class World:
    """The collaborators of the spine. `now_ms` is UTC milliseconds, `monotonic` seconds."""

    config: Config
    documents: Documents
    listener: Listener
    trust: Trust
    ignore: IgnoreRules
    ledger: Ledger
    journal: Journal
    content: Content
    purse: Purse
    prices: PriceTable
    client: ModelClient
    weights: Weights
    session: str
    project: str
    breakers: Breakers = field(default_factory=Breakers)
    latency: Latency = field(default_factory=Latency)
    choices: Choices = field(default_factory=Choices)
    turns: Turns = field(init=False)
    threads: Chats = field(init=False)
    proposals: Proposals = field(init=False)
    outcomes: Outcomes = field(init=False)
    watch: EditWatch = field(init=False)
    learning: Learning = field(init=False)
    money: BudgetWatch = field(init=False)
    settling: Settling = field(init=False)
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    monotonic: Callable[[], float] = time.monotonic
    clock: Callable[[], datetime] = days.now
    push_status: Callable[[], None] = lambda: None
    """Tell the listener the status, because something in it changed."""
    accepted: set[str] = field(default_factory=set)
    """Questions the operator answered with yes, so that none is asked twice in a session."""

    def __post_init__(self) -> None:
        self.settling = Settling(self)
        self.turns = Turns(lambda: self.config.parallel, waits)
        self.threads = Chats(self.content, lambda: self.config.content_keep_days > 0, self.project)

    @property
    def ladder(self) -> Ladder:
        """The tiers as configured now."""
        return self.config.ladder()

    @property
    def rehearsal(self) -> bool:
        """Whether answers come from the rehearsal model, by the operator's choice."""
        return self.config.rehearsal

    @property
    def confine(self) -> Confine:
        """Where edits may go: the workspace folders as they are now."""
        return Confine(tuple(self.documents.roots()))

    @property
    def deadlines(self) -> Deadlines:
        """The deadlines of a model call, in seconds."""
        t = self.config.timeouts
        return Deadlines(t.connect, t.first_event, t.between_events, t.attempt)

    async def close(self) -> None:
        """Stop what goes on beside the tasks, book what is open, and close the ledger."""
        self.watch.close()
        self.learning.stop()
        await self.settling.close()
        await self.money.stop()
        await self.threads.close()
        await self.journal.close()
        if self.config.content_keep_days == 0:
            self.content.purge()
        await self.ledger.close()

    def may_go(self, path: str) -> bool:
        """Whether a path as shown may still be sent; what was ignored since may not."""
        return self.ignore.judge_shown(path).kind != "hard"

    def tier(self, name: str) -> Tier:
        """The tier of that name. Raises `UnknownTier`."""
        return self.ladder.get(name)


def waits(task: Task, why: Waits) -> None:
    """Say what a task waits for before its turn comes."""
    behind = "the edit of these lines before it" if why == "lines" else "other tasks to finish"
    task.say(f"waiting for {behind}")
