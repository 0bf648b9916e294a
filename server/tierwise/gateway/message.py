"""Reads the body of a Messages call: its messages, blocks, texts and tool calls.

Bodies come from many clients and many versions. Anything of an unexpected form is skipped here and
never refused. Only the model's server judges it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Body = Mapping[str, Any]
Block = Mapping[str, Any]


def messages(body: Body) -> Sequence[Block]:
    """The messages in the body of a call, without those that have no role."""
    found = body.get("messages")
    if not isinstance(found, list):
        return ()
    return [m for m in found if isinstance(m, Mapping) and isinstance(m.get("role"), str)]


def blocks(content: object) -> Sequence[Block]:
    """The blocks of a content. A plain string counts as one block of text."""
    if isinstance(content, str):
        return ({"type": "text", "text": content},)
    if isinstance(content, list):
        return [b for b in content if isinstance(b, Mapping)]
    return ()


def texts(content: object) -> Iterator[str]:
    """The texts of a content, in order, without tool results."""
    for block in blocks(content):
        text = block.get("text")
        if block.get("type") == "text" and isinstance(text, str):
            yield text


def system_text(body: Body) -> str:
    """The system prompt, together with all messages of the role system."""
    parts = list(texts(body.get("system")))
    for message in messages(body):
        if message["role"] == "system":
            parts += texts(message.get("content"))
    return "\n".join(parts)


def tool_names(body: Body) -> tuple[str, ...]:
    """The names of the tools that the body offers to the model."""
    tools = body.get("tools")
    if not isinstance(tools, list):
        return ()
    named = [tool.get("name") for tool in tools if isinstance(tool, Mapping)]
    return tuple(name for name in named if isinstance(name, str))


def result_text(block: Block) -> str:
    """The text of a tool result."""
    return "\n".join(texts(block.get("content")))


def spoken_to(body: Body) -> bool:
    """True if a model has already answered in this conversation."""
    return any(message["role"] == "assistant" for message in messages(body))


def last_of_user(body: Body) -> Block | None:
    """The last message of the role user, even if messages of the role system follow it.

    None if a message of the assistant follows it.
    """
    for message in reversed(messages(body)):
        if message["role"] == "user":
            return message
        if message["role"] != "system":
            break
    return None
