"""The little of HTTP/1.1 that the loopback server needs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from tierwise.core.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """One request as it was received. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    data: dict[str, Any]


async def read(reader: asyncio.StreamReader) -> ReceivedRequest:
    """The next request of a connection. Raises `asyncio.IncompleteReadError` at its end."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return ReceivedRequest(method, path.split("?")[0], headers, json.loads(body) if body else {})


def reply(
    writer: asyncio.StreamWriter,
    status: int,
    payload: Mapping[str, Any] | str,
    extra: Mapping[str, str] | None = None,
) -> None:
    """Answer with JSON, or with a text unchanged."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    kind = "text/html" if isinstance(payload, str) else "application/json"
    body = text.encode()
    lines = [f"HTTP/1.1 {status} {'OK' if status == 200 else 'Error'}"]
    lines += [f"content-type: {kind}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in (extra or {}).items()]
    writer.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)


def error(kind: str, message: str) -> dict[str, Any]:
    """The body of an error answer."""
    return {"type": "error", "error": {"type": kind, "message": message}}
