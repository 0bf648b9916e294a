"""A task: the request for it, its changes, and the texts that were sent to models for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from tierwise.core import money, views
from tierwise.core.actions import Action
from tierwise.core.context import ItemKind
from tierwise.core.request import Diagnostic, Severity
from tierwise.core.views import TaskState, TaskView
from tierwise.lsp.documents.store import DocumentStore
from tierwise.lsp.messages.base import (
    Id,
    Message,
    Push,
    Text,
    TextDocument,
    WireRange,
    code_points,
)
from tierwise.present.causes import cause
from tierwise.present.decision import WireDecision, to_wire
from tierwise.present.reasons import switched
from tierwise.tasks import api


class FileItem(Message):
    """A file that goes with a task. The operator either `attached` it or only named it."""

    uri: Text
    attached: bool = True


class DiagnosticItem(Message):
    """A diagnostic. Its line counts from 1, as in `tierwise route`."""

    path: Text = ""
    line: int = 1
    severity: Severity = "error"
    code: str | int | None = None
    message: Text = ""

    def diagnostic(self) -> Diagnostic:
        """Turn the message into the engine's own form."""
        code = None if self.code is None else str(self.code)
        return Diagnostic(self.path, self.line, self.severity, code, self.message)


class TaskStart(Message):
    """A task to start. The client may make its ids itself.

    `project` says whether outlines and definitions of the project are sent too, as in a chat turn.
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
    project: bool | None = None

    def params(self, docs: DocumentStore) -> api.TaskParams:
        """The params for the engine. Raises `BadRequest` for a range past the document's end."""
        uri = self.text_document.uri if self.text_document is not None else None
        files, found = self.files, self.diagnostics
        return api.TaskParams(
            action=self.action,
            uri=uri,
            range=code_points(docs, uri, self.range),
            instruction=self.instruction,
            tier=self.tier,
            files=None
            if files is None
            else tuple(api.Attachment(f.uri, f.attached) for f in files),
            diagnostics=None if found is None else tuple(d.diagnostic() for d in found),
            tools=None if self.tools is None else tuple(self.tools),
            task_id=self.task_id,
            comment=code_points(docs, uri, self.comment),
            conversation_id=self.conversation_id,
            project=self.project,
        )


class TaskId(Message):
    """Names the task that a request is about."""

    task_id: Id


class Rerun(Message):
    """A task to redo. `tier` is a tier's name, "up" (one tier higher) or "same"."""

    task_id: Id
    tier: str


class RecordOutcome(Message):
    """An outcome of an answer that only the client sees."""

    task_id: Id
    kind: Literal["inserted", "copied", "rated", "reasked"]
    value: str | float | None = None


class Started(Message):
    """A task that was started. Its `decision` may not be final yet."""

    task_id: Id
    decision: WireDecision

    @classmethod
    def of(cls, started: api.Started) -> Started:
        """Make the message from the engine's reply."""
        return cls(task_id=started.task_id, decision=to_wire(started.decision))


class Usage(Message):
    """The tokens that were used, and what they cost in dollars."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost_usd: float

    @classmethod
    def of(cls, usage: money.Usage, cost: int) -> Usage:
        """Make the message from tokens and their cost in nano-dollars."""
        return cls(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            cost_usd=money.to_usd(cost),
        )


class Problem(Message):
    """Why a task failed: the name of an error and a sentence for the operator."""

    name: str
    message: str


class Switch(Message):
    """One switch to another place (a model at one server) or tier, because the first did not
    answer.

    `cause` is a word or two, such as "overloaded". `text` says all of it in a sentence to be shown.
    """

    source: Annotated[str, Field(alias="from")]
    to: str
    cause: str
    place: str
    text: str

    @classmethod
    def of(cls, switch: views.Switch) -> Switch:
        """Make the message from the engine's view of a switch."""
        old, new, why = switch.old, switch.new, switch.cause
        text = switched(old, new, why, switch.old_place, switch.new_place)
        return cls(source=old, to=new, cause=cause(why), place=switch.new_place, text=text)


