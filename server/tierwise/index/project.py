"""The index of one workspace root as the server asks it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tierwise.index import imports, schema, search
from tierwise.index.child import IndexChild
from tierwise.index.facts import (
    Definition,
    FileUses,
    FoundFile,
    IndexState,
    Obstacle,
    Readiness,
    Uses,
)
from tierwise.index.meant import meant
from tierwise.index.reader import IndexReader, Rows
from tierwise.store import filesystem

RECENT_S: Final = 0.3
"""Seconds for which a sweep answers further requests as well."""
AGAIN_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class IndexLimits:
    """How much is indexed: files, and mebibytes of text. `exclude` are ignore patterns."""

    max_files: int = 50_000
    max_mb: int = 500
    exclude: tuple[str, ...] = ()


class ProjectIndex:
    """One root's index: a child process that writes it, and a connection that reads it."""

    def __init__(self, root: Path, state_dir: Path, limits: IndexLimits | None = None) -> None:
        limits = limits or IndexLimits()
        self.root = Path(os.path.realpath(root))
        self.database = schema.database(state_dir, root)
        self._reader = IndexReader(self.database)
        self._child = IndexChild(
            {
                "root": str(self.root),
                "database": str(self.database),
                "exclude": list(limits.exclude),
                "max_files": limits.max_files,
                "max_mb": limits.max_mb,
            },
            schema.folder(state_dir),
        )
        self._look: asyncio.Future[None] | None = None
        self._looked = True
        self._began = 0.0
        self.near: Callable[[], Sequence[str]] = tuple

    async def refresh(self, wait_ms: int = 50) -> IndexState:
        """Look for changed files, and answer after `wait_ms` milliseconds at the latest.

        The look goes on where it takes longer; until it ends the state is not `ready`.
        """
        if self._refused() is None:
            look = await self._looking(RECENT_S)
            if look is not None:
                await asyncio.wait({look}, timeout=wait_ms / 1000)
        return await self.status()

    async def ready(self) -> IndexState:
        """Build until everything was read, or until it cannot be; what `--wait` waits for."""
        if self._look is not None:
            # One that is under way may have passed what changed a moment ago.
            await asyncio.wait({self._look})
        while self._refused() is None:
            look = await self._looking(0.0)
            if look is None:
                await asyncio.sleep(AGAIN_S)
                continue
            await asyncio.wait({look})
            while self._child.pid is not None and not look.cancelled():
                # Cleared before the look, so that news that comes meanwhile is not missed.
                self._child.news.clear()
                state = await self.status()
                if state.complete:
                    return state
                await self._child.news.wait()
        return await self.status()

    async def _looking(self, recent_s: float) -> asyncio.Future[None] | None:
        """The sweep that is under way or began `recent_s` seconds ago at most, else a new one; None
        where the child cannot be had."""
        look = self._look
        recent = time.monotonic() - self._began < recent_s
        if look is None or look.cancelled() or (look.done() and not recent):
            self._began = time.monotonic()
            look = self._look = await self._child.sweep(list(self.near()))
        self._looked = look is not None
        return look

    async def changed(self, path: str) -> None:
        """A file was saved, closed or removed; it is read again at once."""
        if self._child.pid is not None:
            await self._child.tell({"do": "file", "path": path})

    async def status(self) -> IndexState:
        """How far the index is."""
        why = self._refused()
        if why is not None:
            return IndexState(str(self.root), why=why)
        counted = await self._reader.rows("SELECT count(*), coalesce(sum(state), 0) FROM files")
        rows = await self._reader.rows("SELECT key, value FROM meta")
        meta: dict[str, str] = dict(rows)
        files, indexed = counted[0] if counted else (0, 0)
        left = int(meta.get("left", "0"))
        failed: Obstacle = "refused" if self._child.failed else ""
        state: Readiness = "ready"
        if "complete" not in meta:
            state = "cold"
        elif files > indexed or self._behind():
            state = "catching up"
        return IndexState(str(self.root), files, indexed, state, self._bytes(), failed, left)

    async def uses(self, name: str) -> Uses:
        """Where a name is used, most uses first, and how often it is defined."""
        rows = await self._reader.rows(
            "SELECT f.path, f.mtime, f.size, f.hash, u.code, u.bound, f.language FROM uses u"
            " JOIN files f ON f.id = u.file JOIN names n ON n.id = u.name"
            " WHERE n.name = ? AND f.state = 1",
            (name,),
        )
        fresh = [row for row in rows if self._is(row)]
        defined = await self.definitions(name)
        state = await self.status()
        tops = {d.path for d in defined if d.level == "top"}
        member = any(d.level == "member" for d in defined)
        coded = [row for row in fresh if row[4]]
        same = frozenset(row[0] for row in coded)
        if len(tops) == 1 and not member:
            same = meant(
                tops,
                {row[0]: row[6] for row in coded},
                {row[0] for row in coded if row[5]},
                await self._targets(name),
            )
        found = sorted(
            (FileUses(row[0], row[4], row[3]) for row in coded if row[0] in same),
            key=lambda file: (-file.uses, file.path),
        )
        return Uses(
            name,
            defined=len(tops),
            member=member,
            files=tuple(found),
            mentioned=tuple(sorted(row[0] for row in fresh if row[0] not in same)),
            complete=state.complete and len(fresh) == len(rows),
        )

    async def _targets(self, name: str) -> dict[str, list[str]]:
        """What the files that have a name import."""
        rows = await self._reader.rows(
            "SELECT f.path, i.target FROM names n JOIN uses u ON u.name = n.id"
            " JOIN files f ON f.id = u.file JOIN imports i ON i.file = f.id"
            " WHERE n.name = ? AND f.state = 1",
            (name,),
        )
        found: dict[str, list[str]] = {}
        for path, target in rows:
            found.setdefault(path, []).append(target)
        return found

    async def definitions(self, name: str) -> tuple[Definition, ...]:
        """Where a name is defined."""
        rows = await self._reader.rows(
            "SELECT f.path, f.mtime, f.size, f.hash, n.name, d.kind, d.line, d.last, d.level"
            " FROM defs d JOIN names n ON n.id = d.name JOIN files f ON f.id = d.file"
            " WHERE n.name = ? AND f.state = 1 ORDER BY f.path, d.line",
            (name,),
        )
        return self._defined(rows)

    async def outline(self, path: str) -> tuple[Definition, ...]:
        """What a file defines, in its order."""
        rows = await self._reader.rows(
            "SELECT f.path, f.mtime, f.size, f.hash, n.name, d.kind, d.line, d.last, d.level"
            " FROM files f JOIN defs d ON d.file = f.id JOIN names n ON n.id = d.name"
            " WHERE f.path = ? AND f.state = 1 ORDER BY d.line, d.last DESC",
            (path,),
        )
        return self._defined(rows)

    async def importers(self, path: str) -> tuple[str, ...]:
        """Files that import a file, as far as their import statements name it."""
        module = imports.module_of(path)
        rows = await self._reader.rows(
            "SELECT f.path, f.mtime, f.size, f.hash, i.target FROM imports i"
            " JOIN files f ON f.id = i.file WHERE i.tail = ? AND f.state = 1",
            (module[-1] if module else "",),
        )
        found = {r[0] for r in rows if r[0] != path and imports.means(r[4], path) and self._is(r)}
        return tuple(sorted(found))

    async def find(self, query: str, limit: int = 10) -> tuple[FoundFile, ...]:
        """Files for a question, best first."""
        return tuple(await search.find(self._reader, query, limit, self._is))

    async def close(self) -> None:
        """End the child and let go of the file."""
        await self._child.close()
        await self._reader.close()

    def _refused(self) -> Obstacle | None:
        """Why there is no index here; None where there may be one."""
        if self._child.given_up:
            return "ended"
        if schema.is_off(self.database):
            return "turned_off"
        if filesystem.file_system(self.root).network:
            return "network"
        return None

    def _behind(self) -> bool:
        """Whether a sweep was wanted and has not ended well."""
        look = self._look
        return not self._looked or (look is not None and (not look.done() or look.cancelled()))

    def _defined(self, rows: Rows) -> tuple[Definition, ...]:
        return tuple(
            Definition(row[0], row[4], row[5], row[6], row[7], row[8], row[3])
            for row in rows
            if self._is(row)
        )

    def _is(self, row: Sequence[object]) -> bool:
        """Whether a file is on disk as it was when its row (path, mtime, size) was written."""
        try:
            found = os.lstat(self.root / str(row[0]))
        except OSError:
            return False
        return (found.st_mtime_ns, found.st_size) == (row[1], row[2])

    def _bytes(self) -> int:
        total = 0
        for ending in ("", "-wal"):
            try:
                total += os.stat(f"{self.database}{ending}").st_size
            except OSError:
                continue
        return total
