"""One root's index being built: sweeps, and the reading of what they found out of date.

Two operating system locks order the windows that share an index. `.write` is held for one
transaction; `.lock` says who reads files, and is held while there is something to read. Both
fall free when their holder dies, and the next child goes on where it stopped.
"""

from __future__ import annotations

import faulthandler
import os
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from tierwise.context.ignore import IgnoreRules
from tierwise.index import schema, sweep
from tierwise.index.content import FileContent, language_of, read
from tierwise.index.extract import Extract, extract
from tierwise.index.store import IndexStore
from tierwise.index.walk import Seen, Walker

SLICE_S: Final = 0.4
"""Seconds of reading per transaction; a wish that comes meanwhile ends it early."""
SLICE_FILES: Final = 200
HANGS_S: Final = 60.0
"""Seconds after which a parser counts as one that never ends; the machine may be busy."""
SLOW_S: Final = 2.0
"""Seconds of processor time from which a file is not parsed again until it changes."""
WRITE_WAIT_S: Final = 10.0


class TurnedOff(Exception):
    """The operator turned this index off; nothing is read or written any more."""


class Builder:
    """The writing side of one index. `busy` while files wait, `mine` while this one reads them."""

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
        self.read = 0
        """Files read since the last sweep."""

    @property
    def busy(self) -> bool:
        """Whether files wait to be read."""
        return self._waiting > 0

    @property
    def mine(self) -> bool:
        """Whether this process is the one that reads them."""
        return bool(self._role.is_locked)

    def sweep(self, near: Sequence[str]) -> None:
        """Look at every file's stamp; what changed is out of date from this moment."""
        self._near = tuple(near) or self._near
        self.read = 0
        seen, left = sweep.within(
            list(self._walker.files()), self._near, self._max_files, self._max_bytes
        )
        self._left = left
        with self._transaction() as store:
            changes = sweep.compare(store.known(), seen)
            store.drop(changes.gone)
            store.outdate(changes.changed)
            store.add(sweep.in_order(changes.new, self._near))
            store.set_meta("root", str(self.root))
            store.set_meta("swept", str(time.time_ns()))
            store.set_meta("left", str(left))
            self._count(store)

    def look_at(self, path: str) -> None:
        """A file was saved or is gone: look at this one alone."""
        file = self.root / path
        try:
            known = file.stat(follow_symlinks=False)
            there = stat.S_ISREG(known.st_mode) and self._walker.may(path)
        except OSError:
            there = False
        with self._transaction() as store:
            swept = store.swept
            before = store.known().get(path)
            if not swept:
                pass
            elif not there:
                store.drop([before[0]] if before is not None else [])
            else:
                now = Seen(path, known.st_mtime_ns, known.st_size, known.st_ino)
                if before is None:
                    store.add([now])
                else:
                    store.outdate([(before[0], now)])
            self._count(store)
        if not swept:
            self.sweep(self._near)

    def forget(self) -> None:
        """Take the database away; whatever is asked next begins with a sweep."""
        with self._write.acquire(timeout=WRITE_WAIT_S):
            self._disconnect()
            schema.remove(self._path)

    def work(self, stop: Callable[[], bool]) -> None:
        """Read some of the files that wait, until `stop`.

        The database may be taken away while they are read. Their ids mean nothing in the one that
        is made then, so what was read is let go of, and a sweep begins anew.
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
        began = time.monotonic()
        done: list[tuple[int, str, str | None, FileContent | None, Extract | None, str]] = []
        for number, path, size, before in waiting:
            content = read(self.root / path, size)
            language = language_of(path)
            found = None
            if content is not None and not content.why and content.hash != before:
                found = _extracted(content.text, language)
            self.read += 1
            done.append((number, path, language, content, found, before))
            if time.monotonic() - began > SLICE_S or stop():
                break
        with self._transaction() as store:
            same = store is taken
            for number, path, language, content, found, before in done if same else ():
                if content is None:
                    store.drop([number])
                elif found is None and not content.why and content.hash == before:
                    store.same(number)
                else:
                    store.put(number, path, language, content, found)
            self._count(store)
            if same and not self._waiting:
                store.set_meta("complete", "1")
        if not same:
            self.sweep(self._near)
        elif not self._waiting:
            self._settle()
            self._role.release()

    def progress(self) -> dict[str, Any]:
        """How far the index is."""
        with self._transaction() as store:
            files, indexed = store.counts()
        return {"files": files, "indexed": indexed, "left": self._left}

    def close(self) -> None:
        """Let go of the file and of both locks."""
        self._disconnect()
        self._role.release(force=True)

    def _settle(self) -> None:
        """Move what was written into the file itself, so that it does not stand there twice."""
        with self._write.acquire(timeout=WRITE_WAIT_S):
            self._connected().connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _count(self, store: IndexStore) -> None:
        files, indexed = store.counts()
        self._waiting = files - indexed

    @contextmanager
    def _transaction(self) -> Iterator[IndexStore]:
        """One transaction inside the lock; nothing of it holds where it raises."""
        with self._write.acquire(timeout=WRITE_WAIT_S):
            store = self._connected()
            store.connection.execute("BEGIN IMMEDIATE")
            try:
                yield store
            except BaseException:
                # SQLite ends a transaction by itself after some errors.
                if store.connection.in_transaction:
                    store.connection.execute("ROLLBACK")
                store.names.forget()
                store.terms.forget()
                raise
            store.connection.execute("COMMIT")

    def _connected(self) -> IndexStore:
        """The store of the file that is there now; it may have been taken away and made anew.

        Raises `TurnedOff` where no file may be there.
        """
        self._unless_off()
        inode = _inode(self._path)
        if self._store is None or inode is None or inode != self._inode:
            self._disconnect()
            self._connection = schema.open_to_write(self._path)
            self._store = IndexStore(self._connection)
            self._inode = _inode(self._path)
            # It may have been turned off, and taken away, just before the file was made.
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
    """What is kept of a text. A parser that never ends takes the process with it: the parser
    holds the interpreter, so that only a timer outside of it can end that."""
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
