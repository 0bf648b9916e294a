"""Chats: a turn, its answer in pieces and whole, and the conversations that are kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import Field

from tierwise.core import money
from tierwise.core.actions import Action
from tierwise.core.errors import BadRequest
from tierwise.core.views import StreamKind, StreamView, TaskState
from tierwise.lsp.documents.store import DocumentStore
from tierwise.lsp.messages.base import (
    Id,
    Message,
    Push,
    Text,
    TextDocument,
    WireLocation,
    WireRange,
    code_points,
)
from tierwise.lsp.messages.task import Usage
from tierwise.present import notices
from tierwise.present.decision import WireDecision, to_wire
from tierwise.tasks import api
from tierwise.tasks.chat import transcripts
from tierwise.tasks.proposing.blocks import Block


class ChatSend(Message):
    """A chat turn that the operator asks for. The client may make its ids itself.

    `project` says whether outlines and definitions of the project are sent too. Without it they
    are sent if the prompt names something of the project, or says `@project`. `focus` is where the
    operator is: the document, and the selection or cursor in it. It is sent unless `implicit` is
    false, `selection` is given or `references` name its document.
    """

    prompt: Text
    task_id: Id | None = None
    conversation_id: Id | None = None
    references: list[WireLocation] = Field(default_factory=list)
    selection: WireLocation | None = None
    focus: WireLocation | None = None
    implicit: bool = True
    tools: list[str] | None = None
    tier: str | None = None
    project: bool | None = None

    def params(self, docs: DocumentStore) -> api.ChatParams:
        """The params for the engine. Raises `BadRequest` for a place past the end of a document."""

        def location(item: WireLocation) -> api.Location:
            return api.Location(item.uri, code_points(docs, item.uri, item.range))

        return api.ChatParams(
            prompt=self.prompt,
            task_id=self.task_id,
            conversation_id=self.conversation_id,
            references=tuple(location(item) for item in self.references),
            selection=location(self.selection) if self.selection is not None else None,
            focus=self._focus(docs),
            implicit=self.implicit,
            tools=None if self.tools is None else tuple(self.tools),
            tier=self.tier,
            project=self.project,
        )

    def _focus(self, docs: DocumentStore) -> api.Location | None:
        """Where the operator is. None if that place does not exist, which is no error here."""
        if self.focus is None:
            return None
        try:
            span = code_points(docs, self.focus.uri, self.focus.range)
        except BadRequest:
            return None
        return api.Location(self.focus.uri, span)


class FocusContext(Message):
    """The part of the operator's current document that is sent with a turn.

    `title` is absent if nothing is sent. Lines count from 1.
    """

    title: str | None = None
    label: str = ""
    path: str = ""
    first_line: int = 0
    last_line: int = 0
    tokens: int = 0
    cost_usd: float = 0.0

    @classmethod
    def of(cls, offer: api.FocusOffer | None) -> FocusContext:
        """Make the message from the engine's offer."""
        if offer is None:
            return cls()
        first, last = offer.lines
        label = notices.focus_label(offer.path, offer.name, offer.lines)
        return cls(
            title=notices.focus_title(label, offer.cost),
            label=label,
            path=offer.path,
            first_line=first,
            last_line=last,
            tokens=offer.tokens,
            cost_usd=money.to_usd(offer.cost),
        )


class ProjectContext(Message):
    """The files of the project from which text is sent with a turn.

    `title` is absent if nothing is sent.
    """

    title: str | None = None
    files: list[str] = Field(default_factory=list)
    tokens: int = 0
    cost_usd: float = 0.0

    @classmethod
    def of(cls, offer: api.ProjectOffer | None) -> ProjectContext:
        """Make the message from the engine's offer."""
        if offer is None:
            return cls()
        return cls(
            title=notices.project_title(offer.cost),
            files=list(offer.files),
            tokens=offer.tokens,
            cost_usd=money.to_usd(offer.cost),
        )


class ChatGet(Message):
    """Names the conversation that a request is about."""

    conversation_id: Id


class ChatRetract(Message):
    """A question to remove, with everything after it in its conversation."""

    conversation_id: Id
    task_id: Id


