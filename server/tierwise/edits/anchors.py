"""Keeps the places of a file's hunks up to date while its text changes.

A change moves the hunks below it and leaves the others, so that a keystroke costs the same however
many hunks wait. If a change does not say exactly what happened (see `Step.exact`), the texts are
compared, and a hunk moves only if the lines around it moved too.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.edits import orphans, remap
from tierwise.edits.splice import Splice, Step
from tierwise.edits.spot import Spot, beside, lost, touched, turned

KNOWN: Final = 5
"""How many texts are remembered with their spots. The first text is one of them."""


@dataclass
class Anchors:
    """Where each hunk of one file is in its present `text` (its spot), in the order of the hunks.

    Changes that take too long to follow on the event loop wait in `behind`. The spots are those of
    the text before these changes until `caught_up` is called with the spots that `follow` found.
    """

    text: str
    spots: Sequence[Spot]
    behind: list[Step] = field(default_factory=list)
    _known: list[tuple[str, Sequence[Spot]]] = field(default_factory=list)
    _lost: int = 0
    _from: int = 0
    """The index of the first spot that must still be shifted by `_by`."""
    _by: int = 0

    def __post_init__(self) -> None:
        self._known.append((self.text, self.spots))
        self._lost = sum(spot.state == "lost" for spot in self.spots)

    def step(self, step: Step) -> bool:
        """Move the places of the hunks (spots) along with a change of the text. Returns whether
        some spot was lost or came back.
        """
        if step.after is self.text:
            return False
        if step.before is not self.text and step.before != self.text:
            step = Step(self.text, step.after)
        self.text = step.after
        if step.before == step.after:
            return False
        if self.behind or step.heavy:
            self._wait(step)
            return False
        return self._take(step)

    def reads(self, text: str) -> bool:
        """Move the places of the hunks along to a new text when nothing is known of the change but
        the two texts. Returns whether some place was lost or came back.
        """
        return self.step(Step(self.text, text))

    def expect(self, text: str, spots: Sequence[Spot]) -> None:
        """Remember where the hunks will be in `text`, which the editor was asked to make, so that
        they are known at once when it does.
        """
        later = [*self._known[1:], (self.text, self.current()), (text, spots)]
        self._known[1:] = later[1 - KNOWN :]

    def yields(self) -> None:
        """Note that another proposal will be applied to this text.

        If that makes the same text as a pending hunk here, the hunk does not count as applied.
        """
        spots = self.current()
        if any(spot.offered and spot.state == "pending" for spot in spots):
            self.spots = [replace(s, offered=s.offered and s.state != "pending") for s in spots]
            self._known[1:] = []

    def current(self) -> Sequence[Spot]:
        """Where each hunk is in the text (its spot).

        While changes wait in `behind`, it is where they were in the text before these changes.
        """
        if self._by:
            moved = [spot.shifted(self._by) for spot in self.spots[self._from :]]
            self.spots, self._by = [*self.spots[: self._from], *moved], 0
        return self.spots

    def put(self, spots: Sequence[Spot]) -> bool:
        """Set where each hunk is in the current text. Returns whether any hunk's state (pending,
        applied or lost) differs from before.
        """
        was = [spot.state for spot in self.spots]
        self.spots, self._by, self.behind = spots, 0, []
        self._lost = sum(spot.state == "lost" for spot in spots)
        return was != [spot.state for spot in spots]

    def caught_up(self, steps: Sequence[Step], spots: Sequence[Spot]) -> bool:
        """Set the spots that `follow` found for waiting changes. Returns whether the state of any
        spot differs from before.

        Changes that came meanwhile are followed as well, or wait in their turn.
        """
        if self.behind[: len(steps)] != list(steps):
            return False
        rest = self.behind[len(steps) :]
        changed = self.put(spots)
        for step in rest:
            if self.behind or step.heavy:
                self._wait(step)
            else:
                changed = self._take(step) or changed
        return changed

    def follow(self, steps: Iterable[Step]) -> Sequence[Spot]:
        """Compute where the hunks are after some changes of the text.

        It changes nothing, so it may run on another thread.
        """
        spots = self.current()
        for step in steps:
            spots = self._after(spots, step)
        return spots

    def _wait(self, step: Step) -> None:
        """Let a step wait until `follow` runs on a thread.

        A heavy step replaces all that wait: only the text before the first of them and
        its own new text are compared.
        """
        if self.behind and step.heavy:
            step = Step(self.behind[0].before, step.after)
            self.behind = []
        self.behind.append(step)

    def _take(self, step: Step) -> bool:
        if step.small and not self._lost and self._spots_of(step.after) is None:
            return self._shift(step)
        return self.put(self._after(self.current(), step))

    def _after(self, spots: Sequence[Spot], step: Step) -> Sequence[Spot]:
        known = self._spots_of(step.after)
        if known is not None:
            offered = {spot.id: spot.offered for spot in spots}
            return [replace(s, offered=s.offered or offered[s.id]) for s in known]
        return [followed(spot, step) for spot in spots]

    def _spots_of(self, text: str) -> Sequence[Spot] | None:
        """The remembered spots of a text; None if the text is not remembered."""
        return next((spots for known, spots in self._known if known == text), None)

    def _shift(self, step: Step) -> bool:
        """Follow a change within a line by looking only at the spots that it touches.

        Returns whether some spot was lost or came back.
        """
        splice, spots = step.told, self.spots
        first = bisect_left(range(len(spots)), splice.start, key=self._end)
        self._add_from(first)
        made: list[Spot] = []
        while (n := first + len(made)) < len(spots):
            spot = self.spots[n].shifted(self._by)
            if spot.start > splice.end:
                break
            made.append(followed(spot, step))
        states = [spot.state for spot in self.spots[first:n]]
        if made:
            self.spots = [*self.spots[:first], *made, *self.spots[n:]]
            self._from = n
        self._by += splice.grows
        self._lost += sum(spot.state == "lost" for spot in made)
        return states != [spot.state for spot in made]

    def _end(self, n: int) -> int:
        return self.spots[n].end + (self._by if n >= self._from else 0)

    def _add_from(self, n: int) -> None:
        """Move the mark `_from`: spots at or after it must still be shifted by `_by`."""
        low, high = min(n, self._from), max(n, self._from)
        if self._by and low < high:
            by = self._by if n > self._from else -self._by
            between = [spot.shifted(by) for spot in self.spots[low:high]]
            self.spots = [*self.spots[:low], *between, *self.spots[high:]]
        self._from = n


def followed(spot: Spot, step: Step) -> Spot:
    """A spot (where a hunk is) after one change of its text."""
    if not step.exact:
        return _compared(spot, step)
    settled = step.settled
    splice = settled.splice
    if settled.start < settled.end and spot.start < settled.end and settled.start < spot.end:
        doubtful = step.after[settled.start : settled.end + splice.grows]
        unsure = Splice(settled.start, settled.end, doubtful)
        return lost(spot, unsure, step.before, doubtful=True)
    other = turned(spot, splice, step.before, step.after)
    if other is not None:
        return other
    if not beside(spot, splice, step.after) or spot.state == "lost":
        # An undo reports the same place as the change it undoes, so the spot remembers that.
        told = splice if beside(spot, step.told, step.after) else step.told
        if not beside(spot, told, step.after):
            return touched(spot, told, step.before, step.after)
    gone = orphans.orphaned(spot.start, spot.end, spot.owners, splice, step.before)
    if gone and spot.state != "lost":
        return lost(spot, splice, step.before, doubtful=True)
    return _moved(spot, splice)


def _compared(spot: Spot, step: Step) -> Spot:
    """A spot (where a hunk is) after a change that does not say which lines it added or removed.

    Only the texts before and after are known, or that a stretch of several lines was replaced.
    """
    splice = step.told
    apart = beside(spot, splice, step.after)
    if apart and (spot.state == "lost" or (step.splice is not None and _parted(spot, step))):
        return _moved(spot, splice)
    if spot.state != "lost":
        moved = _placed(spot, step)
        if moved is not None:
            return moved
    found = touched(spot, splice, step.before, step.after, told=False)
    if spot.state != "lost" and found.state == spot.state:
        return lost(spot, splice, step.before, doubtful=True)
    return found


def _parted(spot: Spot, step: Step) -> bool:
    """Whether a change is far enough from a spot: a line that distinguishes the spot from similar
    ones lies between them, or more than `orphans.NEAR` characters. A spot without such lines is far
    enough from any change.
    """
    splice = step.told
    above = splice.end <= spot.start
    between = (splice.end, spot.start) if above else (spot.end, splice.start)
    if not spot.owners.all or between[1] - between[0] > orphans.NEAR:
        return True
    lines = step.before[between[0] : between[1]].splitlines(keepends=True)
    whole = lines[1:] if above else lines[:-1]
    return any(line in spot.owners.all for line in whole)


def _placed(spot: Spot, step: Step) -> Spot | None:
    """Find a spot again by its lines and those around them; None if they are not distinct enough.

    An empty spot is found by the line before it.
    """
    texts = remap.between(step.before, step.after)
    if spot.start < spot.end:
        start = texts.offset(spot.start, spot.end)
        if start is None:
            return None
        moved = spot.shifted(start - spot.start)
        return moved if _joint(spot, step.before) == _joint(moved, step.after) else None
    line = step.before.rfind("\n", 0, max(0, spot.start - 1)) + 1
    start = texts.offset(line, spot.start)
    return None if start is None else spot.shifted(start - line)


def _joint(spot: Spot, text: str) -> str:
    """The line after the place of a pending insertion, else "".

    If it differs after a change, another line was added at that place.
    """
    if not spot.inserts or spot.trail:
        return ""
    end = text.find("\n", spot.end)
    return text[spot.end : end if end >= 0 else len(text)]


def _moved(spot: Spot, splice: Splice) -> Spot:
    return spot.shifted(splice.grows if splice.end <= spot.start else 0)
