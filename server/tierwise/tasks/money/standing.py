"""The state of an editor window's budget, as it was last read from the ledger."""

from __future__ import annotations

from dataclasses import field

from tierwise.budget.limits import BudgetState
from tierwise.core.dataclass import dataclass
from tierwise.core.situation import BudgetLevel
from tierwise.tasks.window.window import Window


@dataclass
class BudgetStanding:
    """The latest known state of the budget. Whoever reads it from the ledger sets it here, and
    decisions use it without waiting.
    """

    window: Window
    state: BudgetState = field(
        default_factory=lambda: BudgetState(day="", period="", day_limit=None)
    )

    def is_now(self, state: BudgetState) -> None:
        """Replace the state by one that was just read from the ledger."""
        self.state = state

    @property
    def level(self) -> BudgetLevel:
        """How far the budget is used up, with what running calls have reserved. A rehearsal spends
        nothing, so it is never held back.
        """
        return "ok" if self.window.rehearsal else self.state.level

    @property
    def shown(self) -> BudgetLevel:
        """How far the budget is used up, as the operator sees it: by what is spent, without what is
        only reserved.
        """
        return "ok" if self.window.rehearsal else self.state.shown
