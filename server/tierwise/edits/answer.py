"""Reading a model's answer: which files it wants to change, and what else it says.

Two forms edit: search/replace blocks below a path line, and one fenced block alone, whose
meaning depends on the action. Everything else is text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

_BLOCK: Final = re.compile(
    r"^(?P<path>[^\n<>=`]+)\n(?:```[^\n]*\n)?"
    r"<{5,9} SEARCH[ \t]*\n(?P<old>.*?)(?:(?<=\n)|^)={5,9}[ \t]*\n"
    r"(?P<new>.*?)(?:(?<=\n)|^)>{5,9} REPLACE[ \t]*$"
    r"(?:\n```[ \t]*$)?",
    re.MULTILINE | re.DOTALL,
)
_FENCE: Final = re.compile(r"^(`{3,}|~{3,})([^\n`]*)\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_OPEN_FENCE: Final = re.compile(r"^(?:`{3,}|~{3,})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Replace:
    """Replace `old` by `new` in a file; an empty `old` creates the file. Paths as answered."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Whole:
    """One fenced block alone; what it replaces depends on the action."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Read:
    """An answer as read. `problem` names a failed check: "cut off" or "garbled"."""

    kind: Literal["blocks", "whole", "text"]
    replaces: tuple[Replace, ...] = ()
    whole: Whole | None = None
    prose: str = ""
    problem: str | None = None


def read(text: str, *, stop_reason: str = "end_turn", edits: bool = True) -> Read:
    """Read an answer. `edits` says whether a fence alone edits (it does not in chat)."""
    text = text.replace("\r\n", "\n")
    cut = "cut off" if stop_reason in ("max_tokens", "model_context_window_exceeded") else None
    found = list(_BLOCK.finditer(text))
    markers = len(re.findall(r"^<{5,9} SEARCH[ \t]*$", text, re.MULTILINE))
    if found or markers:
        problem = cut or ("garbled" if markers != len(found) else None)
        replaces = tuple(
            Replace(m["path"].strip().strip("`*#: ").strip(), m["old"], m["new"]) for m in found
        )
        return Read("blocks", replaces, prose=_BLOCK.sub("", text).strip(), problem=problem)
    if not edits:
        return Read("text", prose=text, problem=None)
    fences = list(_FENCE.finditer(text))
    if len(fences) == 1:
        fence = fences[0]
        body = fence.group(3)
        whole = Whole(body[:-1] if body.endswith("\n") else body, fence.group(2).strip())
        prose = (text[: fence.start()] + text[fence.end() :]).strip()
        return Read("whole", whole=whole, prose=prose, problem=cut)
    if cut and len(_OPEN_FENCE.findall(text)) % 2:
        return Read("whole", problem=cut)
    return Read("text", prose=text, problem=cut)
