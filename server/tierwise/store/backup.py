"""Rotating backups of the ledger, and a check whether a database file is sound.

A copy is made through SQLite on a read-only connection. It is consistent, and neither it nor any
writer waits for the other.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

KEEP: Final = 8
"""How many copies are kept. With one an hour they cover a working day."""

EVERY_S: Final = 3_600.0
"""Seconds between two copies while the ledger is written to."""


def folder(path: Path) -> Path:
    """The folder of a ledger's backups."""
    return path.parent / "backups"


def copies(path: Path) -> Sequence[Path]:
    """The backups of a ledger, newest first."""
    return sorted(folder(path).glob(f"{path.stem}-*.db"), reverse=True)


def due(path: Path, now: float | None = None) -> bool:
    """Whether the newest copy is older than `EVERY_S`, or lies in the future."""
    found = copies(path)
    if not found:
        return True
    age = (time.time() if now is None else now) - found[0].stat().st_mtime
    return not 0 <= age < EVERY_S


def rotate(path: Path) -> Path:
    """Copy the ledger and drop the oldest copies. Raises `OSError` or `sqlite3.Error`."""
    home = folder(path)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = home / f"{path.stem}-{time.time_ns():020d}.db"
    part = target.with_suffix(".part")
    os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600))
    try:
        with closing(_readonly(path)) as source, closing(sqlite3.connect(part)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    for old in copies(path)[KEEP:]:
        old.unlink(missing_ok=True)
    return target


def require_sound(path: Path) -> None:
    """Raise `sqlite3.DatabaseError` for a damaged file; an empty one is sound."""
    with closing(_readonly(path)) as connection:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found is None or found[0] != "ok":
        error = sqlite3.DatabaseError("quick_check failed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def sound(path: Path) -> bool:
    """Whether `path` is a database that can be read from end to end."""
    try:
        require_sound(path)
    except sqlite3.Error:
        return False
    return True


def _readonly(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2.0)
