"""What clients send: the params of our requests, notifications and commands.

Each class names its method, what it answers and how it fails. camelCase on the wire; unknown
keys are tolerated, so that clients and servers of different ages understand each other. What
the server sends stands in `replies`, which method takes and gives what in `exchanges`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from tierwise.core.decision import Scope
from tierwise.core.outcome import Rating
from tierwise.core.request import Action, Severity
from tierwise.core.views import TaskState

Text = Annotated[str, Field(max_length=2_000_000)]
Id = Annotated[str, Field(min_length=1, max_length=200)]


class Message(BaseModel):
    """Base of all messages."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        defer_build=True,
    )


class WirePosition(Message):
    """A position in the negotiated encoding; lines from 0."""

    line: Annotated[int, Field(ge=0, le=2**31 - 1)]
    character: Annotated[int, Field(ge=0, le=2**31 - 1)]


class WireRange(Message):
    """A half-open range."""

    start: WirePosition
    end: WirePosition


class WireLocation(Message):
    """A range in a document; without a range, the whole of it."""

    uri: Text
    range: WireRange | None = None


class TextDocument(Message):
    """A document by URI."""

    uri: Text


class FileItem(Message):
    """A file that goes with a task; `attached` by the operator or merely named."""

    uri: Text
    attached: bool = True


class DiagnosticItem(Message):
    """A diagnostic, with the line counted from 1 as in `tierwise route`."""

    path: Text = ""
    line: int = 1
    severity: Severity = "error"
    code: str | int | None = None
    message: Text = ""


class TaskStart(Message):
    """Request `tierwise/task/start`, and the argument of the command `tierwise.task.start`.

    Answered by `{taskId, decision}` in milliseconds; the final decision and the proposal
    follow in `tierwise/task/didChange`. Errors: BadRequest, UnknownTier.
    """

    action: Action
    text_document: TextDocument | None = None
    range: WireRange | None = None
    instruction: Text = ""
    tier: str | None = None
    files: list[FileItem] | None = None
    diagnostics: list[DiagnosticItem] | None = None
    tools: list[str] | None = None
    task_id: Id | None = None
    comment: WireRange | None = None
    conversation_id: Id | None = None


class ChatSend(Message):
    """Request `tierwise/chat/send`; answered when the turn is over.

    Errors: BudgetPaused, NotConfigured, ModelError, Untrusted, Ignored, UnknownTier.
    """

    prompt: Text
    task_id: Id | None = None
    conversation_id: Id | None = None
    references: list[WireLocation] = Field(default_factory=list)
    selection: WireLocation | None = None
    tools: list[str] | None = None
    tier: str | None = None


class ChatGet(Message):
    """Request `tierwise/chat/get`: a conversation as it was kept; empty where nothing was."""

    conversation_id: Id


class ChatList(Message):
    """Request `tierwise/chat/list`: the conversations of this project, the latest first."""

    limit: Annotated[int, Field(ge=1, le=200)] = 30


class ChatApply(Message):
    """Request `tierwise/chat/apply`: a block of an answer's code becomes its task's proposal.

    `path` is what its fence named, `text_document` and `range` where the operator is; the code
    replaces the selection, else the definition of its name, else stands at the cursor. Answers
    `{editId}`, no model call. Errors: BadRequest, UnknownTask.
    """

    task_id: Id
    code: Text
    path: Annotated[str, Field(max_length=1000)] | None = None
    text_document: TextDocument | None = None
    range: WireRange | None = None


class UsageAsk(Message):
    """Request `tierwise/usage/query`: what was spent today and in the project, by tier."""


class TaskId(Message):
    """Request `tierwise/task/cancel`: a task by id. Answers whether something was stopped."""

    task_id: Id


class SentAsk(Message):
    """Request `tierwise/task/sent`: what went to the models for a task, word for word.

    The command `tierwise.task.showSent` takes the same and shows it as a document. Errors:
    UnknownTask, also where it is no longer kept.
    """

    task_id: Id


class Explain(TaskStart):
    """Request `tierwise/route/explain`: the params of a task, or `{taskId}`; no model call.

    By id the answer also says what would have made the task cheaper or dearer.
    """

    action: Action = "chat"


class Override(Message):
    """Request `tierwise/route/override` and command; `to` is a tier or "auto"."""

    scope: Scope
    to: str
    task_id: Id | None = None
    conversation_id: Id | None = None
    action: Action | None = None
    uri: Text | None = None
    source: Annotated[str | None, Field(alias="from")] = None


class ChoicesAsk(Message):
    """Request `tierwise/route/choices`: every pin and remap in force, as `{choices}`."""


class EditId(Message):
    """Request `tierwise/edit/get`, notification `tierwise/edit/didShow`, edit commands."""

    edit_id: Id
    hunks: list[str] | None = None
    reason: Text | None = None


class EditResolve(EditId):
    """Request `tierwise/edit/resolve`: apply, discard or retry, whole or by hunk.

    Answers `{applied, failureReason?, taskId?}`. Errors: DocumentChanged, UnknownEdit.
    """

    action: Literal["apply", "discard", "retry"]
    tier: str | None = None


class Rerun(Message):
    """Command `tierwise.task.rerunOn`: `tier` is a name, "up" or "same"."""

    task_id: Id
    tier: str


class Rate(Message):
    """Command `tierwise.route.rate`."""

    task_id: Id
    rating: Rating


class Resume(Message):
    """Command `tierwise.budget.resume`: raise a cap in dollars, or allow one task.

    Without a `scope` it is the cap that pauses. Errors: BadRequest where a named one is not there.
    """

    raise_usd: Annotated[float | None, Field(gt=0, le=100_000, allow_inf_nan=False)] = None
    scope: Literal["day", "project"] | None = None
    allow_task: Id | None = None


class RecordOutcome(Message):
    """Notification `tierwise/outcome/record` from the client."""

    task_id: Id
    kind: Literal["inserted", "copied", "rated", "reasked"]
    value: str | float | None = None


class Trusted(Message):
    """Notification `tierwise/trust/didChange` from the client."""

    trusted: bool


class HistoryAsk(Message):
    """Request `tierwise/history/query`; `since` is UTC milliseconds. Newest first.

    With a `task_id` it is that task alone, and with what came back for it.
    """

    limit: Annotated[int, Field(ge=1, le=500)] = 50
    since: Annotated[int | None, Field(ge=0, le=2**53)] = None
    tier: str | None = None
    state: TaskState | None = None
    task_id: Id | None = None


class ClientFlags(Message):
    """What a client of ours can show; each absent flag is false."""

    chat: bool = False
    status: bool = False
    task: bool = False
    preview: bool = False
    budget: bool = False
    progress: bool = False
    """Wants work-done progress all the same, because its users' plugins show that."""


class Options(Message):
    """`initializationOptions`."""

    client_capabilities: ClientFlags | None = None
    trusted: bool = True
    session_id: Id | None = None
    settings: dict[str, Any] | None = None
