"""What the server sends: results and notifications, camelCase on the wire.

They are made in `convert`; these classes say their shape to tests and to the clients whose
types are generated from them. The server itself never imports this file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from tierwise.core.context import ItemKind
from tierwise.core.decision import Cause, Scope
from tierwise.core.outcome import OutcomeKind
from tierwise.core.request import Action
from tierwise.core.situation import BudgetLevel
from tierwise.core.views import HunkKind, HunkState, StatusKind, StreamKind, TaskState
from tierwise.lsp.messages import Id, Message, WireRange


@dataclass(frozen=True, slots=True)
class Foreign:
    """Marks a type that the protocol defines, by its name there."""

    name: str


Edit = Annotated[dict[str, Any], Foreign("WorkspaceEdit")]
"""A `WorkspaceEdit` as the protocol defines it."""


class Decision(Message):
    """Which tier answers and why. Shares in [0, 1], dollars per tier; lines of `reasons`.

    `headline` is the tier with its confidence as shown everywhere, `because` the reason that
    says most.
    """

    id: str
    first: str
    routed: str
    answering: str
    confidence: float
    cause: Cause
    final: bool
    estimate: dict[str, float]
    lower: dict[str, float]
    accept: dict[str, float]
    cost_usd: dict[str, float]
    reasons: list[str]
    signals: dict[str, float | None]
    propensity: float
    soft: bool
    explicit: bool
    headline: str
    because: str


class Explained(Decision):
    """Result of `tierwise/route/explain`: the decision, and for a task by id what would flip it.

    `cheaper` and `dearer` say the least change of the request that would move the tier down or
    up; absent where none is known, and for a task that was not started: clients ask for that
    while the operator types, and the search takes some fifty milliseconds.
    """

    cheaper: str | None = None
    dearer: str | None = None


class Chosen(Message):
    """A choice in force; `key` is what its scope is about: a URI, an action, a tier, an id."""

    scope: Scope
    key: str
    tier: str


class Choices(Message):
    """Result of `tierwise/route/choices`."""

    choices: list[Chosen]


class Started(Message):
    """Result of `tierwise/task/start`, `tierwise.task.start` and `tierwise.task.rerunOn`."""

    task_id: Id
    decision: Decision


class Usage(Message):
    """Tokens used and what they cost in dollars."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    cost_usd: float


class ChatReply(Message):
    """Result of `tierwise/chat/send`; `stop_reason` is the model's, or "cancelled"."""

    task_id: Id
    conversation_id: Id
    decision: Decision
    text: str
    stop_reason: str
    usage: Usage
    edit_id: Id | None = None


class SentItem(Message):
    """A piece of context that was sent, and why it was chosen; lines count from 1."""

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
    """What one attempt sent: about `tokens` of `window` tokens of context, at `at` (UTC
    milliseconds), with so many secrets replaced by placeholders."""

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
    """Result of `tierwise/task/sent`: the attempts of a task, oldest first."""

    task_id: Id
    attempts: list[SentAttempt]


class Turn(Message):
    """A question with its answer as kept; `created_at` is UTC milliseconds."""

    task_id: Id
    action: Action
    prompt: str
    text: str
    state: TaskState
    decision: Decision
    usage: Usage
    created_at: int


class Conversation(Message):
    """Result of `tierwise/chat/get`, in the order it was spoken."""

    turns: list[Turn]


class Heading(Message):
    """A conversation by the head of its first question; `at` is UTC milliseconds."""

    conversation_id: Id
    title: str
    at: int


class Conversations(Message):
    """Result of `tierwise/chat/list`."""

    conversations: list[Heading]


class BlockOffered(Message):
    """Result of `tierwise/chat/apply`."""

    edit_id: Id


class Streamed(Message):
    """Notification `tierwise/chat/didStream` to the client, flag `chat`.

    The decision comes before the first delta; `reset` means forget what was shown.
    """

    task_id: Id
    conversation_id: Id | None = None
    seq: int
    kind: StreamKind
    delta: str | None = None
    decision: Decision | None = None
    reason: str | None = None


class Problem(Message):
    """Why a task failed: the name of an error and a sentence for the operator."""

    name: str
    message: str


class Switch(Message):
    """One switch from a tier that did not answer to one that may; `cause` is a word or two.

    `text` says it in a sentence, as every client shows it.
    """

    source: Annotated[str, Field(alias="from")]
    to: str
    cause: str
    place: str
    text: str


class TaskChanged(Message):
    """Notification `tierwise/task/didChange` to the client, flag `task`.

    `cause_note` says in a few words why the answering tier differs from the routed one;
    `forecast` is the first decision, where the final one differs from it; `notices` say
    what was left out or replaced before sending. An `edit_id` while
    the task is `running` (flag `preview`) has the hunks so far: `tierwise/edit/get` gives
    them, their ids are final only once the task is `proposed`, and none can be applied.
    """

    task_id: Id
    action: Action
    uri: str | None = None
    range: WireRange | None = None
    state: TaskState
    decision: Decision
    progress: str | None = None
    cost_usd: float | None = None
    edit_id: Id | None = None
    error: Problem | None = None
    cause_note: str | None = None
    rehearsal: bool | None = None
    conversation_id: Id | None = None
    forecast: Decision | None = None
    switches: list[Switch] | None = None
    usage: Usage | None = None
    notices: list[str] | None = None


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


class OutcomeAt(Message):
    """An outcome and when it was, in UTC milliseconds."""

    kind: OutcomeKind
    at: int


class HistoryTask(Message):
    """One task of the past; `created_at` is UTC milliseconds. `diff` and `answer` are what came
    back, in the answer for one task and as long as they are kept."""

    task_id: Id
    action: Action
    uri: str | None = None
    state: TaskState
    decision: Decision
    edit_id: Id | None = None
    cost_usd: float
    created_at: int
    outcomes: list[OutcomeAt]
    diff: str | None = None
    answer: str | None = None


class History(Message):
    """Result of `tierwise/history/query`."""

    tasks: list[HistoryTask]


class CommandOffer(Message):
    """A command of the server with its one argument."""

    title: str
    command: str
    arguments: list[dict[str, Any]]


class Pin(Message):
    """A choice in force: `key` is a session, project, file, action or tier, by its scope."""

    scope: Scope
    key: str
    to: str


class Status(Message):
    """Result of `tierwise/status`; notification `tierwise/status/didChange`, flag `status`."""

    kind: StatusKind
    text: str
    tooltip: str
    tier: str | None = None
    routed: str | None = None
    confidence: float | None = None
    state: TaskState | None = None
    pins: list[Pin]
    spent_today_usd: float
    reserved_usd: float
    day_usd: float | None = None
    spent_project_usd: float
    project_usd: float | None = None
    spent_hour_usd: float | None = None
    hour_usd: float | None = None
    level: BudgetLevel
    command: CommandOffer | None = None


class TierUse(Message):
    """What one tier did: tasks it took part in, and dollars."""

    tier: str
    tasks: int
    cost_usd: float


class ScopeUse(Message):
    """The figures of a scope; `saved` is against the top tier with the same tokens."""

    scope: Literal["today", "project"]
    tasks: int
    spent_usd: float
    limit_usd: float | None = None
    saved_usd: float
    tiers: list[TierUse]


class UsageFigures(Message):
    """Result of `tierwise/usage/query`."""

    scopes: list[ScopeUse]


class BudgetChanged(Message):
    """Notification `tierwise/budget/didChange` to the client, flag `budget`."""

    scope: Literal["day", "project", "hour"]
    state: BudgetLevel
    spent_usd: float
    limit_usd: float | None = None
