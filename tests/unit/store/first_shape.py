"""The first shape of the ledger, and a window that still runs the first Tierwise on it.

The dump was made by the code that shipped the first shape. The window sends the statements
that code sends: every column by its name, and nothing it does not know.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

DUMP: Final = Path(__file__).parent / "fixtures" / "ledger_first_shape.sql"

_RESERVED: Final = {
    "created_ms": 1_794_600_000_000,
    "lease_ms": 1_794_600_060_000,
    "owner": "elsewhere:1:1",
    "day": "2026-11-14",
    "period": "2026-11",
    "project": "alpha",
    "action": "edit",
    "language": None,
    "tier": "haiku",
    "model": "claude-haiku-5-5",
    "base_url": None,
    "input_chars": 100,
    "input_bound": 127,
    "max_tokens": 500,
    "worst": 9_000,
    "expected": 4_000,
    "allowed": False,
    "price_known": True,
    "rehearsal": False,
    "state": "open",
    "cost": 0,
    "settled_ms": None,
    "input_tokens": 0,
    "output_tokens": 0,
    "cache_read_tokens": 0,
    "cache_write_5m_tokens": 0,
    "cache_write_1h_tokens": 0,
    "assumed": False,
}


def restore(folder: Path) -> Path:
    """The ledger of the dump, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "ledger.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.executescript(DUMP.read_text(encoding="utf-8"))
    connection.close()
    return path


class FirstWindow:
    """A window of the first Tierwise, whose connection stays open while others upgrade."""

    def __init__(self, path: Path) -> None:
        self._conn = sqlite3.connect(path, isolation_level=None, timeout=5.0)

    def task(self, task_id: str, **columns: object) -> None:
        row = {
            "task_id": task_id,
            "created_ms": 1_794_600_000_000,
            "project": "alpha",
            "action": "edit",
            "language": None,
            "uri": None,
            "range": None,
            "conversation_id": None,
            "session": "old",
            "rehearsal": False,
            "state": "routing",
            "edit_id": None,
            "error": None,
        }
        self._insert("tasks", row | columns)

    def decision(self, task_id: str, seq: int, answering: str, **columns: object) -> None:
        row = {
            "task_id": task_id,
            "seq": seq,
            "at_ms": 1_794_600_000_001,
            "first": "haiku",
            "routed": "haiku",
            "answering": answering,
            "cause": "routed",
            "confidence": 0.9,
            "propensity": 1.0,
            "weights": "w0",
            "final": True,
            "action": "edit",
            "language": None,
            "project": "alpha",
            "detail": "{}",
        }
        self._insert("decisions", row | columns)

    def reserve(self, name: str, **columns: object) -> None:
        row = _RESERVED | {"id": name, "request_id": f"{name}:1", "task_id": name} | columns
        self._insert("reservations", row)
        self._count(row, 0, int(str(row["worst"])), int(str(row["expected"])))

    def book(self, name: str, state: str, cost: int, *, output: int = 10) -> None:
        """What the first Tierwise does when it settles, releases or reaps."""
        self._conn.row_factory = sqlite3.Row
        found = self._conn.execute("SELECT * FROM reservations WHERE id = ?", (name,)).fetchone()
        self._conn.execute(
            "UPDATE reservations SET state=?, cost=?, settled_ms=?, input_tokens=?,"
            " output_tokens=?, cache_read_tokens=?, cache_write_5m_tokens=?,"
            " cache_write_1h_tokens=?, assumed=? WHERE reservations.id = ?",
            (state, cost, 1_794_600_009_000, 90, output, 5, 4, 3, state == "assumed", name),
        )
        row = dict(found)
        if row["state"] == "open":
            self._count(row, cost, -row["worst"], -row["expected"])
        else:
            self._count(row, cost - row["cost"], 0, 0)

    def outcome(self, task_id: str, kind: str) -> None:
        self._insert(
            "outcomes",
            {"task_id": task_id, "kind": kind, "at_ms": 1, "tier": "haiku", "value": None,
             "after_ms": None},
        )  # fmt: skip

    def user_version(self) -> int:
        """The one number the first Tierwise looks at when it opens a ledger."""
        return int(self._conn.execute("PRAGMA user_version").fetchone()[0])

    def close(self) -> None:
        self._conn.close()

    def _insert(self, table: str, row: dict[str, object]) -> None:
        marks = ", ".join("?" * len(row))
        self._conn.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values())
        )

    def _count(self, row: dict[str, object], settled: int, reserved: int, expected: int) -> None:
        for scope, key in (
            ("day", row["day"]),
            ("project", f"{row['project']}|{row['period']}"),
        ):
            self._conn.execute(
                "INSERT INTO spent (scope, key, rehearsal, settled, reserved, expected) VALUES"
                " (?, ?, ?, ?, ?, ?) ON CONFLICT (scope, key, rehearsal) DO UPDATE SET"
                " settled = (spent.settled + excluded.settled),"
                " reserved = (spent.reserved + excluded.reserved),"
                " expected = (spent.expected + excluded.expected)",
                (scope, key, row["rehearsal"], settled, reserved, expected),
            )
