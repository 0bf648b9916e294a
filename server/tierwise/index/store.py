"""Writes the index: adds, replaces, deletes and outdates the rows of files. It is plain SQL."""

from __future__ import annotations

import sqlite3
import zlib
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

from tierwise.index import imports, ranking, words
from tierwise.index.content import FileContent
from tierwise.index.extract import Extract
from tierwise.index.walk import Seen

KEPT_IDS: Final = 30_000
"""Names whose ids are cached. Beyond this the cache costs more than looking ids up again."""
BATCH: Final = 500
"""The most values in one statement. Every build of SQLite takes at least 999."""
_UNUSED_NAME: Final = (
    "NOT EXISTS (SELECT 1 FROM uses WHERE uses.name = names.id)"
    " AND NOT EXISTS (SELECT 1 FROM defs WHERE defs.name = names.id)"
)
_UNUSED_TERM: Final = "NOT EXISTS (SELECT 1 FROM postings WHERE postings.term = terms.id)"
_UNUSED_TARGET: Final = "NOT EXISTS (SELECT 1 FROM imports WHERE imports.target = targets.id)"
T = TypeVar("T")


class Ids:
    """The numbers by which the database refers to the names in one table. A new name gets its
    number when it is asked for.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        table: str,
        column: str,
        more: Mapping[str, Callable[[str], str]] = MappingProxyType({}),
    ) -> None:
        """`more` are further columns of the table, each with the function that makes it from the
        name.
        """
        self._connection, self._table, self._column = connection, table, column
        self._find = f"SELECT id, {column} FROM {table} WHERE {column} IN "
        columns, self._more = ", ".join([column, *more]), tuple(more.values())
        marks = ", ".join("?" * (1 + len(more)))
        self._make = f"INSERT INTO {table}({columns}) VALUES ({marks}) RETURNING id"
        self._known: dict[str, int] = {}

    def of(self, names: Iterable[str]) -> Mapping[str, int]:
        """The number of each name."""
        wanted = list(dict.fromkeys(names))
        known = self._known
        if len(known) > KEPT_IDS:
            known.clear()
        missing = [name for name in wanted if name not in known]
        for some in _batches(missing):
            marks = ",".join("?" * len(some))
            for number, name in self._connection.execute(f"{self._find} ({marks})", some):
                known[name] = number
        for name in missing:
            if name not in known:
                values = (name, *(make(name) for make in self._more))
                (known[name],) = self._connection.execute(self._make, values).fetchone()
        return {name: known[name] for name in wanted}

    def forget(self) -> None:
        """Empty the cache, after a rollback or a change by another process: its ids may
        not exist.
        """
        self._known.clear()

    def drop_unused(self, numbers: Iterable[int], unused: str) -> None:
        """Delete those rows of `numbers` that no other row refers to. `unused` is the SQL
        condition.
        """
        gone: set[str] = set()
        for some in _batches(numbers):
            gone |= {
                name
                for (name,) in self._connection.execute(
                    f"DELETE FROM {self._table} WHERE id IN ({','.join('?' * len(some))})"
                    f" AND {unused} RETURNING {self._column}",
                    some,
                )
            }
        for name in gone:
            self._known.pop(name, None)


class Waiting(NamedTuple):
    """A file that waits to be read: its row when it was taken from the queue, and its last hash."""

    number: int
    path: str
    mtime: int
    size: int
    inode: int
    hash: str


class _Left(NamedTuple):
    """Ids of names, words and imports whose rows were deleted. Some may be unused now."""

    names: set[int]
    terms: set[int]
    targets: set[int]


class IndexStore:
    """Reads and writes the rows of an index. A method runs inside a transaction of its caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.names = Ids(connection, "names", "name")
        self.terms = Ids(connection, "terms", "term")
        self.targets = Ids(connection, "targets", "target", {"tail": imports.tail})
        self._version: int | None = None
        self._postings: list[tuple[int, int, int, int, int]] = []
        self._uses: list[tuple[int, int, int, int, int]] = []
        self._left = _Left(set(), set(), set())

    def known(self) -> dict[str, tuple[int, int, int, int]]:
        """Every file that the index knows, by its path: its id, time stamp, size and inode."""
        rows = self.connection.execute("SELECT path, id, mtime, size, inode FROM files")
        return {path: (number, mtime, size, inode) for path, number, mtime, size, inode in rows}

    def known_of(self, path: str) -> int | None:
        """The id of a file by its path. None if the index does not know the file."""
        row = self.connection.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
        return None if row is None else int(row[0])

    def add(self, seen: Iterable[Seen]) -> None:
        """Add new files. Their names are known now, and they wait to be read."""
        self.connection.executemany(
            "INSERT OR IGNORE INTO files(path, mtime, size, inode) VALUES (?, ?, ?, ?)",
            ((s.path, s.mtime, s.size, s.inode) for s in seen),
        )

    def outdate(self, changed: Iterable[tuple[int, Seen]]) -> None:
        """Mark files as changed: the index answers nothing from them until they are read again."""
        self.connection.executemany(
            "UPDATE files SET state = 0, mtime = ?, size = ?, inode = ? WHERE id = ?",
            ((s.mtime, s.size, s.inode, number) for number, s in changed),
        )

    def drop(self, numbers: Sequence[int]) -> None:
        """Delete files that are gone, with all their rows."""
        for number in numbers:
            self._clear(number)
        self.connection.executemany("DELETE FROM files WHERE id = ?", ((n,) for n in numbers))

    def waiting(self, limit: int) -> list[Waiting]:
        """Files that wait to be read, in the order of their ids."""
        rows = self.connection.execute(
            "SELECT id, path, mtime, size, inode, hash FROM files"
            " WHERE state = 0 ORDER BY id LIMIT ?", (limit,)
        )  # fmt: skip
        return [Waiting(*row) for row in rows]

    def waits(self, file: Waiting) -> bool:
        """Whether a file still waits as it did when it was taken from the queue.

        Another process may have deleted it, given its id to another file, or seen it change.
        """
        found = self.connection.execute(
            "SELECT 1 FROM files WHERE id = ? AND path = ? AND mtime = ? AND size = ? AND inode = ?"
            " AND state = 0",
            (file.number, file.path, file.mtime, file.size, file.inode),
        )
        return found.fetchone() is not None

    def same(self, number: int) -> None:
        """Note that a file was saved without a change: its rows are valid again."""
        self.connection.execute("UPDATE files SET state = 1 WHERE id = ?", (number,))

    def put(
        self,
        number: int,
        path: str,
        language: str | None,
        content: FileContent,
        found: Extract | None,
    ) -> None:
        """Replace the rows of a file by what was read of it. Without `found` only its
        name is kept.
        """
        self._clear(number)
        total = 0
        named = {word: 1 for name in words.NAME.findall(path) for word in words.stems(name)}
        counted = dict(found.words) if found is not None else {}
        defined: dict[str, int] = {}
        if found is not None:
            for one in found.definitions:
                for word in words.stems(one.name):
                    defined[word] = defined.get(word, 0) + 1
        terms = self.terms.of([*counted, *named, *defined])
        self._postings += (
            (i, number, counted.get(t, 0), defined.get(t, 0), named.get(t, 0))
            for t, i in terms.items()
        )
        names: Mapping[str, int] = {}
        targets: Mapping[str, int] = {}
        if found is not None:
            total = sum(counted.values())
            names = self.names.of(
                [*found.uses, *found.mentioned, *(d.name for d in found.definitions)]
            )
            self._uses += (
                (names[n], number, found.uses.get(n, 0), found.mentioned.get(n, 0),
                 int(n in found.bound))
                for n in {**found.uses, **found.mentioned}
            )  # fmt: skip
            self.connection.executemany(
                "INSERT OR IGNORE INTO defs VALUES (?, ?, ?, ?, ?, ?)",
                sorted(
                    (names[d.name], number, d.start_line, d.end_line, d.kind, d.level)
                    for d in found.definitions
                ),
            )
            targets = self.targets.of(imports.resolved(one, path) for one in found.imports)
            self.connection.executemany(
                "INSERT OR IGNORE INTO imports VALUES (?, ?)",
                ((number, t) for t in sorted(targets.values())),
            )
        self.connection.execute(
            "INSERT OR REPLACE INTO held VALUES (?, ?)",
            (number, _packed(terms.values(), names.values(), targets.values())),
        )
        self.connection.execute(
            "UPDATE files SET state = 1, hash = ?, language = ?, lines = ?, words = ?, why = ?,"
            " prior = ?, stem = ? WHERE id = ?",
            (
                content.hash,
                language,
                found.lines if found else 0,
                total,
                content.why,
                ranking.prior(path),
                ranking.stem_of(path),
                number,
            ),
        )

    def counts(self) -> tuple[int, int]:
        """How many files there are, and how many were read."""
        row = self.connection.execute("SELECT count(*), coalesce(sum(state), 0) FROM files")
        files, read = row.fetchone()
        return files, read

    @property
    def swept(self) -> bool:
        """Whether a sweep has filled this database. A new one is empty."""
        found = self.connection.execute("SELECT 1 FROM meta WHERE key = 'swept'").fetchone()
        return found is not None

    @property
    def complete(self) -> bool:
        """Whether every file was read at least once."""
        found = self.connection.execute("SELECT 1 FROM meta WHERE key = 'complete'").fetchone()
        return found is not None

    def set_meta(self, key: str, value: str) -> None:
        """Store a value about the whole index, such as that every file was read once."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def changed_by_others(self) -> bool:
        """Whether another process wrote since the last call. Ids may have changed then."""
        (version,) = self.connection.execute("PRAGMA data_version").fetchone()
        before, self._version = self._version, version
        return before is not None and bool(before != version)

    def flush(self) -> None:
        """Write what `put` collected, and delete names and words that no row refers to any more.

        Call it at the end of a transaction. The rows of many files are written in the order of
        their key. Written file by file, every row would be on another page, and each file would
        rewrite most of a large database.
        """
        self.connection.executemany(
            "INSERT INTO postings VALUES (?, ?, ?, ?, ?)", sorted(self._postings)
        )
        self.connection.executemany("INSERT INTO uses VALUES (?, ?, ?, ?, ?)", sorted(self._uses))
        self._postings, self._uses = [], []
        left, self._left = self._left, _Left(set(), set(), set())
        self.names.drop_unused(left.names, _UNUSED_NAME)
        self.terms.drop_unused(left.terms, _UNUSED_TERM)
        self.targets.drop_unused(left.targets, _UNUSED_TARGET)

    def forget(self) -> None:
        """Throw away what `put` collected, and the cached ids.

        Needed after a rollback or a change by another process.
        """
        self._postings, self._uses, self._left = [], [], _Left(set(), set(), set())
        self.names.forget()
        self.terms.forget()
        self.targets.forget()

    def _clear(self, number: int) -> None:
        """Delete the rows of a file except its row in `files`. Its names and words may be unused
        then.
        """
        row = self.connection.execute("SELECT ids FROM held WHERE file = ?", (number,)).fetchone()
        if row is None:
            return
        terms, names, targets = _unpacked(row[0])
        self.connection.executemany(
            "DELETE FROM postings WHERE term = ? AND file = ?", ((t, number) for t in terms)
        )
        self.connection.executemany(
            "DELETE FROM uses WHERE name = ? AND file = ?", ((n, number) for n in names)
        )
        for table in ("defs", "imports", "held"):
            self.connection.execute(f"DELETE FROM {table} WHERE file = ?", (number,))
        self._left.names.update(names)
        self._left.terms.update(terms)
        self._left.targets.update(targets)


def _packed(*ids: Collection[int]) -> bytes:
    """Pack groups of ids into few bytes. The length of each group comes before it."""
    numbers = array("I", [n for some in ids for n in (len(some), *sorted(some))])
    return zlib.compress(numbers.tobytes(), 1)


def _unpacked(data: bytes) -> list[Sequence[int]]:
    """The groups that `_packed` packed."""
    numbers, found, at = array("I"), list[Sequence[int]](), 0
    numbers.frombytes(zlib.decompress(data))
    while at < len(numbers):
        end = at + 1 + numbers[at]
        found.append(numbers[at + 1 : end])
        at = end
    return found


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    """Split the values into lists that fit one statement."""
    every = list(values)
    for at in range(0, len(every), BATCH):
        yield every[at : at + BATCH]
