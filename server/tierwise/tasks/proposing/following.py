"""Keeps proposals up to date with their documents.

A change that says what happened is applied at once. Otherwise texts are compared on a thread.
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
    """Keeps proposals up to date. `turned` is called with each proposal whose hunks moved."""

    def __init__(self, window: Window, turned: Callable[[OpenProposal], None]) -> None:
        self.recent = RecentChanges()
        self._window = window
        self._turned = turned

    def begin(self, entry: OpenProposal) -> None:
        """Bring a new proposal from the texts its answer was made for to the present ones."""
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
        """Bring a proposal that an earlier server process left behind to the present documents."""
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
        """Bring a proposal to the present documents, before something is done with it."""
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
