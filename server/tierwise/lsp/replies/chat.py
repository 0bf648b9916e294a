"""Chats: an answer while it is written and whole, and conversations as they are kept."""

from __future__ import annotations

from tierwise.core.request import Action
from tierwise.core.views import StreamKind, TaskState
from tierwise.lsp.messages import Id, Message
from tierwise.lsp.replies.route import Decision
from tierwise.lsp.replies.task import Usage


class ChatReply(Message):
    """Result of `tierwise/chat/send`; `stop_reason` is the model's, or "cancelled"."""

    task_id: Id
    conversation_id: Id
    decision: Decision
    text: str
    stop_reason: str
    usage: Usage
    edit_id: Id | None = None


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
