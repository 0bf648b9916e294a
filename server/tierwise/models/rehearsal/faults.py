"""Faults that the loopback server can be told to have, one per request, in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from tierwise.core.dataclass import dataclass

TRUE: Final = "$true"
"""In `Fault.usage` this stands for the true count."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one request, or how its answer differs.

    `status` with `kind` and `message` (or a raw `body`) answers with an error before the stream.
    The stream breaks after `after` events; -1 breaks it before its head is sent. `how`: "eof" (a
    clean end), "reset", "stall", "error" (an error event), "error_text" (an
    event that holds an error as a text and no type), "bad_json", "bad_utf8",
    "bad_shape", "short_chunk" (a chunk that is not as long as it says), "drip" (one byte a
    second); and instead of a stream, with -1, "html" and "json". `pings` come before the
    answer, `thinking` is streamed before its text. Delays are seconds.

    `usage` reports other counts than the true ones: for each place ("start", "middle", "end") a
    list of usages, one event each. An empty list reports none, and a count that is `TRUE` is
    replaced by the true one. `framing` writes the events differently: "data" without their names,
    "generic" all under one name. `comments` are comment lines before the answer, `delay` apart;
    `newline` ends the lines, and `bom` puts a byte order mark before the first.
    """

    status: int = 0
    kind: str = "api_error"
    message: str = "as told"
    body: str | None = None
    retry_after: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after: int | None = None
    how: str = "eof"
    first_delay: float = 0.0
    delay: float = 0.0
    pings: int = 0
    thinking: str = ""
    text: str | None = None
    stop_reason: str = "end_turn"
    usage: Mapping[str, Sequence[Any]] | None = None
    framing: str = "named"
    comments: int = 0
    newline: str = "\n"
    bom: bool = False

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Fault:
        """A fault from another process. Raises `TypeError` for unknown keys."""
        return cls(**data)


@dataclass
class Faults:
    """A queue of faults. Each request takes one; when the queue is empty, it gets `default`. A
    request to a model in `by_model` always gets the fault of that model.
    """

    queue: list[Fault] = field(default_factory=list)
    default: Fault = field(default_factory=Fault)
    by_model: dict[str, Fault] = field(default_factory=dict)

    def take(self, model: str) -> Fault:
        """The fault of the next request to `model`."""
        if model in self.by_model:
            return self.by_model[model]
        return self.queue.pop(0) if self.queue else self.default

    def told(self, data: Mapping[str, Any]) -> None:
        """Set the faults that another process asks for over HTTP."""
        self.queue += [Fault.from_json(item) for item in data.get("queue", [])]
        if "default" in data:
            self.default = Fault.from_json(data["default"])
        for model, item in data.get("by_model", {}).items():
            self.by_model[model] = Fault.from_json(item)
        if data.get("clear"):
            self.queue.clear()
            self.by_model.clear()
            self.default = Fault()
