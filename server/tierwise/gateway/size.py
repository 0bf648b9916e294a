"""How large a call can be at most: the text of its body, and what is no text.

Pictures are coded as text in a body but billed by their size; what is only named by an address
can be bounded by what a model takes alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tierwise.core.dataclass import dataclass
from tierwise.gateway.message import Body, blocks, messages, texts
from tierwise.gateway.refusal import Refusal

IMAGE_TOKENS: Final = 5_000
"""Tokens of a picture at most: the largest that models look at, 2,576 pixels on its longer side, is
about 4,800."""
DOCUMENT_TOKENS: Final = 300_000
"""Tokens of a document at most: a hundred pages of 3,000, each as text and as a picture."""
SERVER_TOOL_TOKENS: Final = 100_000
"""Tokens that a tool run by the server itself may add to the prompt, such as a web search."""
READINGS: Final = 11
"""How often a server that runs tools by itself may read, and bill, the prompt: it stops after ten
rounds of tools."""
SEARCHES: Final = 50
"""Web searches of one call where the client allows any number: five in each of ten rounds."""
MOST_SEARCHES: Final = 10_000
"""Web searches that no call makes; a larger number would only lock a budget up."""
THINKING_MARGIN: Final = 1_024
"""Output tokens that must be left for the answer beside a thinking budget."""
LEAST_OUTPUT: Final = 1_024
"""Output tokens below which an agent's step is not worth asking for."""

LARGEST_OUTPUT: Final = 10_000_000
"""Output tokens that no model comes near; a larger number would not fit the ledger's columns."""


@dataclass(frozen=True, slots=True)
class CallSize:
    """`text` is what is billed as text; `extra_tokens` bounds the rest.

    `sure_chars` are the characters that are billed whatever the server leaves out. `searches`
    bounds the web searches that it makes, `readings` how often it may bill the prompt.
    """

    text: str
    extra_tokens: int
    max_tokens: int
    least_output: int
    sure_chars: int = 0
    searches: int = 0
    readings: int = 1


def require_max_tokens(body: Body) -> None:
    """Raise `Refusal` where a body does not say how much it may be answered.

    An answer without an end in tokens has none in money either, and what is no whole number is
    read differently by different servers.
    """
    most = body.get("max_tokens")
    if isinstance(most, bool) or not isinstance(most, int) or not 0 <= most <= LARGEST_OUTPUT:
        said = "is missing" if "max_tokens" not in body else "is not a whole number of tokens"
        raise Refusal(
            "invalid_request_error", f'max_tokens: {said}; name one, such as "max_tokens": 8000.'
        )


def text_chars(text: str, body: Body) -> int:
    """Characters of a body that are text: pictures and files that are coded in it do not count."""
    coded = 0
    for block in _attachments(body):
        source = block.get("source")
        data = source.get("data") if isinstance(source, Mapping) else None
        if isinstance(source, Mapping) and source.get("type") == "base64" and isinstance(data, str):
            coded += len(data)
    return max(0, len(text) - coded)


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
    """Pictures and documents, also those in tool results and in documents made of blocks."""
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
    """Characters of the prompt that no server leaves out of its bill.

    Thinking of earlier turns is dropped, schemas of tools may be deferred, and what a client has
    edited away is not read at all.
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
    """Web searches that the server makes at most: as many as the client allows, or a bound."""
    found = 0
    for tool in _server_tools(body):
        if str(tool.get("type")).startswith("web_search"):
            allowed = tool.get("max_uses")
            found += _whole(allowed) if allowed is not None else SEARCHES
    return min(found, MOST_SEARCHES)


def _server_tools(body: Body) -> Sequence[Mapping[str, Any]]:
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
    return [*served, *({"type": "mcp"} for _ in (servers if isinstance(servers, list) else ()))]


def _whole(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
