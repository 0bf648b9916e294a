"""Writing the index: one file's rows put, dropped or found out of date. Plain SQL, no policy."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tierwise.index import imports, ranking, words
from tierwise.index.content import FileContent
from tierwise.index.extract import Extract
from tierwise.index.walk import Seen

KEPT_IDS: Final = 30_000
"""Names whose ids are kept in memory; more would take more than looking them up again."""


class Ids:
    """The ids of names in one table, made where they are new."""

    def __init__(self, connection: sqlite3.Connection, table: str, column: str) -> None:
        self._connection = connection
        self._find = f"SELECT id, {column} FROM {table} WHERE {column} IN "
        self._make = f"INSERT INTO {table}({column}) VALUES (?) RETURNING id"
        self._known: dict[str, int] = {}

    def of(self, names: Iterable[str]) -> Mapping[str, int]:
        """The id of each name."""
        wanted = list(dict.fromkeys(names))
        known = self._known
        if len(known) > KEPT_IDS:
            known.clear()
        missing = [name for name in wanted if name not in known]
        for at in range(0, len(missing), 500):
            some = missing[at : at + 500]
            marks = ",".join("?" * len(some))
            for number, name in self._connection.execute(f"{self._find} ({marks})", some):
                known[name] = number
        for name in missing:
            if name not in known:
                (known[name],) = self._connection.execute(self._make, (name,)).fetchone()
        return {name: known[name] for name in wanted}

    def forget(self) -> None:
        """After a rollback: what was made may not be there."""
        self._known.clear()


class IndexStore:
    """The writing side of a database. Each method runs inside a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.names = Ids(connection, "names", "name")
        self.terms = Ids(connection, "terms", "term")

    def known(self) -> dict[str, tuple[int, int, int, int]]:
        """Of each file id, time stamp, size and inode."""
        rows = self.connection.execute("SELECT path, id, mtime, size, inode FROM files")
        return {path: (number, mtime, size, inode) for path, number, mtime, size, inode in rows}

    def add(self, seen: Iterable[Seen]) -> None:
        """Files that are new: known by name, waiting to be read."""
        self.connection.executemany(
            "INSERT OR IGNORE INTO files(path, mtime, size, inode) VALUES (?, ?, ?, ?)",
            ((s.path, s.mtime, s.size, s.inode) for s in seen),
        )

    def outdate(self, changed: Iterable[tuple[int, Seen]]) -> None:
        """Files that changed: nothing of theirs is served until they are read again."""
        self.connection.executemany(
            "UPDATE files SET state = 0, mtime = ?, size = ?, inode = ? WHERE id = ?",
            ((s.mtime, s.size, s.inode, number) for number, s in changed),
        )

    def drop(self, numbers: Sequence[int]) -> None:
        """Files that are gone, with all their rows."""
        for number in numbers:
            self._clear(number)
        self.connection.executemany("DELETE FROM files WHERE id = ?", ((n,) for n in numbers))

    def waiting(self, limit: int) -> list[tuple[int, str, int, str]]:
        """Id, path, size and last hash of files that wait to be read."""
        return self.connection.execute(
            "SELECT id, path, size, hash FROM files WHERE state = 0 ORDER BY id LIMIT ?", (limit,)
        ).fetchall()

    def same(self, number: int) -> None:
        """A file that was written without a change: what is known of it holds again."""
        self.connection.execute("UPDATE files SET state = 1 WHERE id = ?", (number,))

    def put(
        self,
        number: int,
        path: str,
        language: str | None,
        content: FileContent,
        found: Extract | None,
    ) -> None:
        """What was read of a file, in place of what was known. `found` None: its name alone."""
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
        self.connection.executemany(
            "INSERT INTO postings VALUES (?, ?, ?, ?, ?)",
            sorted(
                (i, number, counted.get(t, 0), defined.get(t, 0), named.get(t, 0))
                for t, i in terms.items()
            ),
        )
        names: Mapping[str, int] = {}
        if found is not None:
            total = sum(counted.values())
            names = self.names.of(
                [*found.uses, *found.mentioned, *(d.name for d in found.definitions)]
            )
            self.connection.executemany(
                "INSERT INTO uses VALUES (?, ?, ?, ?, ?)",
                sorted(
                    (names[n], number, found.uses.get(n, 0), found.mentioned.get(n, 0),
                     int(n in found.bound))
                    for n in {**found.uses, **found.mentioned}
                ),
            )  # fmt: skip
            self.connection.executemany(
                "INSERT OR IGNORE INTO defs VALUES (?, ?, ?, ?, ?, ?)",
                sorted(
                    (names[d.name], number, d.start_line, d.end_line, d.kind, d.level)
                    for d in found.definitions
                ),
            )
            self.connection.executemany(
                "INSERT OR IGNORE INTO imports VALUES (?, ?, ?)",
                (
                    (number, target, imports.tail(target))
                    for target in (imports.resolved(one, path) for one in found.imports)
                ),
            )
        numbers = array("I", [len(terms), *terms.values(), *names.values()])
        self.connection.execute(
            "UPDATE files SET state = 1, hash = ?, language = ?, lines = ?, words = ?, why = ?,"
            " prior = ?, stem = ?, held = ? WHERE id = ?",
            (
                content.hash,
                language,
                found.lines if found else 0,
                total,
                content.why,
                ranking.prior(path),
                ranking.stem_of(path),
                numbers.tobytes(),
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
        """Whether the files of this database come from a sweep; one just made holds none."""
        found = self.connection.execute("SELECT 1 FROM meta WHERE key = 'swept'").fetchone()
        return found is not None

    def set_meta(self, key: str, value: str) -> None:
        """Keep a remark about the whole."""
        self.connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def _clear(self, number: int) -> None:
        row = self.connection.execute("SELECT held FROM files WHERE id = ?", (number,)).fetchone()
        if row is None or not row[0]:
            return
        held = array("I")
        held.frombytes(row[0])
        terms = held[1 : 1 + held[0]]
        names = held[1 + held[0] :]
        self.connection.executemany(
            "DELETE FROM postings WHERE term = ? AND file = ?", ((t, number) for t in terms)
        )
        self.connection.executemany(
            "DELETE FROM uses WHERE name = ? AND file = ?", ((n, number) for n in names)
        )
        self.connection.execute("DELETE FROM defs WHERE file = ?", (number,))
        self.connection.execute("DELETE FROM imports WHERE file = ?", (number,))
