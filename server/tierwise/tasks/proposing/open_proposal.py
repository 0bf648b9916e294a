"""A proposal that an editor window has open, with its task and where its hunks are now."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from functools import cached_property

from tierwise.core.dataclass import dataclass
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest
from tierwise.core.views import EditView, FileChange, HunkState, HunkView
from tierwise.edits import diff
from tierwise.edits.proposal import FileEdit, Hunk, Proposal
from tierwise.present import notices, questions
from tierwise.present.questions import OperatorQuestion
from tierwise.tasks.proposing import applying
from tierwise.tasks.proposing.applying import Done, Wish
from tierwise.tasks.proposing.places import Placed, Places
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window


@dataclass
class OpenProposal:
    """A proposal with its task, where its hunks are now (`places`), and the files that were made,
    moved or deleted by applying it (`done`).
    """

    task: Task
    proposal: Proposal
    places: Places
    done: Done = field(default_factory=Done)
    growing: bool = False
    """True while its answer is being written: it is shown, but cannot be applied."""
    gone: bool = False
    """True once it is over and nothing of it is to be on disk any more."""
    timer: asyncio.TimerHandle | None = None
    job: asyncio.Task[None] | None = None
    """The comparison of texts that runs for this proposal."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of_draft(cls, task: Task, proposal: Proposal, note: str) -> OpenProposal:
        """A draft's proposal as it is opened, with what is said beside it."""
        joined = notices.joined((proposal.note, note))
        named = Proposal(proposal.id, task.id, proposal.files, joined)
        return cls(task, named, Places(named))

    @cached_property
    def diff(self) -> str:
        """The proposed change as a diff."""
        return "".join(_diff(file) for file in self.proposal.files)

    def wanted(self, hunks: Sequence[str] | None) -> Sequence[str]:
        """The ids of the pending hunks among `hunks`, or of all pending ones if it is None.

        Raises `BadRequest` for an unknown hunk, if none is pending, and while the answer is being
        written.
        """
        if self.growing:
            raise BadRequest(ErrorReason("edit_growing"))
        pending = self.proposal.pending
        if hunks is not None:
            known = {h.id for f in self.proposal.files for h in f.hunks}
            if missing := set(hunks) - known:
                reason = ErrorReason.of("unknown_hunk", hunk=sorted(missing)[0])
                raise BadRequest(reason)
            pending = tuple(i for i in pending if i in set(hunks))
        if not pending:
            raise BadRequest(ErrorReason("nothing_open"))
        return pending

    def question(self, ids: Sequence[str]) -> OperatorQuestion | None:
        """The one question that the operator must say yes to before these hunks are applied. None
        if there is nothing to ask.
        """
        wanted = set(ids)
        files = [f for f in self.proposal.files if any(h.id in wanted for h in f.hunks)]
        reasons = [f.confirm for f in files if f.confirm]
        unasked = [f.to_path or f.path for f in files if f.unasked and not f.confirm]
        if not reasons and not unasked:
            return None
        return questions.apply(tuple(dict.fromkeys(reasons)), tuple(dict.fromkeys(unasked)))

    def file_moved(self, old: str, new: str) -> None:
        """Note that the file `old` is now called `new`, so that its hunks are applied there."""
        self.places.moved(old, new)
        self.proposal = self.proposal.moved(old, new)

    def shows(self, ids: Sequence[str]) -> bool:
        """Whether the documents show that all these hunks were applied, whatever the editor said. A
        hunk of a file that is made, renamed or removed is never shown so.
        """
        states = self.places.states()
        return bool(ids) and all(states.get(i) == "applied" for i in ids)

    def took(self, wish: Wish) -> None:
        """Move the hunks to where they are after the edit that the editor says it made. `wish` is
        that edit, as it was asked for.
        """
        for uri, (before, wanted) in wish.texts.items():
            self.places.took(uri, before, wanted)

    def took_back(self, changes: Sequence[FileChange]) -> None:
        """Note that files which this proposal made, renamed or removed are as before again, because
        of these changes. Their hunks are pending again.
        """
        for change in changes:
            if change.kind == "rename" and change.to_uri is not None:
                self.file_moved(change.uri, change.to_uri)
            self.done.took_back(change)
        self.turned()
        gone = [
            hunk.id
            for file in self.proposal.files
            for hunk in file.hunks
            if file.kind != "text" and hunk.state == "applied" and not self.done.holds(file)
        ]
        self.proposal = self.proposal.marked(gone, "pending")

    def stop_timer(self) -> None:
        """Stop the timer after which the proposal expires."""
        if self.timer is not None:
            self.timer.cancel()

    def turned(self) -> bool:
        """Take over from `places` which hunks of text are applied or pending in the documents.
        Returns whether any changed.

        The editor's own undo makes a hunk pending again, and its redo makes it applied.
        """
        states = self.places.states()
        hunks = [h for f in self.proposal.files if f.kind == "text" for h in f.hunks]
        changed = False
        turns: tuple[tuple[HunkState, HunkState], ...] = (
            ("pending", "applied"),
            ("applied", "pending"),
        )
        for state, other in turns:
            ids = [h.id for h in hunks if h.state == other and states.get(h.id) == state]
            if ids:
                self.proposal = self.proposal.marked(ids, state)
                changed = True
        return changed


def view(entry: OpenProposal, window: Window) -> EditView:
    """The proposal compared with its documents, as of the last change that was processed."""
    proposal, places = entry.proposal, entry.places
    fitting = applying.fitting(proposal, places, window)
    placed: dict[str, Placed] = {}
    for file in proposal.files:
        if file.kind == "text":
            placed.update(places.placed(file.uri))
        elif file.hunks[0].id in fitting:
            placed[file.hunks[0].id] = Placed(applying.NOWHERE, file.after)
    hunks = [_hunk_view(file, hunk, placed, fitting, places.behind)
             for file in proposal.files for hunk in file.hunks]  # fmt: skip
    return EditView(
        edit_id=proposal.id,
        task_id=entry.task.id,
        changes=applying.changes(proposal, fitting, places, window),
        diff=entry.diff,
        hunks=tuple(hunks),
        versions={f.uri: applying.version_of(f.uri, window) for f in proposal.files},
        stale=any(hunk.state == "refused" for hunk in hunks),
        note=notices.GROWING if entry.growing else _beside(entry),
    )


def _hunk_view(
    file: FileEdit,
    hunk: Hunk,
    placed: Mapping[str, Placed],
    fitting: Collection[str],
    behind: bool,
) -> HunkView:
    """A hunk as shown. While its document is not processed yet, it is pending without a range."""
    waits = hunk.state == "pending"
    spot = placed.get(hunk.id) if waits and hunk.id in fitting else None
    lost = waits and hunk.id not in fitting and not (behind and file.kind == "text")
    return HunkView(
        id=hunk.id,
        kind=file.kind,
        state="refused" if lost else hunk.state,
        uri=file.uri,
        to_uri=file.to_uri,
        range=spot.range if spot is not None else None,
        new_text=spot.new_text if spot is not None else "".join(hunk.lines),
    )


def _diff(file: FileEdit) -> str:
    if file.kind == "rename":
        return diff.renamed(file.path, file.to_path or "")
    return diff.unified(
        file.path,
        file.before,
        file.hunks,
        created=file.kind == "create",
        gone=file.kind == "delete",
    )


def _beside(entry: OpenProposal) -> str:
    """What the operator should read with a proposal: its warnings, and what was not sent."""
    return notices.joined((entry.proposal.note, *entry.task.run.notices))
