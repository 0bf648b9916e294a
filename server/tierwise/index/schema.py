"""The database of one project: its tables, where it is stored, and how it is opened.

A file's `state` is 1 while its rows match what was read, and 0 while it waits to be read. The index
`weighed` has the columns that a question needs of thousands of files close together. The table
`held` has the ids of a file's words, names and imports, so that its rows can be deleted without a
scan of the tables.

The database holds no text of a file. But names are the operator's identifiers, so only the operator
can read the folder and the file. A lost or damaged file is made again from the project.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from pathlib import Path
from typing import Final

from tierwise.store import filesystem

VERSION: Final = 3
"""Part of the file's name, so that no window reads tables it does not know. A window deletes the
files of older versions and leaves newer ones alone.
"""
BUSY_MS: Final = 5_000

TABLES: Final = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files(
  id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, mtime INTEGER NOT NULL, size INTEGER NOT NULL,
  inode INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, hash TEXT NOT NULL DEFAULT '',
  language TEXT, lines INTEGER NOT NULL DEFAULT 0, words INTEGER NOT NULL DEFAULT 0,
  why TEXT NOT NULL DEFAULT '', prior REAL NOT NULL DEFAULT 1,
  stem TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS weighed ON files(id, state, words, prior);
CREATE TABLE IF NOT EXISTS held(file INTEGER PRIMARY KEY, ids BLOB NOT NULL);
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
CREATE TABLE IF NOT EXISTS targets(
  id INTEGER PRIMARY KEY, target TEXT NOT NULL UNIQUE, tail TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS ended ON targets(tail);
CREATE TABLE IF NOT EXISTS imports(
  file INTEGER NOT NULL, target INTEGER NOT NULL, PRIMARY KEY(file, target)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS imported ON imports(target);
"""


def folder(state: Path) -> Path:
    """The folder of all indexes in the state folder."""
    return state / "index"


def database(state: Path, root: Path) -> Path:
    """Where the index of a workspace folder is stored. The name is a hash of the folder's real
    path.
    """
    real = os.path.normcase(os.path.realpath(root))
    name = hashlib.sha256(real.encode("utf-8", "surrogateescape")).hexdigest()[:20]
    return folder(state) / f"{name}.{VERSION}.db"


def turn(database: Path, *, on: bool) -> None:
    """Turn the index of one workspace folder off, or on again, for all editors."""
    mark = _marks(database)[0]
    if on:
        for one in _marks(database):
            one.unlink(missing_ok=True)
    else:
        mark.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.touch(mode=0o600)


def is_off(database: Path) -> bool:
    """Whether the operator turned the index of this root off."""
    return any(mark.exists() for mark in _marks(database))


def _marks(database: Path) -> tuple[Path, ...]:
    """Files whose existence turns a root's index off; one is enough. The first is the one to write.

    Its name has no table version, so it outlives a new version. The other is the one that version 1
    wrote.
    """
    root = database.name.partition(".")[0]
    return tuple(database.with_name(f"{root}{ending}") for ending in (".off", ".1.off"))


def purge(state: Path) -> int:
    """Remove the indexes of all projects. Returns how many there were.

    A child process that is running makes its own again when it is next asked.
    """
    try:
        found = list(folder(state).iterdir())
    except OSError:
        return 0
    for path in found:
        if path.suffix != ".off":
            path.unlink(missing_ok=True)
    return sum(path.suffix == ".db" for path in found)


def open_to_write(path: Path) -> sqlite3.Connection:
    """Open the database, with its tables. A damaged one is created again.

    Raises `OSError` or `sqlite3.OperationalError` if the disk refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for version in range(1, VERSION):
        remove(path.with_name(f"{path.name.partition('.')[0]}.{version}.db"))
    try:
        return _opened(path)
    except sqlite3.DatabaseError as error:
        if not damaged(error):
            raise
        remove(path)
        return _opened(path)


def damaged(error: sqlite3.DatabaseError) -> bool:
    """Whether an error is the fault of the file, so that a new file would help.

    That is so if the file is no database, its rows contradict each other, or its tables are others.
    An error of the disk is not the file's fault.
    """
    if not isinstance(error, sqlite3.OperationalError):
        return True
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR


def remove(path: Path) -> None:
    """Delete a database, with the files that SQLite keeps beside it."""
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _opened(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
    try:
        # Deleted rows are overwritten at once: their page may stay unused for long.
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute(f"PRAGMA journal_mode={filesystem.file_system(path.parent).journal}")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-8000")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.executescript(TABLES)
    except BaseException:
        connection.close()
        raise
    return connection
