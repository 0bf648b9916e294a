"""The loopback server's prompt cache: what a real one would have written and read.

For each model, a prefix that ends in a breakpoint is kept for its time. The next request that
starts with exactly the same bytes reads it back: a breakpoint finds what was kept at any block
before it. Prefixes below the smallest size are not kept.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any, Final

from tierwise.core.dataclass import dataclass

SMALLEST: Final = 512
"""Tokens below which nothing is kept."""
LIVES: Final = {"5m": 300.0, "1h": 3600.0}
"""Seconds that a prefix is kept after it was last read, by the kind of cache."""


@dataclass
class PromptCache:
    """All kept prefixes, by model and digest. The value is the time until which each is kept."""

    clock: Callable[[], float] = time.monotonic
    _kept: dict[tuple[str, str], float] = field(default_factory=dict)

    def usage(self, data: Mapping[str, Any], tokens: Callable[[str], int]) -> dict[str, Any]:
        """The input side of a request's usage, as the Messages API reports it."""
        model, now = str(data.get("model", "")), self.clock()
        sofar, read, written, hour = "", 0, 0, 0
        blocks = _blocks(data)
        last = max((i for i, (_, mark) in enumerate(blocks) if mark is not None), default=-1)
        for number, (text, mark) in enumerate(blocks):
            sofar += text
            size = tokens(sofar)
            if number > last or size < SMALLEST:
                continue
            lives = str(mark.get("ttl") or "5m") if mark is not None else ""
            key = (model, hashlib.sha256(sofar.encode("utf-8", "replace")).hexdigest())
            if self._kept.get(key, 0.0) > now:
                read, written, hour = size, 0, 0
            elif mark is not None:
                added = size - read - written
                written += added
                hour += added if lives == "1h" else 0
            if mark is not None:
                self._kept[key] = now + LIVES.get(lives, LIVES["5m"])
        return {
            "input_tokens": tokens(sofar) - read - written,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written,
            "cache_creation": {
                "ephemeral_5m_input_tokens": written - hour,
                "ephemeral_1h_input_tokens": hour,
            },
        }


def _blocks(data: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any] | None]]:
    """Every block of a prompt in order, with its breakpoint if it has one."""
    found: list[tuple[str, Mapping[str, Any] | None]] = []
    for content in (data.get("system", ""), *(m.get("content", "") for m in data["messages"])):
        if isinstance(content, str):
            found.append((content, None))
            continue
        found += [(str(b.get("text", "")), b.get("cache_control")) for b in content]
    return found
