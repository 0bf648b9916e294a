"""Survival: how much of an applied edit is still there, whatever else was changed. Pure.

Every place that an apply replaced is a piece: the text before and the new text. A piece
is followed through later texts of its document by what two successive texts have in common at both
ends. If a change covers a piece (a formatter, a whole-file update), it is found by the nearest
lines around it that are unique in both texts. Two shares are measured at the times of `CHECKS_MS`:
how many four-character grams of the new text are still there, and how little of the old text
came back. White space never counts, so that a formatter leaves both at 1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.syntax import common

CHECKS_MS: Final = (0, 5_000, 30_000, 120_000, 300_000, 600_000, 900_000)
"""When survival is measured, in milliseconds after the apply."""
LARGE: Final = 4_000
"""Characters above which a text is compared by lines, so that a check stays below 2 ms."""
AROUND: Final = 60
"""How many lines on either side of a piece are tried as anchors."""


Placed = tuple[int, int, str]
"""A line: its start, the offset after its line end, and its content without white space."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of text that an applied edit replaced.

    `start` and `end` say where it is in the last text seen (code points). `before` is the text that
    was there, `after` the text that the edit put there.
    """

    start: int
    end: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Survival:
    """Shares in [0, 1]: new text that is still there, by four-grams, and old text that did not
    return.
    """

    four_gram: float
    no_revert: float

    @property
    def share(self) -> float:
        """How much of the edit was kept: the lower of the two shares."""
        return min(self.four_gram, self.no_revert)


def pieces(edits: Iterable[tuple[int, int, str]], before: str) -> tuple[Piece, ...]:
    """The pieces of an apply from its edits (start, end, new text) in the text before it."""
    made, shift = [], 0
    for start, end, new in sorted(edits):
        made.append(Piece(start + shift, start + shift + len(new), before[start:end], new))
        shift += len(new) - (end - start)
    return tuple(made)


def moved(followed: Sequence[Piece], old: str, new: str) -> tuple[Piece, ...]:
    """Where the pieces are after their document changed from `old` to `new`."""
    if old == new:
        return tuple(followed)
    start = common.prefix(old, new)
    tail = common.suffix(old, new, start)
    end, end_new = len(old) - tail, len(new) - tail
    return tuple(_moved(piece, old, new, start, end, end_new) for piece in followed)


def survival(followed: Sequence[Piece], text: str) -> Survival:
    """How much of an edit is in a text, weighted by length.

    The pieces must be those of this text.
    """
    kept = total = back = gone = 0
    for piece in followed:
        now = _grams(text[piece.start : piece.end], piece)
        old, new = _grams(piece.before, piece), _grams(piece.after, piece)
        added, removed = new - old, old - new
        total += added.total()
        kept += (added & (now - (old & new))).total()
        gone += removed.total()
        back += (removed & (now - (old & new))).total()
    return Survival(
        round(kept / total, 3) if total else 1.0,
        round(1 - back / gone, 3) if gone else 1.0,
    )


def reverted(followed: Sequence[Piece], text: str) -> bool:
    """Whether every piece is again as it was before the edit."""
    return bool(followed) and all(
        _bare(text[piece.start : piece.end]) == _bare(piece.before)
        for piece in followed
        if _bare(piece.before) != _bare(piece.after)
    )


def untouched(followed: Sequence[Piece], text: str) -> bool:
    """Whether every piece is still as the edit made it."""
    return all(_bare(text[piece.start : piece.end]) == _bare(piece.after) for piece in followed)


def _moved(piece: Piece, old: str, new: str, start: int, end: int, end_new: int) -> Piece:
    """A piece after old[start:end] became new[start:end_new]."""
    delta = end_new - end
    if _inside(piece, old, new, delta):
        return replace(piece, end=piece.end + delta)
    if start >= piece.end:
        return piece
    if end <= piece.start:
        return replace(piece, start=piece.start + delta, end=piece.end + delta)
    if start >= piece.start and end <= piece.end:
        return replace(piece, end=piece.end + delta)
    first, last = _anchored(piece, old, new, start, end, end_new)
    return replace(piece, start=first, end=last)


def _inside(piece: Piece, old: str, new: str, delta: int) -> bool:
    """Whether a change can be read as one within the piece that undoes the edit or makes it again.

    Among equal lines nobody can tell which were added or removed. An undo removes the edit's own.
    """
    end = piece.end + delta
    if end < piece.start:
        return False
    bare = _bare(new[piece.start : end]) if end - piece.start < 4 * LARGE else None
    if bare is None or bare not in (_bare(piece.before), _bare(piece.after)):
        return False
    return old[: piece.start] == new[: piece.start] and old[piece.end :] == new[end:]


def _anchored(
    piece: Piece, old: str, new: str, start: int, end: int, end_new: int
) -> tuple[int, int]:
    """The place of a piece after a change that reaches beyond it, found between
    anchors around it.
    """
    was, now, unique = _stretch(old, new, start, end, end_new)
    first = piece.start if piece.start < start else start
    last = piece.end + end_new - end if piece.end > end else end_new
    above = [line for line in was if line[1] <= piece.start]
    below = [line for line in was if line[0] >= piece.end]
    if piece.start >= start and (found := _walk(above, now, unique)) is not None:
        first = now[found][1]
    if piece.end <= end and (found := _walk(below[::-1], now[::-1], unique)) is not None:
        last = now[len(now) - 1 - found][0]
    return (first, last) if first <= last else (min(start, piece.start), end_new)


@lru_cache(maxsize=2)
def _stretch(
    old: str, new: str, start: int, end: int, end_new: int
) -> tuple[list[Placed], list[Placed], frozenset[str]]:
    """The lines of a change in both texts, and the lines that occur once in each.

    It is cached, because every piece and every watched edit of a document needs the same.
    """
    was, now = _lines(old, start, end), _lines(new, start, end_new)
    return was, now, _unique(was, now)


def _unique(was: Sequence[Placed], now: Sequence[Placed]) -> frozenset[str]:
    """Lines that occur exactly once in each text."""
    a, b = Counter(line[2] for line in was), Counter(line[2] for line in now)
    return frozenset(bare for bare, count in a.items() if count == 1 == b[bare])


def _walk(side: Sequence[Placed], now: Sequence[Placed], unique: frozenset[str]) -> int | None:
    """The index in `now` of that line of `side` that is nearest to the piece and is found there.

    None if there is no unique line near. The last line of `side` is next to the piece. The walk
    starts at the nearest unique line and goes on toward the piece as long as both texts have the
    same lines.
    """
    for at in range(len(side) - 1, max(-1, len(side) - 1 - AROUND), -1):
        if side[at][2] in unique:
            found = next(i for i, line in enumerate(now) if line[2] == side[at][2])
            while (
                at + 1 < len(side) and found + 1 < len(now) and side[at + 1][2] == now[found + 1][2]
            ):
                at, found = at + 1, found + 1
            return found
    return None


def _lines(text: str, start: int, end: int) -> list[Placed]:
    """The lines in text[start:end]: start, offset after the line end, content without
    white space.
    """
    at = text.rfind("\n", 0, start) + 1
    made = []
    while at < end:
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop + 1
        bare = _bare(text[at:stop])
        if bare:
            made.append((at, stop, bare))
        at = stop
    return made


def _grams(text: str, piece: Piece) -> Counter[str]:
    if max(len(piece.before), len(piece.after)) > LARGE:
        return Counter(bare for line in text.splitlines() if (bare := _bare(line)))
    bare = _bare(text[: 4 * LARGE])
    if 0 < len(bare) < 4:
        return Counter((bare,))
    return Counter(bare[i : i + 4] for i in range(len(bare) - 3))


def _bare(text: str) -> str:
    return "".join(text.split())
