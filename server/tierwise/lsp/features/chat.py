"""`tierwise/chat/*`: chat turns, kept conversations, and making a code block a proposal."""

from __future__ import annotations

from dataclasses import replace

from tierwise.lsp.messages.chat import (
    BlockOffered,
    ChatApply,
    ChatGet,
    ChatList,
    ChatReply,
    ChatRetract,
    ChatSend,
    Conversation,
    Conversations,
    FocusContext,
    ProjectContext,
)
from tierwise.lsp.session.session import Session


async def send(session: Session, params: ChatSend) -> ChatReply:
    """Answer a chat turn. The reply is sent when the turn is over."""
    engine = await session.engine()
    asked = replace(params.params(session.docs), waits=session.client.flags.chat)
    return ChatReply.of(await engine.chat(asked))


async def project(session: Session, params: ChatSend) -> ProjectContext:
    """Say what of the project would be sent with a turn, and what it would cost.

    This sends nothing to a model.
    """
    engine = await session.engine()
    return ProjectContext.of(await engine.project_offer(params.params(session.docs)))


async def focus(session: Session, params: ChatSend) -> FocusContext:
    """Say what of the operator's current document would be sent with a turn, and its cost.

    This sends nothing to a model.
    """
    engine = await session.engine()
    return FocusContext.of(await engine.focus_offer(params.params(session.docs)))


async def get(session: Session, params: ChatGet) -> Conversation:
    """A kept conversation. It has no turns if nothing was kept."""
    engine = await session.engine()
    return Conversation.of(await engine.conversation(params.conversation_id))


async def list_(session: Session, params: ChatList) -> Conversations:
    """The conversations of this project, latest first. A query keeps only those that contain it."""
    engine = await session.engine()
    return Conversations.of(await engine.conversations(params.limit, params.query))


async def retract(session: Session, params: ChatRetract) -> bool:
    """Remove a question and all that follows it, so that the operator can ask in other words."""
    engine = await session.engine()
    await engine.retract(params.conversation_id, params.task_id)
    return True


async def delete(session: Session, params: ChatGet) -> bool:
    """Delete the texts of a conversation from this machine. Its costs stay booked."""
    engine = await session.engine()
    await engine.forget_conversation(params.conversation_id)
    return True


async def apply(session: Session, params: ChatApply) -> BlockOffered:
    """Make a code block of an answer the proposal of its task. This calls no model."""
    engine = await session.engine()
    block = params.block(session.docs)
    return BlockOffered(edit_id=await engine.propose_block(params.task_id, block))
