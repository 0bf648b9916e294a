"""The data of a model call: what is asked, what streams back, how long it may take."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from typing import Literal
from urllib.parse import quote

from tierwise.core.actions import Action
from tierwise.core.dataclass import dataclass
from tierwise.core.money import Usage

CacheLife = Literal["5m", "1h"]
"""How long a prompt cache is kept after it was last read; the longer kind is dearer to write."""


@dataclass(frozen=True, slots=True)
class CallTurn:
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A whole prompt: the system text and the turns, the last one the operator's."""

    system: str
    turns: tuple[CallTurn, ...]
    cache: CacheLife = "5m"
    tool: str = ""
    """The tool that is offered, as JSON; "" for none."""

    @property
    def text(self) -> str:
        """All of its text, from which the upper bound of its tokens is computed.

        A tool is in it twice, because servers put instructions of their own around it.
        """
        return self.system + "".join(turn.text for turn in self.turns) + 2 * self.tool


@dataclass(frozen=True, slots=True)
class CallOrigin:
    """What a team's gateway is told about a call: the action, and the name of the
    project's folder.
    """

    action: Action
    project: str

    @property
    def headers(self) -> Mapping[str, str]:
        """The HTTP headers that tell a team's gateway the action and the project folder's name."""
        return {"x-tierwise-action": self.action, "x-tierwise-project": quote(self.project)}


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long a call may take, in seconds. The defaults are those of `[timeouts]`.

    `between_events` is the longest gap between two complete server-sent events or comments. Bytes
    do not count: a server that sends one byte a second is stalled. A ping is an event, since a
    model that thinks sends little else; `attempt` bounds that. If no token came after `first_token`
    seconds, the call is too slow. None if the call has no such limit.
    """

    connect: float = 5.0
    first_event: float = 12.0
    between_events: float = 12.0
    attempt: float = 60.0
    first_token: float | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """A finished answer. `stop_reason` is the server's word: "end_turn", "max_tokens", ..."""

    text: str
    stop_reason: str
    usage: Usage
    model: str
    request_id: str = ""

    @property
    def cut_off(self) -> bool:
        """Whether the answer ended because it reached its token limit."""
        return self.stop_reason == "max_tokens"


@dataclass(frozen=True, slots=True)
class CallStarted:
    """The server accepted the request; `usage` has its input tokens."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Thinking:
    """The model thinks before it answers. It is sent once. The thinking itself is never kept."""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is complete; always the last event."""

    result: Result


Event = CallStarted | Thinking | Delta | Finished


@dataclass(slots=True)
class Trace:
    """What is known of a call so far. By this a call is booked, and a failure of it is named.

    - `sent` is True from the moment the server may bill.
    - `refused` is True if a server answered with an error, `answered` once the HTTP headers of its
      answer came.
    - `known` is the usage it reported so far, `bill` the one at the end of a whole answer. Both are
      what the server says; they are checked when they are booked.
    - `thought` counts the characters of thinking that were streamed. Times are milliseconds since
      the call began.
    - `before_sent` is awaited before the first byte leaves; if it raises, no call is made.
    - `team` is what a team's gateway said of its rules, `model` the model it asked; "" for other
      servers.
    """

    before_sent: Callable[[], Awaitable[None]] | None = None
    sent: bool = False
    refused: bool = False
    answered: bool = False
    text: list[str] = field(default_factory=list)
    thought: int = 0
    known: Usage | None = None
    bill: Usage | None = None
    team: str = ""
    model: str = ""
    first_event_ms: float | None = None
    first_token_ms: float | None = None

    @property
    def streamed(self) -> str:
        return "".join(self.text)
