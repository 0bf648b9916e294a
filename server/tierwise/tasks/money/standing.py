"""The budget of a window, as it was last read."""

from __future__ import annotations

from dataclasses import field

from tierwise.budget.limits import BudgetState
from tierwise.core.dataclass import dataclass
from tierwise.core.situation import BudgetLevel
from tierwise.tasks.window.window import Window


@dataclass
class BudgetStanding:
    """The latest state of the budget. Readers of the ledger set it, and decisions read it."""

    window: Window
    state: BudgetState = field(
        default_factory=lambda: BudgetState(day="", period="", day_limit=None)
    )

    def is_now(self, state: BudgetState) -> None:
        """Set the state that was just read from the ledger."""
        self.state = state

    @property
    def level(self) -> BudgetLevel:
        """The budget's level. A rehearsal spends nothing and is never held back."""
        return "ok" if self.window.rehearsal else self.state.level

    @property
    def shown(self) -> BudgetLevel:
        """The level that is shown. It counts what is spent, and not what is only reserved."""
        return "ok" if self.window.rehearsal else self.state.shown
