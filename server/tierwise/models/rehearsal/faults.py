"""Faults the loopback server can be told to have, one per request, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one request, and how it answers otherwise.

    `status` with `kind` answers an error before the stream, `after` (events) ends the
    stream early: `how` is "eof" (clean end), "reset", "stall", "error" (an error event),
    "bad_json" or "drip" (one byte a second). Delays are seconds.
    """

    status: int = 0
    kind: str = "api_error"
    retry_after: str | None = None
    after: int | None = None
    how: str = "eof"
    first_delay: float = 0.0
    delay: float = 0.0
    text: str | None = None
    stop_reason: str = "end_turn"

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Fault:
        """A fault as another process describes it. Raises `TypeError` for unknown keys."""
        return cls(**data)


@dataclass
class Faults:
    """A queue: each request takes one; when it is empty, `default` holds."""

    queue: list[Fault] = field(default_factory=list)
    default: Fault = field(default_factory=Fault)
    by_model: dict[str, Fault] = field(default_factory=dict)

    def take(self, model: str) -> Fault:
        """The fault of the next request to `model`."""
        if model in self.by_model:
            return self.by_model[model]
        return self.queue.pop(0) if self.queue else self.default
