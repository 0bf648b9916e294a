"""Proposals: their edit, their hunks, and what became of an apply or discard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from tierwise.core.views import HunkKind, HunkState
from tierwise.lsp.messages import Id, Message, WireRange


@dataclass(frozen=True, slots=True)
class Foreign:
    """Marks a type that the protocol defines, by its name there."""

    name: str


Edit = Annotated[dict[str, Any], Foreign("WorkspaceEdit")]
"""A `WorkspaceEdit` as the protocol defines it."""


class Hunk(Message):
    """One hunk of a proposal; its range is of the document's current version."""

    id: str
    kind: HunkKind
    state: HunkState
    uri: str
    to_uri: str | None = None
    range: WireRange | None = None
    new_text: str | None = None


class EditGot(Message):
    """Result of `tierwise/edit/get`; `stale` where some hunk no longer fits its document."""

    edit: Edit
    diff: str
    hunks: list[Hunk]
    versions: dict[str, int | None]
    stale: bool
    note: str
    task_id: Id


class Resolved(Message):
    """Result of `tierwise/edit/resolve` and the commands that apply, discard or undo."""

    applied: bool
    failure_reason: str | None = None
    task_id: Id | None = None
