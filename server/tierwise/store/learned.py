"""What outcomes taught, as one JSON file in the state folder, shared by all editor windows."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tierwise.store.lock import LedgerLock

NAME: Final = "learned.json"


class LearnedFile:
    """The file of the learned state, which is what outcomes taught the router, as numbers.

    Reading takes no lock: a write replaces the file as a whole.
    """

    def __init__(self, folder: Path, name: str = NAME) -> None:
        self.path = folder / name
        self._lock = LedgerLock(self.path.with_suffix(".lock"))

    @property
    def stamp(self) -> tuple[int, int] | None:
        """A value that changes with every write by any process; None where there is no file."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def read(self) -> Mapping[str, Any] | None:
        """The content; None where there is no file, or one that cannot be read as JSON."""
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return data if isinstance(data, dict) else None

    def update(
        self, change: Callable[[Mapping[str, Any] | None], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """Read, change and write inside the lock. Returns the new content.

        Raises `LedgerUnavailable` if the lock cannot be had, and `OSError` if the disk refuses; the
        old file then stays.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock.held():
            data = change(self.read())
            part = self.path.with_suffix(".part")
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            with open(os.open(part, flags, 0o600), "w", encoding="utf-8") as file:
                json.dump(data, file, indent=1)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            part.replace(self.path)
        return data
