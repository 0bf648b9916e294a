"""Reads a streamed answer: makes our events of server-sent events, and knows when it
is complete.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tierwise.core.errors import ModelError
from tierwise.core.tiers import Tier
from tierwise.models import tools
from tierwise.models.call import (
    CacheLife,
    CallStarted,
    Delta,
    Event,
    Finished,
    Result,
    Thinking,
    Trace,
)
from tierwise.models.failure import failure
from tierwise.models.refusals import classify
from tierwise.models.usage import UsageCounts

_KINDS: Final = frozenset(
    (
        "message_start", "content_block_start", "content_block_delta", "content_block_stop",
        "message_delta", "message_stop", "error", "ping",
    )
)  # fmt: skip
_END: Final = "[DONE]"
"""Some servers send this after their last event."""


class StreamReader:
    """Builds one answer from the server-sent events of a call.

    An answer without `message_stop` is not complete, even if the connection ends cleanly. `cache`
    is the kind of prompt cache that the request asked for.
    """

    def __init__(self, tier: Tier, trace: Trace, cache: CacheLife = "5m") -> None:
        self.tier, self.trace = tier, trace
        self.counts = UsageCounts(cache)
        self.stop, self.model, self.request_id = "", tier.model, ""
        self.thinks = False
        self.in_tool = False

    def take(self, name: str, data: str) -> Event | None:
        """Read one server-sent event.

        Returns None if it has nothing for us. Raises `ModelError` if it is bad.

        The kind of an event is its own `type`. Its name only counts if the type is missing,
        since many servers send `data:` lines alone.
        """
        if name == "ping" or not data or data.strip() == _END:
            return None
        try:
            payload = json.loads(data)
            if not isinstance(payload, Mapping):
                if name in _KINDS:
                    raise TypeError("an event is an object")
                return None
            return self._known(_kind(name, payload), payload)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise failure("bad_stream", self.tier, sent=True) from None

    def _known(self, kind: str, payload: Mapping[str, Any]) -> Event | None:
        self.counts.hear(payload.get("usage"), start=kind == "message_start")
        match kind:
            case "message_start":
                message = _object(payload.get("message"))
                self.counts.hear(message.get("usage"), start=True)
                self.model = str(message.get("model") or self.model)
                self.trace.known = self.counts.usage()
                return CallStarted(self.trace.known)
            case "content_block_start":
                return self._block(_object(payload.get("content_block")))
            case "content_block_delta":
                return self._delta(payload["delta"])
            case "content_block_stop" if self.in_tool:
                self.in_tool = False
                return self._said(tools.closing())
            case "message_delta":
                delta = _object(payload.get("delta"))
                self.counts.hear(delta.get("usage"))
                self.trace.known = self.counts.usage()
                self.stop = str(delta.get("stop_reason") or self.stop)
            case "message_stop":
                self.counts.hear(_object(payload.get("message")).get("usage"))
                self.trace.bill = self.counts.final(len(self.trace.streamed) + self.trace.thought)
                return Finished(self.result())
            case "error":
                raise self._error(payload)
        return None

    def _error(self, payload: Mapping[str, Any]) -> ModelError:
        """The failure that an error event names: in an object, in a text, or in the
        event itself.
        """
        said = payload.get("error", payload)
        if isinstance(said, Mapping):
            kind, message = str(said.get("type") or ""), str(said.get("message") or "")
        else:
            kind, message = "", str(said or "")
        found = classify(None, kind, None, message)
        return failure(found, self.tier, sent=True, detail=message, status=200)

    def _block(self, block: Mapping[str, Any]) -> Event | None:
        """The start of a block. Some servers put the first words into it."""
        if block.get("type") == "tool_use":
            self.in_tool = True
            return self._said(tools.opening())
        if block.get("type") == "text" and isinstance(block.get("text"), str) and block["text"]:
            return self._said(block["text"])
        return None

    def _delta(self, delta: Mapping[str, Any]) -> Event | None:
        if delta["type"] == "text_delta":
            return self._said(_text(delta["text"]))
        if delta["type"] == "input_json_delta" and self.in_tool:
            return self._said(_text(delta["partial_json"]))
        if delta["type"] == "thinking_delta":
            self.trace.thought += len(_text(delta.get("thinking") or ""))
            if not self.thinks:
                self.thinks = True
                return Thinking()
        return None

    def _said(self, text: str) -> Delta:
        self.trace.text.append(text)
        return Delta(text)

    def result(self) -> Result:
        """The answer. Raises `ModelError` if the server declined or the answer is empty."""
        text, stop = self.trace.streamed, self.stop or "end_turn"
        if stop == "refusal":
            raise failure("refused", self.tier, sent=True, request_id=self.request_id)
        if not text.strip() and stop != "max_tokens":
            raise failure("empty", self.tier, sent=True, request_id=self.request_id)
        usage = self.trace.bill or self.counts.usage()
        return Result(text, stop, usage, self.model, self.request_id)

    def ended_early(self, content_type: str) -> ModelError:
        """The failure for an answer that ended without `message_stop`."""
        foreign = self.trace.first_event_ms is None and "event-stream" not in content_type
        return failure(
            "bad_stream" if foreign else "cut", self.tier, sent=True, request_id=self.request_id
        )


def _kind(name: str, payload: Mapping[str, Any]) -> str:
    """The kind of an event: its type, else its name, else "error" if it contains an error."""
    own = payload.get("type")
    if own in _KINDS:
        return str(own)
    if name in _KINDS:
        return name
    return "error" if payload.get("error") else ""


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a piece of text is a string")
    return value
