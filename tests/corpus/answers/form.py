"""What a task of the corpus is, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Action = Literal[
    "edit",
    "explain",
    "fix",
    "document",
    "test",
    "refactor",
    "generate",
    "review",
    "commit",
    "chat",
]
TEXT_ACTIONS: Final = frozenset({"explain", "review", "commit", "chat"})
"""Actions whose answer is text for the user unless it holds search/replace blocks."""

Shape = Literal[
    "exact",
    "chatty",
    "dedented",
    "indented",
    "example",
    "enclosing",
    "around",
    "snippet",
    "refusal",
    "question",
    "blocks",
    "several",
    "import",
    "diff",
    "whole",
    "elided",
    "cut",
    "nested",
    "think",
    "bare",
    "tabs",
    "crlf",
    "twice",
]
Verdict = Literal["right", "refused", "marked"]
Role = Literal["task", "attached", "open", "disk"]
"""How a file takes part: the task's own, sent along, open in the editor, only on disk."""
StopReason = Literal["end_turn", "max_tokens"]

Outcome = Mapping[str, str]
"""The whole text of every file that changes, by path. A path that no file has is created."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a document: the line from 0, the character in UTF-16 code units."""

    line: int
    character: int


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user selected; empty where there is nothing but a cursor."""

    start: Position
    end: Position
    text: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of the workspace, with its path relative to the workspace's root."""

    path: str
    language: str
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a model, and what a careful human would make of it.

    `verdict` is what the product should do: offer a right text, offer a text with a mark only,
    or change nothing. `right` are the results that may be offered without a mark, `marked`
    those that may be offered only with one. Both may hold results that are accepted although
    the verdict is another one. `usable` says whether the right edit can be made from this
    answer without guessing; for an action that gives text, whether the text is fit to be shown.
    """

    name: str
    shapes: tuple[Shape, ...]
    text: str
    stop_reason: StopReason
    verdict: Verdict
    right: tuple[Outcome, ...]
    marked: tuple[Outcome, ...]
    may_refuse: bool
    """Whether it is as good to change nothing."""
    usable: bool
    note: str

    def accepts(self, outcome: Outcome | None, *, marked: bool) -> bool:
        """Whether this end is acceptable. None means that nothing may change."""
        if outcome is None:
            return self.may_refuse
        return outcome in self.right or (marked and outcome in self.marked)


@dataclass(frozen=True, slots=True)
class Task:
    """One request of a user, with the files it is about and the answers it may get."""

    name: str
    action: Action
    instruction: str
    files: tuple[SourceFile, ...]
    selection: Selection
    diagnostics: tuple[tuple[int, str], ...]
    """Line from 0 and message, for the task's own file."""
    diff: str
    """The change that a `commit` is about; empty for every other action."""
    answers: tuple[Answer, ...]

    @property
    def file(self) -> SourceFile:
        """The file that the task was started in."""
        return self.files[0]
