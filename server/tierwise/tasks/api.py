"""Plain data that the engine exchanges with the editor's side (`lsp/`) and the command line
(`cli/`), free of any protocol.

`lsp/` converts these to and from the wire; `cli/` uses them as they are. Ranges are in code points
(`core.document`), paths are URIs as the editor sent them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from tierwise.core.actions import Action
from tierwise.core.dataclass import dataclass
from tierwise.core.decision import Decision, Scope
from tierwise.core.document import Range, Snapshot
from tierwise.core.money import Usage
from tierwise.core.request import Diagnostic
from tierwise.core.views import (
    BudgetView,
    FileChange,
    StatusView,
    StreamView,
    TaskState,
    TaskView,
)
from tierwise.index.facts import Definition, FoundFile, IndexState, Uses


@dataclass(frozen=True, slots=True)
class Location:
    """A range in a document. A `range` of None means the whole document."""

    uri: str
    range: Range | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file named in a request. `attached` is True if the operator chose it, and False if it is
    only open in the editor.
    """

    uri: str
    attached: bool = True


@dataclass(frozen=True, slots=True)
class TaskParams:
    """A task as the editor asks for it (`tierwise/task/start`): an action on a document, with the
    operator's instruction.

    `range` None means no selection. `tier` is an override for this task. `files` are other
    documents, attached or open. For `diagnostics` and `tools` None means that the editor does not
    say. `task_id` may be made by the client.
    """

    action: Action
    uri: str | None = None
    range: Range | None = None
    instruction: str = ""
    tier: str | None = None
    files: tuple[Attachment, ...] | None = None
    diagnostics: tuple[Diagnostic, ...] | None = None
    tools: tuple[str, ...] | None = None
    task_id: str | None = None
    comment: Range | None = None
    """The range of the `tw:` comment that gave the instruction. Applying the answer removes it."""
    conversation_id: str | None = None
    """The conversation in which the task was asked. The answer becomes part of it."""
    project: bool | None = None
    """Whether files of the project are sent too. True and False are the operator's choice. None
    lets the wording of the instruction decide.
    """
    calls_made: int = 0
    """Model calls that earlier runs of the same job made."""


@dataclass(frozen=True, slots=True)
class ChatParams:
    """A chat turn as the editor asks for it (`tierwise/chat/send`).

    `references` are the files that the operator attached, `selection` the lines that the question
    is about. `tier` is an override for this turn.
    """

    prompt: str
    task_id: str | None = None
    conversation_id: str | None = None
    references: tuple[Location, ...] = ()
    selection: Location | None = None
    focus: Location | None = None
    """What the operator sees: the document, and the selection or cursor in it."""
    implicit: bool = True
    """Whether `focus` is sent with the question. False if the operator removed it."""
    tools: tuple[str, ...] | None = None
    tier: str | None = None
    project: bool | None = None
    """As in `TaskParams`."""
    waits: bool = True
    """As `runs_later` of a `Scene`: whether a question refused for its price runs once a cap is
    raised.
    """


@dataclass(frozen=True, slots=True)
class ProjectOffer:
    """The project's files that a chat turn would send to the model: their paths as shown, their
    tokens, and the cost of these in nano-dollars (billionths of a dollar).
    """

    files: tuple[str, ...]
    tokens: int
    cost: int


@dataclass(frozen=True, slots=True)
class FocusOffer:
    """The piece of the document before the operator that a question would send along.

    `path` is as shown, `lines` are the first and the last line from 1, `cost` is that of the tokens
    in nano-dollars. `name` is that of the definition, or "".
    """

    path: str
    name: str
    lines: tuple[int, int]
    tokens: int
    cost: int


@dataclass(frozen=True, slots=True)
class Started:
    """A task that was accepted, with its first decision. `decision.final` is False until the
    context is known.
    """

    task_id: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class ChatReply:
    """A finished chat turn. `stop_reason` is the model's, or "cancelled". `edit_id` is the
    proposal's if the answer has edits. The cost is in nano-dollars.
    """

    task_id: str
    conversation_id: str
    decision: Decision
    text: str
    stop_reason: str
    usage: Usage
    cost: int
    edit_id: str | None = None


