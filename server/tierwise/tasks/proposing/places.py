"""Where the hunks of a proposal are now.

Each document's changes are tracked from the text that the proposal was made for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.document import Range, Snapshot
from tierwise.edits.offer import Turnover, asked
from tierwise.edits.proposal import Proposal, anchors
from tierwise.edits.splice import Splice, Step
from tierwise.edits.spot import SpotState
from tierwise.syntax.positions import index_of

_COMPARING: Final = ThreadPoolExecutor(1, thread_name_prefix="compare")
"""One thread compares the texts of all proposals. With several threads each comparison would slow
the event loop and all the others.
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A hunk as it would be applied to the current text: the range and the text to put there."""

    range: Range
    new_text: str


class Places:
    """Where the hunks of a proposal are in each file whose text changes, by URI."""

    def __init__(self, proposal: Proposal) -> None:
        self.files = {f.uri: anchors(f) for f in proposal.files if f.kind == "text"}
        self._on_disk: dict[str, str] = {}

    @property
    def behind(self) -> bool:
        """Whether a document changed so much that its texts must be compared before the hunks can
        be found.
        """
        return any(file.behind for file in self.files.values())

    def step(self, uri: str, steps: Iterable[Step]) -> bool:
        """Move the hunks along with changes of a document. Returns whether some hunk was lost,
        found again, applied or undone.
        """
        changed, file = False, self.files.get(uri)
        if file is not None:
            for step in steps:
                changed = file.step(step) or changed
        return changed

    def look(self, snapshot: Snapshot) -> bool:
        """Move the hunks along to a document's present text, whatever changed it. Returns whether
        some hunk was lost, found again, applied or undone.

        A file that is not open is read from disk. An edit in an editor's buffer is not on disk
        before it is saved. So a text on disk is used only if it differs from the one that was read
        there before.
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
        """Compare the texts of all changes that were put off, on a thread. Returns whether the
        state of some hunk changed.
        """
        changed = False
        for file in list(self.files.values()):
            while file.behind:
                steps = tuple(file.behind)
                loop = asyncio.get_running_loop()
                spots = await loop.run_in_executor(_COMPARING, file.follow, steps)
                changed = file.caught_up(steps, spots) or changed
        return changed

    def states(self) -> Mapping[str, SpotState]:
        """The state of each hunk, by its id.

        Hunks of a file whose texts are still to be compared are left out.
        """
        return {
            spot.id: spot.state
            for file in self.files.values()
            if not file.behind
            for spot in file.spots
        }

    def placed(self, uri: str) -> Mapping[str, Placed]:
        """Where each pending hunk of a document goes, by its id. Lost hunks are left out.

        Empty while the document's texts are still to be compared.
        """
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
        """The edit that applies pending hunks or undoes applied ones. It comes twice: as data to
        hand to `took` later, and as ranges with new texts for the editor.

        From now on such a hunk counts as applied as soon as the document has its new lines, whoever
        wrote them.
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

    def yields(self, uris: Collection[str]) -> None:
        """Note that another proposal will be applied to these documents. If it makes the same text
        as a hunk here, that hunk does not count as applied.
        """
        for uri in uris:
            if uri in self.files:
                self.files[uri].yields()

    def took(self, uri: str, before: str, wanted: Turnover) -> None:
        """Move the hunks along with an edit that the editor says it made, unless the document's new
        text came first.

        `before` is the document's text when the edit was asked for, `wanted` the text and the
        places of its hunks after it.
        """
        file = self.files[uri]
        if file.text == before:
            file.text = wanted.after
            file.put(wanted.spots)

    def moved(self, uri: str, to: str) -> None:
        """Use a file's new name from now on."""
        if uri in self.files and to not in self.files:
            self.files[to] = self.files.pop(uri)
            self._on_disk.pop(uri, None)

    def follow_from(self, uri: str, splices: Sequence[Splice]) -> None:
        """Apply the changes that a document had since the text the hunks were made for."""
        file = self.files[uri]
        for splice in splices:
            file.step(Step(file.text, splice.on(file.text), splice))
