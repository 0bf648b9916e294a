"""A small HTTP server on loopback that speaks the Messages API, streaming and all."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tierwise.models.rehearsal.answers import answer
from tierwise.models.rehearsal.faults import Fault, Faults
from tierwise.models.rehearsal.reading import read

CHARS_PER_TOKEN: Final = 3.0
"""The rehearsal tokenizer: usage is an honest function of the text, not of any model."""
PIECE: Final = 24
"""Characters of one streamed delta."""


@dataclass
class RehearsalServer:
    """The server. `requests` keeps the bodies it got, so that tests see what left the machine."""

    faults: Faults = field(default_factory=Faults)
    requests: list[dict[str, Any]] = field(default_factory=list)
    cancelled: int = 0
    """Streams whose client went away before the end."""
    _server: asyncio.Server | None = None
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self, port: int = 0) -> RehearsalServer:
        """Listen on loopback; port 0 takes a free one."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port)
        return self

    @property
    def base_url(self) -> str:
        """Where it listens. Raises `RuntimeError` before `start`."""
        if self._server is None:
            raise RuntimeError("the rehearsal server was not started")
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Stop listening and end what still streams."""
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            self.cancelled += 1
        except asyncio.CancelledError:
            # Only `close` cancels; letting it out would make asyncio log a finished server.
            pass
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        data: dict[str, Any] = json.loads(body) if body else {}
        path = path.split("?")[0]
        if method == "POST" and path == "/_faults":
            self.faults.queue += [Fault.from_json(item) for item in data.get("queue", [])]
            if "default" in data:
                self.faults.default = Fault.from_json(data["default"])
            for model, item in data.get("by_model", {}).items():
                self.faults.by_model[model] = Fault.from_json(item)
            if data.get("clear"):
                self.faults.queue.clear()
                self.faults.by_model.clear()
                self.faults.default = Fault()
            _reply(writer, 200, {"ok": True})
        elif path == "/_requests":
            _reply(writer, 200, {"requests": self.requests, "cancelled": self.cancelled})
        elif path == "/v1/models":
            _reply(writer, 200, {"data": [], "has_more": False})
        elif path == "/v1/messages/count_tokens":
            _reply(writer, 200, {"input_tokens": _tokens(_prompt_text(data))})
        elif method == "POST" and path == "/v1/messages":
            self.requests.append(data)
            return await self._message(reader, writer, headers, data)
        else:
            _reply(writer, 404, _error("not_found_error", f"no such path: {path}"))
        await writer.drain()
        return True

    async def _message(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        headers: Mapping[str, str],
        data: dict[str, Any],
    ) -> bool:
        fault = self.faults.take(str(data.get("model", "")))
        if not headers.get("x-api-key") and not headers.get("authorization"):
            fault = Fault(status=401, kind="authentication_error")
        await asyncio.sleep(fault.first_delay)
        if fault.status:
            extra = {"retry-after": fault.retry_after} if fault.retry_after else {}
            _reply(writer, fault.status, _error(fault.kind, "as told"), extra)
            await writer.drain()
            return True
        prompt = _prompt_text(data)
        asked = read(_last_user(data))
        text = fault.text if fault.text is not None else answer(asked)
        limit = int(data.get("max_tokens", 1024)) * int(CHARS_PER_TOKEN)
        stop = fault.stop_reason
        if len(text) > limit:
            text, stop = text[:limit], "max_tokens"
        usage = {"input_tokens": _tokens(prompt), "output_tokens": _tokens(text)}
        if not data.get("stream"):
            _reply(writer, 200, _message(data, text, stop, usage))
            await writer.drain()
            return True
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"cache-control: no-cache\r\nconnection: close\r\n\r\n"
        )
        watch = asyncio.ensure_future(reader.read(1))
        sending = asyncio.ensure_future(self._stream(writer, data, text, stop, usage, fault))
        done, _ = await asyncio.wait({watch, sending}, return_when=asyncio.FIRST_COMPLETED)
        if sending not in done:
            self.cancelled += 1
            sending.cancel()
        watch.cancel()
        await asyncio.gather(watch, sending, return_exceptions=True)
        return False

    async def _stream(
        self,
        writer: asyncio.StreamWriter,
        data: dict[str, Any],
        text: str,
        stop: str,
        usage: dict[str, int],
        fault: Fault,
    ) -> None:
        start = _message(
            data, "", None, {"input_tokens": usage["input_tokens"], "output_tokens": 1}
        )
        start["content"] = []
        events: list[tuple[str, dict[str, Any]]] = [
            ("message_start", {"message": start}),
            ("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}),
            *(
                (
                    "content_block_delta",
                    {"index": 0, "delta": {"type": "text_delta", "text": text[i : i + PIECE]}},
                )
                for i in range(0, len(text), PIECE)
            ),
            ("content_block_stop", {"index": 0}),
            (
                "message_delta",
                {"delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage},
            ),
            ("message_stop", {}),
        ]
        for number, (name, payload) in enumerate(events):
            if fault.after is not None and number == fault.after:
                await _break(writer, fault)
                return
            writer.write(_event(name, payload))
            await writer.drain()
            if fault.delay:
                await asyncio.sleep(fault.delay)


async def _break(writer: asyncio.StreamWriter, fault: Fault) -> None:
    match fault.how:
        case "reset":
            writer.transport.abort()
        case "stall":
            await asyncio.sleep(3600)
        case "drip":
            for byte in b"event: content_block_delta\ndata: {" + b" " * 3600:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)
        case "error":
            writer.write(_event("error", {"error": {"type": fault.kind, "message": "as told"}}))
            await writer.drain()
        case "bad_json":
            writer.write(b"event: content_block_delta\ndata: {not json\n\n")
            await writer.drain()
        case _:
            pass


def _event(name: str, payload: Mapping[str, Any]) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **payload})}\n\n".encode()


def _message(
    data: Mapping[str, Any], text: str, stop: str | None, usage: Mapping[str, int]
) -> dict[str, Any]:
    return {
        "id": f"msg_{uuid.uuid4().hex[:16]}",
        "type": "message",
        "role": "assistant",
        "model": data.get("model", ""),
        "content": [{"type": "text", "text": text}],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, **usage},
    }


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}}


def _reply(
    writer: asyncio.StreamWriter,
    status: int,
    payload: Mapping[str, Any],
    extra: Mapping[str, str] | None = None,
) -> None:
    body = json.dumps(payload).encode()
    lines = [f"HTTP/1.1 {status} {'OK' if status == 200 else 'Error'}"]
    lines += ["content-type: application/json", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (extra or {}).items()]
    writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


def _tokens(text: str) -> int:
    return max(1, math.ceil(len(text) / CHARS_PER_TOKEN))


def _prompt_text(data: Mapping[str, Any]) -> str:
    parts = [_flat(data.get("system", ""))]
    parts += [_flat(message.get("content", "")) for message in data.get("messages", [])]
    return "".join(parts)


def _last_user(data: Mapping[str, Any]) -> str:
    messages = data.get("messages") or [{}]
    return _flat(messages[-1].get("content", ""))


def _flat(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(str(block.get("text", "")) for block in content)
