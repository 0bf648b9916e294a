"""Moves the hunks of proposals along when their documents change.

Mostly they move at once. If a change of a large document does not say which lines it added or
removed, its old and new text are compared on a thread first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tierwise.core.document import Snapshot
from tierwise.core.errors import BadRequest
from tierwise.edits.splice import Step
from tierwise.tasks.proposing import applying
from tierwise.tasks.proposing.open_proposal import OpenProposal
from tierwise.tasks.proposing.recent import RecentChanges
from tierwise.tasks.window.window import Window


class Follower:
    """Moves the hunks of all proposals of an editor window along with their documents. `turned` is
    called with a proposal when one of its hunks may have been lost, found again, applied or undone
    by that.
    """

    def __init__(self, window: Window, turned: Callable[[OpenProposal], None]) -> None:
        self.recent = RecentChanges()
        self._window = window
        self._turned = turned

    def begin(self, entry: OpenProposal) -> None:
        """Move the hunks of a new proposal from the texts that its answer was made for to the
        present texts.
        """
        scene = entry.task.scene.shown
        for uri, file in entry.places.files.items():
            made_for = scene.get(uri)
            try:
                now = self._window.documents.snapshot(uri)
            except BadRequest:
                continue
            if made_for is not None and made_for.text == file.text:
                entry.places.follow_from(uri, self.recent.since(made_for, now) or ())
            entry.places.look(now)
        self._compare(entry)

    def take_over(self, entry: OpenProposal) -> None:
        """Move the hunks of a proposal that an earlier server process left behind to the present
        texts.
        """
        applying.look(entry.proposal, entry.places, self._window)
        entry.turned()
        self._compare(entry)

    def step(self, entry: OpenProposal, uri: str, steps: Sequence[Step]) -> None:
        """Move the hunks of a proposal along with a document that changed in these steps."""
        if entry.places.step(uri, steps):
            self._turned(entry)
        self._compare(entry)

    def reads(self, entry: OpenProposal, snapshot: Snapshot) -> None:
        """Compare a proposal with the present text of a document, whatever changed that text."""
        if entry.places.look(snapshot):
            self._turned(entry)
        self._compare(entry)

    async def look(self, entry: OpenProposal) -> None:
        """Move the hunks of a proposal to the present texts, and wait for it. Call it before
        something is done with the proposal.
        """
        changed = applying.look(entry.proposal, entry.places, self._window)
        changed = await entry.places.catch_up() or changed
        if changed:
            entry.turned()

    def _compare(self, entry: OpenProposal) -> None:
        """Start one comparison of texts on a thread, unless one already runs for this proposal."""
        if entry.places.behind and (entry.job is None or entry.job.done()):
            entry.job = asyncio.get_running_loop().create_task(self._compared(entry))

    async def _compared(self, entry: OpenProposal) -> None:
        await entry.places.catch_up()
        self._turned(entry)
