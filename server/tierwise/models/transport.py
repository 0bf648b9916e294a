"""How a call gets to its server and the answer back: the interface between the client and the SDK.

The SDK takes seconds to import and half of the server's memory, and reading two hundred streams
through it takes most of a core. So it may run in this process or in one of its own
(`models/apart.py`); the caller sees no difference. Deadlines, the reading of events and everything
that bookings need stay on this side, so that nothing is lost if the other process dies.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import field
from typing import Any, Literal, Protocol

from tierwise.core.dataclass import dataclass
from tierwise.core.tiers import Tier
from tierwise.models.sse import ServerEvent


@dataclass(frozen=True, slots=True)
class CallPlace:
    """Where a call goes, and its key. `repr` hides the key, and nothing keeps it beyond the call.

    `custom_headers` says whether this server may get the `ANTHROPIC_CUSTOM_HEADERS`.
    `own_header` says whether it also gets the key in `X-Api-Key`, which other makers' servers need.
    """

    tier: Tier
    url: str
    key: str
    custom_headers: bool
    own_header: bool

    def __repr__(self) -> str:
        return f"CallPlace({self.tier.name!r}, {self.url!r})"


@dataclass(frozen=True, slots=True)
class WantedCall:
    """One streamed call.

    `body` is the body of the request. `connect` is the time limit for connecting and `attempt` that
    for the whole call, in seconds. `headers` are sent beside the SDK's own.
    """

    place: CallPlace
    body: Mapping[str, Any]
    connect: float
    attempt: float
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlainQuestion:
    """A request that asks no model, such as for the list of models. The answer is one JSON value.

    `within` is how many seconds it may take.
    """

    path: str
    within: float
    method: Literal["GET", "POST"] = "GET"
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AnswerStream:
    """An answer that is arriving: what its HTTP headers said, and its events and comments in order.

    `team` is what a team's gateway said of its rules, `model` the model it asked.
    """

    request_id: str
    content_type: str
    events: AsyncIterator[ServerEvent]
    team: str = ""
    """Which rule of a team's gateway decided: "floor", "cap", or ""."""
    model: str = ""
    """The model that a gateway says it called."""


class Transport(Protocol):
    """Makes model calls: sends each to its server and yields the answer.

    Every failure is a `ModelError`.
    """

    def warm_up(self) -> None:
        """Begin to import the SDK in the background. A second call does nothing."""

    async def ready(self) -> None:
        """Wait until calls can be made. Raises `OSError` if no call can be made."""

    def opened(self, wanted: WantedCall) -> AbstractAsyncContextManager[AnswerStream]:
        """Send one call. Yields its answer, and closes the connection when the block ends."""

    async def asked(self, place: CallPlace, question: PlainQuestion) -> Any:
        """The JSON with which a server answers a question that is no model call."""

    async def close(self) -> None:
        """Close connections, or end the process that makes the calls."""
