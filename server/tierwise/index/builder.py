"""Builds the index of one root: it looks for changed files (a sweep), then reads those.

Several windows share an index, and two operating system locks order them. `.write` is held for one
transaction. `.lock` is held by the process that reads files, for as long as some wait to be read.
The system frees both when their holder dies, and the next child process goes on from there.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from filelock import FileLock, Timeout

from tierwise.context.ignore import IgnoreRules
from tierwise.index import schema, sweep
from tierwise.index.content import FileContent, language_of, read
from tierwise.index.extract import Extract, extract
from tierwise.index.store import IndexStore, Waiting
from tierwise.index.walk import Gate, Seen, Walker, as_spelled

log = logging.getLogger(__name__)

SLICE_S: Final = 0.4
"""Seconds of processor time for which files are read before what was found is written. A message
that arrives meanwhile ends the reading early.

It is processor time and not clock time: on a busy machine a slice by the clock could pass with
nothing read, and every writing has a cost of its own.
"""
SLICE_FILES: Final = 200
HANGS_S: Final = 60.0
"""Seconds of clock time after which a parser is taken to hang. It is long because the machine may
be busy.
"""
SLOW_S: Final = 2.0
"""If parsing a file takes more seconds of processor time, regular expressions read it instead."""
WRITE_WAIT_S: Final = 10.0


class _Reading(NamedTuple):
    """A file that was read, and what was found in it.

    `content` is None if the file is gone or a rule keeps it back. `found` is None if its text did
    not change, or if only its name is kept.
    """

    file: Waiting
    content: FileContent | None
    found: Extract | None


class TurnedOff(Exception):
    """Raised because the operator turned this index off: nothing may be read or written."""


class Builder:
    """Reads changed files and writes one index. Of several processes with the same index only one
    reads files at a time: `mine` says if this one does, `busy` if files wait to be read.
    """

    def __init__(
        self, root: Path, database: Path, exclude: Sequence[str], max_files: int, max_bytes: int
    ) -> None:
        self.root = root
        self._path = database
        self._rules = IgnoreRules((root,), exclude)
        self._walker = Walker(root, self._rules)
        self._max_files, self._max_bytes = max_files, max_bytes
        self._connection: sqlite3.Connection | None = None
        self._store: IndexStore | None = None
        self._inode: tuple[int, int] | None = None
        database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._role = FileLock(f"{database}.lock", mode=0o600, thread_local=False)
        self._write = FileLock(f"{database}.write", mode=0o600, thread_local=False)
        self._near: tuple[str, ...] = ()
        self._left = 0
        self._waiting = 0
        self._to_wipe = False
        self.read = 0
        """Files read since the last sweep."""

    @property
    def busy(self) -> bool:
        """Whether files wait to be read."""
        return self._waiting > 0

    @property
    def mine(self) -> bool:
        """Whether this process is the one that reads the files."""
        return bool(self._role.is_locked)

    def sweep(self, near: Sequence[str]) -> None:
        """Find the files that are new, changed or gone, by time stamp, size and inode. New and
        changed ones then wait to be read.

        `near` are paths that the operator works on: new files near them are read before other new
        ones. If not all files fit the limits, those near come first.
        """
        self._near = tuple(near) or self._near
        self.read = 0
        seen, left = sweep.within(
            list(self._walker.files()), self._near, self._max_files, self._max_bytes
        )
        self._left = left
        with self._transaction() as store:
            changes = sweep.compare(store.known(), seen)
            self._drop(store, changes.gone)
            store.outdate(changes.changed)
            store.add(sweep.in_order(changes.new, self._near))
            store.set_meta("root", str(self.root))
            store.set_meta("swept", str(time.time_ns()))
            store.set_meta("left", str(left))
            self._count(store)
        self._wipe()

    def look_at(self, path: str) -> None:
        """Look again at one file that was saved or removed."""
        try:
            known = (self.root / path).stat(follow_symlinks=False)
            path = as_spelled(path, lambda folder: os.listdir(self.root / folder))
            there = stat.S_ISREG(known.st_mode) and self._walker.gate().opens(path)
        except OSError:
            there = False
        with self._transaction() as store:
            swept = store.swept
            before = store.known_of(path)
            if not swept:
                pass
            elif not there:
                self._drop(store, [before] if before is not None else [])
            else:
                now = Seen(path, known.st_mtime_ns, known.st_size, known.st_ino)
                if before is None:
                    store.add([now])
                else:
                    store.outdate([(before, now)])
            self._count(store)
        self._wipe()
        if not swept:
            self.sweep(self._near)

    def forget(self) -> None:
        """Delete the database. The next message starts over with a sweep."""
        with self._write.acquire(timeout=WRITE_WAIT_S):
            self._disconnect()
            schema.remove(self._path)

    def work(self, stop: Callable[[], bool]) -> None:
        """Read some of the files that wait, until the time slice is over or `stop` returns True.

        The database may be deleted and made again meanwhile. The ids of the files mean nothing in
        the new one. Then this throws away what was read and starts another sweep.
        """
        if not self.mine:
            try:
                self._role.acquire(timeout=0)
            except Timeout:
                with self._transaction() as store:
                    self._count(store)
                return
        with self._transaction() as taken:
            swept, waiting = taken.swept, taken.waiting(SLICE_FILES)
        if not swept:
            self.sweep(self._near)
            return
        read = self._read_some(waiting, stop)
        with self._transaction() as store:
            same = store is taken
            # The rules may have changed since the files were read.
            gate = self._walker.gate()
            for one in read if same else ():
                if store.waits(one.file):
                    self._keep(store, one, gate)
            self._count(store)
            whole = same and not self._waiting
            first = whole and not store.complete
            if whole:
                store.set_meta("complete", "1")
        if not same:
            self.sweep(self._near)
        elif not self._waiting:
            if first:
                self._pack()
            self._settle()
            self._role.release()
        else:
            self._wipe()

    def progress(self) -> dict[str, Any]:
        """How many files there are, how many were read, and how many are beyond the limits."""
        with self._transaction() as store:
            files, indexed = store.counts()
        return {"files": files, "indexed": indexed, "left": self._left}

    def close(self) -> None:
        """Close the database and leave the reading of files to another process."""
        self._disconnect()
        self._role.release(force=True)

    def _read_some(self, waiting: Sequence[Waiting], stop: Callable[[], bool]) -> list[_Reading]:
        """Read files until the time slice is over or `stop` returns True.

        It skips files that a rule keeps back by now and files behind a link.
        """
        began = time.process_time()
        gate = self._walker.gate()
        done: list[_Reading] = []
        for file in waiting:
            content = read(self.root / file.path, file.size) if gate.opens(file.path) else None
            found = None
            if content is not None and not content.why and content.hash != file.hash:
                found = _extracted(content.text, language_of(file.path))
            self.read += 1
            done.append(_Reading(file, content, found))
            if time.process_time() - began > SLICE_S or stop():
                break
        return done

    def _keep(self, store: IndexStore, one: _Reading, gate: Gate) -> None:
        file, content = one.file, one.content
        if content is None or not gate.opens(file.path):
            self._drop(store, [file.number])
        elif one.found is None and not content.why and content.hash == file.hash:
            store.same(file.number)
        else:
            store.put(file.number, file.path, language_of(file.path), content, one.found)

    def _drop(self, store: IndexStore, numbers: Sequence[int]) -> None:
        store.drop(numbers)
        self._to_wipe = self._to_wipe or bool(numbers)

    def _wipe(self) -> None:
        """Remove dropped rows from SQLite's write-ahead log too: the log keeps old pages."""
        if self._to_wipe:
            self._settle()

    def _settle(self) -> None:
        """Move the write-ahead log into the database file, so that no data is stored twice."""
        with self._write.acquire(timeout=WRITE_WAIT_S):
            moved = self._connected().connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (busy, *_) = moved.fetchone()
            self._to_wipe = bool(busy)

    def _pack(self) -> None:
        """Free the space that the first reading left between rows, about an eighth of the file."""
        with self._write.acquire(timeout=WRITE_WAIT_S):
            connection = self._connected().connection
            # VACUUM makes a copy as large as the database. It must not be in memory.
            connection.execute("PRAGMA temp_store=FILE")
            connection.execute("PRAGMA cache_size=-500")
            try:
                connection.execute("VACUUM")
            except sqlite3.OperationalError as error:
                log.info("the index stays as large as it is: %s", error)
        # The next transaction opens it again as usual.
        self._disconnect()

    def _count(self, store: IndexStore) -> None:
        files, indexed = store.counts()
        self._waiting = files - indexed

    @contextmanager
    def _transaction(self) -> Iterator[IndexStore]:
        """Run one transaction while holding `.write`. If the body raises, nothing of it is kept."""
        with self._write.acquire(timeout=WRITE_WAIT_S):
            store = self._connected()
            store.connection.execute("BEGIN IMMEDIATE")
            try:
                if store.changed_by_others():
                    store.forget()
                yield store
                store.flush()
            except BaseException:
                # SQLite ends a transaction by itself after some errors.
                if store.connection.in_transaction:
                    store.connection.execute("ROLLBACK")
                store.forget()
                raise
            store.connection.execute("COMMIT")

    def _connected(self) -> IndexStore:
        """The store of the database file that exists now.

        Another process may have deleted the file and created it again since the last call. Raises
        `TurnedOff` if the operator turned the index off.
        """
        self._unless_off()
        inode = _inode(self._path)
        if self._store is None or inode is None or inode != self._inode:
            self._disconnect()
            self._connection = schema.open_to_write(self._path)
            self._store = IndexStore(self._connection)
            self._inode = _inode(self._path)
            # The operator may have turned it off, and deleted it, just before this made the file.
            self._unless_off()
        return self._store

    def _unless_off(self) -> None:
        if schema.is_off(self._path):
            self._disconnect()
            schema.remove(self._path)
            raise TurnedOff

    def _disconnect(self) -> None:
        if self._connection is not None:
            try:
                self._connection.close()
            except sqlite3.Error:
                pass
        self._connection, self._store, self._inode = None, None, None


def _extracted(text: str, language: str | None) -> Extract:
    """What is kept of a text. If the parser is slow (`SLOW_S`), regular expressions find it.

    The parser holds the interpreter, so only a timer outside of it can end one that hangs. That
    timer ends the whole process.
    """
    started = time.process_time()
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(HANGS_S, exit=True, file=nowhere)
        try:
            found = extract(text, language)
        finally:
            faulthandler.cancel_dump_traceback_later()
    slow = time.process_time() - started > SLOW_S
    return extract(text, language, lexical=True) if slow else found


def _inode(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
