"""Reads the usage from an answer while its bytes pass, without changing them.

In a stream only the events that report a usage or an error are parsed. For all other events only
the length of their text is counted, so that the cost of a stream that breaks off can be bounded.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from tierwise.core.money import Usage
from tierwise.models.call import CacheLife
from tierwise.models.usage import UsageCounts

LARGEST_LINE: Final = 8_000_000
"""The most bytes of a line that are kept. A longer line is counted and not parsed."""
LARGEST_ANSWER: Final = 32 * 1024 * 1024
"""The most bytes of an answer in one piece that are kept to be parsed."""

_TEXT: Final = re.compile(rb'"(?:text|thinking|partial_json)"\s*:\s*"((?:[^"\\]|\\.)*)"')
_SEARCH: Final = re.compile(rb'"type"\s*:\s*"server_tool_use"')


class Tap:
    """Reads from the passing bytes of one answer how many tokens it used. With `streamed` the
    answer comes as events, else in one piece.
    """

    def __init__(self, cache: CacheLife, *, streamed: bool) -> None:
        self._counts = UsageCounts(cache)
        self._streamed = streamed
        self._rest = b""
        self.chars = 0
        """The most characters of text, thinking and tool input that came: their bytes in a stream,
        with JSON escapes."""
        self.sure_chars = 0
        """A lower count, which a bill must cover to be believed: in a stream those bytes, with a
        character that is escaped by its number counted as one."""
        self.searches = 0
        """Web searches that the server began."""
        self.whole = False
        """True once the answer is complete."""
        self.failed: str | None = None
        """The type of the error event that ended a stream."""
        self.stop_reason: str | None = None

    def hear(self, chunk: bytes) -> None:
        """Read the next bytes of the answer."""
        if not self._streamed:
            if len(self._rest) < LARGEST_ANSWER:
                self._rest += chunk
            self.chars += len(chunk)
            return
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()
        if len(self._rest) > LARGEST_LINE:
            self.chars += len(self._rest)
            self._rest = b""
        for line in lines:
            if line.startswith(b"data:"):
                self._event(line[5:])

    def end(self) -> None:
        """Note that no more bytes come. An answer in one piece is parsed now."""
        if self._streamed:
            return
        said = _parsed(self._rest)
        if said is not None and said.get("type") == "message":
            self._counts.hear(said.get("usage"))
            self._stop(said.get("stop_reason"))
            self.chars = self.sure_chars = _spoken(said.get("content"))
            self.whole = True

    @property
    def usage(self) -> Usage:
        """The usage that the server has reported so far."""
        return self._counts.usage()

    @property
    def bill(self) -> Usage | None:
        """The usage of a complete answer. None if the answer broke off."""
        return self._counts.final(self.chars) if self.whole else None

    def _event(self, data: bytes) -> None:
        if b"content_block_delta" in data[:80]:
            for found in _TEXT.findall(data):
                self.chars += len(found)
                self.sure_chars += len(found) - 5 * found.count(b"\\u")
            return
        if b"content_block_start" in data[:80]:
            self.searches += _SEARCH.search(data) is not None
            return
        if b"message_" not in data[:80] and b"error" not in data[:80]:
            return
        said = _parsed(data)
        if said is None:
            return
        match said.get("type"):
            case "message_start":
                message = said.get("message")
                if isinstance(message, dict):
                    self._counts.hear(message.get("usage"), start=True)
            case "message_delta":
                self._counts.hear(said.get("usage"))
                delta = said.get("delta")
                if isinstance(delta, dict):
                    self._stop(delta.get("stop_reason"))
            case "message_stop":
                self.whole = True
            case "error":
                error = said.get("error")
                self.failed = str(error.get("type")) if isinstance(error, dict) else "api_error"
            case _:
                pass

    def _stop(self, reason: object) -> None:
        if isinstance(reason, str):
            self.stop_reason = reason


def _spoken(content: object) -> int:
    """Count the characters of text, thinking and tool input of an answer in one piece."""
    found = 0
    for block in content if isinstance(content, list) else ():
        if isinstance(block, dict):
            said = (block.get(name) for name in ("text", "thinking"))
            found += sum(len(text) for text in said if isinstance(text, str))
            if isinstance(block.get("input"), dict):
                found += len(json.dumps(block["input"], ensure_ascii=False))
    return found


def _parsed(data: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
