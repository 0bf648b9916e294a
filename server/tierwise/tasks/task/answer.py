"""The answer of a model to a task."""

from __future__ import annotations

from tierwise.core.dataclass import dataclass
from tierwise.models.call import Result


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, and the tier that gave it."""

    result: Result
    tier: str

    @property
    def text(self) -> str:
        return self.result.text
