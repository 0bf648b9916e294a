"""Steps 7 and 8 of the spine: proposals that await apply or discard, and what is done to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Final

from tierwise.core.errors import BadRequest, DocumentChanged, UnknownEdit
from tierwise.core.views import EditView, FileChange
from tierwise.edits.proposal import Proposal
from tierwise.store.content import ANSWER
from tierwise.tasks.api import ResolveReply
from tierwise.tasks.proposing import applying, confining
from tierwise.tasks.proposing.applying import Done
from tierwise.tasks.proposing.drafts import Draft
from tierwise.tasks.proposing.growing import Growing
from tierwise.tasks.proposing.open_proposal import OpenProposal, view
from tierwise.tasks.record.edit_watch import EditWatch
from tierwise.tasks.record.outcomes import Outcomes
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

EXPIRES_AFTER: Final = 4 * 3600.0
"""Seconds a proposal waits; then it expires, which says nothing about its quality."""
APPLY: Final = "Apply"
CANCEL: Final = "Cancel"


class Proposals:
    """All proposals of this window."""

    def __init__(self, window: Window, outcomes: Outcomes, edit_watch: EditWatch) -> None:
        self.window = window
        self.entries: dict[str, OpenProposal] = {}
        self.growing = Growing(window, self._grow)
        self._outcomes = outcomes
        self._edit_watch = edit_watch

    def _grow(self, task: Task, proposal: Proposal) -> None:
        """Show what there is of an answer; only the clients hear of it, not the ledger."""
        task.offered(proposal.id)
        self.entries[proposal.id] = OpenProposal(task, proposal, growing=True)
        self.window.listener.task_changed(task.view())

    def written(self, task: Task) -> None:
        """The answer of a task is whole, or none will come: what was shown of it goes."""
        self.growing.over(task)
        entry = self.entries.get(task.edit_id or "")
        if entry is not None and entry.growing:
            del self.entries[entry.proposal.id]
            task.withdrawn()

    def offer(self, task: Task, draft: Draft) -> None:
        """Show a draft: as a proposal, or as text; a failed check stands beside it."""
        text, proposal = draft.answer.text, draft.proposal
        self.written(task)
        task.completed(draft.answer.result.stop_reason)
        note = draft.failed[0].sentence if draft.failed else ""
        detail = draft.failed[0].detail if draft.failed else ""
        if note:
            task.noticed(note)
        if proposal is None or any(f.key == "cut" for f in draft.failed):
            self._keep(task, text)
            task.move("answered", progress=note or None)
            return
        self._keep(task, text)
        self._open(task, proposal, f"{note} ({detail})" if detail else note)

    def offer_block(self, task: Task, draft: Draft) -> None:
        """Offer a block of a text answer as a proposal; the answer stays as it was kept."""
        if draft.proposal is not None:
            self._open(task, draft.proposal, draft.failed[0].sentence if draft.failed else "")

    def _open(self, task: Task, proposal: Proposal, note: str) -> None:
        joined = ". ".join(part for part in (proposal.note, note) if part)
        proposal = Proposal(proposal.id, task.id, proposal.files, joined)
        entry = OpenProposal(task, proposal)
        self.entries[proposal.id] = entry
        loop = asyncio.get_running_loop()
        entry.timer = loop.call_later(EXPIRES_AFTER, self._expire, proposal.id)
        task.offered(proposal.id)
        self.window.content.put(task.id, "proposal.diff", self.view(proposal.id).diff)
        task.move("proposed", progress=note or None)

    def entry(self, edit_id: str) -> OpenProposal:
        """The entry of a proposal. Raises `UnknownEdit`."""
        try:
            return self.entries[edit_id]
        except KeyError:
            raise UnknownEdit(f"There is no proposal '{edit_id}' in this window.") from None

    def view(self, edit_id: str) -> EditView:
        """The proposal as it stands against the documents as they are now."""
        return view(self.entry(edit_id), self.window)

    async def apply(self, edit_id: str, hunks: Sequence[str] | None) -> ResolveReply:
        """Apply pending hunks, all of them or those named, as one edit.

        Raises `DocumentChanged` where none of them fits any more.
        """
        entry = self.entry(edit_id)
        async with entry.lock:
            ids = entry.wanted(hunks)
            placed = applying.placed(entry.proposal, self.window)
            fitting = [i for i in ids if placed.get(i) is not None]
            if not fitting:
                raise DocumentChanged("The file changed under this proposal. Re-run or discard it.")
            if not await self._confirmed(entry, fitting):
                return ResolveReply(False, "not confirmed")
            placed = applying.placed(entry.proposal, self.window)
            fitting = [i for i in fitting if placed.get(i) is not None]
            changes = applying.changes(entry.proposal, fitting, placed, self.window)
            astray = confining.changed_since(entry.proposal, changes, entry.task, self.window)
            if astray is not None:
                raise DocumentChanged(astray)
            before = {
                c.uri: applying.text_of(c.uri, self.window) for c in changes if c.kind != "create"
            }
            reply = await self.window.listener.apply(
                changes, f"Tierwise: {entry.task.request.action}"
            )
            if not reply.applied:
                return ResolveReply(False, reply.failure_reason or "the editor refused the edit")
            self._applied(entry, changes, before, fitting)
        refused = len(ids) - len(fitting)
        why = f"{refused} hunk(s) no longer fit and were left" if refused else None
        return ResolveReply(True, why, entry.task.id)

    def discard(
        self, edit_id: str, hunks: Sequence[str] | None, reason: str | None
    ) -> ResolveReply:
        """Discard pending hunks, all of them or those named; not while an apply is under way."""
        entry = self.entry(edit_id)
        if entry.lock.locked():
            raise BadRequest("This proposal is being applied right now.")
        ids = entry.wanted(hunks)
        entry.proposal = entry.proposal.marked(ids, "discarded")
        task = entry.task
        if not entry.proposal.pending:
            if entry.proposal.applied_hunks:
                self._outcomes.record(task, "partlyApplied", entry.proposal.taken)
                task.move("partlyApplied")
            else:
                self._outcomes.record(task, "discarded", reason)
                task.move("discarded")
            entry.stop_timer()
        else:
            task.say("partly discarded")
        return ResolveReply(True, None, task.id)

    async def undo(self, edit_id: str) -> ResolveReply:
        """Take a whole task back, files included. Raises `DocumentChanged` where one changed."""
        entry = self.entry(edit_id)
        async with entry.lock:
            if not entry.done.anything or entry.done.undone:
                raise BadRequest("This proposal is not applied, so there is nothing to undo.")
            changes = applying.taken_back(entry.done, self.window)
            astray = confining.astray(changes, self.window)
            if astray is not None:
                raise DocumentChanged(astray)
            reply = await self.window.listener.apply(changes, "Tierwise: undo")
            if not reply.applied:
                return ResolveReply(False, reply.failure_reason or "the editor refused the edit")
            self._edit_watch.undone(entry.task)
            self._undone(entry, self.window.now_ms() - entry.done.at_ms)
        return ResolveReply(True, None, entry.task.id)

    def at(self, uri: str) -> Sequence[OpenProposal]:
        """Open or applied proposals that touch a document."""
        return [e for e in self.entries.values() if any(f.uri == uri for f in e.proposal.files)]

    def seen(self, uri: str, text: str) -> None:
        """A document changed: a proposal may be stale now, an applied one may be taken back."""
        self._edit_watch.seen(uri, text)
        for entry in self.at(uri):
            if entry.task.state == "proposed":
                entry.task.announce()

    def _taken_back(self, edit_id: str, after_ms: int) -> None:
        """The document reads as before an apply: undone in the editor, or by hand."""
        entry = self.entries.get(edit_id)
        if entry is not None:
            self._undone(entry, after_ms)

    def supersede(self, task: Task) -> None:
        """A redo replaces a proposal: a strong sign about the tier that made it."""
        self._edit_watch.forget(task)
        if task.edit_id in self.entries:
            entry = self.entries[task.edit_id]
            entry.proposal = entry.proposal.marked(entry.proposal.pending, "discarded")
            entry.stop_timer()
            del self.entries[task.edit_id]
            task.withdrawn()

    async def _confirmed(self, entry: OpenProposal, ids: Sequence[str]) -> bool:
        for question in entry.questions(ids):
            if await self.window.listener.ask(question, (APPLY, CANCEL)) != APPLY:
                return False
        return True

    def _applied(
        self,
        entry: OpenProposal,
        changes: Sequence[FileChange],
        before: Mapping[str, str],
        ids: Sequence[str],
    ) -> None:
        task = entry.task
        for change in changes:
            entry.done.took(change, before.get(change.uri, ""))
            if change.kind == "rename" and change.to_uri is not None:
                entry.proposal = entry.proposal.moved(change.uri, change.to_uri)
        entry.done.at_ms = self.window.now_ms()
        self._edit_watch.applied(task, changes, before, self._taken_back)
        entry.proposal = entry.proposal.marked(ids, "applied")
        whole = all(h.state == "applied" for f in entry.proposal.files for h in f.hunks)
        if whole:
            self._outcomes.record(task, "applied")
            task.move("applied")
            entry.stop_timer()
        else:
            self._outcomes.record(task, "partlyApplied", entry.proposal.taken)
            task.move("partlyApplied")

    def _undone(self, entry: OpenProposal, after_ms: int) -> None:
        """Take note that what was applied is gone; hunks still open keep the proposal open.

        What was applied by hunks can then be applied again. A proposal of which nothing is
        open, or that made, moved or deleted files, has ended.
        """
        if entry.done.undone:
            return
        self._outcomes.record(entry.task, "undone", after_ms=after_ms)
        if entry.proposal.pending and entry.done.only_text:
            entry.proposal = entry.proposal.marked(entry.proposal.applied_hunks, "pending")
            entry.done = Done()
            entry.task.move("proposed", progress="undone")
        else:
            entry.done.undone = True
            entry.task.move("discarded", progress="undone")

    def _expire(self, edit_id: str) -> None:
        entry = self.entries.get(edit_id)
        if entry is not None and entry.task.state == "proposed":
            self._outcomes.record(entry.task, "expired")
            entry.task.move("expired")
            del self.entries[edit_id]

    def _keep(self, task: Task, text: str) -> None:
        if self.window.keeps_content:
            self.window.content.put(task.id, ANSWER, text)
