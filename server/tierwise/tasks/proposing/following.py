"""Proposals follow their documents: at once where a change says what happened, else on a thread."""

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
    """Brings proposals up to their documents. `turned` is called for one whose hunks moved."""

    def __init__(self, window: Window, turned: Callable[[OpenProposal], None]) -> None:
        self.recent = RecentChanges()
        self._window = window
        self._turned = turned

    def begin(self, entry: OpenProposal) -> None:
        """Follow the documents from the texts that an answer was made for to the current ones."""
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
        """Follow the documents from where a server left them that is gone."""
        applying.look(entry.proposal, entry.places, self._window)
        entry.turned()
        self._compare(entry)

    def step(self, entry: OpenProposal, uri: str, steps: Sequence[Step]) -> None:
        """Follow the steps in which a document changed."""
        if entry.places.step(uri, steps):
            self._turned(entry)
        self._compare(entry)

    def reads(self, entry: OpenProposal, snapshot: Snapshot) -> None:
        """Compare what was applied with the text of a document, however that text came about."""
        if entry.places.look(snapshot):
            self._turned(entry)
        self._compare(entry)

    async def look(self, entry: OpenProposal) -> None:
        """Bring a proposal up to its documents as they are, before something is done with it."""
        changed = applying.look(entry.proposal, entry.places, self._window)
        changed = await entry.places.catch_up() or changed
        if changed:
            entry.turned()

    def _compare(self, entry: OpenProposal) -> None:
        """Compare texts beside the event loop, once however fast they change."""
        if entry.places.behind and (entry.job is None or entry.job.done()):
            entry.job = asyncio.get_running_loop().create_task(self._compared(entry))

    async def _compared(self, entry: OpenProposal) -> None:
        await entry.places.catch_up()
        self._turned(entry)
