"""How large a call can be at most: the text of its body, and what is no text.

Pictures are coded as text in a body but billed by their size; what is only named by an address
can be bounded by what a model takes alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tierwise.gateway.message import Body, blocks, messages

IMAGE_TOKENS: Final = 5_000
"""Tokens of a picture at most: the largest that models look at, 2,576 pixels on its longer side, is
about 4,800."""
DOCUMENT_TOKENS: Final = 300_000
"""Tokens of a document at most: a hundred pages of 3,000, each as text and as a picture."""
SERVER_TOOL_TOKENS: Final = 100_000
"""Tokens that a tool run by the server itself may add to the prompt, such as a web search."""
THINKING_MARGIN: Final = 1_024
"""Output tokens that must be left for the answer beside a thinking budget."""
LEAST_OUTPUT: Final = 1_024
"""Output tokens below which an agent's step is not worth asking for."""


@dataclass(frozen=True, slots=True)
class CallSize:
    """`text` is what is billed as text; `extra_tokens` bounds the rest."""

    text: str
    extra_tokens: int
    max_tokens: int
    least_output: int


def measure(text: str, body: Body) -> CallSize:
    """The size of a call whose body is `text`."""
    extra = 0
    for block in _attachments(body):
        source = block.get("source")
        kind = source.get("type") if isinstance(source, Mapping) else None
        if block.get("type") == "image":
            extra += IMAGE_TOKENS
            data = source.get("data") if isinstance(source, Mapping) else None
            if kind == "base64" and isinstance(data, str) and data:
                text = text.replace(data, "")
        elif kind in ("url", "file", "base64"):
            extra += DOCUMENT_TOKENS
    extra += SERVER_TOOL_TOKENS * _server_tools(body)
    most = _whole(body.get("max_tokens"))
    thinking = body.get("thinking")
    budget = _whole(thinking.get("budget_tokens")) if isinstance(thinking, Mapping) else 0
    least = min(most, budget + THINKING_MARGIN if budget else LEAST_OUTPUT)
    return CallSize(text, extra, most, least)


def _attachments(body: Body) -> Iterator[Mapping[str, Any]]:
    """Pictures and documents, those in tool results as well."""
    for message in messages(body):
        for block in blocks(message.get("content")):
            inner = block.get("content") if block.get("type") == "tool_result" else None
            for one in (block, *blocks(inner)):
                if one.get("type") in ("image", "document"):
                    yield one


def _server_tools(body: Body) -> int:
    """Tools that the server runs: they have a type of their own and no schema of the client's."""
    tools = body.get("tools")
    offered = (
        [tool for tool in tools if isinstance(tool, Mapping)] if isinstance(tools, list) else []
    )
    own = ("custom", None)
    local = ("bash_", "text_editor_", "computer_", "memory_", "tool_search_")
    served = [
        tool
        for tool in offered
        if tool.get("type") not in own and not str(tool.get("type")).startswith(local)
    ]
    servers = body.get("mcp_servers")
    return len(served) + (len(servers) if isinstance(servers, list) else 0)


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
