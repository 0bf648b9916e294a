"""Reads the index from the server: a read-only connection with a thread of its own."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import aiosqlite

BUSY_S: Final = 1.0
Rows = list[tuple[Any, ...]]


class IndexReader:
    """Runs statements on one database file and opens it again if the file was replaced.

    A file that does not exist, is damaged or cannot be read gives no rows.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: aiosqlite.Connection | None = None
        self._inode: tuple[int, int] | None = None

    async def rows(self, statement: str, values: Sequence[object] = ()) -> Rows:
        """All rows of a statement."""
        try:
            connection = await self._connected()
            if connection is None:
                return []
            async with connection.execute(statement, values) as found:
                return [tuple(row) for row in await found.fetchall()]
        except (sqlite3.Error, ValueError):
            await self.close()
            return []

    async def close(self) -> None:
        """Close the file and end the thread. Never raises."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error, ValueError):
                await connection.close()

    async def _connected(self) -> aiosqlite.Connection | None:
        try:
            found = self._path.stat()
        except OSError:
            await self.close()
            return None
        inode = found.st_dev, found.st_ino
        if self._connection is None or self._inode != inode:
            await self.close()
            self._connection = await aiosqlite.connect(
                f"{self._path.absolute().as_uri()}?mode=ro",
                uri=True, timeout=BUSY_S, isolation_level=None,
            )  # fmt: skip
            await self._connection.execute("PRAGMA cache_size=-4000")
            self._inode = inode
        return self._connection


def marks(values: Iterable[object]) -> str:
    """As many question marks as there are values."""
    return ",".join("?" for _ in values)
