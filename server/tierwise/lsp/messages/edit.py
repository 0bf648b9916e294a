"""Proposals: their edit, their hunks, and what became of an apply or discard."""

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
    """Marks a type that the protocol defines, by its name there."""

    name: str


Edit = Annotated[Any, Foreign("WorkspaceEdit")]
"""A `WorkspaceEdit` as the protocol defines it; the protocol library writes it."""


class EditId(Message):
    """A proposal by id, or some of its hunks; `reason` says why it is discarded."""

    edit_id: Id
    hunks: list[str] | None = None
    reason: Text | None = None


class EditResolve(EditId):
    """What to do with a proposal: apply, discard or retry, whole or by hunk."""

    action: Literal["apply", "discard", "retry"]
    tier: str | None = None


class Hunk(Message):
    """One hunk of a proposal; its range is of the document's current version."""

    id: str
    kind: HunkKind
    state: HunkState
    uri: str
    to_uri: str | None = None
    range: WireRange | None = None
    new_text: str | None = None

    @classmethod
    def of(cls, docs: DocumentStore, view: HunkView) -> Hunk:
        """A hunk as the engine shows it."""
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
    """A proposal; `stale` where some hunk no longer fits its document."""

    edit: Edit
    diff: str
    hunks: list[Hunk]
    versions: dict[str, int | None]
    stale: bool
    note: str
    task_id: Id

    @classmethod
    def of(cls, docs: DocumentStore, view: EditView, annotate: bool) -> EditGot:
        """A proposal as the engine shows it; `annotate` as in `workspace_edit`."""
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
    """What became of a proposal; `failure_reason` is a sentence for the operator."""

    applied: bool
    failure_reason: str | None = None
    task_id: Id | None = None

    @classmethod
    def of(cls, reply: ResolveReply) -> Resolved:
        """The engine's reply."""
        return cls(
            applied=reply.applied, failure_reason=reply.failure_reason, task_id=reply.task_id
        )
