"""The project indexes of a window: one for each workspace folder, from the first task on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tierwise.index.facts import IndexState
from tierwise.tasks.api import Index


@dataclass
class Projects:
    """The index of each folder. `allowed` says whether there may be any: trust and settings."""

    roots: Callable[[], Sequence[Path]]
    allowed: Callable[[], bool]
    make: Callable[[Path], Index]
    _by_root: dict[Path, Index] = field(default_factory=dict)
    _seen: dict[Path, IndexState] = field(default_factory=dict)

    @classmethod
    def none(cls) -> Projects:
        """No index at all, for a window without folders."""

        def never(root: Path) -> Index:
            raise ValueError(f"no index of {root}")

        return cls(tuple, lambda: False, never)

    def all(self) -> list[tuple[Path, Index]]:
        """Each folder as the editor spells it, with its index; none where it is off."""
        if not self.allowed():
            return []
        roots = list(self.roots())
        for root in roots:
            if root not in self._by_root:
                self._by_root[root] = self.make(root)
        return [(root, self._by_root[root]) for root in roots]

    async def refresh(self, wait_ms: int) -> list[IndexState]:
        """Look for changed files in each folder; the states of then, which are kept."""
        for root, index in self.all():
            self._seen[root] = await index.refresh(wait_ms)
        return self.seen()

    def seen(self) -> list[IndexState]:
        """The state of each index when it was last asked; nothing where there is none."""
        return [self._seen[root] for root in self._by_root if root in self._seen]

    async def changed(self, path: Path) -> None:
        """A file was written: the index of its folder reads it again, where it runs."""
        for root, index in list(self._by_root.items()):
            if path.is_relative_to(root):
                await index.changed(path.relative_to(root).as_posix())

    async def close(self) -> None:
        """End what runs for them; the next task starts it again, with the settings of then."""
        ended = list(self._by_root.values())
        self._by_root.clear()
        for index in ended:
            await index.close()
