"""A task on its way: that it started, how it changed, what of it was sent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from tierwise.core.context import ItemKind
from tierwise.core.request import Action
from tierwise.core.views import TaskState
from tierwise.lsp.messages import Id, Message, WireRange
from tierwise.lsp.replies.route import Decision


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
    """What one attempt sent, and when.

    `at` is UTC milliseconds; about `tokens` of the `window` tokens of context were used, and
    `secrets` is how many secrets were replaced before sending.
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
    """Result of `tierwise/task/sent`: the attempts of a task, oldest first."""

    task_id: Id
    attempts: list[SentAttempt]
