"""The corpus of edit tasks: real-looking files, a wish about a part of each, a good answer.

A corpus file holds sources and, below each, tasks: the selection is the line that contains
the given words and so many lines in all; the answer is the new selection, or blocks. Tests
(Python only) are run after the edited source.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tierwise.core.actions import Action

FOLDER: Final = Path(__file__).parent / "corpus"
LANGUAGES: Final = ("python", "typescript", "go", "rust", "java", "lua")
_HEAD: Final = re.compile(r"^#### (source|task|tests)\b *(.*)$")


@dataclass(frozen=True)
class EditTask:
    """One task. Lines count from 0; the selection is [first, last)."""

    language: str
    name: str
    path: str
    source: str
    action: Action
    instruction: str
    first: int
    last: int
    good: str
    tests: str = ""

    @property
    def blocks(self) -> bool:
        return "<<<<<<< SEARCH" in self.good

    def answer(self, code: str | None = None) -> str:
        """An answer as a model writes it: blocks as they are, else one fence."""
        text = self.good if code is None else code
        return text if self.blocks else f"```{self.language}\n{text}\n```"


def tasks() -> list[EditTask]:
    """All tasks of all languages."""
    return [task for language in LANGUAGES for task in _tasks(language)]


def _tasks(language: str) -> Iterator[EditTask]:
    text = (FOLDER / f"{language}.txt").read_text(encoding="utf-8")
    path = source = ""
    made: EditTask | None = None
    for kind, head, body in _sections(text):
        if kind == "source":
            path, source = head, body
        elif kind == "tests" and made is not None:
            made = EditTask(**{**made.__dict__, "tests": body})
            continue
        if made is not None:
            yield made
            made = None
        if kind == "task":
            name, action, where, instruction = (part.strip() for part in head.split("|"))
            words, count = where.rsplit("+", 1)
            lines = source.split("\n")
            first = next(n for n, line in enumerate(lines) if words.strip() in line)
            made = EditTask(
                language, name, path, source, action, instruction,  # type: ignore[arg-type]
                first, first + int(count), body.rstrip("\n"),
            )  # fmt: skip
    if made is not None:
        yield made


def _sections(text: str) -> Iterator[tuple[str, str, str]]:
    kind = head = ""
    body: list[str] = []
    for line in text.split("\n"):
        found = _HEAD.match(line)
        if found is None:
            body.append(line)
            continue
        if kind:
            yield kind, head, "\n".join(body) + "\n"
        kind, head, body = found.group(1), found.group(2), []
    yield kind, head, "\n".join(body).rstrip("\n") + "\n"
