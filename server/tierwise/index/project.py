"""The index of one workspace root, as the server uses it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from tierwise.context.ignore import IgnoreRules
from tierwise.core.dataclass import dataclass
from tierwise.index import git_files, imports, schema, search
from tierwise.index.child import IndexChild
from tierwise.index.facts import (
    Definition,
    FileKnown,
    FileState,
    FileUses,
    FoundFile,
    IndexState,
    Obstacle,
    Readiness,
    Uses,
)
from tierwise.index.kept_back import kept_back
from tierwise.index.meant import meant
from tierwise.index.reader import IndexReader, Rows
from tierwise.store import filesystem

RECENT_S: Final = 0.3
"""A sweep that began less than this many seconds ago also answers further requests."""
AGAIN_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class IndexLimits:
    """How much is indexed at most: files, and mebibytes of text. `exclude` are ignore patterns."""

    max_files: int = 50_000
    max_mb: int = 500
    exclude: tuple[str, ...] = ()


class ProjectIndex:
    """One root's index: a child process that writes it, and a connection that reads it."""

    def __init__(
        self,
        root: Path,
        state_dir: Path,
        limits: IndexLimits | None = None,
        *,
        awaited: bool = False,
    ) -> None:
        """`awaited` says that somebody waits for the whole index. Then its process runs at full
        priority.
        """
        limits = limits or IndexLimits()
        self.root = Path(os.path.realpath(root))
        self._exclude = limits.exclude
        self.database = schema.database(state_dir, root)
        self._reader = IndexReader(self.database)
        self._child = IndexChild(
            {
                "root": str(self.root),
                "database": str(self.database),
                "exclude": list(limits.exclude),
                "max_files": limits.max_files,
                "max_mb": limits.max_mb,
                "yields": not awaited,
            },
            schema.folder(state_dir),
        )
        self._look: asyncio.Future[None] | None = None
        self._looked = True
        self._follows = False
        self._began = 0.0
        self._git: git_files.Stamps | None = None
        self.near: Callable[[], Sequence[str]] = tuple

    @property
    def failure(self) -> str:
        """The error of the disk if it refused to write. Empty if it did not."""
        return self._child.failed

    async def refresh(self, wait_ms: int = 50) -> IndexState:
        """Look for changed files, and return after `wait_ms` milliseconds at the latest.

        A look that takes longer goes on in the background. The state is not `ready` until it ends.
        """
        if self._refused() is None:
            look = await self._looking(RECENT_S)
            if look is not None:
                await asyncio.wait({look}, timeout=wait_ms / 1000)
        return await self.status()

    async def ready(self) -> IndexState:
        """Wait until every file was read, or until that is impossible. `--wait` uses this."""
        if self._look is not None:
            # A sweep under way may have missed what changed a moment ago. Wait for its end.
            await asyncio.wait({self._look})
        while self._refused() is None:
            look = await self._looking(0.0)
            if look is None and not self._fails():
                await asyncio.sleep(AGAIN_S)
                continue
            if look is not None:
                await asyncio.wait({look})
            if look is None or self._fails():
                break
            while self._child.pid is not None and not look.cancelled():
                # Cleared before the state is read, so that a report that comes meanwhile is not
                # missed.
                self._child.news.clear()
                state = await self.status()
                if state.complete:
                    return state
                await self._child.news.wait()
                if self._fails():
                    break
        return await self.status()

    async def _looking(self, recent_s: float) -> asyncio.Future[None] | None:
        """A sweep that is under way or began `recent_s` seconds ago at most, else a new one.

        None if the child process cannot be started.
        """
        look = self._look
        recent = time.monotonic() - self._began < recent_s
        if look is None or look.cancelled() or (look.done() and not recent):
            self._began = time.monotonic()
            # Taken before the sweep, so that a checkout during the sweep counts as a change.
            self._git = git_files.stamps(self.root)
            look = self._look = await self._child.sweep(list(self.near()))
        self._looked = look is not None
        return look

    async def look(self) -> None:
        """Look for changed files after somebody reported some. It does not wait for the result.

        A look that is under way may have passed these files already, so another one follows it.
        """
        if self._refused() is not None or self._follows:
            return
        self._follows = True
        try:
            if self._look is not None:
                await asyncio.wait({self._look})
        finally:
            self._follows = False
        await self._looking(0.0)

    async def follow_git(self) -> None:
        """Look for changed files if git's own files changed since the last look.

        Then another commit may have been checked out, which changes many files at once.
        """
        before, self._git = self._git, git_files.stamps(self.root)
        if before is not None and before != self._git:
            await self.look()

    async def changed(self, path: str) -> None:
        """Read a file again at once, because it was saved, closed or removed.

        While no child process runs this does nothing: the next sweep finds the change.
        """
        if self._child.pid is not None:
            await self._child.tell({"do": "file", "path": path})

    async def status(self) -> IndexState:
        """How many files the index knows, how many it has read, and what prevents the rest."""
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
        fresh = await self._fresh(rows)
        defined = await self.definitions(name)
        state = await self.status()
        complete = state.complete and len(fresh) == len(rows)
        tops = {d.path for d in defined if d.level == "top"}
        member = any(d.level == "member" for d in defined)
        coded = [row for row in fresh if row[4]]
        if len(tops) == 1 and not member:
            coded = await self._meant(name, tops, coded)
        return await asyncio.to_thread(_sorted, name, len(tops), member, coded, fresh, complete)

    async def _meant(self, name: str, tops: set[str], coded: Rows) -> Rows:
        """Those files among `coded` that mean the name's one definition by it."""
        same = await asyncio.to_thread(
            meant,
            tops,
            {row[0]: row[6] for row in coded},
            {row[0] for row in coded if row[5]},
            await self._targets(name),
        )
        return [row for row in coded if row[0] in same]

    async def _targets(self, name: str) -> dict[str, list[str]]:
        """What each of the files that use or mention a name imports."""
        rows = await self._reader.rows(
            "SELECT f.path, t.target FROM names n JOIN uses u ON u.name = n.id"
            " JOIN files f ON f.id = u.file JOIN imports i ON i.file = f.id"
            " JOIN targets t ON t.id = i.target"
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
        return await self._defined(rows)

    async def outline(self, path: str) -> tuple[Definition, ...]:
        """What a file defines, in its order."""
        rows = await self._reader.rows(
            "SELECT f.path, f.mtime, f.size, f.hash, n.name, d.kind, d.line, d.last, d.level"
            " FROM files f JOIN defs d ON d.file = f.id JOIN names n ON n.id = d.name"
            " WHERE f.path = ? AND f.state = 1 ORDER BY d.line, d.last DESC",
            (path,),
        )
        return await self._defined(rows)

    async def file(self, path: str) -> FileState:
        """Whether a file is indexed, and if not, why."""
        rows = await self._reader.rows("SELECT state, why FROM files WHERE path = ?", (path,))
        for state, why in rows:
            known: FileKnown = "waiting" if not state else "named" if why else "indexed"
            return FileState(path, known, why=why)
        rules = IgnoreRules((self.root,), self._exclude)
        return await asyncio.to_thread(kept_back, self.root, rules, path)

    async def importers(self, path: str) -> tuple[str, ...]:
        """Files that import a file, as far as their import statements show it."""
        module = imports.module_of(path)
        rows = await self._reader.rows(
            "SELECT f.path, f.mtime, f.size, f.hash, t.target FROM targets t"
            " JOIN imports i ON i.target = t.id JOIN files f ON f.id = i.file"
            " WHERE t.tail = ? AND f.state = 1",
            (module[-1] if module else "",),
        )
        meaning = [row for row in rows if row[0] != path and imports.means(row[4], path)]
        return tuple(sorted({row[0] for row in await self._fresh(meaning)}))

    async def find(self, query: str, limit: int = 10) -> tuple[FoundFile, ...]:
        """The files that fit a question in plain words, best first."""
        return tuple(await search.find(self._reader, query, limit, self._fresh))

    async def close(self) -> None:
        """End the child process and close the file."""
        await self._child.close()
        await self._reader.close()

    def _refused(self) -> Obstacle | None:
        """Why there is no index here. None if nothing prevents one."""
        if self._child.given_up:
            return "refused" if self._child.failed else "ended"
        if schema.is_off(self.database):
            return "turned_off"
        return "network" if self._network else None

    @cached_property
    def _network(self) -> bool:
        """Whether the folder is on a network file system. Computed once, because it
        reads a file.
        """
        return filesystem.file_system(self.root).network

    def _fails(self) -> bool:
        """Whether the disk refused to write for the latest process."""
        return bool(self._child.failed)

    def _behind(self) -> bool:
        """Whether the latest sweep is still running, was cancelled or could not start."""
        look = self._look
        return not self._looked or (look is not None and (not look.done() or look.cancelled()))

    async def _defined(self, rows: Rows) -> tuple[Definition, ...]:
        return tuple(
            Definition(row[0], row[4], row[5], row[6], row[7], row[8], row[3])
            for row in await self._fresh(rows)
        )

    async def _fresh(self, rows: Rows) -> Rows:
        """Those rows whose file has the same time stamp and size as when it was read.

        A row begins with path, time stamp and size. A thread asks the disk, because a name may be
        in every file.
        """
        return await asyncio.to_thread(_unchanged, self.root, rows) if rows else []

    def _bytes(self) -> int:
        total = 0
        for ending in ("", "-wal"):
            try:
                total += os.stat(f"{self.database}{ending}").st_size
            except OSError:
                continue
        return total


def _unchanged(root: Path, rows: Rows) -> Rows:
    there: dict[str, tuple[int, int] | None] = {}
    for path, *_ in rows:
        if path not in there:
            try:
                found = os.lstat(root / path)
            except OSError:
                there[path] = None
            else:
                there[path] = found.st_mtime_ns, found.st_size
    return [row for row in rows if there[row[0]] == (row[1], row[2])]


def _sorted(
    name: str, defined: int, member: bool, used: Rows, having: Rows, complete: bool
) -> Uses:
    """The uses of a name: the files that use it, most uses first, and the other files
    that have it.
    """
    files = (FileUses(row[0], row[4], row[3]) for row in used)
    paths = {row[0] for row in used}
    return Uses(
        name,
        defined,
        member,
        tuple(sorted(files, key=lambda file: (-file.uses, file.path))),
        tuple(sorted(row[0] for row in having if row[0] not in paths)),
        complete,
    )
