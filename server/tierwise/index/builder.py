"""One root's index being built: sweeps, and the reading of what they found out of date.

Two operating system locks order the windows that share an index. `.write` is held for one
transaction; `.lock` says who reads files, and is held while there is something to read. Both
fall free when their holder dies, and the next child goes on where it stopped.
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
"""Seconds of the processor per transaction of reading; a wish that comes meanwhile ends it early.
On a busy machine seconds of the clock would pass with nothing done, and transactions have a price
of their own."""
SLICE_FILES: Final = 200
HANGS_S: Final = 60.0
"""Seconds after which a parser counts as one that never ends; the machine may be busy."""
SLOW_S: Final = 2.0
"""Seconds of processor time from which a file is not parsed again until it changes."""
WRITE_WAIT_S: Final = 10.0


class _Reading(NamedTuple):
    """A file of a slice and what was read of it. `content` None: it is gone or kept back; `found`
    None: it has the text it had, or its name alone is kept."""

    file: Waiting
    content: FileContent | None
    found: Extract | None


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
        self._to_wipe = False
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
            self._drop(store, changes.gone)
            store.outdate(changes.changed)
            store.add(sweep.in_order(changes.new, self._near))
            store.set_meta("root", str(self.root))
            store.set_meta("swept", str(time.time_ns()))
            store.set_meta("left", str(left))
            self._count(store)
        self._wipe()

    def look_at(self, path: str) -> None:
        """Look again at one file that was saved or is gone."""
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
        """Take the database away; whatever is asked next begins with a sweep."""
        with self._write.acquire(timeout=WRITE_WAIT_S):
            self._disconnect()
            schema.remove(self._path)

    def work(self, stop: Callable[[], bool]) -> None:
        """Read some of the files that wait, until `stop`.

        The database may be taken away while they are read. Their ids mean nothing in the one that
        is made then, so what was read is let go of, and a sweep begins again.
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
        """How far the index is."""
        with self._transaction() as store:
            files, indexed = store.counts()
        return {"files": files, "indexed": indexed, "left": self._left}

    def close(self) -> None:
        """Let go of the file and of both locks."""
        self._disconnect()
        self._role.release(force=True)

    def _read_some(self, waiting: Sequence[Waiting], stop: Callable[[], bool]) -> list[_Reading]:
        """Read files until the slice's time is over or `stop`; none that a rule keeps back by now,
        or that lies behind a link."""
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
        """Take what was dropped out of the log of writes too, which keeps pages as they were."""
        if self._to_wipe:
            self._settle()

    def _settle(self) -> None:
        """Move what was written into the file itself, so that it does not stand there twice."""
        with self._write.acquire(timeout=WRITE_WAIT_S):
            moved = self._connected().connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (busy, *_) = moved.fetchone()
            self._to_wipe = bool(busy)

    def _pack(self) -> None:
        """Give back the space that a first reading left between rows: an eighth of the file."""
        with self._write.acquire(timeout=WRITE_WAIT_S):
            connection = self._connected().connection
            # The copy that it makes is as large as the database: it shall not be in memory.
            connection.execute("PRAGMA temp_store=FILE")
            connection.execute("PRAGMA cache_size=-500")
            try:
                connection.execute("VACUUM")
            except sqlite3.OperationalError as error:
                log.info("the index stays as large as it is: %s", error)
        # Opened again as usual with the next transaction.
        self._disconnect()

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
        """The store of the file that is there now; it may have been deleted and created again.

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
