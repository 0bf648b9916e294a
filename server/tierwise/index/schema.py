"""The database of one project: its tables, where it lies, and how it is opened.

A file's `state` is 1 while it is as it was when it was read, and 0 while it waits to be read.
No text of a file is in it. Names are the operator's identifiers all the same, so folder and file
are readable by the operator alone. A lost or damaged file is made again from the project.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from pathlib import Path
from typing import Final

from tierwise.store import filesystem

VERSION: Final = 1
"""Part of the file's name: windows of two versions do not rebuild each other's index."""
BUSY_MS: Final = 5_000

TABLES: Final = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files(
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, mtime INTEGER NOT NULL, size INTEGER NOT NULL,
  inode INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, hash TEXT NOT NULL DEFAULT '',
  language TEXT, lines INTEGER NOT NULL DEFAULT 0, words INTEGER NOT NULL DEFAULT 0,
  why TEXT NOT NULL DEFAULT '', prior REAL NOT NULL DEFAULT 1,
  stem TEXT NOT NULL DEFAULT '', held BLOB);
CREATE INDEX IF NOT EXISTS called ON files(stem);
CREATE INDEX IF NOT EXISTS waiting ON files(id) WHERE state = 0;
CREATE TABLE IF NOT EXISTS names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS uses(
  name INTEGER NOT NULL, file INTEGER NOT NULL, code INTEGER NOT NULL, other INTEGER NOT NULL,
  bound INTEGER NOT NULL, PRIMARY KEY(name, file)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS terms(id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS postings(
  term INTEGER NOT NULL, file INTEGER NOT NULL, n INTEGER NOT NULL, defined INTEGER NOT NULL,
  named INTEGER NOT NULL, PRIMARY KEY(term, file)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS defs(
  name INTEGER NOT NULL, file INTEGER NOT NULL, line INTEGER NOT NULL, last INTEGER NOT NULL,
  kind TEXT NOT NULL, level TEXT NOT NULL, PRIMARY KEY(name, file, line)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS outline ON defs(file, line);
CREATE TABLE IF NOT EXISTS imports(
  file INTEGER NOT NULL, target TEXT NOT NULL, tail TEXT NOT NULL,
  PRIMARY KEY(file, target)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS imported ON imports(tail);
"""


def folder(state: Path) -> Path:
    """The folder of all indexes in the state folder."""
    return state / "index"


def database(state: Path, root: Path) -> Path:
    """The file of a root, named by where the root really lies."""
    real = os.path.normcase(os.path.realpath(root))
    name = hashlib.sha256(real.encode("utf-8", "surrogateescape")).hexdigest()[:20]
    return folder(state) / f"{name}.{VERSION}.db"


def turn(database: Path, *, on: bool) -> None:
    """Turn the index of one root off, or on again, for every window."""
    mark = database.with_suffix(".off")
    if on:
        mark.unlink(missing_ok=True)
    else:
        mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.touch(mode=0o600)


def is_off(database: Path) -> bool:
    """Whether the operator turned the index of this root off."""
    return database.with_suffix(".off").exists()


def purge(state: Path) -> int:
    """Remove the indexes of all projects; how many there were. A child that runs makes its own
    anew when it is next asked."""
    try:
        found = list(folder(state).iterdir())
    except OSError:
        return 0
    for path in found:
        if path.suffix != ".off":
            path.unlink(missing_ok=True)
    return sum(path.suffix == ".db" for path in found)


def open_to_write(path: Path) -> sqlite3.Connection:
    """The database with its tables; a damaged one is made anew. Raises `OSError`,
    `sqlite3.OperationalError` where the disk refuses."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        return _opened(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        remove(path)
        return _opened(path)


def remove(path: Path) -> None:
    """Take a database away, with what SQLite keeps beside it."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _opened(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
    try:
        connection.execute(f"PRAGMA journal_mode={filesystem.file_system(path.parent).journal}")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-8000")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.executescript(TABLES)
    except BaseException:
        connection.close()
        raise
    return connection
