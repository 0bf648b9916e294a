"""What the ledger of a test says, read from outside while the server runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any


class LedgerFile:
    """The ledger in a state folder; every question opens it anew and only reads."""

    def __init__(self, state: Path) -> None:
        self.state = state

    def outcomes(self) -> list[tuple[str, Any]]:
        """Kind and value of every outcome so far, in order."""
        return self._ask("SELECT kind, value FROM outcomes ORDER BY id")

    def kinds(self) -> list[str]:
        """The kinds of all outcomes so far, in order."""
        return [kind for kind, _ in self.outcomes()]

    def states(self) -> dict[str, str]:
        """The state of every task by its id."""
        return dict(self._ask("SELECT task_id, state FROM tasks"))

    def answering(self) -> list[tuple[str, str, str]]:
        """Routed tier, answering tier and cause of every decision, in order."""
        return self._ask("SELECT routed, answering, cause FROM decisions ORDER BY at_ms, seq")

    def sent(self) -> list[tuple[str, str, int, int]]:
        """Task id, state, cost and whether that is assumed, of every call to a paid model that an
        editor asked for. What agents ask for they show themselves."""
        return self._ask(
            "SELECT task_id, state, cost, assumed FROM reservations"
            " WHERE sent_ms IS NOT NULL AND NOT rehearsal"
            " AND task_id NOT IN (SELECT task_id FROM tasks WHERE action = 'agent')"
            " ORDER BY created_ms"
        )

    def _ask(self, query: str) -> list[Any]:
        path = self.state / "ledger.db"
        if not path.exists():
            return []
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as conn:
            try:
                return conn.execute(query).fetchall()
            except sqlite3.OperationalError:
                return []
