"""Reads a prompt that `models.prompts` wrote."""

from __future__ import annotations

import re
from typing import Final

from tierwise.core.actions import TABLE
from tierwise.core.dataclass import dataclass

_REQUEST: Final = re.compile(r'<request action="(\w+)">\n(.*?)\n</request>', re.DOTALL)
_ITEM: Final = re.compile(
    r'<(context-[0-9a-f]{8}) path="([^"]*)" kind="(\w+)" lines="(\d+)-(\d+)"'
    r'(?: language="([^"]*)")?>\n(.*?)\n?</\1>',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class PromptPiece:
    """A piece of context in a prompt."""

    path: str
    kind: str
    start_line: int
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadPrompt:
    """A prompt as it was read: the last request in it and all its context."""

    action: str
    wish: str
    pieces: tuple[PromptPiece, ...]

    @property
    def edits(self) -> bool:
        """Whether the answer should become an edit."""
        return any(kind.name == self.action and kind.edits for kind in TABLE)

    @property
    def selection(self) -> PromptPiece | None:
        """The newest selection. A conversation may contain older ones."""
        return next((p for p in reversed(self.pieces) if p.kind == "selection"), None)


def read(text: str) -> ReadPrompt:
    """The request and context of a prompt. A prompt of unknown form counts as a chat."""
    found = _REQUEST.findall(text)
    action, wish = found[-1] if found else ("chat", text)
    pieces = tuple(
        PromptPiece(path, kind, int(start), language, body)
        for _, path, kind, start, _, language, body in _ITEM.findall(text)
    )
    return ReadPrompt(action, wish.strip(), pieces)
