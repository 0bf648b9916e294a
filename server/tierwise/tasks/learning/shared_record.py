"""What a team learned of a project: the last state from its gateway, in a file of the
state folder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from tierwise.core.dataclass import dataclass
from tierwise.learning import record
from tierwise.learning.record import Record
from tierwise.store.learned import LearnedFile


@dataclass
class SharedRecord:
    """The team's learned state.

    `shares` returns whether the operator shares with a team. `weights` is the hash of the shipped
    weights that the state must be based on.
    """

    file: LearnedFile
    weights: str
    shares: Callable[[], bool]
    _stamp: tuple[int, int] | None = None
    _record: Record | None = field(default=None)

    def record(self) -> Record | None:
        """The state. None if nothing is shared, the team has learned nothing yet, or its state
        cannot be read or is based on other weights.
        """
        if not self.shares():
            return None
        stamp = self.file.stamp
        if stamp != self._stamp:
            self._stamp, self._record = stamp, self._read()
        return self._record

    def _read(self) -> Record | None:
        try:
            found = record.from_json((self.file.read() or {})["record"])
        except (ValueError, KeyError):
            return None
        return found if found.weights == self.weights else None
