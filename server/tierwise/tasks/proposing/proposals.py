"""Proposals that wait for apply or discard, and what is done to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from tierwise.core.document import Snapshot
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest, DocumentChanged, UnknownEdit
from tierwise.core.views import EditView, FileChange, TaskView
from tierwise.edits.proposal import Proposal
from tierwise.edits.splice import Step
from tierwise.present import notices, progress, questions
from tierwise.present.checks import sentence
from tierwise.store.content import ANSWER
from tierwise.tasks.api import ResolveReply
from tierwise.tasks.proposing import applying, confining
from tierwise.tasks.proposing.drafts import Draft
from tierwise.tasks.proposing.following import Follower
from tierwise.tasks.proposing.growing import Growing
from tierwise.tasks.proposing.keeping import Keeper, KeptProposal, places_of
from tierwise.tasks.proposing.open_proposal import OpenProposal, view
from tierwise.tasks.proposing.places import Places
from tierwise.tasks.record.edit_watch import EditWatch
from tierwise.tasks.record.outcomes import Outcomes
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window

log = logging.getLogger(__name__)

EXPIRES_AFTER: Final = 4 * 3600.0
"""Seconds after which a waiting proposal expires. That says nothing about its quality."""


class Proposals:
    """All proposals of this editor window: shows them, and applies, discards or undoes them."""

    def __init__(self, window: Window, outcomes: Outcomes, edit_watch: EditWatch) -> None:
        self.window = window
        self.entries: dict[str, OpenProposal] = {}
        self.growing = Growing(window, self._grow)
        self._outcomes = outcomes
        self._edit_watch = edit_watch
        self._follower = Follower(window, self._turned)
        self.keeper = Keeper(window)

    def _grow(self, task: Task, proposal: Proposal) -> None:
        """Show the hunks of an answer that is still being written. Clients see them, but the ledger
        does not record them.
        """
        task.offered(proposal.id)
        entry = OpenProposal(task, proposal, Places(proposal), growing=True)
        self.entries[proposal.id] = entry
        self._follower.begin(entry)
        self.window.listener.task_changed(task.view())

    def written(self, task: Task) -> None:
        """Remove what was shown of an unfinished answer: it is complete, or none will come."""
        self.growing.over(task)
        entry = self.entries.get(task.edit_id or "")
        if entry is not None and entry.growing:
            del self.entries[entry.proposal.id]
            task.withdrawn()

    async def offer(self, task: Task, draft: Draft) -> None:
        """Show a draft as a proposal or as text, with a failed check if there is one.

        An answer that was cut off is shown as text only. If content is kept, a proposal is on disk
        before it is shown.
        """
        text, proposal = draft.answer.text, draft.proposal
        note = sentence(draft.failed[0]) if draft.failed else ""
        detail = draft.failed[0].detail if draft.failed else ""
        said = f"{note} ({detail})" if detail else note
        entry = None
        if proposal is not None and not any(f.key == "cut" for f in draft.failed):
            entry = OpenProposal.of_draft(task, proposal, said)
            await self.keeper.first(entry)
        self.written(task)
        task.completed(draft.answer.result.stop_reason, checked=not draft.failed)
        if note:
            task.noticed(note)
        self._keep(task, text)
        if entry is None:
            task.move("answered", progress=note or None)
        else:
            self._open(entry, said)

    def offer_block(self, task: Task, draft: Draft) -> None:
        """Offer a block of a text answer as a proposal. The kept answer does not change."""
        if draft.proposal is not None:
            note = sentence(draft.failed[0]) if draft.failed else ""
            self._open(OpenProposal.of_draft(task, draft.proposal, note), note)

    def _open(self, entry: OpenProposal, note: str) -> None:
        task, proposal = entry.task, entry.proposal
        self.entries[proposal.id] = entry
        self._follower.begin(entry)
        self._await(entry)
        task.offered(proposal.id)
        self.window.content.put(task.id, "proposal.diff", entry.diff)
        task.move("proposed", progress=note or None)
        self.keeper.keep(entry)

    def restore(self, task: Task, one: KeptProposal, *, expires: bool = True) -> None:
        """Open a proposal that an earlier server process or the night's worker left behind. With
        `expires` it expires after the usual time.
        """
        places = Places(one.proposal)
        places.files = places_of(one, self.window)
        entry = OpenProposal(task, one.proposal, places, one.done)
        self.entries[one.proposal.id] = entry
        self._follower.take_over(entry)
        if one.proposal.pending and expires:
            self._await(entry)
        self.keeper.keep(entry)

    def entry(self, edit_id: str) -> OpenProposal:
        """An open proposal by its id, with its task and present state. Raises `UnknownEdit` if none
        has that id.
        """
        try:
            return self.entries[edit_id]
        except KeyError:
            reason = ErrorReason.of("unknown_edit", edit=edit_id)
            raise UnknownEdit(reason) from None

    def shown_with(self, task: Task) -> TaskView:
        """A task as shown, with the number of pending hunks of its proposal."""
        entry = self.entries.get(task.edit_id or "")
        waits = entry is not None and task.state in ("proposed", "partlyApplied")
        return replace(task.view(), waiting=len(entry.proposal.pending) if entry and waits else 0)

    def view(self, edit_id: str) -> EditView:
        """The proposal compared with its documents, as of the last change that was processed."""
        return view(self.entry(edit_id), self.window)

    async def view_now(self, edit_id: str) -> EditView:
        """The proposal compared with its documents as they are now. It waits for all changes."""
        entry = self.entry(edit_id)
        await self._follower.look(entry)
        return view(entry, self.window)

    async def apply(self, edit_id: str, hunks: Sequence[str] | None) -> ResolveReply:
        """Apply pending hunks, all of them or those named, as one edit.

        Raises `DocumentChanged` if none of them fits any more or a file must not be written now,
        and `BadRequest` for an unknown hunk, or if none is pending.
        """
        entry = self.entry(edit_id)
        async with entry.lock:
            await self._follower.look(entry)
            ids = entry.wanted(hunks)
            if not self._fitting(entry, ids):
                raise DocumentChanged(ErrorReason("file_changed"))
            if not await self._confirmed(entry, self._fitting(entry, ids)):
                return ResolveReply(False, notices.NOT_CONFIRMED)
            await self._follower.look(entry)
            fitting = self._fitting(entry, ids)
            if not fitting:
                raise DocumentChanged(ErrorReason("file_changed"))
            changes = applying.changes(entry.proposal, fitting, entry.places, self.window)
            astray = confining.changed_since(entry.proposal, changes, entry.task, self.window)
            if astray is not None:
                raise DocumentChanged(astray)
            before = {
                c.uri: applying.text_of(c.uri, self.window) for c in changes if c.kind != "create"
            }
            wish = applying.to_apply(entry.proposal, fitting, entry.places, self.window)
            for other in self.entries.values():
                if other is not entry:
                    other.places.yields(wish.texts)
            reply = await self.window.listener.apply(
                wish.changes, f"Tierwise: {entry.task.request.action}"
            )
            if not (reply.applied or entry.shows(fitting)):
                return ResolveReply(False, reply.failure_reason or notices.REFUSED)
            entry.took(wish)
            self._applied(entry, wish.changes, before, fitting)
            self.keeper.keep(entry)
        refused = len(ids) - len(fitting)
        why = notices.hunks_left(refused) if refused else None
        return ResolveReply(True, why, entry.task.id)

    def discard(
        self, edit_id: str, hunks: Sequence[str] | None, reason: str | None
    ) -> ResolveReply:
        """Discard pending hunks, all of them or those named.

        Raises `BadRequest` while an apply or an undo runs, for an unknown hunk, and if none is
        pending.
        """
        entry = self.entry(edit_id)
        if entry.lock.locked():
            raise BadRequest(ErrorReason("being_applied"))
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
            task.say(progress.PARTLY_DISCARDED)
        self.keeper.keep(entry)
        return ResolveReply(True, None, task.id)

    async def undo(self, edit_id: str) -> ResolveReply:
        """Undo an applied proposal as a whole, files included. What changed since is left and
        named.

        Raises `DocumentChanged` if all of it changed or a file must not be written now, and
        `BadRequest` if nothing is applied.
        """
        entry = self.entry(edit_id)
        async with entry.lock:
            await self._follower.look(entry)
            if entry.done.undone or not (entry.proposal.applied_hunks):
                raise BadRequest(ErrorReason("nothing_to_undo"))
            open_still, only_text = bool(entry.proposal.pending), entry.done.only_text
            wish = applying.to_undo(entry.proposal, entry.done, entry.places, self.window)
            if not wish.changes:
                raise DocumentChanged(notices.undo_there(wish.left))
            astray = confining.astray(wish.changes, self.window)
            if astray is not None:
                raise DocumentChanged(astray)
            reply = await self.window.listener.apply(wish.changes, "Tierwise: undo")
            if not reply.applied:
                return ResolveReply(False, reply.failure_reason or notices.REFUSED)
            entry.took(wish)
            entry.took_back(wish.changes)
            self.keeper.keep(entry)
            if wish.left:
                self._settled(entry)
                return ResolveReply(True, notices.files_left(wish.left), entry.task.id)
            self._edit_watch.undone(entry.task)
            after_ms = self.window.now_ms() - entry.done.at_ms
            self._undone(entry, after_ms, open_still=open_still, only_text=only_text)
        return ResolveReply(True, None, entry.task.id)

    def at(self, uri: str) -> Sequence[OpenProposal]:
        """Open or applied proposals that touch a document."""
        return [e for e in self.entries.values() if any(f.uri == uri for f in e.proposal.files)]

    def seen(self, snapshot: Snapshot, steps: Sequence[Step]) -> None:
        """Move proposals along with a change of a document: a hunk may now be stale, undone or
        applied again.
        """
        self._follower.recent.changed(snapshot, steps)
        self._edit_watch.seen(snapshot.uri, snapshot.text)
        for entry in self.at(snapshot.uri):
            self._follower.step(entry, snapshot.uri, steps)
            self.keeper.soon(entry)

    def reopened(self, snapshot: Snapshot) -> None:
        """Check the proposals for a document that was opened, because its text may have changed."""
        self._follower.recent.opened(snapshot.uri)
        for entry in self.at(snapshot.uri):
            self._follower.reads(entry, snapshot)

    def renamed(self, old: str, new: str) -> None:
        """Use the new name that the operator gave a file from now on."""
        for entry in self.at(old):
            entry.file_moved(old, new)

    def supersede(self, task: Task) -> None:
        """Remove a task's proposal, because a redo or a block of its answer takes its place."""
        self._edit_watch.forget(task)
        if task.edit_id in self.entries:
            entry = self.entries[task.edit_id]
            entry.proposal = entry.proposal.marked(entry.proposal.pending, "discarded")
            entry.stop_timer()
            del self.entries[task.edit_id]
            self.keeper.forget(entry)
            task.withdrawn()

    async def tried(self, edit_id: str) -> Mapping[str, tuple[str | None, str]] | None:
        """The texts of the files if a proposal were applied now, by URI.

        Each value is the present text (None for a new file) and the new one. The result is None if
        the proposal has no place any more, or renames or removes files.
        """
        entry = self.entry(edit_id)
        await self._follower.look(entry)
        ids = self._fitting(entry, entry.proposal.pending)
        return applying.tried(entry.proposal, ids, entry.places)

    def drop(self, edit_id: str) -> None:
        """Discard a proposal because its night job, or the whole group of that job, is cancelled.
        No outcome is recorded, since that says nothing about its quality.
        """
        entry = self.entries.pop(edit_id, None)
        if entry is not None:
            entry.stop_timer()
            self.keeper.forget(entry)
            entry.task.move("discarded")

    def _turned(self, entry: OpenProposal) -> None:
        """React to hunks of a proposal that were lost, found again, applied or undone in the
        editor.
        """
        if entry.lock.locked() or self.entries.get(entry.proposal.id) is not entry:
            return
        if entry.turned():
            self._settled(entry)
            self.keeper.keep(entry)
        elif entry.task.state in ("proposed", "partlyApplied"):
            entry.task.announce()

    def _settled(self, entry: OpenProposal) -> None:
        """Set the state of a task by the states of its hunks."""
        proposal = entry.proposal
        if proposal.applied_hunks:
            entry.done.undone = False
            entry.task.move("partlyApplied" if proposal.some_open else "applied")
        elif proposal.pending:
            self._await(entry)
            entry.task.move("proposed", progress=progress.UNDONE)

    def _fitting(self, entry: OpenProposal, ids: Sequence[str]) -> Sequence[str]:
        found = applying.fitting(entry.proposal, entry.places, self.window)
        return [i for i in ids if i in found]

    def _taken_back(self, edit_id: str, after_ms: int) -> None:
        """Record an undo, because the document is again as before an apply. Editor or operator did
        it.
        """
        entry = self.entries.get(edit_id)
        if entry is not None and not entry.done.undone:
            self._outcomes.record(entry.task, "undone", after_ms=after_ms)

    async def _confirmed(self, entry: OpenProposal, ids: Sequence[str]) -> bool:
        asked = entry.question(ids)
        if asked is None:
            return True
        return await self.window.listener.ask(asked.text, asked.options) == questions.APPLY

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
                entry.file_moved(change.uri, change.to_uri)
        entry.done.at_ms = self.window.now_ms()
        self._edit_watch.applied(task, changes, before, self._taken_back)
        entry.proposal = entry.proposal.marked(ids, "applied")
        if entry.proposal.some_open:
            self._outcomes.record(task, "partlyApplied", entry.proposal.taken)
            task.move("partlyApplied")
        else:
            self._outcomes.record(task, "applied")
            task.move("applied")
            entry.stop_timer()

    def _undone(
        self, entry: OpenProposal, after_ms: int, *, open_still: bool, only_text: bool
    ) -> None:
        """Record that an applied edit was undone.

        If other hunks are still pending and only text was changed, the proposal stays open, and the
        undone hunks can be applied again. Otherwise it has ended.
        """
        self._outcomes.record(entry.task, "undone", after_ms=after_ms)
        if open_still and only_text:
            entry.task.move("proposed", progress=progress.UNDONE)
        else:
            entry.done.undone = True
            entry.task.move("discarded", progress=progress.UNDONE)

    def _await(self, entry: OpenProposal) -> None:
        """Start the timer after which a proposal expires. Proposals of the night have none."""
        entry.stop_timer()
        if self.window.night:
            return
        loop = asyncio.get_running_loop()
        entry.timer = loop.call_later(EXPIRES_AFTER, self._expire, entry.proposal.id)

    def _expire(self, edit_id: str) -> None:
        entry = self.entries.get(edit_id)
        if entry is not None and entry.task.state == "proposed":
            self._outcomes.record(entry.task, "expired")
            entry.task.move("expired")
            self.keeper.forget(entry)
            del self.entries[edit_id]

    def _keep(self, task: Task, text: str) -> None:
        if self.window.keeps_content:
            self.window.content.put(task.id, ANSWER, text)
