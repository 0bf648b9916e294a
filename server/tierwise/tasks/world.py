"""Everything a task may reach, in one place: built by `app.py`, handed to the spine."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tierwise.budget.prices import PriceTable
from tierwise.budget.reserve import BudgetState, Purse
from tierwise.config.model import Config
from tierwise.context.ignore import IgnoreRules
from tierwise.core.tiers import Ladder, Tier
from tierwise.models.breaker import Breakers
from tierwise.models.client import ModelClient
from tierwise.models.latency import Latencies
from tierwise.routing.weights import Weights
from tierwise.store.content import Content
from tierwise.store.engine import Ledger
from tierwise.tasks.api import Documents, Listener
from tierwise.tasks.choices import Choices
from tierwise.tasks.journal import Journal
from tierwise.tasks.threads import Threads
from tierwise.trust import Trust

if TYPE_CHECKING:
    from tierwise.tasks.answers import Answers
    from tierwise.tasks.learn import Learning
    from tierwise.tasks.money import MoneyWatch
    from tierwise.tasks.outcomes import Outcomes
    from tierwise.tasks.proposals import Proposals


@dataclass
class World:
    """The collaborators of the spine. `now_ms` is UTC milliseconds, `monotonic` seconds."""

    config: Config
    ladder: Ladder
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
    breakers: Breakers
    latencies: Latencies
    weights: Weights
    choices: Choices
    threads: Threads
    session: str
    project: str
    budget: BudgetState
    proposals: Proposals = field(init=False)
    answers: Answers = field(init=False)
    outcomes: Outcomes = field(init=False)
    learning: Learning = field(init=False)
    money: MoneyWatch = field(init=False)
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000
    monotonic: Callable[[], float] = time.monotonic
    accepted: set[str] = field(default_factory=set)
    """Questions the operator answered with yes, so that none is asked twice in a session."""

    @property
    def rehearsal(self) -> bool:
        """Whether answers come from the rehearsal model, by the operator's choice."""
        return self.config.rehearsal

    def tier(self, name: str) -> Tier:
        """The tier of that name. Raises `UnknownTier`."""
        return self.ladder.get(name)
