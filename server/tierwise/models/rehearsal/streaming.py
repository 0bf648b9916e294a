"""An answer as server-sent events, and the ways its stream can break."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from tierwise.models.rehearsal.faults import TRUE, Fault

PIECE: Final = 24
"""Characters in one streamed delta."""
HEAD: Final = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    b"cache-control: no-cache\r\nconnection: close\r\n"
)


async def send(
    writer: asyncio.StreamWriter,
    data: Mapping[str, Any],
    text: str,
    stop: str,
    usage: Mapping[str, Any],
    fault: Fault,
    began: Callable[[float], None],
) -> None:
    """Stream an answer.

    `began` is called with the time of the first event (`time.perf_counter`).
    """
    if fault.after == -1:
        await _break(writer, fault, data)
        return
    chunked = fault.how == "short_chunk" and fault.after is not None
    writer.write(HEAD + (b"transfer-encoding: chunked\r\n\r\n" if chunked else b"\r\n"))
    if fault.bom:
        writer.write(b"\xef\xbb\xbf")
    for _ in range(fault.comments):
        writer.write(f": working{fault.newline}{fault.newline}".encode())
        await writer.drain()
        await asyncio.sleep(fault.delay)
    for number, (name, payload) in enumerate(_events(data, text, stop, usage, fault)):
        if number == fault.after:
            await _break(writer, fault, data)
            return
        block = _framed(event(name, payload), fault)
        writer.write(b"%x\r\n%b\r\n" % (len(block), block) if chunked else block)
        await writer.drain()
        if number == 0:
            began(time.perf_counter())
        if fault.delay:
            await asyncio.sleep(fault.delay)


def _events(
    data: Mapping[str, Any], text: str, stop: str, usage: Mapping[str, Any], fault: Fault
) -> list[tuple[str, dict[str, Any]]]:
    told = {place: [_true(one, usage) for one in ones] for place, ones in _told(fault)}
    events = _starts(data, told.get("start", [{**usage, "output_tokens": 1}]))
    events += [("ping", {})] * fault.pings
    at = 0
    if fault.thinking:
        block = {"type": "thinking", "thinking": "", "signature": ""}
        delta = {"type": "thinking_delta", "thinking": fault.thinking}
        events += [
            ("content_block_start", {"index": 0, "content_block": block}),
            ("content_block_delta", {"index": 0, "delta": delta}),
            ("content_block_stop", {"index": 0}),
        ]
        at = 1
    events.append(
        ("content_block_start", {"index": at, "content_block": {"type": "text", "text": ""}})
    )
    pieces: list[tuple[str, dict[str, Any]]] = [
        (
            "content_block_delta",
            {"index": at, "delta": {"type": "text_delta", "text": text[i : i + PIECE]}},
        )
        for i in range(0, len(text), PIECE)
    ]
    half = len(pieces) // 2
    events += pieces[:half]
    events += [("message_delta", {"delta": {}, "usage": one}) for one in told.get("middle", ())]
    events += pieces[half:]
    events += [("content_block_stop", {"index": at})]
    events += _ends({"stop_reason": stop, "stop_sequence": None}, told.get("end", [dict(usage)]))
    return [*events, ("message_stop", {})]


def _told(fault: Fault) -> Iterable[tuple[str, Sequence[Any]]]:
    return (fault.usage or {}).items()


def _true(told: Any, usage: Mapping[str, Any]) -> Any:
    """The usage that the answer reports, with the true counts filled in."""
    if not isinstance(told, Mapping):
        return told
    return {name: usage[name] if value == TRUE else value for name, value in told.items()}


def _starts(data: Mapping[str, Any], usages: Sequence[Any]) -> list[tuple[str, dict[str, Any]]]:
    """The first event, once for each usage that it reports."""
    start = {**message(data, "", None, {}), "content": []}
    del start["usage"]
    told = [{**start, "usage": usage} for usage in usages] or [start]
    return [("message_start", {"message": one}) for one in told]


def _ends(delta: Mapping[str, Any], usages: Sequence[Any]) -> list[tuple[str, dict[str, Any]]]:
    """The event with the stop reason, once for each usage that it reports, but at least once."""
    told = [{"delta": delta, "usage": usage} for usage in usages] or [{"delta": delta}]
    return [("message_delta", one) for one in told]


def _framed(block: bytes, fault: Fault) -> bytes:
    """An event in the framing that the fault asks for."""
    data = block.decode().split("\n", 1)[1]
    if fault.framing == "data":
        block = data.encode()
    elif fault.framing == "generic":
        block = f"event: message\n{data}".encode()
    return block.replace(b"\n", fault.newline.encode())


async def _break(writer: asyncio.StreamWriter, fault: Fault, data: Mapping[str, Any]) -> None:
    delta = b"event: content_block_delta\ndata: "
    match fault.how:
        case "reset":
            writer.transport.abort()
            return
        case "stall":
            await asyncio.sleep(3600)
        case "drip":
            slowly = HEAD if fault.after == -1 else delta + b"{" + b" " * 3600
            for byte in slowly:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)
        case "error":
            said = {"type": fault.kind, "message": fault.message}
            writer.write(_framed(event("error", {"error": said}), fault))
        case "error_text":
            writer.write(_framed(event("", {"error": fault.message}), fault))
        case "bad_json":
            writer.write(delta + b"{not json\n\n")
        case "bad_utf8":
            writer.write(delta + b'{"type": "\xff\xfe"}\n\n')
        case "bad_shape":
            writer.write(event("content_block_delta", {"index": 0, "delta": "text"}))
        case "short_chunk":
            writer.write(b"ffff\r\n" + delta)
        case "html":
            page = b"<html><body>Sign in to the network</body></html>"
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n")
            writer.write(page)
        case "json":
            whole = json.dumps(message(data, "whole", "end_turn", {})).encode()
            kind = b"content-type: application/json\r\nconnection: close\r\n\r\n"
            writer.write(b"HTTP/1.1 200 OK\r\n" + kind + whole)
        case _:
            return
    await writer.drain()


def event(name: str, payload: Mapping[str, Any]) -> bytes:
    """One server-sent event."""
    return f"event: {name}\ndata: {json.dumps({'type': name, **payload})}\n\n".encode()


def message(
    data: Mapping[str, Any], text: str, stop: str | None, usage: Mapping[str, Any]
) -> dict[str, Any]:
    """A message object of the Messages API."""
    return {
        "id": f"msg_{uuid.uuid4().hex[:16]}",
        "type": "message",
        "role": "assistant",
        "model": data.get("model", ""),
        "content": [{"type": "text", "text": text}],
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": dict(usage),
    }
