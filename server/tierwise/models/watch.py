"""The deadlines of one streamed call, as one alarm that is set anew with every event."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from tierwise.core.errors import ModelError
from tierwise.core.tiers import Tier
from tierwise.models.call import Deadlines, Trace
from tierwise.models.failure import failure


@dataclass(slots=True)
class Watch:
    """When a call is late, and what is said then. Times are `time.perf_counter` seconds."""

    tier: Tier
    deadlines: Deadlines
    trace: Trace
    began: float = field(default_factory=time.perf_counter)
    latest: float = 0.0

    def heard(self, *, token: bool) -> None:
        """A complete event arrived; `token` tells a piece of an answer or of thinking."""
        self.latest = time.perf_counter()
        elapsed = (self.latest - self.began) * 1000
        if self.trace.first_event_ms is None:
            self.trace.first_event_ms = elapsed
        if token and self.trace.first_token_ms is None:
            self.trace.first_token_ms = elapsed

    def left(self) -> float:
        """Seconds until the next deadline, at least 0."""
        return max(0.0, min(due for due, _ in self._dues()) - time.perf_counter())

    def late(self) -> ModelError:
        """The failure of a call that missed its deadline."""
        _, kind = min(self._dues())
        d = self.deadlines
        seconds = {
            "timeout": d.attempt,
            "stalled": d.between_events,
            "slow": d.first_token,
            "slow_first_event": d.first_event,
        }[kind]
        return failure(kind, self.tier, sent=self.trace.sent, seconds=seconds)

    def _dues(self) -> list[tuple[float, str]]:
        d = self.deadlines
        dues = [(self.began + d.attempt, "timeout")]
        if self.trace.first_event_ms is None:
            dues.append((self.began + d.first_event, "slow_first_event"))
        else:
            dues.append((self.latest + d.between_events, "stalled"))
        if d.first_token is not None and self.trace.first_token_ms is None:
            dues.append((self.began + d.first_token, "slow"))
        return dues
