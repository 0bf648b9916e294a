"""Finds the fence of an answer that replaces the selection, and how much of the file it replaces.

A fence counts as the new text of a selection only if it resembles the selection. It has to define
what the selection defines first, or keep at least half of the selection's lines. If the selection
defines nothing, the fence may also begin as the selection does, or stand alone and be long enough,
if it is no excerpt. A snippet, an example or an addition must not replace what was selected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Final

from tierwise.core.check import CheckCode
from tierwise.core.dataclass import dataclass
from tierwise.core.document import Range
from tierwise.edits.forms import Whole
from tierwise.edits.imports import split
from tierwise.edits.likeness import SHOWN, Asked, SelectionLikeness
from tierwise.syntax.bound import bound

_SURE: Final = 3
"""The least rank with which a text without a fence counts."""

_SPOKEN: Final = re.compile(r"^[^\W\d_a-z][\w'’]*(?: [^\s;{}=]+){3,}[.!?:]$")
"""A line that is a sentence."""


class NoStandIn(Exception):
    """Raised if no fenced block of an answer can replace the selection. `code` is that of the
    failed check.
    """

    def __init__(self, code: CheckCode) -> None:
        super().__init__(code)
        self.code: CheckCode = code


@dataclass(frozen=True, slots=True)
class StandIn:
    """The fenced block that replaces the selection, and the range of the file that it replaces.

    `left` says that another block, which is not used, looks like an edit too. `drops` says that
    lines of the selection are missing and nothing explains it. `imports` are lines for the file's
    head.
    """

    fence: Whole
    span: Range
    left: bool = False
    drops: bool = False
    imports: tuple[str, ...] = ()


def choose(
    fences: Sequence[Whole], outer: Whole | None, prose: str, asked: Asked,
    foreign: Callable[[str], bool] = lambda path: False, request: str = "",
) -> StandIn:  # fmt: skip
    """Choose the fenced block that replaces the selection. Raises `NoStandIn` if there is none.

    `outer` is everything between the first and the last fence line, `prose` the text beside the
    blocks. `foreign` says whether a path belongs to another file than the selection's.
    """
    imports, fences = _imports(fences)
    own = [f for f in fences if not f.quoted and not (f.path and foreign(f.path))]
    if not own and any(fence.path for fence in fences):
        raise NoStandIn("other_file")
    selection = SelectionLikeness(asked)
    if outer is not None and selection.fits_better(outer, own):
        own = [outer]
    alone = len(own) == 1 and not prose.strip()
    judged = [(fence, found) for fence in own if (found := selection.judge(fence, alone))]
    if not judged:
        raise NoStandIn("unlike_selection")
    best = max(rank for _, (rank, _) in judged)
    top = [(fence, span) for fence, (rank, span) in judged if rank == best]
    fresh = [(f, s) for f, s in top if not selection.is_same(f, s)] or top[:1]
    if len({f.text.strip() for f, _ in fresh}) > 1:
        raise NoStandIn("several_versions")
    fence, span = fresh[0]
    others = [f for f in fences if f is not fence and f.text.strip() != fence.text.strip()]
    left = fence is not outer and any(selection.is_edit(f) for f in others)
    fence = selection.only_wanted(fence)
    drops = span == asked.span and selection.drops(fence, f"{request} {prose}")
    return StandIn(fence, span, left, drops, imports)


def _imports(fences: Sequence[Whole]) -> tuple[tuple[str, ...], list[Whole]]:
    """The lines of fences that hold only imports, and the other fences."""
    if len(fences) < 2:
        return (), list(fences)
    only = [f for f in fences if f.text.strip() and not split([*f.text.split("\n"), "x"])[1][1:]]
    lines = [line for f in only for line in f.text.split("\n") if line.strip()]
    return tuple(lines), [f for f in fences if f not in only]


def unfenced(text: str, asked: Asked) -> StandIn | None:
    """An answer without a fence that is nothing but the new text of the selection.

    It is None if the answer may be a text about the selection.
    """
    lines = text.strip("\n").split("\n")
    whole = Whole("\n".join(lines), "")
    selection = SelectionLikeness(asked)
    judged = selection.judge(whole, alone=True)
    if judged is None or judged[0] < _SURE or not selection.begins_like(lines[0]):
        return None
    spoken = [x.strip() for x in lines if _SPOKEN.match(x.strip())]
    if any(line not in asked.text for line in spoken):
        return None
    return StandIn(whole, judged[1])


def of_kind(fences: Sequence[Whole], language: str | None) -> tuple[Whole, tuple[str, ...]]:
    """The one fence of code to put at a cursor or into a test file, and imports from other fences.

    Raises `NoStandIn` if there is no such fence, or more than one. If one fence defines something,
    fences that define nothing are taken for examples.
    """
    said = [f for f in fences if f.language.split(" ")[0].lower() not in SHOWN and not f.quoted]
    imports, said = _imports(said)
    said = list({f.text.strip(): f for f in said}.values())
    if len(said) > 1:
        said = [f for f in said if bound(f.text, language)] or said
    if len(said) != 1:
        raise NoStandIn("several_versions" if said else "unlike_selection")
    return said[0], imports
