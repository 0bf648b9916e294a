"""Makes one usage of the token counts that a server reports during one answer.

Servers leave counts out, repeat them, write null or zero over them, and some subtract. So each
count is the largest that was reported: counts of one answer never fall. A value that is no number,
or below zero, counts as not reported. Whether the result can be true is checked when it is booked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tierwise.core.money import Usage
from tierwise.models.call import CacheLife

PLACEHOLDER_CHARS: Final = 6
"""Characters per token above which an output count from the start is only a placeholder.

The Messages API writes a small number there and the real one at the end. A server that
writes the real one at the start reports at least one token for this many characters.
"""


MOST: Final = 10**12
"""More tokens than any answer has. A larger count is cut to it, so that the ledger can store it."""


class UsageCounts:
    """The token counts of one answer so far, from which its usage is made.

    `cache` is the kind of prompt cache that the request asked for.
    """

    def __init__(self, cache: CacheLife = "5m") -> None:
        self._cache = cache
        self._most: dict[str, int] = {}
        self._output_told_late = False

    def hear(self, reported: object, *, start: bool = False) -> None:
        """Add the counts that an event reported. `start` says that the event came before the
        answer.
        """
        if not isinstance(reported, Mapping):
            return
        for name in (
            "input_tokens",
            "output_tokens",
            "cache_read_input_tokens",
            "cache_creation_input_tokens",
        ):
            self._more(name, reported.get(name))
        written = reported.get("cache_creation")
        if isinstance(written, Mapping):
            for name in ("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"):
                self._more(name, written.get(name))
        served = reported.get("server_tool_use")
        if isinstance(served, Mapping):
            self._more("web_search_requests", served.get("web_search_requests"))
        if not start and _count(reported.get("output_tokens")) is not None:
            self._output_told_late = True

    def usage(self) -> Usage:
        """The usage that the server reported so far.

        Cache writes without a breakdown count as the kind that was requested.
        """
        short = self._most.get("ephemeral_5m_input_tokens", 0)
        long = self._most.get("ephemeral_1h_input_tokens", 0)
        unnamed = max(0, self._most.get("cache_creation_input_tokens", 0) - short - long)
        return Usage(
            input_tokens=self._most.get("input_tokens", 0),
            output_tokens=self._most.get("output_tokens", 0),
            cache_read_tokens=self._most.get("cache_read_input_tokens", 0),
            cache_write_5m_tokens=short + (unnamed if self._cache == "5m" else 0),
            cache_write_1h_tokens=long + (unnamed if self._cache == "1h" else 0),
            searches=self._most.get("web_search_requests", 0),
        )

    def final(self, streamed_chars: int) -> Usage:
        """The usage at the end of an answer. A placeholder for its output counts as 0."""
        told = self.usage()
        least = max(2, math.ceil(streamed_chars / PLACEHOLDER_CHARS))
        if self._output_told_late or told.output_tokens >= least:
            return told
        return replace(told, output_tokens=0)

    def _more(self, name: str, value: object) -> None:
        count = _count(value)
        if count is not None:
            self._most[name] = max(count, self._most.get(name, 0))


def _count(value: object) -> int | None:
    """A count of tokens; None if the value cannot be one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or value < 0:
        return None
    return min(math.ceil(value), MOST)
