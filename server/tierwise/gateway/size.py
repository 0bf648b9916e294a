"""Bounds the size of a call: the text of its body, and everything else that is billed.

A picture is encoded as text in a body but billed by its size. A document that a body names only by
its address is bounded by the largest one that a model accepts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.gateway.message import Body, blocks, messages, texts
from tierwise.gateway.refusal import Refusal

IMAGE_TOKENS: Final = 5_000
"""The most tokens of a picture. Models reduce pictures to 2,576 pixels on the longer side, which
are about 4,800 tokens."""
DOCUMENT_TOKENS: Final = 300_000
"""The most tokens of a document: a hundred pages of 3,000, each read as text and as a picture."""
SERVER_TOOL_TOKENS: Final = 100_000
"""The most tokens that a tool of the server itself, such as a web search, adds to the prompt."""
READINGS: Final = 11
"""How often a server that runs tools itself may read and bill the prompt. It stops after ten rounds
of tools."""
SEARCHES: Final = 50
"""The most web searches of one call that does not limit them: five in each of ten rounds."""
MOST_SEARCHES: Final = 10_000
"""No call makes more web searches than this. A larger number would only reserve a whole budget."""
THINKING_MARGIN: Final = 1_024
"""Output tokens that must remain for the answer beside the thinking budget."""
LEAST_OUTPUT: Final = 1_024
"""An agent's step with fewer output tokens than this is not worth a call."""

LARGEST_OUTPUT: Final = 10_000_000
"""The most output tokens that a body may name. No model gives so many, and a much larger number
would not fit the ledger's columns."""


@dataclass(frozen=True, slots=True)
class CallSize:
    """The size of a call. `text` is what is billed as text, `extra_tokens` bounds the rest.

    `least_output` is the fewest output tokens with which the call makes sense. `sure_chars` counts
    the characters that the server bills in any case. `searches` bounds the web searches that the
    server makes, and `readings` how often it may bill the prompt.
    """

    text: str
    extra_tokens: int
    max_tokens: int
    least_output: int
    sure_chars: int = 0
    searches: int = 0
    readings: int = 1


def require_max_tokens(body: Body) -> None:
    """Raise `Refusal` if a body has no valid `max_tokens`.

    Without a limit in tokens the cost has no limit either. Servers read a number that is not whole
    in different ways.
    """
    most = body.get("max_tokens")
    if isinstance(most, bool) or not isinstance(most, int) or not 0 <= most <= LARGEST_OUTPUT:
        said = "is missing" if "max_tokens" not in body else "is not a whole number of tokens"
        raise Refusal(
            "invalid_request_error", f'max_tokens: {said}; name one, such as "max_tokens": 8000.'
        )


def text_chars(text: str, body: Body) -> int:
    """How many characters of a body are text. Pictures and files encoded in it do not count."""
    coded = 0
    for block in _attachments(body):
        source = block.get("source")
        data = source.get("data") if isinstance(source, Mapping) else None
        if isinstance(source, Mapping) and source.get("type") == "base64" and isinstance(data, str):
            coded += len(data)
    return max(0, len(text) - coded)


def measure(text: str, body: Body) -> CallSize:
    """Measure a call. `text` is its body as it came, and `body` is the parsed JSON of that text."""
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
    extra += SERVER_TOOL_TOKENS * len(_server_tools(body))
    most = _whole(body.get("max_tokens"))
    thinking = body.get("thinking")
    budget = _whole(thinking.get("budget_tokens")) if isinstance(thinking, Mapping) else 0
    least = min(most, budget + THINKING_MARGIN if budget else LEAST_OUTPUT)
    served = bool(_server_tools(body))
    return CallSize(
        text,
        extra,
        most,
        least,
        sure_chars=_sure_chars(body),
        searches=_searches(body),
        readings=READINGS if served else 1,
    )


def _attachments(body: Body) -> Iterator[Mapping[str, Any]]:
    """Yield the pictures and documents of a body, also those in tool results. Of a document that
    consists of blocks, its pictures are yielded too.
    """
    for message in messages(body):
        for block in blocks(message.get("content")):
            inner = block.get("content") if block.get("type") == "tool_result" else None
            for one in (block, *blocks(inner)):
                if one.get("type") in ("image", "document"):
                    yield one
                    source = one.get("source")
                    parts = source.get("content") if isinstance(source, Mapping) else None
                    yield from (b for b in blocks(parts) if b.get("type") == "image")


def _sure_chars(body: Body) -> int:
    """How many characters of the prompt the server bills in any case.

    A server drops the thinking of earlier turns and may not read all schemas of tools. If the body
    asks the server to clear other parts of the context, nothing is certain and the result is 0.
    """
    edits = body.get("context_management")
    listed = edits.get("edits") if isinstance(edits, Mapping) else ()
    for edit in listed if isinstance(listed, list) else ():
        kind = edit.get("type") if isinstance(edit, Mapping) else None
        if not str(kind).startswith("clear_thinking"):
            return 0
    found = sum(len(text) for text in texts(body.get("system")))
    for message in messages(body):
        for block in blocks(message.get("content")):
            inner = block.get("content") if block.get("type") == "tool_result" else [block]
            found += sum(len(text) for text in texts(inner))
    return found


def _searches(body: Body) -> int:
    """The most web searches that the server makes. Each search tool may make as many as the client
    allows it, or `SEARCHES` if the client sets no limit.
    """
    found = 0
    for tool in _server_tools(body):
        if str(tool.get("type")).startswith("web_search"):
            allowed = tool.get("max_uses")
            found += _whole(allowed) if allowed is not None else SEARCHES
    return min(found, MOST_SEARCHES)


def _server_tools(body: Body) -> Sequence[Mapping[str, Any]]:
    """The tools that the server itself runs. The body names only their type and gives no schema.
    Each MCP server of the body counts as one more.
    """
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
    return [*served, *({"type": "mcp"} for _ in (servers if isinstance(servers, list) else ()))]


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
