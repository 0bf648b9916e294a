"""Decodes server-sent events, with the comments that the SDK's own reader drops.

A comment shows that the server lives: a gateway whose model thinks sends little else. Lines end
with LF, CR or CRLF, wherever the bytes are cut, and a byte order mark before the first line is no
part of it. See the "event stream interpretation" of the HTML standard.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tierwise.core.dataclass import dataclass

LARGEST_LINE: Final = 8_000_000
"""The most bytes of a line. A longer one is no event of a Messages API but an attack on memory."""

_MARK: Final = b"\xef\xbb\xbf"


class NotEvents(ValueError):
    """The bytes are not an event stream."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """An event as it was received. `name` is "" if the server gave none. A comment has no data."""

    name: str
    data: str

    @property
    def comment(self) -> bool:
        return not self.data and not self.name


COMMENT: Final = ServerEvent("", "")


class EventDecoder:
    """Turns the bytes of one answer into server-sent events, as they arrive."""

    def __init__(self) -> None:
        self._rest = b""
        self._name = ""
        self._data: list[str] = []
        self._first = True
        self._after_cr = False

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """The events that end in this piece of the stream. Raises `NotEvents`."""
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        lines = (self._rest + chunk).splitlines(keepends=True)
        self._rest = b""
        if lines and lines[-1][-1:] not in (b"\n", b"\r"):
            self._rest = lines.pop()
            if len(self._rest) > LARGEST_LINE:
                raise NotEvents("a line is too long")
        self._after_cr = self._after_cr or (bool(lines) and lines[-1].endswith(b"\r"))
        for line in lines:
            if self._first:
                line = line.removeprefix(_MARK)
                self._first = False
            event = self._line(line.rstrip(b"\r\n"))
            if event is not None:
                yield event

    def _line(self, raw: bytes) -> ServerEvent | None:
        if not raw:
            return self._end()
        if raw[:1] == b":":
            return COMMENT
        try:
            field, _, value = raw.decode("utf-8").partition(":")
        except UnicodeDecodeError:
            raise NotEvents("a line is not UTF-8") from None
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        return None

    def _end(self) -> ServerEvent | None:
        """Complete an event at a blank line. Without data there is no event, as in the standard."""
        name, data = self._name, "\n".join(self._data)
        self._name, self._data = "", []
        return ServerEvent(name, data) if data else None