class TaskChanged(Push):
    """The new state of a task, sent whenever it changes.

    `cause_note` says in a few words why the answering tier differs from the routed one. `forecast`
    is the first decision, if the final one differs from it. `notices` say what was left out or
    replaced before sending. `waiting` counts the hunks that are neither applied nor discarded; a
    partly applied task is over once there are none. A client with the flag `preview` gets an
    `edit_id` while the task is still `running`: `tierwise/edit/get` then gives the hunks so far.
    None of them can be applied yet, and their ids are final only once the task is `proposed`.
    `redo_usd` is what a redo would cost per tier in dollars, by the tokens that the answer used. It
    is absent before there is an answer.
    """

    method: ClassVar = "tierwise/task/didChange"
    flag: ClassVar = "task"

    task_id: Id
    action: Action
    uri: str | None = None
    range: WireRange | None = None
    state: TaskState
    decision: WireDecision
    progress: str | None = None
    cost_usd: float | None = None
    edit_id: Id | None = None
    error: Problem | None = None
    cause_note: str | None = None
    rehearsal: bool | None = None
    conversation_id: Id | None = None
    forecast: WireDecision | None = None
    switches: list[Switch] | None = None
    usage: Usage | None = None
    notices: list[str] | None = None
    waiting: int | None = None
    redo_usd: dict[str, float] | None = None

    @classmethod
    def of(cls, docs: DocumentStore, view: TaskView) -> TaskChanged:
        """Make the message from the engine's view of a task."""
        error = view.error
        return cls(
            task_id=view.task_id,
            action=view.action,
            uri=view.uri,
            range=WireRange.of(docs, view.uri, view.range),
            state=view.state,
            decision=to_wire(
                view.decision,
                view.cause_note,
                action=view.action,
                rehearsal=view.rehearsal,
                priced=bool(view.cost),
            ),
            progress=view.progress,
            cost_usd=money.to_usd(view.cost),
            edit_id=view.edit_id,
            error=Problem(name=error[0], message=error[1]) if error else None,
            cause_note=cause(view.cause_note) or None,
            rehearsal=view.rehearsal or None,
            switches=[Switch.of(s) for s in view.switches] or None,
            conversation_id=view.conversation_id,
            usage=None if view.usage is None else Usage.of(view.usage, view.cost),
            forecast=None
            if view.forecast is None
            else to_wire(
                view.forecast, action=view.action, rehearsal=view.rehearsal, priced=bool(view.cost)
            ),
            notices=list(view.notices) or None,
            waiting=view.waiting or None,
            redo_usd={tier: money.to_usd(cost) for tier, cost in view.redo.items()} or None,
        )


class SentItem(Message):
    """A piece of context that was sent, and why it was chosen. Lines count from 1."""

    kind: ItemKind
    path: str
    start_line: int
    end_line: int
    tokens: int
    why: str


class NotSent(Message):
    """A file or piece that was not sent, and why."""

    path: str
    why: str


class SentTurn(Message):
    """One turn of a prompt, word for word."""

    role: Literal["user", "assistant"]
    text: str


class SentAttempt(Message):
    """What one call of a model for a task (an attempt) sent, and when.

    `at` is UTC milliseconds. Of the `window` tokens of context that the tier may be sent, it used
    about `tokens`. `secrets` is how many secrets were replaced before sending.
    """

    tier: str
    model: str
    at: int
    tokens: int
    window: int
    items: list[SentItem]
    left_out: list[NotSent]
    secrets: int
    system: str
    turns: list[SentTurn]


class Sent(Message):
    """The texts that were sent to models for a task, one entry per attempt, oldest first."""

    task_id: Id
    attempts: list[SentAttempt]

    @classmethod
    def of(cls, task_id: str, attempts: Sequence[Mapping[str, Any]]) -> Sent:
        """Make the message from the kept attempts."""
        return cls(task_id=task_id, attempts=[SentAttempt.model_validate(a) for a in attempts])
