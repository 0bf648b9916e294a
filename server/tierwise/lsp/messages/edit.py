"""Proposals: their edit, their hunks, and the result of an apply, discard or retry."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from tierwise.core.dataclass import dataclass
from tierwise.core.views import EditView, HunkKind, HunkState, HunkView
from tierwise.lsp.documents.store import DocumentStore
from tierwise.lsp.messages.base import Id, Message, Text, WireRange
from tierwise.lsp.messages.workspace_edit import workspace_edit
from tierwise.tasks.api import ResolveReply


@dataclass(frozen=True, slots=True)
class Foreign:
    """Marks a field whose type the protocol defines. `name` is the type's name there."""

    name: str


Edit = Annotated[Any, Foreign("WorkspaceEdit")]
"""A `WorkspaceEdit` as the protocol defines it. The protocol library serialises it."""


class EditId(Message):
    """Names the proposal that a request is about, or with `hunks` some of its changes by their ids.

    `reason` says why the operator discards them.
    """

    edit_id: Id
    hunks: list[str] | None = None
    reason: Text | None = None


class EditResolve(EditId):
    """What to do with a proposal: apply or discard it, whole or by hunk, or retry its task.

    A retry is on `tier`, without one on the same tier as before.
    """

    action: Literal["apply", "discard", "retry"]
    tier: str | None = None


class Hunk(Message):
    """One change of a proposal that can be applied by itself.

    Its range refers to the document's current version.
    """

    id: str
    kind: HunkKind
    state: HunkState
    uri: str
    to_uri: str | None = None
    range: WireRange | None = None
    new_text: str | None = None

    @classmethod
    def of(cls, docs: DocumentStore, view: HunkView) -> Hunk:
        """Make the message from the engine's view of a hunk."""
        return cls(
            id=view.id,
            kind=view.kind,
            state=view.state,
            uri=view.uri,
            to_uri=view.to_uri,
            range=WireRange.of(docs, view.uri, view.range),
            new_text=view.new_text,
        )


class EditGot(Message):
    """A proposal. It is `stale` if some hunk no longer fits its document."""

    edit: Edit
    diff: str
    hunks: list[Hunk]
    versions: dict[str, int | None]
    stale: bool
    note: str
    task_id: Id

    @classmethod
    def of(cls, docs: DocumentStore, view: EditView, annotate: bool) -> EditGot:
        """Make the message from the engine's view of a proposal.

        With `annotate`, the editor asks the operator before it makes a change that needs consent.
        """
        return cls(
            edit=workspace_edit(docs, view.changes, annotate=annotate),
            diff=view.diff,
            hunks=[Hunk.of(docs, hunk) for hunk in view.hunks],
            versions=dict(view.versions),
            stale=view.stale,
            note=view.note,
            task_id=view.task_id,
        )


class Resolved(Message):
    """The result of an apply, discard, retry or undo. `failure_reason` is shown to the operator."""

    applied: bool
    failure_reason: str | None = None
    task_id: Id | None = None

    @classmethod
    def of(cls, reply: ResolveReply) -> Resolved:
        """Make the message from the engine's reply."""
        return cls(
            applied=reply.applied, failure_reason=reply.failure_reason, task_id=reply.task_id
        )
