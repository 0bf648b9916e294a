"""The deadlines of one streamed call, and the one alarm that watches them.

Where many calls stream, thousands of events come per second, so an event only notes its
time. The alarm checks when the last known deadline is reached, and sleeps on if it has moved.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import field
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.errors import ModelError
from tierwise.core.tiers import Tier
from tierwise.models.call import Deadlines, Trace
from tierwise.models.failure import failure

HELD_AGAIN: Final = 0.02
"""Seconds until the alarm checks a call again whose reader is busy."""


@dataclass(slots=True)
class StreamWatch:
    """The deadlines of one call: when it is late, and with which error it then fails.

    Times are `time.perf_counter` seconds. `latest` is the time of the last event or comment, 0
    before the first.
    """

    tier: Tier
    deadlines: Deadlines
    trace: Trace
    began: float = field(default_factory=time.perf_counter)
    latest: float = 0.0

    def heard(self, *, token: bool) -> None:
        """Note that a complete event arrived. With `token` it held a piece of an answer or of
        thinking.
        """
        self.latest = time.perf_counter()
        elapsed = (self.latest - self.began) * 1000
        if self.trace.first_event_ms is None:
            self.trace.first_event_ms = elapsed
        if token and self.trace.first_token_ms is None:
            self.trace.first_token_ms = elapsed

    def alive(self) -> None:
        """Note that a comment arrived: the server lives, although it has not answered yet."""
        self.latest = time.perf_counter()

    def left(self) -> float:
        """Seconds until the next deadline, at least 0."""
        return max(0.0, min(due for due, _ in self._dues()) - time.perf_counter())

    def late(self) -> ModelError:
        """The error of a call that missed a deadline; of several the one that was missed first."""
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
        if not self.latest:
            dues.append((self.began + d.first_event, "slow_first_event"))
        elif self.trace.first_event_ms is None:
            dues.append((self.latest + max(d.first_event, d.between_events), "slow_first_event"))
        else:
            dues.append((self.latest + d.between_events, "stalled"))
        if d.first_token is not None and self.trace.first_token_ms is None:
            dues.append((self.began + d.first_token, "slow"))
        return dues


class Alarm:
    """Ends a call at its deadline, unless `held` is set: then an event of it is being handled."""

    def __init__(self, watch: StreamWatch, limit: asyncio.Timeout) -> None:
        self.held = False
        self._watch, self._limit = watch, limit
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(self._next(), self._look)

    def stop(self) -> None:
        """Stop watching the deadlines."""
        self._timer.cancel()

    def _look(self) -> None:
        left = self._watch.left()
        if left <= 0 and not self.held:
            self._limit.reschedule(self._loop.time())
        else:
            self._timer = self._loop.call_later(self._next(), self._look)

    def _next(self) -> float:
        """Seconds until the next check.

        An event can shorten the time to the deadline to `between_events`, so it is never longer
        than that.
        """
        nearest = min(self._watch.left(), self._watch.deadlines.between_events)
        return max(nearest, HELD_AGAIN) if self.held else nearest


@asynccontextmanager
async def alarmed(watch: StreamWatch) -> AsyncIterator[Alarm]:
    """Watch the deadlines of a call. If one is missed, raises the failure of the watch."""
    try:
        async with asyncio.timeout(None) as limit:
            alarm = Alarm(watch, limit)
            try:
                yield alarm
            finally:
                alarm.stop()
    except TimeoutError:
        if not limit.expired():
            raise
        raise watch.late() from None
