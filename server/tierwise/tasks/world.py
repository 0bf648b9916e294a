"""The services of an editor window. Each is made from what it needs, and nothing is added later.

The fields are in the order in which the services are made. A service knows only those above it. To
reach one below it, it publishes on the bus.
"""

from __future__ import annotations

from tierwise.budget.purse import Purse
from tierwise.core.dataclass import dataclass
from tierwise.models.breaker import Breakers
from tierwise.models.client import ModelClient
from tierwise.models.latency import Latency
from tierwise.tasks.bus import Bus
from tierwise.tasks.chat.chats import Chats
from tierwise.tasks.choices import Choices
from tierwise.tasks.known import Known
from tierwise.tasks.learning.learning import Learning
from tierwise.tasks.money.budget_watch import BudgetWatch
from tierwise.tasks.money.settling import Settling
from tierwise.tasks.money.team_watch import TeamWatch
from tierwise.tasks.proposing.proposals import Proposals
from tierwise.tasks.record.edit_watch import EditWatch
from tierwise.tasks.record.journal import Journal
from tierwise.tasks.record.outcomes import Outcomes
from tierwise.tasks.task.turns import Turns
from tierwise.tasks.window.window import Window


@dataclass(frozen=True)
class World:
    """All services of one window, such as the budget, the proposals and the conversations. A run of
    a task uses them.
    """

    window: Window
    known: Known
    bus: Bus
    client: ModelClient
    breakers: Breakers
    latency: Latency
    purse: Purse
    choices: Choices
    turns: Turns
    journal: Journal
    chats: Chats
    learning: Learning
    outcomes: Outcomes
    edit_watch: EditWatch
    proposals: Proposals
    budget_watch: BudgetWatch
    settling: Settling
    team_watch: TeamWatch

    async def close(self) -> None:
        """Stop the background work, book what is open, and close the ledger."""
        self.edit_watch.close()
        self.learning.stop()
        await self.proposals.keeper.close()
        await self.settling.close()
        await self.team_watch.stop()
        await self.client.close()
        await self.budget_watch.stop()
        await self.chats.close()
        await self.journal.close()
        if not self.window.keeps_content:
            self.window.content.purge()
        await self.window.projects.close()
        await self.window.ledger.close()
