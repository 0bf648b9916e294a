"""Where one hunk is in a changing text (its spot), and whether it can be applied there. Pure.

A spot is a piece of the text that equals the hunk's old text or its new text. A change outside
moves it. A change that touches it makes it lost, and the spot then remembers the text around it
that the change replaced. When that piece is again as it was, by whatever undo, the spot is back.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.edits.orphans import Owners
from tierwise.edits.splice import Splice

SpotState = Literal["pending", "applied", "lost"]

GONE: Final = "\0"
"""Marks a spot that is lost for good, in place of the text around it."""
REMEMBERED: Final = 200_000
"""The most characters around it that a lost spot remembers. With more it is lost for good."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A piece [start, end) of a text, in code points, that one hunk of a proposal changes.

    It equals `before` while the hunk is pending and `after` once it is applied. The piece of an
    insertion includes the line beside it, so that the first `lead` characters, or the last `trail`
    ones, are no part of the hunk. `owners` are the unlike lines that distinguish it from similar
    pieces. `offered` says that the editor was asked once to apply the hunk. If the text then equals
    `after`, the hunk was applied, and the equal lines are no coincidence. `above` and `below` hold
    the text around a lost spot, by which it may be found again.
    """

    id: str
    start: int
    end: int
    before: str
    after: str
    lead: int = 0
    trail: int = 0
    owners: Owners = field(default_factory=Owners)
    state: SpotState = "pending"
    offered: bool = False
    above: str = ""
    below: str = ""
    doubtful: bool = False
    """Lost because nothing distinguished it from similar pieces. Only exactly the same text brings
    it back."""

    @property
    def target(self) -> tuple[int, int, str]:
        """Where the hunk's own text is now (start and end), and the text to put there to apply the
        hunk if it is pending, or to undo it if it is applied.
        """
        other = self.after if self.state == "pending" else self.before
        text = other[self.lead : len(other) - self.trail]
        return self.start + self.lead, self.end - self.trail, text

    @property
    def inserts(self) -> bool:
        """Whether the hunk is an insertion that is pending."""
        return self.state == "pending" and len(self.before) == self.lead + self.trail

    @property
    def point(self) -> int:
        """The offset where an insertion goes."""
        return self.start + self.lead

    def shifted(self, by: int) -> Spot:
        """This place of a hunk (spot), moved down by so many characters."""
        return replace(self, start=self.start + by, end=self.end + by) if by else self

    def placed(self, start: int, state: SpotState) -> Spot:
        """The place of the hunk (spot) from `start` on, where the text equals the hunk's old or new
        text, as `state` says.
        """
        size = len(self.before if state == "pending" else self.after)
        return replace(self, start=start, end=start + size, state=state,
                       above="", below="", doubtful=False)  # fmt: skip

    def gone(self) -> Spot:
        """The place of a hunk (spot), lost for good: it remembers nothing by which it could be
        found.
        """
        return replace(self, state="lost", above=GONE, below="")


def beside(spot: Spot, splice: Splice, after: str) -> bool:
    """Whether a change leaves a hunk's place (its spot) untouched. `after` is the whole text after
    the change.

    A spot holds whole lines, so text joined to its first or last line touches it.
    """
    if spot.state == "lost":
        return splice.end < spot.start or splice.start > spot.end
    if spot.inserts and splice.text and splice.start <= spot.point <= splice.end:
        return False
    if splice.end <= spot.start:
        start = spot.start + splice.grows
        if spot.start == spot.end and splice.start == splice.end == spot.start:
            return False
        return start == 0 or after[start - 1] in "\r\n"
    if splice.start >= spot.end:
        inside = after[spot.end - 1 : spot.end]
        return inside in ("\r", "\n") or after[spot.end : spot.end + 1] in ("\r", "\n", "")
    return False


def touched(spot: Spot, splice: Splice, before: str, after: str, *, told: bool = True) -> Spot:
    """A hunk's place (its spot) after a change that touches it, from the texts before and after the
    change.

    `told` says that the editor reported the place of the change. Only then may lines have been
    added beside the spot.
    """
    if spot.above == GONE:
        return spot
    without = lost(spot, splice, before, doubtful=not told)
    return _turned(spot, without, before, after, told) or without


def turned(spot: Spot, splice: Splice, before: str, after: str) -> Spot | None:
    """A hunk's place (its spot), with the hunk applied or undone, if a change right beside the spot
    did that; None if not.

    Only hunks that the editor was asked to apply are looked at, since other equal lines may be a
    coincidence.
    """
    if not spot.offered or spot.state == "lost":
        return None
    if splice.end < spot.start or splice.start > spot.end:
        return None
    found = _turned(spot, lost(spot, splice, before), before, after, told=False)
    return found if found is not None and found.state != spot.state else None


def _turned(spot: Spot, without: Spot, before: str, after: str, told: bool) -> Spot | None:
    """The spot found again in the text after a change (`after`), pending or applied. None if it is
    not there.

    `without` is the spot as lost: it remembers the text above and below. Between these two the
    hunk's old text must stand now, or its new text if the editor was asked to apply the hunk.
    `told` says that the editor reported the place of the change.
    """
    if without.above == GONE:
        return None
    now, above, below = after[without.start : without.end], without.above, without.below
    states: tuple[SpotState, ...] = ("pending", "applied") if spot.offered else ("pending",)
    for state in states:
        own = spot.before if state == "pending" else spot.after
        glued = told and spot.state == "lost" and _glued(before[spot.start : spot.end], own)
        at = _found(now, above, own, below, glued)
        if at is not None:
            return spot.placed(without.start + at, state)
    return None


def lost(spot: Spot, splice: Splice, before: str, *, doubtful: bool = False) -> Spot:
    """A hunk's place (its spot), lost because a change touched it. It remembers the text that the
    change replaced.

    The text of the spot itself may be unchanged.
    """
    start, end = min(splice.start, spot.start), max(splice.end, spot.end)
    above = before[start : spot.start] + spot.above
    below = spot.below + before[spot.end : end]
    if len(above) + len(below) > REMEMBERED:
        return spot.gone()
    return replace(spot, start=start, end=end + splice.grows, state="lost", above=above,
                   below=below, doubtful=doubtful or spot.doubtful)  # fmt: skip


def _glued(was: str, own: str) -> bool:
    """Whether a spot was lost only because some characters were added before or after it."""
    more = was.removesuffix(own) if was.endswith(own) else was.removeprefix(own)
    return len(more) + len(own) == len(was) and not ("\r" in more or "\n" in more)


def _found(now: str, above: str, own: str, below: str, told: bool) -> int | None:
    """The offset of a spot's text between the text above and below it; None if it is not there.

    Lines may have been added above or below the spot, if they are not like it.
    """
    more = len(now) - len(above) - len(own) - len(below)
    if more < 0 or not (now.startswith(above) and now.endswith(below)):
        return None
    middle = now[len(above) : len(now) - len(below)]
    if not more:
        return len(above) if middle == own else None
    if not own:
        return len(above) if told and middle.endswith(("\r", "\n")) else None
    if not told or middle.count(own) != 1:
        return None
    if middle.endswith(own) and middle[more - 1] in "\r\n":
        return len(above) + more
    if middle.startswith(own) and own[-1] in "\r\n":
        return len(above)
    return None
