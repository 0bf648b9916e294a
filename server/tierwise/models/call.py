"""The data of a model call: what is asked, what streams back, how long it may take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tierwise.core.money import Usage


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A whole prompt: the system text and the turns, the last one the operator's."""

    system: str
    turns: tuple[Turn, ...]

    @property
    def text(self) -> str:
        """All of its text; what the token bound is computed from."""
        return self.system + "".join(turn.text for turn in self.turns)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds. `between_events` counts complete events, so a byte a second is a stall."""

    connect: float = 5.0
    first_event: float = 12.0
    between_events: float = 12.0
    attempt: float = 60.0


@dataclass(frozen=True, slots=True)
class Result:
    """A finished answer."""

    text: str
    stop_reason: str
    usage: Usage
    model: str


@dataclass(frozen=True, slots=True)
class Started:
    """The server accepted the request; `usage` has its input tokens."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream ended as it should."""

    result: Result


Event = Started | Delta | Finished


@dataclass(slots=True)
class Trace:
    """What is known of a call that may still fail: for settling it and for naming the failure."""

    sent: bool = False
    text: list[str] = field(default_factory=list)
    first_event_ms: float | None = None

    @property
    def streamed(self) -> str:
        return "".join(self.text)
