"""Reading a streamed answer: server-sent events in, our events out, and what a whole answer is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tierwise.core.errors import ModelError
from tierwise.core.money import Usage
from tierwise.core.tiers import Tier
from tierwise.models import tools
from tierwise.models.call import CallStarted, Delta, Event, Finished, Result, Thinking, Trace
from tierwise.models.failure import classify, failure


class StreamReader:
    """One answer. A stream that ends without `message_stop` is no answer, however clean its end."""

    def __init__(self, tier: Tier, trace: Trace) -> None:
        self.tier, self.trace = tier, trace
        self.usage, self.stop, self.model, self.request_id = Usage(), "", tier.model, ""
        self.thinks = False
        self.in_tool = False

    def take(self, name: str | None, data: str) -> Event | None:
        """One event; None where it carries nothing of ours. Raises `ModelError` for a bad one."""
        if name in (None, "ping") or not data:
            return None
        try:
            return self._known(str(name), json.loads(data))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise failure("bad_stream", self.tier, sent=True) from None

    def _known(self, name: str, payload: Any) -> Event | None:
        match name:
            case "message_start":
                message = payload["message"]
                self.usage = usage_of(message.get("usage") or {}, self.usage)
                self.model = str(message.get("model") or self.model)
                self.trace.known = self.usage
                return CallStarted(self.usage)
            case "content_block_start" if payload["content_block"].get("type") == "tool_use":
                self.in_tool = True
                return self._said(tools.opening())
            case "content_block_delta":
                return self._delta(payload["delta"])
            case "content_block_stop" if self.in_tool:
                self.in_tool = False
                return self._said(tools.closing())
            case "message_delta":
                self.usage = usage_of(payload.get("usage") or {}, self.usage)
                self.stop = str(payload["delta"].get("stop_reason") or self.stop)
            case "message_stop":
                self.trace.bill = self.usage
                return Finished(self.result())
            case "error":
                said = payload.get("error") or {}
                kind, message = str(said.get("type") or ""), str(said.get("message") or "")
                found = classify(None, kind, None, message)
                raise failure(found, self.tier, sent=True, detail=message, status=200)
        return None

    def _delta(self, delta: Mapping[str, Any]) -> Event | None:
        if delta["type"] == "text_delta":
            return self._said(str(delta["text"]))
        if delta["type"] == "input_json_delta" and self.in_tool:
            return self._said(str(delta["partial_json"]))
        if delta["type"] == "thinking_delta" and not self.thinks:
            self.thinks = True
            return Thinking()
        return None

    def _said(self, text: str) -> Delta:
        self.trace.text.append(text)
        return Delta(text)

    def result(self) -> Result:
        """The answer. Raises `ModelError` where the server declined or said nothing."""
        text, stop = self.trace.streamed, self.stop or "end_turn"
        if stop == "refusal":
            raise failure("refused", self.tier, sent=True, request_id=self.request_id)
        if not text.strip() and stop != "max_tokens":
            raise failure("empty", self.tier, sent=True, request_id=self.request_id)
        return Result(text, stop, self.usage, self.model, self.request_id)

    def ended_early(self, content_type: str) -> ModelError:
        """The failure of a stream that ended without `message_stop`."""
        foreign = self.trace.first_event_ms is None and "event-stream" not in content_type
        return failure(
            "bad_stream" if foreign else "cut", self.tier, sent=True, request_id=self.request_id
        )


def usage_of(reported: Mapping[str, Any], before: Usage) -> Usage:
    """Usage as the stream tells it; a later event overwrites what it names."""

    def take(name: str, kept: int) -> int:
        value = reported.get(name)
        return int(value) if value is not None else kept

    detail = reported.get("cache_creation") or {}
    written = take("cache_creation_input_tokens", before.cache_write_tokens)
    hour = int(detail.get("ephemeral_1h_input_tokens") or 0)
    hour = hour or min(before.cache_write_1h_tokens, written)
    return Usage(
        input_tokens=take("input_tokens", before.input_tokens),
        output_tokens=take("output_tokens", before.output_tokens),
        cache_read_tokens=take("cache_read_input_tokens", before.cache_read_tokens),
        cache_write_5m_tokens=written - hour,
        cache_write_1h_tokens=hour,
    )
