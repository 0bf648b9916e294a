"""Framing: bytes in, messages out, whatever the bytes are.

Reading happens on a thread of its own, so that no handler can make the server deaf. No
message can hold a header (JSON has no line ends inside a text), so a header that turns up
inside a body ends that body: a length that was wrong costs its own message and no other.
What is too large, or holds too many values, is refused by its id without being kept.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any, Final, Protocol

from tierwise.core.dataclass import dataclass

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of a message at most."""
MOST_VALUES: Final = 200_000
"""Objects, lists and members of a message at most: each takes up to 300 bytes once read."""
ABSURD: Final = 1 << 40
"""A length beyond this is no length; the header is skipped."""
LONGEST_LINE: Final = 8192
"""Bytes of a header line read at once."""
PIECE: Final = 1 << 18
"""Bytes of a body read at once."""
OVERLAP: Final = 64
"""Bytes looked at again, because a header may lie across two pieces."""
SNIFFED: Final = 65_536
"""Bytes at each end of an unreadable body searched for its id."""
AHEAD: Final = 512
"""Messages read ahead of the loop at most, so that a flood fills a pipe and not the memory."""
AHEAD_BYTES: Final = LARGEST
"""Bytes read ahead of the loop at most, but for a single larger message."""

_LENGTH: Final = re.compile(rb"(?:^|[^-])content-length\s*:\s*(\d{1,19})\s*$", re.IGNORECASE)
_WEB: Final = re.compile(rb"[A-Z]{3,10} \S{1,4000} HTTP/\d")
"""A browser's request. A page on the web can send one to a port of this machine, and its
headers and body would pass for a message; nothing of it is read."""
_NEXT: Final = re.compile(rb"[Cc]ontent-[Ll]ength:[ \t]*\d{1,19}[ \t]*\r?\n")
_BEGUN: Final = re.compile(rb"[}\n]\s*(c[a-z-]*[:\s\d]*)$", re.IGNORECASE)
_ID: Final = re.compile(rb'"id"\s*:\s*(-?\d{1,18}|"(?:[^"\\]|\\.){0,200}")')
_HALF: Final = re.compile("[\ud800-\udfff]")
_METHOD: Final = re.compile(rb'"method"\s*:\s*"')


@dataclass(frozen=True, slots=True)
class Frame:
    """A message's bytes, or why there are none; `id` is what could be found of its id."""

    body: bytes | bytearray = b""
    problem: str = ""
    id: int | str | None = None


class Stream(Protocol):
    """What framing needs of a byte stream: a line, and whatever there is."""

    def readline(self, size: int = -1, /) -> bytes: ...

    def read1(self, size: int = -1, /) -> bytes: ...


class Ahead:
    """How far reading may run ahead of handling, in messages and bytes."""

    def __init__(self, messages: int = AHEAD, size: int = AHEAD_BYTES) -> None:
        self._most, self._size = messages, size
        self._messages = self._bytes = 0
        self._room = threading.Condition()

    def enter(self, size: int) -> None:
        """Wait until a message of this size may be read ahead."""
        with self._room:
            self._room.wait_for(
                lambda: (
                    not self._messages
                    or (self._messages < self._most and self._bytes + size <= self._size)
                )
            )
            self._messages += 1
            self._bytes += size

    def leave(self, size: int) -> None:
        """Make room for the next message, because one of this size was handled."""
        with self._room:
            self._messages -= 1
            self._bytes -= size
            self._room.notify_all()


def read_frames(stream: Stream, deliver: Callable[[Frame | None], None]) -> None:
    """Deliver every frame of a stream, and None at its end. Runs until then."""
    source, length = _Source(stream), None
    try:
        while line := source.line():
            if _WEB.match(line):
                break
            stripped = line.strip()
            if stripped:
                match = _LENGTH.search(stripped)
                if match is not None:
                    value = int(match.group(1))
                    length = value if value < ABSURD else None
                continue
            if length is None:
                continue
            frame = _body(source, length)
            length = None
            if frame is None:
                break
            deliver(frame)
    except (OSError, ValueError):
        pass
    deliver(None)


