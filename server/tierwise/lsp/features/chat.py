"""`tierwise/chat/*`: a turn, conversations as kept, a block of an answer as a proposal."""

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
    """Answer a chat turn. Answered when the turn is over."""
    engine = await session.engine()
    asked = replace(params.params(session.docs), waits=session.client.flags.chat)
    return ChatReply.of(await engine.chat(asked))


async def project(session: Session, params: ChatSend) -> ProjectContext:
    """What of the project would be sent with a turn, and for how much. Nothing is sent."""
    engine = await session.engine()
    return ProjectContext.of(await engine.project_offer(params.params(session.docs)))


async def focus(session: Session, params: ChatSend) -> FocusContext:
    """What is before the operator and would be sent with a turn, and for how much. Nothing is
    sent.
    """
    engine = await session.engine()
    return FocusContext.of(await engine.focus_offer(params.params(session.docs)))


async def get(session: Session, params: ChatGet) -> Conversation:
    """A conversation as it was kept; empty where nothing was."""
    engine = await session.engine()
    return Conversation.of(await engine.conversation(params.conversation_id))


async def list_(session: Session, params: ChatList) -> Conversations:
    """The conversations of this project, the latest first; those in which a query was said."""
    engine = await session.engine()
    return Conversations.of(await engine.conversations(params.limit, params.query))


async def retract(session: Session, params: ChatRetract) -> bool:
    """Take a question and everything after it out of its conversation, to ask it in other words."""
    engine = await session.engine()
    await engine.retract(params.conversation_id, params.task_id)
    return True


async def delete(session: Session, params: ChatGet) -> bool:
    """Delete what was said in a conversation from this machine. What it cost stays booked."""
    engine = await session.engine()
    await engine.forget_conversation(params.conversation_id)
    return True


async def apply(session: Session, params: ChatApply) -> BlockOffered:
    """Make a block of an answer's code the proposal of its task. No model is called."""
    engine = await session.engine()
    block = params.block(session.docs)
    return BlockOffered(edit_id=await engine.propose_block(params.task_id, block))
