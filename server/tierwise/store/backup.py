"""Backups of the ledger: a damaged file is set aside and the newest good copy takes its place."""

from __future__ import annotations

import logging
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

KEEP: Final = 3
"""Copies kept; each is a whole database."""


def rotate(path: Path) -> None:
    """Copy the database through SQLite, so that a copy is always consistent."""
    for n in range(KEEP - 1, 0, -1):
        older, newer = path.with_suffix(f".db.{n + 1}"), path.with_suffix(f".db.{n}")
        if newer.exists():
            newer.replace(older)
    newest = path.with_suffix(".db.1")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(newest)) as copy:
        source.backup(copy)
    newest.chmod(0o600)


def restore_if_corrupt(path: Path) -> bool:
    """Set a damaged database aside and put the newest good backup in its place."""
    if not path.exists() or _sound(path):
        return False
    aside = path.with_suffix(f".damaged-{int(time.time())}")
    path.replace(aside)
    for suffix in ("-wal", "-shm"):
        side = path.with_name(path.name + suffix)
        if side.exists():
            side.replace(aside.with_name(aside.name + suffix))
    for n in range(1, KEEP + 1):
        copy = path.with_suffix(f".db.{n}")
        if copy.exists() and _sound(copy):
            shutil.copy2(copy, path)
            log.warning("the ledger was damaged; backup %d took its place", n)
            return True
    log.warning("the ledger was damaged and there is no backup; a new one is begun")
    return True


def _sound(path: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as conn:
            return bool(conn.execute("PRAGMA quick_check").fetchone()[0] == "ok")
    except sqlite3.DatabaseError as error:
        return "locked" in str(error)
