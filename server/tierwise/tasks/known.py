"""What an editor window needs for a decision: prices, the operator's choices, the budget, and what
was learned.

It is made before everything else of a window, because the titles in menus need no more. The
services that run tasks are imported only after the first titles were sent.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import cast

from tierwise.budget.limits import BudgetState
from tierwise.budget.purse import Purse
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Scope
from tierwise.core.errors import LedgerUnavailable
from tierwise.models.breaker import Breakers
from tierwise.store import overrides
from tierwise.store.glance import LedgerRows
from tierwise.tasks.choices import Choices, Kept
from tierwise.tasks.learning.learning import Learning
from tierwise.tasks.learning.shared_record import SharedRecord
from tierwise.tasks.money.standing import BudgetStanding
from tierwise.tasks.money.team_seen import TeamSeen
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """The services that a window's decisions read: budget, choices, what was learned, a team's
    rules, and which servers fail (`breakers`).
    """

    window: Window
    breakers: Breakers
    purse: Purse
    choices: Choices
    learning: Learning
    standing: BudgetStanding
    team: TeamSeen
    shared: SharedRecord

    def glance(self) -> bool:
        """Read what the first menu titles need before the ledger is opened: the stored pins, and
        how much of the budget is spent.

        It takes some milliseconds. False if the ledger cannot be read this way.
        """
        window = self.window

        def read(conn: LedgerRows) -> tuple[Sequence[tuple[str, str, str]], BudgetState]:
            rows = overrides.choices(conn, project=window.project, session=window.session)
            return rows, self.purse.glance(conn, window.project)

        try:
            rows, state = window.ledger.glance(read)
        except (sqlite3.Error, LedgerUnavailable) as error:
            log.info("the ledger must be opened before the first title (%s)", type(error).__name__)
            return False
        self.choices.load(kept(rows))
        self.standing.is_now(state)
        return True


def kept(rows: Iterable[tuple[str, str, str]]) -> Iterator[Kept]:
    """The stored choices in rows of the ledger. A row has the scope, the key and the tier."""
    return (Kept(cast(Scope, scope), key, tier) for scope, key, tier in rows)
