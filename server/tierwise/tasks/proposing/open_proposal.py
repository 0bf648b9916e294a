"""One proposal of a window with its task: what is open in it, and how it stands now."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tierwise.core.errors import BadRequest
from tierwise.core.views import EditView, HunkView
from tierwise.edits import diff
from tierwise.edits.proposal import FileEdit, Hunk, Placed, Proposal
from tierwise.tasks.proposing import applying
from tierwise.tasks.proposing.applying import Done
from tierwise.tasks.task.task import Task
from tierwise.tasks.window.window import Window


@dataclass
class OpenProposal:
    """A proposal with its task, and what was applied of it."""

    task: Task
    proposal: Proposal
    done: Done = field(default_factory=Done)
    growing: bool = False
    """True while its answer is being written: it is shown, and nothing of it is applied."""
    timer: asyncio.TimerHandle | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def wanted(self, hunks: Sequence[str] | None) -> Sequence[str]:
        """The pending hunks that are meant: those named, or all.

        Raises `BadRequest` for a hunk that is not there, and where nothing is pending.
        """
        if self.growing:
            raise BadRequest("This edit is still being written.")
        pending = self.proposal.pending
        if hunks is not None:
            known = {h.id for f in self.proposal.files for h in f.hunks}
            if missing := set(hunks) - known:
                raise BadRequest(f"There is no hunk '{sorted(missing)[0]}' in this proposal.")
            pending = tuple(i for i in pending if i in set(hunks))
        if not pending:
            raise BadRequest("Nothing of this proposal is open any more.")
        return pending

    def questions(self, ids: Sequence[str]) -> Sequence[str]:
        """What the operator has to confirm before these hunks are applied."""
        wanted = set(ids)
        return [
            f"{f.confirm}. Apply it?"
            for f in self.proposal.files
            if f.confirm and any(h.id in wanted for h in f.hunks)
        ]

    def stop_timer(self) -> None:
        """Nothing of it awaits the operator any more, so that it cannot expire."""
        if self.timer is not None:
            self.timer.cancel()


def view(entry: OpenProposal, window: Window) -> EditView:
    """The proposal as it stands against the documents as they are now."""
    proposal = entry.proposal
    placed = applying.placed(proposal, window)
    hunks = [_hunk_view(file, hunk, placed) for file in proposal.files for hunk in file.hunks]
    stale = any(
        placed.get(h.id) is None for f in proposal.files for h in f.hunks if h.state == "pending"
    )
    return EditView(
        edit_id=proposal.id,
        task_id=entry.task.id,
        changes=applying.changes(proposal, proposal.pending, placed, window),
        diff="".join(_diff(file) for file in proposal.files),
        hunks=tuple(hunks),
        versions={f.uri: applying.version_of(f.uri, window) for f in proposal.files},
        stale=stale,
        note="still being written" if entry.growing else _beside(entry),
    )


def _hunk_view(file: FileEdit, hunk: Hunk, placed: Mapping[str, Placed | None]) -> HunkView:
    spot = placed.get(hunk.id)
    state = "refused" if hunk.state == "pending" and spot is None else hunk.state
    return HunkView(
        id=hunk.id,
        kind=file.kind,
        state=state,
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
        file.after,
        created=file.kind == "create",
        gone=file.kind == "delete",
    )


def _beside(entry: OpenProposal) -> str:
    """What the operator should read beside a proposal: its warnings, and what was not sent."""
    return ". ".join(filter(None, (entry.proposal.note, *entry.task.run.notices)))
