"""Framing: cuts the incoming bytes into messages, and survives any bytes.

A thread of its own reads, so that a slow handler never stops the reading. A message cannot contain
a header, because JSON has no raw line ends inside a string. So a header that appears inside a body
ends that body, and a wrong length costs only its own message. A message that is too large or holds
too many values is not kept; it is refused under the id that can be found in it.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any, Final, Protocol

from tierwise.core.dataclass import dataclass

LARGEST: Final = 32 * 1024 * 1024
"""The most bytes of a message."""
MOST_VALUES: Final = 200_000
"""The most objects, lists and members of a message. Each takes up to 300 bytes once parsed."""
ABSURD: Final = 1 << 40
"""A `Content-Length` from this on is nonsense, and its header is skipped."""
LONGEST_LINE: Final = 8192
"""The most bytes of a header line that are read at once."""
PIECE: Final = 1 << 18
"""The most bytes of a body that are read at once."""
OVERLAP: Final = 64
"""Bytes at the end of a piece that are searched again with the next one, because a header may lie
across both."""
SNIFFED: Final = 65_536
"""Bytes at each end of an unreadable body that are searched for its id."""
AHEAD: Final = 512
"""The most messages read before the loop handles them, so that a flood does not fill memory."""
AHEAD_BYTES: Final = LARGEST
"""The most bytes read before the loop handles them. A single larger message may pass."""

_LENGTH: Final = re.compile(rb"(?:^|[^-])content-length\s*:\s*(\d{1,19})\s*$", re.IGNORECASE)
_WEB: Final = re.compile(rb"[A-Z]{3,10} \S{1,4000} HTTP/\d")
"""The first line of a browser's request. A web page can send one to a port of this machine, and
its headers and body would look like a message. So nothing of such a connection is read."""
_NEXT: Final = re.compile(rb"[Cc]ontent-[Ll]ength:[ \t]*\d{1,19}[ \t]*\r?\n")
_BEGUN: Final = re.compile(rb"[}\n]\s*(c[a-z-]*[:\s\d]*)$", re.IGNORECASE)
_ID: Final = re.compile(rb'"id"\s*:\s*(-?\d{1,18}|"(?:[^"\\]|\\.){0,200}")')
_HALF: Final = re.compile("[\ud800-\udfff]")
_METHOD: Final = re.compile(rb'"method"\s*:\s*"')


@dataclass(frozen=True, slots=True)
class Frame:
    """The bytes of a message. If it is refused, `problem` says why, and `id` is its id if found."""

    body: bytes | bytearray = b""
    problem: str = ""
    id: int | str | None = None


class Stream(Protocol):
    """The methods of a byte stream that framing needs."""

    def readline(self, size: int = -1, /) -> bytes: ...

    def read1(self, size: int = -1, /) -> bytes: ...


class Ahead:
    """Limits how many messages and bytes are read before they are handled."""

    def __init__(self, messages: int = AHEAD, size: int = AHEAD_BYTES) -> None:
        self._most, self._size = messages, size
        self._messages = self._bytes = 0
        self._room = threading.Condition()

    def enter(self, size: int) -> None:
        """Block until there is room for a message of this size, then count it."""
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
    """Pass every frame of a stream to `deliver`, and None at its end. Returns at the end.

    The first line of a browser's request counts as the end.
    """
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
    """Find the id of a request whose body cannot be parsed. None if there is none."""
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
    """Parse the JSON of a body. A lone half of a surrogate pair becomes U+FFFD, of equal length.

    Editors can hold such halves and JSON can spell them, but no file, ledger or model accepts
    one. Raises `ValueError`, or `RecursionError` if the JSON is nested too deeply.
    """
    data = json.loads(body)
    return _whole(data) if b"\\ud" in body or b"\\uD" in body else data


def values(body: bytes | bytearray) -> int:
    """Estimate how many values a body holds, by its brackets and commas outside of strings.

    Parsing JSON takes memory per value, not per byte, so this is checked first. The estimate is
    at least half of the true number. Strings are left out, because code is full of brackets.
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
    """A byte stream into which bytes can be put back."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._back = b""

    def line(self) -> bytes:
        """Read a line, or a piece of one that is too long. Empty at the end of the stream."""
        if b"\n" in self._back:
            line, _, self._back = self._back.partition(b"\n")
            return line + b"\n"
        line = self._back + self._stream.readline(LONGEST_LINE)
        self._back = b""
        if len(line) >= LONGEST_LINE and not line.endswith(b"\n"):
            line, self._back = line[:-OVERLAP], line[-OVERLAP:]
        return line

    def some(self, most: int) -> bytes:
        """Read up to `most` bytes, as soon as there are any. Empty at the end of the stream."""
        if self._back:
            piece, self._back = self._back[:most], self._back[most:]
            return piece
        return self._stream.read1(most)

    def put_back(self, data: bytes) -> None:
        self._back = data + self._back


def _body(source: _Source, length: int) -> Frame | None:
    """Read a body of that length, or up to the next header. None if the stream ends in it."""
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
    """Where a header starts in some bytes, or None. A fast search by name comes first."""
    for name in (b"Content-Length:", b"content-length:"):
        at = window.find(name)
        while at >= 0:
            if _NEXT.match(window, at):
                return at
            at = window.find(name, at + 1)
    return None


def is_id(value: object) -> bool:
    """True if a value can be the id of a message: a number or a string."""
    return isinstance(value, (int, str)) and not isinstance(value, bool)
