"""Breakers, one per model: a model that fails again and again is left alone for a while."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

FAILURES: Final = 5
"""Consecutive failures that open a breaker."""
OPEN_FOR: Final = 30.0
"""Seconds until one trial call is let through."""


@dataclass
class _Breaker:
    failures: deque[float] = field(default_factory=lambda: deque(maxlen=FAILURES))
    opened: float | None = None
    trying: bool = False


@dataclass
class Breakers:
    """All breakers of this process. Times are monotonic seconds."""

    by_model: dict[str, _Breaker] = field(default_factory=dict)

    def allows(self, model: str, now: float) -> bool:
        """Whether a call may be made: closed, or half-open with nobody trying."""
        breaker = self.by_model.get(model)
        if breaker is None or breaker.opened is None:
            return True
        return now - breaker.opened >= OPEN_FOR and not breaker.trying

    def trying(self, model: str, now: float) -> None:
        """A call is being made; when half-open it is the one trial."""
        breaker = self.by_model.get(model)
        if breaker is not None and breaker.opened is not None:
            breaker.trying = True

    def succeeded(self, model: str) -> None:
        """A call worked: the breaker closes."""
        self.by_model.pop(model, None)

    def failed(self, model: str, now: float) -> bool:
        """A call failed; True when that opened the breaker."""
        breaker = self.by_model.setdefault(model, _Breaker())
        breaker.failures.append(now)
        breaker.trying = False
        if breaker.opened is not None:
            breaker.opened = now
            return False
        if len(breaker.failures) == FAILURES:
            breaker.opened = now
            return True
        return False
