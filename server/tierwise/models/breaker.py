"""Breakers, one per place (a model at one server): a place that keeps failing is avoided.

A breaker opens after five failures in a row. After thirty seconds one trial call is let through,
and its result decides. For five minutes after a breaker opened, tasks that can go elsewhere still
do so, even if the trial works, so that they do not change back and forth. A tier that the operator
chose and that has no other place is called all the same.
"""

from __future__ import annotations

from dataclasses import field
from typing import Final, Literal

from tierwise.core.dataclass import dataclass

FAILURES: Final = 5
"""Failures in a row that open a breaker."""
OPEN_FOR: Final = 30.0
"""Seconds until one trial call is let through."""
SWITCH_STAYS: Final = 300.0
"""Seconds a switch away from a place stays at least."""

State = Literal["closed", "open", "trial", "held"]
"""`trial`: open, but the next call is let through. `held`: the place works again, but tasks that
were switched away stay where they are."""


@dataclass
class _Breaker:
    failures: int = 0
    opened: float | None = None
    switched: float | None = None
    trying: bool = False
    cause: str = ""


@dataclass
class Breakers:
    """Which places (a model at one server) get no calls for now, because they keep failing.

    There is a breaker per place, for this process. Times are monotonic.
    """

    by_place: dict[str, _Breaker] = field(default_factory=dict)

    def state(self, place: str, now: float) -> State:
        """What a place may get: calls ("closed"), none ("open"), or one trial call ("trial").

        "held" says that it works again, but tasks that were switched away stay away for now.
        """
        breaker = self.by_place.get(place)
        if breaker is None:
            return "closed"
        if breaker.opened is not None:
            waits = breaker.trying or now - breaker.opened < OPEN_FOR
            return "open" if waits else "trial"
        if breaker.switched is not None and now - breaker.switched < SWITCH_STAYS:
            return "held"
        return "closed"

    def allows(self, place: str, now: float) -> bool:
        """Whether a task that may go to several places can use this one."""
        return self.state(place, now) in ("closed", "trial")

    def why(self, place: str) -> str:
        """The kind of the latest failure that the breaker of a place knows, "" if it knows none."""
        breaker = self.by_place.get(place)
        return breaker.cause if breaker is not None else ""

    def trying(self, place: str, now: float) -> bool:
        """Note that a call to a place is being made.

        Returns whether it is the one trial call of a place whose breaker was open.
        """
        breaker = self.by_place.get(place)
        if breaker is None or self.state(place, now) != "trial":
            return False
        breaker.trying = True
        return True

    def dropped(self, place: str) -> None:
        """Note that a trial call showed nothing of whether its place works, as when it was
        cancelled.

        Another trial may be made.
        """
        breaker = self.by_place.get(place)
        if breaker is not None:
            breaker.trying = False

    def succeeded(self, place: str, now: float) -> None:
        """Note that a call worked: the breaker closes.

        After a switch to another place `state` stays "held" for its five minutes.
        """
        breaker = self.by_place.get(place)
        if breaker is None:
            return
        breaker.failures, breaker.opened, breaker.trying = 0, None, False
        if self.state(place, now) == "closed":
            del self.by_place[place]

    def failed(self, place: str, now: float, cause: str = "") -> bool:
        """Note that a call failed. Returns whether this failure opened the breaker.

        `cause` is the kind of the failure.
        """
        breaker = self.by_place.setdefault(place, _Breaker())
        breaker.failures += 1
        breaker.trying, breaker.cause = False, cause
        if breaker.opened is not None:
            breaker.opened = now
            return False
        if breaker.failures < FAILURES:
            return False
        breaker.opened = breaker.switched = now
        return True
