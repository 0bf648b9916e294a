"""Framing: bytes in, messages out, whatever the bytes are; and writing that never blocks the loop.

Reading happens on a thread of its own, so that no handler can make the server deaf. A
header that makes no sense is skipped up to the next one that does; a body larger than
`LARGEST` is drained in pieces and answered by its id. Writing happens on another thread
behind a queue: a client that stops reading stalls the queue, not the server.
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of a message at most."""
ABSURD: Final = 1 << 40
"""A length beyond this is no length; the header is skipped."""
LONGEST_HEADER: Final = 8192
"""Bytes of a header line read at once."""
SNIFFED: Final = 65_536
"""Bytes at each end of an unreadable body searched for its id."""
AHEAD: Final = 512
"""Messages read ahead of the loop at most, so that a flood fills a pipe and not the memory."""
CONGESTED: Final = 1 << 20
"""Bytes waiting to be written from which the client counts as not reading."""

_LENGTH: Final = re.compile(rb"^content-length\s*:\s*(\d+)\s*$", re.IGNORECASE)
_ID: Final = re.compile(rb'"id"\s*:\s*(-?\d{1,18}|"(?:[^"\\]|\\.){0,200}")')
_METHOD: Final = re.compile(rb'"method"\s*:\s*"')


@dataclass(frozen=True, slots=True)
class Frame:
    """A message's bytes, or why there are none; `id` is what could be found of its id."""

    body: bytes = b""
    problem: str = ""
    id: int | str | None = None


class Stream(Protocol):
    """What framing needs of a byte stream."""

    def readline(self, size: int = -1, /) -> bytes: ...

    def read(self, size: int = -1, /) -> bytes: ...


def read_frames(stream: Stream, deliver: Callable[[Frame | None], None]) -> None:
    """Deliver every frame of a stream, and None at its end. Runs until then."""
    length: int | None = None
    try:
        while True:
            line = stream.readline(LONGEST_HEADER)
            if not line:
                break
            stripped = line.strip()
            if stripped:
                match = _LENGTH.match(stripped)
                if match is not None and len(match.group(1)) < 20:
                    value = int(match.group(1))
                    length = value if value < ABSURD else None
                continue
            if length is None:
                continue
            frame = _body(stream, length)
            length = None
            if frame is None:
                break
            deliver(frame)
    except (OSError, ValueError):
        pass
    deliver(None)


def sniff_id(body: bytes) -> int | str | None:
    """The id of a request whose body cannot be read; None where there is none."""
    for part in (body[:SNIFFED], body[-SNIFFED:]):
        found = _ID.search(part)
        if found is not None and _METHOD.search(body[:SNIFFED] + body[-SNIFFED:]):
            try:
                value = json.loads(found.group(1))
            except ValueError:
                return None
            return value if isinstance(value, (int, str)) else None
    return None


def _body(stream: Stream, length: int) -> Frame | None:
    if length <= LARGEST:
        body = stream.read(length)
        return Frame(body) if len(body) == length else None
    head = stream.read(SNIFFED)
    left, tail = length - len(head), b""
    while left > 0:
        piece = stream.read(min(1 << 16, left))
        if not piece:
            return None
        left -= len(piece)
        tail = (tail + piece)[-SNIFFED:]
    return Frame(problem=f"a message may have {LARGEST // 2**20} MB", id=sniff_id(head + tail))


class Writer:
    """A queue in front of a byte stream, written by a thread. `close` writes what is left."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._queue: deque[bytes] = deque()
        self._bytes = 0
        self._wake = threading.Condition()
        self._closed = False
        self.broken = False
        self._thread = threading.Thread(target=self._run, name="lsp-writer", daemon=True)
        self._thread.start()

    @property
    def congested(self) -> bool:
        """Whether the client is not reading; what can wait should."""
        return self._bytes > CONGESTED

    def write(self, data: bytes) -> None:
        """Queue bytes; returns at once."""
        with self._wake:
            if self._closed or self.broken:
                return
            self._queue.append(data)
            self._bytes += len(data)
            self._wake.notify()

    def close(self, timeout: float = 0.5) -> None:
        """Write what is left, for at most `timeout` seconds."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join(timeout)

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._queue and not self._closed:
                    self._wake.wait()
                if not self._queue:
                    return
                batch = b"".join(self._queue)
                self._queue.clear()
            try:
                self._stream.write(batch)
                self._stream.flush()
            except (OSError, ValueError):
                self.broken = True
                return
            with self._wake:
                self._bytes -= len(batch)
