"""Reads the local logs of Claude Code as turns: times, models, tokens, and words to route by.

The tool writes a file of JSON lines per session into `projects/` of its folder. It repeats the
`usage` of an answer on each of its lines, so each answer is counted once, by the id of its message.
The operator's words are read only to decide which tier a turn would have gone to. They are not
stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.core.money import Usage

MOST_CHARS: Final = 20_000
"""How many characters of a turn's words are kept. Of longer words the first and the last half of so
many are kept."""
_NO_WORDS: Final = re.compile(r"^\s*<(command-|local-command|system-reminder|bash-)")
"""The start of text that the tool itself writes in place of the operator's words."""


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """An answer of a model: its time (UTC), the model, and its tokens."""

    at: datetime
    model: str
    usage: Usage


@dataclass
class LoggedTurn:
    """Words of the operator, and the model calls that followed until their next words."""

    words: str
    calls: dict[str, LoggedCall] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """How many answers the turn took."""
        return len(self.calls)


@dataclass
class LogSums:
    """How much was read: files, lines, and lines that are no JSON or no answer of a known form."""

    files: int = 0
    lines: int = 0
    odd: int = 0


def files(folder: Path) -> list[Path]:
    """The session files below a folder, in the order of their names."""
    return sorted(path for path in folder.rglob("*.jsonl") if path.is_file())


def turns(folder: Path, since: datetime, sums: LogSums) -> Iterator[LoggedTurn]:
    """The turns of all sessions, with the answers that models gave from `since` on. A turn without
    such an answer is left out. `sums` counts what was read, and the lines that are unreadable.
    """
    for path in files(folder):
        sums.files += 1
        for turn in _of_file(path, sums):
            turn.calls = {key: call for key, call in turn.calls.items() if call.at >= since}
            if turn.calls:
                yield turn


def _of_file(path: Path, sums: LogSums) -> Iterator[LoggedTurn]:
    turn = LoggedTurn("")
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if not line.strip():
                    continue
                sums.lines += 1
                entry = _entry(line)
                if entry is None:
                    sums.odd += 1
                elif (words := _wish(entry)) is not None:
                    yield turn
                    turn = LoggedTurn(words)
                elif entry.get("type") == "assistant" and not _of_the_tool(entry):
                    found = _call(entry)
                    if found is None:
                        sums.odd += 1
                    else:
                        turn.calls[found[0]] = found[1]
    except OSError:
        sums.odd += 1
    yield turn


def _entry(line: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _wish(entry: Mapping[str, Any]) -> str | None:
    """The operator's words of an entry. None if the entry has none.

    Results of tools are entries of the user too. The words for a sub-agent are the agent's.
    """
    if entry.get("type") != "user" or entry.get("isMeta") or entry.get("isSidechain"):
        return None
    message = entry.get("message")
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        blocks = [block for block in content if isinstance(block, dict)]
        if any(block.get("type") == "tool_result" for block in blocks):
            return None
        texts = [block.get("text") for block in blocks if block.get("type") == "text"]
        content = "\n".join(text for text in texts if isinstance(text, str))
    if not isinstance(content, str) or not content.strip() or _NO_WORDS.match(content):
        return None
    if len(content) <= MOST_CHARS:
        return content
    return content[: MOST_CHARS // 2] + content[-MOST_CHARS // 2 :]


def _of_the_tool(entry: Mapping[str, Any]) -> bool:
    """Whether the tool wrote this answer itself, such as about an error. Then no model
    was called.
    """
    message = entry.get("message")
    return isinstance(message, dict) and str(message.get("model")).startswith("<")


def _call(entry: Mapping[str, Any]) -> tuple[str, LoggedCall] | None:
    message = entry.get("message")
    if not isinstance(message, dict):
        return None
    model, used = message.get("model"), message.get("usage")
    if not isinstance(model, str) or not isinstance(used, dict):
        return None
    try:
        at = datetime.fromisoformat(str(entry.get("timestamp")).replace("Z", "+00:00"))
    except ValueError:
        return None
    written, kinds = _count(used.get("cache_creation_input_tokens")), used.get("cache_creation")
    long = _count(kinds.get("ephemeral_1h_input_tokens")) if isinstance(kinds, dict) else 0
    usage = Usage(
        _count(used.get("input_tokens")),
        _count(used.get("output_tokens")),
        _count(used.get("cache_read_input_tokens")),
        max(written - long, 0),
        long,
    )
    key = str(message.get("id") or entry.get("requestId") or entry.get("uuid") or at.isoformat())
    return key, LoggedCall(at if at.tzinfo else at.replace(tzinfo=UTC), model, usage)


def _count(value: object) -> int:
    """A number of tokens. 0 for a value that is not one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
