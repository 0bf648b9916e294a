"""Reads a model's answer: which files it wants to change, and what else it says.

These forms edit: blocks below a path line (search/replace, rename, delete), a fence that holds a
diff or the arguments of the edit tool, and fenced blocks of code, whose meaning depends on the
action. Everything else is text. `reader` splits an answer into these forms.
"""

from __future__ import annotations

from typing import Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.edits.forms import Change, Delete, Known, Problem, Rename, Replace, Whole
from tierwise.edits.reader import Reader

__all__ = ["Change", "Delete", "Known", "Problem", "ReadAnswer", "Rename", "Replace", "Whole",
           "read", "so_far"]  # fmt: skip

CUT: Final = ("max_tokens", "model_context_window_exceeded")
"""Stop reasons that mean that the token limit was reached."""
WHOLE: Final = ("end_turn", "stop_sequence", "tool_use")
"""Stop reasons that mean that the answer is complete."""


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """An answer that was read: the changes in its blocks, its fences, and what it says beside them
    (`prose`). `problem` names a failed check.

    `whole` is set if there is a single fence, `fences` holds all of them. `outer` is everything
    between the first and the last fence line, for an answer that shows fences inside a fence
    without a longer mark.
    """

    kind: Literal["blocks", "whole", "fences", "text"]
    changes: tuple[Change, ...] = ()
    whole: Whole | None = None
    prose: str = ""
    problem: Problem | None = None
    fences: tuple[Whole, ...] = ()
    outer: Whole | None = None
    text: str = ""
    """The answer without its thinking. It is "" if blocks say what to change, in a chat, and where
    a `problem` spoils the fences."""


def read(
    text: str, *, stop_reason: str = "end_turn", edits: bool = True, known: Known | None = None
) -> ReadAnswer:
    """Read a finished answer.

    `edits` says whether a fence is an edit. In a chat it is not; only blocks are. `known`
    distinguishes paths from other words. Without it a path is recognized by its form.
    """
    reader = Reader(text.replace("\r\n", "\n").split("\n"), known, diffs=edits)
    ended = _ended(stop_reason)
    if reader.blocks:
        problem = ended or reader.problem
        return ReadAnswer("blocks", reader.changes, prose=reader.said, problem=problem)
    if not edits:
        return ReadAnswer("text", prose=text, problem=ended)
    problem = ended or reader.problem
    if problem is not None and (reader.fences or reader.open is not None):
        return ReadAnswer("whole", prose=reader.said, problem=problem)
    if len(reader.fences) == 1:
        only = reader.fences[0]
        return ReadAnswer("whole", whole=only, prose=reader.said, fences=(only,), text=reader.text)
    if reader.fences:
        return ReadAnswer(
            "fences", prose=reader.said, fences=tuple(reader.fences), outer=reader.outer,
            text=reader.text,
        )  # fmt: skip
    return ReadAnswer("text", prose=text, problem=problem, text=reader.text)


def so_far(text: str, *, edits: bool, known: Known | None = None) -> ReadAnswer:
    """Read an answer that is still being written: its finished blocks, or the complete lines of its
    fence.
    """
    reader = Reader(text.replace("\r\n", "\n").split("\n")[:-1], known)
    if reader.blocks:
        return ReadAnswer("blocks", reader.changes)
    if edits and reader.open is not None and not reader.fences:
        return ReadAnswer("whole", whole=reader.open, fences=(reader.open,))
    if edits and len(reader.fences) == 1 and reader.open is None:
        return ReadAnswer("whole", whole=reader.fences[0], fences=tuple(reader.fences))
    return ReadAnswer("text", prose=text)


def _ended(stop_reason: str) -> Problem | None:
    """The problem that a stop reason shows, None if the answer is complete.

    A missing or unknown reason does not show that the answer is complete.
    """
    if stop_reason in CUT:
        return "cut off"
    return None if stop_reason in WHOLE else "ended early"
