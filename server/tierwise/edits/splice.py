"""One change of a text as an editor reports it, and what it means for the lines around it. Pure.

If whole lines are added or removed among similar ones, several places explain the same new text:
from "u k [b] u k" the lines "[b] u k" may be gone, or "u k [b]". Some editors report the place
where the operator was, others the first that a comparison finds. `settled` chooses the place where
a section begins and ends. If nothing decides between the places, its result says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.edits import sections
from tierwise.syntax import common
from tierwise.syntax.positions import split_lines

FARTHEST: Final = 200
"""The most lines by which a change may be moved along equal ones."""
HEAVY: Final = 100_000
"""The most characters of two texts that are compared on the event loop: it takes 3 ms."""
LARGEST: Final = 200_000
"""Characters of inserted or deleted lines beyond which no other place is considered."""
ENDS: Final = 6
"""Points for a place if the file itself begins or ends like that."""
WITHIN: Final = 200
"""Points against a place if the lines begin deeper than they continue."""


@dataclass(frozen=True, slots=True)
class Splice:
    """A change: replace [start, end) of a text, in code points, by `text`."""

    start: int
    end: int
    text: str

    @property
    def grows(self) -> int:
        """By how many characters the text becomes longer."""
        return len(self.text) - (self.end - self.start)

    def on(self, text: str) -> str:
        """The text after the change."""
        return text[: self.start] + self.text + text[self.end :]


@dataclass(frozen=True)
class Step:
    """A text and the next one.

    `splice` is the change as the editor reported it. It is None if only the two texts are known:
    after a full synchronisation, a change on disk, or reopening.
    """

    before: str
    after: str
    splice: Splice | None = None

    @cached_property
    def told(self) -> Splice:
        """The reported change, reduced to the lines that it adds or removes where it repeats others
        beside them (see `reduced`).

        If only the two texts are known it is the stretch between their common start and end.
        """
        if self.splice is not None:
            return reduced(self.splice, self.before)
        lead = common.prefix(self.before, self.after)
        tail = common.suffix(self.before, self.after, lead)
        return Splice(lead, len(self.before) - tail, self.after[lead : len(self.after) - tail])

    @cached_property
    def exact(self) -> bool:
        """Whether the change says which lines were added, were removed or stayed.

        The replacement of several lines by others, as formatters do it, does not say so, and
        neither do two texts alone.
        """
        if self.splice is None:
            return False
        old, new = self.before[self.told.start : self.told.end], self.told.text
        return not (old and new and "\n" in old.rstrip("\r\n") + new[:-1])

    @cached_property
    def settled(self) -> Settled:
        """An exact change at its most likely place."""
        return settled(self.told, self.before)

    @property
    def small(self) -> bool:
        """Whether the change stays within a line or adds a single one, so that its place is
        certain.
        """
        if self.splice is None or "\n" in self.before[self.told.start : self.told.end]:
            return False
        return self.told.text.count("\n") <= 1

    @property
    def heavy(self) -> bool:
        """Whether a step takes so long to follow that it must not be done on the event loop."""
        return not self.exact and len(self.before) + len(self.after) > HEAVY


@dataclass(frozen=True, slots=True)
class Settled:
    """A change at its most likely place.

    The part [start, end) of the text before is in doubt: its lines may have been elsewhere. Both
    are equal if nothing is in doubt.
    """

    splice: Splice
    start: int = 0
    end: int = 0


def reduced(splice: Splice, before: str) -> Splice:
    """Reduce a change to the lines that were added or removed, if it was reported with lines beside
    them.

    Neovim compares whole lines from their first and their last character. For a new line it reports
    that the end of the line above, or a part of the one below, was replaced by itself and more. A
    change that repeats more than that says nothing about the place, and stays as it is.
    """
    old, new = before[splice.start : splice.end], splice.text
    same = min(old, new, key=len)
    if len(old) == len(new) or "\n" in same.removeprefix("\r\n").removeprefix("\n"):
        return splice
    lead = common.prefix(old, new)
    tail = common.suffix(old, new, lead)
    chunk = new[lead : len(new) - tail] or old[lead : len(old) - tail]
    if lead + tail < len(same) or "\n" not in chunk:
        return splice
    gone = len(old) > len(new)
    at, chunk = _on_a_line(splice.start + lead, chunk, before, gone)
    return Splice(at, at + len(chunk), "") if gone else Splice(at, at, chunk)


def settled(splice: Splice, before: str) -> Settled:
    """Choose the place where whole lines were added or removed, among those that give the same
    text.

    Only a change of several whole lines that are not all equal is moved. Any other change stays as
    it was reported.
    """
    sure = Settled(splice)
    if bool(splice.text) == (splice.start < splice.end):
        return sure
    gone = not splice.text
    chunk = before[splice.start : splice.end] if gone else splice.text
    if len(chunk) > LARGEST or "\n" not in chunk:
        return sure
    at, chunk = _on_a_line(splice.start, chunk, before, gone)
    lines = split_lines(chunk)
    if lines[-1] or not _begins_line(before, at):
        return sure
    lines.pop()
    if len(set(lines)) < 2:
        return _as(at, chunk, gone)
    after = at + len(chunk) if gone else at
    up, down = _like_above(before, at, lines), _like_below(before, after, lines)
    if not up and not down:
        return _as(at, chunk, gone)
    return _chosen(before, at, after, lines, (up, down), gone)


def _chosen(
    before: str, at: int, after: int, lines: Sequence[str], like: tuple[int, int], gone: bool
) -> Settled:
    """The place where a section begins and ends, among those that the equal lines allow."""
    up, down = like
    size = len(lines)
    ring = [*_back(before, at, up + 1), *lines, *_ahead(before, after, down + 1)]
    lead = len(ring) - size - len(_ahead(before, after, down + 1))
    depth = min(sections.indent(line) for line in lines if line.strip()) if any(
        line.strip() for line in lines) else 0  # fmt: skip
    scores = {}
    for move in range(-up, down + 1):
        i = lead + move
        first = next((line for line in ring[i : i + size] if line.strip()), "")
        above = ring[i - 1] if i else None
        scores[move] = sections.begins(above, ring[i:]) + bool(ring[i].strip())
        if above is not None and sections.part_as_the_file(above, ring[i], before, ring):
            scores[move] += ENDS
        if sections.indent(first) > depth:
            scores[move] -= WITHIN
    best = max(scores.values())
    top = [move for move, score in scores.items() if score == best]
    chunk = "".join(lines)
    shift = _length(before, at, after, top[0])
    if len(top) == 1:
        start = at + shift
        moved = "".join(ring[lead + top[0] : lead + top[0] + size])
        return _as(start, moved, gone)
    if all(move % size == 0 for move in top) and best > min(scores.values()):
        return _as(at, chunk, gone)
    start = at + _length(before, at, after, -up)
    end = after + _length(before, at, after, down)
    return Settled(_as(at, chunk, gone).splice, start, end)


def _as(at: int, chunk: str, gone: bool) -> Settled:
    return Settled(Splice(at, at + len(chunk), "") if gone else Splice(at, at, chunk))


def _on_a_line(at: int, chunk: str, before: str, gone: bool) -> tuple[int, str]:
    """Describe a change so that it begins at the beginning of a line, if that is possible."""
    if _begins_line(before, at):
        return at, chunk
    line = before.rfind("\n", 0, at) + 1
    head = before[line:at]
    if chunk.endswith(head) and len(head) < len(chunk):
        return line, head + chunk[: len(chunk) - len(head)]
    after = at + len(chunk) if gone else at
    stop = before.find("\n", after)
    tail = before[after : stop + 1] if stop >= 0 else before[after:] + "\n"
    if stop >= 0 and chunk.startswith(tail) and len(tail) < len(chunk):
        return at + len(tail), chunk[len(tail) :] + tail
    return at, chunk


def _begins_line(text: str, at: int) -> bool:
    return at == 0 or text[at - 1] in "\r\n"


def _like_above(before: str, at: int, lines: Sequence[str]) -> int:
    """By how many lines some lines could be further up and give the same text."""
    ring, count = list(lines), 0
    for line in reversed(_back(before, at, FARTHEST)):
        if line != ring[-1]:
            break
        ring.insert(0, ring.pop())
        count += 1
    return count


def _like_below(before: str, after: int, lines: Sequence[str]) -> int:
    """By how many lines some lines could be further down and give the same text."""
    count = 0
    for line in _ahead(before, after, FARTHEST):
        if line != lines[count % len(lines)]:
            break
        count += 1
    return count


def _back(text: str, at: int, count: int) -> list[str]:
    """The last lines before an offset, at most `count` of them."""
    start = at
    for _ in range(count):
        if start == 0:
            break
        start = text.rfind("\n", 0, start - 1) + 1
    return split_lines(text[start:at])[:-1] if start < at else []


def _ahead(text: str, at: int, count: int) -> list[str]:
    """The first lines from an offset on, at most `count` of them."""
    end = at
    for _ in range(count):
        found = text.find("\n", end)
        if found < 0:
            end = len(text)
            break
        end = found + 1
    lines = split_lines(text[at:end])
    return lines if lines[-1] else lines[:-1]


def _length(before: str, at: int, after: int, move: int) -> int:
    """The characters by which a change moves if it moves by `move` lines; negative upwards."""
    if move < 0:
        return -sum(map(len, _back(before, at, -move)))
    return sum(map(len, _ahead(before, after, move)))