@dataclass(frozen=True, slots=True)
class ResolveReply:
    """Whether an apply, a discard or an undo was done. `failure_reason` is a sentence that says why
    not, or what was left out.
    """

    applied: bool
    failure_reason: str | None = None
    task_id: str | None = None


@dataclass(frozen=True, slots=True)
class ApplyReply:
    """The editor's answer to `applyEdit`: whether it made the edit, and if not, why."""

    applied: bool
    failure_reason: str | None = None


@dataclass(frozen=True, slots=True)
class OverrideParams:
    """The parameters of `tierwise/route/override`: the operator's choice of a tier.

    `to` is a tier, or "auto" to clear the choice. `scope` says what the choice is for, such as a
    task, an action or a file. The other fields say which one.
    """

    scope: Scope
    to: str
    task_id: str | None = None
    action: Action | None = None
    uri: str | None = None
    source: str | None = None
    """The tier that a remap is from (`from` on the wire)."""
    conversation_id: str | None = None


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """Which past tasks to list (`tierwise/history/query`): at most `limit`, and only those that
    match every field that is not None. `since_ms` is in UTC milliseconds.
    """

    limit: int = 50
    since_ms: int | None = None
    tier: str | None = None
    state: TaskState | None = None
    task_id: str | None = None


class Documents(Protocol):
    """The editor's documents, as the edge keeps them. All methods return at once."""

    def snapshot(self, uri: str) -> Snapshot:
        """The open document, else the file on disk. Raises `BadRequest` if neither can be read."""
        ...

    def open_documents(self) -> Sequence[Snapshot]:
        """All documents the editor has open."""
        ...

    def roots(self) -> Sequence[Path]:
        """The workspace folders. Empty without a workspace."""
        ...


class Index(Protocol):
    """What the engine needs of the index of one workspace folder. `tierwise.index.project` has the
    real one.
    """

    async def refresh(self, wait_ms: int = ...) -> IndexState:
        """Look for changed files, and return after `wait_ms` milliseconds at the latest."""
        ...

    async def ready(self) -> IndexState:
        """Wait until every file was read, or until that is impossible."""
        ...

    async def status(self) -> IndexState: ...

    async def uses(self, name: str) -> Uses: ...

    async def definitions(self, name: str) -> tuple[Definition, ...]: ...

    async def find(self, query: str, limit: int = ...) -> tuple[FoundFile, ...]:
        """Files for a question, best first."""
        ...

    async def importers(self, path: str) -> tuple[str, ...]:
        """The paths of the files that import the file at `path`."""
        ...

    async def look(self) -> None:
        """Look for changed files. It does not wait for the result."""
        ...

    async def follow_git(self) -> None:
        """Look for changed files if another commit was checked out since the last call."""
        ...

    async def changed(self, path: str) -> None:
        """Read a file again, because it is not what the index has."""
        ...

    async def close(self) -> None: ...


class Listener(Protocol):
    """How the engine tells an editor or the command line something. The engine calls these methods
    on the event loop, and those that are not `async` must return at once.
    """

    @property
    def previews(self) -> bool:
        """Whether the client shows proposals itself, also while they are being written."""
        ...

    def task_changed(self, view: TaskView) -> None: ...

    def streamed(self, view: StreamView) -> None: ...

    def status_changed(self, view: StatusView) -> None: ...

    def budget_changed(self, view: BudgetView) -> None: ...

    def watch_files(self) -> None:
        """Ask the client to report written files from now on, if it can."""
        ...

    def notice(self, level: Literal["info", "warning", "error"], text: str) -> None:
        """Show the operator a sentence once (about configuration, failover or money)."""
        ...

    async def ask(self, question: str, options: Sequence[str]) -> str | None:
        """Ask with buttons. None if the client cannot ask, or nobody answered in time."""
        ...

    async def apply(self, changes: Sequence[FileChange], label: str) -> ApplyReply:
        """Hand one edit to the editor, as one undo step per open file."""
        ...
