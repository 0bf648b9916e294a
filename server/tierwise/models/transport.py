"""How a call gets to its server and the answer back: what the client and the SDK agree on.

The SDK takes seconds to import and half of the server's memory, and reading two hundred streams
through it takes most of a core. So it may live in this process or in one of its own
(`models/apart.py`); whoever asks cannot tell. Deadlines, the reading of events and all that money
is booked by stay on this side, so that nothing of it is lost with the other.
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
    """Where a call goes, and with what key; `repr` hides it, nothing keeps it beyond the call.

    `custom_headers` tells whether this server may get what `ANTHROPIC_CUSTOM_HEADERS` holds,
    `own_header` whether it gets the key in `X-Api-Key` as well, as other makers' servers ask.
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
    """One streamed call. `body` is the request's, `connect` and `attempt` are seconds. `headers`
    go along beside the SDK's own."""

    place: CallPlace
    body: Mapping[str, Any]
    connect: float
    attempt: float
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlainQuestion:
    """A question that is answered with one JSON value, within some seconds."""

    path: str
    within: float
    method: Literal["GET", "POST"] = "GET"
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class AnswerStream:
    """The head of an answer, and its events and comments as they came."""

    request_id: str
    content_type: str
    events: AsyncIterator[ServerEvent]
    team: str = ""
    """What a team's gateway says of its rules: "floor", "cap", or nothing."""
    model: str = ""
    """The model that a gateway says it asked."""


class Transport(Protocol):
    """What makes calls. Every failure is a `ModelError`."""

    def warm_up(self) -> None:
        """Begin to import the SDK, beside everything else; harmless to call twice."""

    async def ready(self) -> None:
        """Return once a call could leave at once. Raises `OSError` where nothing can make it."""

    def opened(self, wanted: WantedCall) -> AbstractAsyncContextManager[AnswerStream]:
        """Make a call; leaving closes its connection."""

    async def asked(self, place: CallPlace, question: PlainQuestion) -> Any:
        """The server's answer to a plain question, as JSON."""

    async def close(self) -> None:
        """End whatever runs for this."""
