"""The project indexes of a window: one for each workspace folder, from the first task on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tierwise.tasks.api import Index


@dataclass
class Projects:
    """The index of each folder. `allowed` says whether there may be any: trust and settings."""

    roots: Callable[[], Sequence[Path]]
    allowed: Callable[[], bool]
    make: Callable[[Path], Index]
    _by_root: dict[Path, Index] = field(default_factory=dict)

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

    async def close(self) -> None:
        """End what runs for them."""
        for index in self._by_root.values():
            await index.close()
        self._by_root.clear()
