"""Where the hunks of a proposal are: each document is followed from the text of then."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from tierwise.core.document import Range, Snapshot
from tierwise.edits.offer import Turnover, asked
from tierwise.edits.proposal import Proposal, anchors
from tierwise.edits.splice import Splice, Step
from tierwise.edits.spot import SpotState
from tierwise.syntax.positions import index_of

_COMPARING: Final = ThreadPoolExecutor(1, thread_name_prefix="compare")
"""One thread compares the texts of all proposals: several would take turns with the event loop,
and each answer would wait for all of them."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A hunk as it would be applied to the current text: the range and the text to put there."""

    range: Range
    new_text: str


class Places:
    """The anchors of a proposal's files whose text changes, by URI."""

    def __init__(self, proposal: Proposal) -> None:
        self.files = {f.uri: anchors(f) for f in proposal.files if f.kind == "text"}
        self._on_disk: dict[str, str] = {}

    @property
    def behind(self) -> bool:
        """Whether some document changed so that its texts have to be compared first."""
        return any(file.behind for file in self.files.values())

    def step(self, uri: str, steps: Iterable[Step]) -> bool:
        """A document changed. Whether some hunk was lost, came back, or was turned over."""
        changed, file = False, self.files.get(uri)
        if file is not None:
            for step in steps:
                changed = file.step(step) or changed
        return changed

    def look(self, snapshot: Snapshot) -> bool:
        """A document reads like this, however that came about.

        A file that is not open is looked at on disk. An edit in an editor's buffer is not there
        before it is saved, so only a text that is new on disk counts.
        """
        file = self.files.get(snapshot.uri)
        if file is None:
            return False
        if snapshot.version is None:
            known = self._on_disk.get(snapshot.uri)
            self._on_disk[snapshot.uri] = snapshot.text
            if known == snapshot.text:
                return False
        return file.reads(snapshot.text)

    async def catch_up(self) -> bool:
        """Compare what has to be compared, on a thread. Whether states differ from before."""
        changed = False
        for file in list(self.files.values()):
            while file.behind:
                steps = tuple(file.behind)
                loop = asyncio.get_running_loop()
                spots = await loop.run_in_executor(_COMPARING, file.follow, steps)
                changed = file.caught_up(steps, spots) or changed
        return changed

    def states(self) -> Mapping[str, SpotState]:
        """How each hunk stands, by its id; nothing of a file that is behind."""
        return {
            spot.id: spot.state
            for file in self.files.values()
            if not file.behind
            for spot in file.spots
        }

    def placed(self, uri: str) -> Mapping[str, Placed]:
        """Where each pending hunk of a document goes; none of those that are lost."""
        file = self.files[uri]
        if file.behind:
            return {}
        index, found = index_of(file.text), {}
        for spot in file.current():
            if spot.state == "pending":
                start, end, text = spot.target
                span = Range(index.position(start), index.position(end))
                found[spot.id] = Placed(span, text)
        return found

    def ask(self, uri: str, ids: Collection[str]) -> tuple[Turnover, Sequence[tuple[Range, str]]]:
        """What the editor is asked for to turn some hunks over, and its edits as ranges.

        From now on those hunks are known by their new text, whichever way it comes there.
        """
        file = self.files[uri]
        spots = [replace(s, offered=s.offered or s.id in ids) for s in file.current()]
        file.put(spots)
        wanted = asked(file.text, spots, ids)
        file.expect(wanted.after, wanted.spots)
        index = index_of(file.text)
        edits = [
            (Range(index.position(s.start), index.position(s.end)), s.text) for s in wanted.splices
        ]
        return wanted, edits

    def took(self, uri: str, before: str, wanted: Turnover) -> None:
        """The editor did what it was asked for, where it has not shown so itself."""
        file = self.files[uri]
        if file.text == before:
            file.text = wanted.after
            file.put(wanted.spots)

    def moved(self, uri: str, to: str) -> None:
        """A file has another name."""
        if uri in self.files and to not in self.files:
            self.files[to] = self.files.pop(uri)
            self._on_disk.pop(uri, None)

    def follow_from(self, uri: str, splices: Sequence[Splice]) -> None:
        """Take changes that a document had since the text the hunks were made for."""
        file = self.files[uri]
        for splice in splices:
            file.step(Step(file.text, splice.on(file.text), splice))
