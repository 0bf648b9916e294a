"""A loopback Messages server that plays a plan of tool calls and keeps every byte that it gets.

It takes the place of a model. An agent sends the results of all tool calls with each new call. So
the server finds the next step of the plan by counting the tool results since the operator's last
words. It needs no memory, and many agents can use it at the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

PIECE: Final = 20
"""Characters of one streamed delta."""


@dataclass(frozen=True, slots=True)
class Call:
    """One tool call of a plan."""

    tool: str
    input: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is an error: its status, its type and the headers beside it."""

    status: int
    kind: str = "api_error"
    message: str = "as told"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came: the path with its query, the headers (lower case), the raw body."""

    method: str
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.raw)
        return found


@dataclass
class PlanServer:
    """The server. `plan` is played once per user turn; `says` ends it.

    `refusals` are given out first, one per request. `delay` is the seconds between two events and
    `break_after` the number of events after which a stream breaks off. `unknown_events` adds events
    that no client knows. `strict` refuses a conversation whose earlier blocks were changed.
    `tells` are counts of the usage that the client is told in place of the true ones; `serves` are
    blocks of the server's own tools that an answer begins with.
    """

    plan: Sequence[Call] = ()
    plan_of: Callable[[Mapping[str, Any]], Sequence[Call]] | None = None
    """The plan for a body, where not all conversations play the same."""
    says: str = "Done."
    thinking: str = ""
    refusals: list[Refusal] = field(default_factory=list)
    delay: float = 0.0
    first_delay: float = 0.0
    break_after: int | None = None
    unknown_events: bool = False
    strict: bool = False
    tells: Mapping[str, Any] = field(default_factory=dict)
    serves: Sequence[Mapping[str, Any]] = ()
    received: list[Received] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    """The raw bytes of each answer, in the order in which the answers began."""
    bills: list[dict[str, Any]] = field(default_factory=list)
    """Per answered call its model and the usage it was told."""
    gone: list[float] = field(default_factory=list)
    """When clients went away before the end of their answer (`time.perf_counter`)."""
    _prefixes: dict[str, str] = field(default_factory=dict)
    _runner: web.AppRunner | None = None
    base_url: str = ""

    async def start(self) -> PlanServer:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{rest:.*}", self._any)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def close(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def messages(self) -> list[Received]:
        """The calls of a model alone."""
        return [r for r in self.received if r.path.split("?")[0] == "/v1/messages"]

    async def _any(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        got = Received(
            request.method,
            request.path_qs,
            {k.lower(): v for k, v in request.headers.items()},
            raw,
        )
        self.received.append(got)
        path = request.path
        if path == "/v1/messages/count_tokens":
            return web.json_response({"input_tokens": max(1, len(raw) // 4)})
        if path == "/v1/models":
            return web.json_response({"data": [], "has_more": False})
        if path != "/v1/messages":
            return web.json_response({}, status=404)
        if self.refusals:
            refusal = self.refusals.pop(0)
            body = {"type": "error", "error": {"type": refusal.kind, "message": refusal.message}}
            return web.json_response(body, status=refusal.status, headers=dict(refusal.headers))
        data = got.data
        problem = self._changed(data) if self.strict else None
        if problem:
            body = {
                "type": "error",
                "error": {"type": "invalid_request_error", "message": problem},
            }
            return web.json_response(body, status=400)
        message = self._message(data)
        usage = self._usage(raw, message)
        self.bills.append({"model": data["model"], **usage})
        usage = {**usage, **self.tells}
        if not data.get("stream"):
            text = json.dumps({**message, "usage": usage}).encode()
            self.sent.append(text)
            return web.Response(body=text, content_type="application/json")
        return await self._stream(request, message, usage)

    async def _stream(
        self, request: web.Request, message: dict[str, Any], usage: dict[str, Any]
    ) -> web.StreamResponse:
        response = web.StreamResponse(
            headers={"content-type": "text/event-stream", "request-id": "req_plan"}
        )
        place = len(self.sent)
        self.sent.append(b"")
        try:
            await asyncio.sleep(self.first_delay)
            await response.prepare(request)
            for number, block in enumerate(self._events(message, usage)):
                if number == self.break_after:
                    assert request.transport is not None
                    request.transport.abort()
                    return response
                self.sent[place] += block
                await response.write(block)
                if self.delay:
                    await asyncio.sleep(self.delay)
        except (asyncio.CancelledError, ConnectionError):
            self.gone.append(time.perf_counter())
            raise
        with contextlib.suppress(ConnectionError):
            await response.write_eof()
        return response

    def _events(self, message: dict[str, Any], usage: dict[str, Any]) -> list[bytes]:
        head = {
            **message,
            "content": [],
            "stop_reason": None,
            "usage": {**usage, "output_tokens": 1},
        }
        events: list[tuple[str, dict[str, Any]]] = [("message_start", {"message": head})]
        events.append(("ping", {}))
        if self.unknown_events:
            events.append(("future_event", {"payload": {"deep": [1, 2, 3]}, "note": "ünknown"}))
        for index, block in enumerate(message["content"]):
            events += _block_events(index, block)
        end = {"stop_reason": message["stop_reason"], "stop_sequence": None}
        events.append(("message_delta", {"delta": end, "usage": usage}))
        events.append(("message_stop", {}))
        return [
            f"event: {name}\ndata: {json.dumps({'type': name, **payload})}\n\n".encode()
            for name, payload in events
        ]

    def _message(self, data: Mapping[str, Any]) -> dict[str, Any]:
        content: list[dict[str, Any]] = [dict(block) for block in self.serves]
        if self.thinking:
            signature = f"sig-{len(self.thinking)}"
            content.append({"type": "thinking", "thinking": self.thinking, "signature": signature})
        if _is_title(data):
            content.append({"type": "text", "text": json.dumps({"title": "A short title"})})
            call = None
        else:
            done = _results_since_words(data)
            plan = self.plan if self.plan_of is None else self.plan_of(data)
            call = plan[done] if data.get("tools") and done < len(plan) else None
            if call is None:
                content.append({"type": "text", "text": self.says})
            else:
                content.append(
                    {
                        "type": "tool_use",
                        "id": f"toolu_{uuid.uuid4().hex[:20]}",
                        "name": call.tool,
                        "input": dict(call.input),
                    }
                )
        return {
            "id": f"msg_{uuid.uuid4().hex[:16]}",
            "type": "message",
            "role": "assistant",
            "model": data["model"],
            "content": content,
            "stop_reason": "tool_use" if call is not None else "end_turn",
            "stop_sequence": None,
        }

    def _usage(self, raw: bytes, message: Mapping[str, Any]) -> dict[str, Any]:
        own = [b for b in message["content"] if not b["type"].endswith("_result")]
        return {
            "input_tokens": max(1, len(raw) // 4),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": max(1, len(json.dumps(own)) // 4),
        }

    def _changed(self, data: Mapping[str, Any]) -> str | None:
        """A complaint where what was sent before a thinking block is not what it was then."""
        messages = list(data.get("messages", []))
        for at, one in enumerate(messages):
            if one.get("role") != "assistant" or not isinstance(one.get("content"), list):
                continue
            if not any(b.get("type") == "thinking" for b in one["content"]):
                continue
            before = json.dumps(_plain([data.get("system"), data.get("tools"), messages[:at]]))
            key = json.dumps(one["content"])
            if self._prefixes.setdefault(key, before) != before:
                return "thinking blocks are bound to a different conversation"
        return None


def _plain(value: Any) -> Any:
    """A value without its cache marks, which move from step to step."""
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if k != "cache_control"}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value


def _block_events(index: int, block: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    kind = block["type"]
    start: dict[str, Any]
    if kind == "text":
        start, deltas = {"type": "text", "text": ""}, _pieces("text_delta", "text", block["text"])
    elif kind == "thinking":
        start = {"type": "thinking", "thinking": "", "signature": ""}
        deltas = _pieces("thinking_delta", "thinking", block["thinking"])
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    elif kind.endswith("_result"):
        start, deltas = dict(block), []
    else:
        start = {"type": kind, "id": block["id"], "name": block["name"], "input": {}}
        deltas = _pieces("input_json_delta", "partial_json", json.dumps(block["input"]))
    return [
        ("content_block_start", {"index": index, "content_block": start}),
        *[("content_block_delta", {"index": index, "delta": delta}) for delta in deltas],
        ("content_block_stop", {"index": index}),
    ]


def _pieces(kind: str, key: str, text: str) -> list[dict[str, Any]]:
    return [{"type": kind, key: text[i : i + PIECE]} for i in range(0, len(text), PIECE)]


def _is_title(data: Mapping[str, Any]) -> bool:
    form = (data.get("output_config") or {}).get("format") or {}
    return "title" in json.dumps(form) and not data.get("tools")


def _results_since_words(data: Mapping[str, Any]) -> int:
    """How many tool results came since the operator spoke last."""
    count = 0
    for message in reversed(data["messages"]):
        if message["role"] != "user":
            continue
        content = message["content"]
        blocks = content if isinstance(content, list) else [{"type": "text", "text": content}]
        results = [b for b in blocks if b.get("type") == "tool_result"]
        words = [
            b
            for b in blocks
            if b.get("type") == "text" and not b["text"].lstrip().startswith("<system-reminder>")
        ]
        if words and not results:
            return count
        count += len(results)
    return count
