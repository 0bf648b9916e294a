"""`tierwise/chat/*`: a turn, conversations as kept, a block of an answer as a proposal."""

from __future__ import annotations

from tierwise.lsp.messages.chat import (
    BlockOffered,
    ChatApply,
    ChatGet,
    ChatList,
    ChatReply,
    ChatSend,
    Conversation,
    Conversations,
)
from tierwise.lsp.session.session import Session


async def send(session: Session, params: ChatSend) -> ChatReply:
    """Answer a chat turn. Answered when the turn is over."""
    engine = await session.engine()
    return ChatReply.of(await engine.chat(params.params(session.docs)))


async def get(session: Session, params: ChatGet) -> Conversation:
    """A conversation as it was kept; empty where nothing was."""
    engine = await session.engine()
    return Conversation.of(await engine.conversation(params.conversation_id))


async def list_(session: Session, params: ChatList) -> Conversations:
    """The conversations of this project, the latest first."""
    engine = await session.engine()
    return Conversations.of(await engine.conversations(params.limit))


async def apply(session: Session, params: ChatApply) -> BlockOffered:
    """Make a block of an answer's code the proposal of its task. No model is called."""
    engine = await session.engine()
    block = params.block(session.docs)
    return BlockOffered(edit_id=await engine.propose_block(params.task_id, block))