def sniff_id(body: bytes | bytearray) -> int | str | None:
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


def loads(body: bytes | bytearray) -> Any:
    """The message in a body. A half of a surrogate pair becomes U+FFFD, which is as long.

    Editors hold such halves and JSON can spell them, but no file, ledger or model can take
    one. Raises `ValueError`, or `RecursionError` for what is nested too deeply.
    """
    data = json.loads(body)
    return _whole(data) if b"\\ud" in body or b"\\uD" in body else data


def values(body: bytes | bytearray) -> int:
    """About how many values a body holds: its brackets and commas outside of texts.

    Reading JSON takes memory by the value, not by the byte, so this is asked first. Never
    fewer than half of them; texts are left out, since code is full of brackets.
    """
    rough = sum(body.count(sign) for sign in b"{[,")
    if rough <= MOST_VALUES:
        return rough
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    texts = bare.count(b'"') // 2
    if texts > 2 * MOST_VALUES:
        return texts
    outside = bare.split(b'"')[::2]
    return sum(part.count(sign) for part in outside for sign in b"{[,")


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return _HALF.sub("\ufffd", value)
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {_whole(key): _whole(item) for key, item in value.items()}
    return value


class _Source:
    """A byte stream with a place to put bytes back."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._back = b""

    def line(self) -> bytes:
        """A line, or a piece of one that is too long; empty at the end of the stream."""
        if b"\n" in self._back:
            line, _, self._back = self._back.partition(b"\n")
            return line + b"\n"
        line = self._back + self._stream.readline(LONGEST_LINE)
        self._back = b""
        if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
            line, self._back = line[:-OVERLAP], line[-OVERLAP:]
        return line

    def some(self, most: int) -> bytes:
        """Up to `most` bytes, as soon as there are any; empty at the end of the stream."""
        if self._back:
            piece, self._back = self._back[:most], self._back[most:]
            return piece
        return self._stream.read1(most)

    def put_back(self, data: bytes) -> None:
        self._back = data + self._back


def _body(source: _Source, length: int) -> Frame | None:
    """The body of that length, or up to the next header; None at the end of the stream."""
    body, got, kept, tail = bytearray(), 0, length <= LARGEST, b""
    while got < length:
        piece = source.some(min(PIECE, length - got))
        if not piece:
            return None
        window = tail + piece
        if kept or len(body) < SNIFFED:
            body += piece
        else:
            body[SNIFFED:] = body[SNIFFED:][-SNIFFED:] + piece
        found = _next_header(window)
        if found is not None:
            source.put_back(window[found:])
            del body[max(0, len(body) - len(window) + found) :]
            return Frame(body)
        got += len(piece)
        tail = window[-OVERLAP:]
    if not kept:
        return Frame(problem=f"is too large: {LARGEST // 2**20} MB at most", id=sniff_id(body))
    begun = _BEGUN.search(body[-OVERLAP:])
    if begun is not None:
        rest = bytes(begun.group(1))
        source.put_back(rest)
        del body[-len(rest) :]
    if values(body) > MOST_VALUES:
        return Frame(problem=f"holds too many values: {MOST_VALUES:,} at most", id=sniff_id(body))
    return Frame(body)


def _next_header(window: bytes) -> int | None:
    """Where a header starts in some bytes. Looked for by name first, which is fast."""
    for name in (b"Content-Length:", b"content-length:"):
        at = window.find(name)
        while at >= 0:
            if _NEXT.match(window, at):
                return at
            at = window.find(name, at + 1)
    return None


def is_id(value: object) -> bool:
    """Whether a value may be the id of a message: a number or a text."""
    return isinstance(value, (int, str)) and not isinstance(value, bool)