class ChatList(Message):
    """Which conversations are listed: at most `limit`, and only those that contain `query`."""

    limit: Annotated[int, Field(ge=1, le=200)] = 30
    query: Annotated[str, Field(max_length=200)] = ""


class ChatApply(Message):
    """A code block of an answer that becomes a proposal.

    `path` is the file that the block's fence names. `text_document` and `range` are where the
    operator is. The code replaces the selection. Without a selection it replaces the definition of
    the same name, or else it is inserted at the cursor.
    """

    task_id: Id
    code: Text
    path: Annotated[str, Field(max_length=1000)] | None = None
    text_document: TextDocument | None = None
    range: WireRange | None = None

    def block(self, docs: DocumentStore) -> Block:
        """The block for the engine. Raises `BadRequest` for a range past the document's end."""
        uri = self.text_document.uri if self.text_document is not None else None
        return Block(self.code, self.path, uri, code_points(docs, uri, self.range))


class ChatReply(Message):
    """A finished chat turn. `stop_reason` is what the model gave, or "cancelled"."""

    task_id: Id
    conversation_id: str
    decision: WireDecision
    text: str
    stop_reason: str
    usage: Usage
    edit_id: Id | None = None

    @classmethod
    def of(cls, reply: api.ChatReply) -> ChatReply:
        """Make the message from the engine's reply."""
        return cls(
            task_id=reply.task_id,
            conversation_id=reply.conversation_id,
            decision=to_wire(reply.decision, priced=bool(reply.cost)),
            text=reply.text,
            stop_reason=reply.stop_reason,
            usage=Usage.of(reply.usage, reply.cost),
            edit_id=reply.edit_id,
        )


class Streamed(Push):
    """A piece of an answer that is being written.

    The piece with the decision comes before the first delta. The kind `reset` tells the client to
    clear the text that it has shown so far.
    """

    method: ClassVar = "tierwise/chat/didStream"
    flag: ClassVar = "chat"

    task_id: Id
    conversation_id: Id | None = None
    seq: int
    kind: StreamKind
    delta: str | None = None
    decision: WireDecision | None = None
    reason: str | None = None

    @classmethod
    def of(cls, view: StreamView) -> Streamed:
        """Make the message from a piece that the engine streams."""
        decision = view.decision
        return cls(
            task_id=view.task_id,
            conversation_id=view.conversation_id,
            seq=view.seq,
            kind=view.kind,
            delta=view.delta,
            decision=None if decision is None else to_wire(decision, view.reason or ""),
            reason=view.reason,
        )


class Turn(Message):
    """A kept question with its answer. `created_at` is UTC milliseconds."""

    task_id: Id
    action: Action
    prompt: str
    text: str
    state: TaskState
    decision: WireDecision
    usage: Usage
    rehearsal: bool | None = None
    created_at: int

    @classmethod
    def of(cls, turn: transcripts.Spoken) -> Turn:
        """Make the message from a kept turn."""
        item = turn.item
        return cls(
            task_id=item.task_id,
            action=item.action,
            prompt=turn.prompt,
            text=turn.text,
            state=item.state,
            decision=to_wire(item.decision, rehearsal=item.rehearsal, priced=bool(item.cost)),
            usage=Usage.of(turn.usage, item.cost),
            rehearsal=item.rehearsal or None,
            created_at=item.created_ms,
        )


class Conversation(Message):
    """The turns of a conversation, in the order they were spoken."""

    turns: list[Turn]

    @classmethod
    def of(cls, turns: Iterable[transcripts.Spoken]) -> Conversation:
        """Make the message from the kept turns."""
        return cls(turns=[Turn.of(turn) for turn in turns])


class Heading(Message):
    """A conversation in a list. `title` is the start of its first question.

    `at` is the time of its last turn in UTC milliseconds.
    """

    conversation_id: Id
    title: str
    at: int


class Conversations(Message):
    """The conversations of a project, the latest first."""

    conversations: list[Heading]

    @classmethod
    def of(cls, found: Iterable[transcripts.Heading]) -> Conversations:
        """Make the message from the kept headings."""
        return cls(
            conversations=[
                Heading(conversation_id=one.id, title=one.title, at=one.at_ms) for one in found
            ]
        )


class BlockOffered(Message):
    """The id of the proposal that was made from a code block."""

    edit_id: Id
