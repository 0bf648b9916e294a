"""The latest changes of each open document.

An answer may come for an older version of a document than the present one. These changes say where
its edit belongs now.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final

from tierwise.core.document import Snapshot
from tierwise.edits.splice import Splice, Step

KEPT: Final = 1_000
"""How many changes of a document are remembered."""
LARGEST: Final = 2_000
"""The most characters that a remembered change puts in. No hunk is carried over a larger change: it
is found by comparing texts instead.
"""


class RecentChanges:
    """The latest changes of each document, with the version that each led to. Of a large change
    only the version is kept.
    """

    def __init__(self) -> None:
        self._by_uri: dict[str, deque[tuple[int, Splice | None]]] = {}

    def changed(self, snapshot: Snapshot, steps: Sequence[Step]) -> None:
        """Remember how a document changed: the steps that led to its version `snapshot`."""
        if snapshot.version is None:
            return
        kept = self._by_uri.setdefault(snapshot.uri, deque(maxlen=KEPT))
        for step in steps:
            small = step.splice is not None and len(step.splice.text) <= LARGEST
            kept.append((snapshot.version, step.splice if small else None))

    def opened(self, uri: str) -> None:
        """Forget the changes of a document that was opened, because its versions start again."""
        self._by_uri.pop(uri, None)

    def since(self, snapshot: Snapshot, now: Snapshot) -> Sequence[Splice] | None:
        """The changes that lead from the older version `snapshot` of a document to the present one,
        `now`. None if one of them was too large to be kept or is forgotten.
        """
        if snapshot.version is None or now.version is None or snapshot.uri != now.uri:
            return None
        kept = [c for c in self._by_uri.get(now.uri, ()) if c[0] > snapshot.version]
        splices = [splice for _, splice in kept if splice is not None]
        full = len(kept) == KEPT
        return None if len(splices) != len(kept) or full else splices
