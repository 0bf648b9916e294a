"""The project indexes of an editor window: one per workspace folder, made when first needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import field
from pathlib import Path

from tierwise.core.dataclass import dataclass
from tierwise.index.facts import IndexState
from tierwise.tasks.api import Index


@dataclass
class Projects:
    """The index of each workspace folder.

    `allowed` returns whether indexes may run, by trust and settings. `began` is called when the
    first index is made: from then on the engine needs to know which files change.
    """

    roots: Callable[[], Sequence[Path]]
    allowed: Callable[[], bool]
    make: Callable[[Path], Index]
    began: Callable[[], None]
    _by_root: dict[Path, Index] = field(default_factory=dict)
    _seen: dict[Path, IndexState] = field(default_factory=dict)
    _ending: set[asyncio.Task[None]] = field(default_factory=set)
    _has_begun: bool = False

    @classmethod
    def none(cls) -> Projects:
        """A `Projects` without any index, for a window without folders."""

        def never(root: Path) -> Index:
            raise ValueError(f"no index of {root}")

        return cls(tuple, lambda: False, never, lambda: None)

    def all(self) -> list[tuple[Path, Index]]:
        """Each folder as the editor spells it, with its index. Empty if indexes may not run."""
        if not self.allowed():
            return []
        roots = list(self.roots())
        for root in roots:
            if root not in self._by_root:
                self._by_root[root] = self.make(root)
        if roots and not self._has_begun:
            self._has_begun = True
            self.began()
        return [(root, self._by_root[root]) for root in roots]

    async def refresh(self, wait_ms: int) -> list[IndexState]:
        """Look for changed files in each folder. Returns the states of the indexes afterwards, and
        keeps them.
        """
        every = self.all()
        states = await asyncio.gather(*(index.refresh(wait_ms) for _, index in every))
        self._seen.update(zip((root for root, _ in every), states, strict=True))
        return self.seen()

    async def look(self) -> None:
        """Let the existing indexes look for changed files. It does not wait for the result."""
        if self.allowed():
            await asyncio.gather(*(index.look() for index in self._by_root.values()))

    async def follow_git(self) -> None:
        """Look for changed files if another commit was checked out since the last call."""
        if self.allowed():
            await asyncio.gather(*(index.follow_git() for index in self._by_root.values()))

    def seen(self) -> list[IndexState]:
        """The state of each index when it was last asked."""
        return [self._seen[root] for root in self._by_root if root in self._seen]

    async def changed(self, path: Path) -> None:
        """Let the index of its folder read a file that was written, if there is an index."""
        for root, index in list(self._by_root.items()):
            if path.is_relative_to(root):
                await index.changed(path.relative_to(root).as_posix())

    async def tidy(self) -> None:
        """Close the indexes of folders that left the workspace, or all if indexes may
        not run now.
        """
        kept = frozenset(self.roots()) if self.allowed() else frozenset()
        await self._end(root for root in self._by_root if root not in kept)

    async def close(self) -> None:
        """Close the indexes. The next task starts them again, with the settings of that time."""
        await self._end(self._by_root)

    async def _end(self, roots: Iterable[Path]) -> None:
        """Close some indexes, and wait for all that are closing. A cancelled caller does not stop
        that.
        """
        for root in list(roots):
            self._seen.pop(root, None)
            ending = asyncio.create_task(self._by_root.pop(root).close())
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
        await asyncio.gather(*map(asyncio.shield, self._ending))
