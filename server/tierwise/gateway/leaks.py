"""Looks for secrets in what an agent sends. The gateway reports them or refuses the call.

It never rewrites them, because signatures and prompt caches depend on the bytes of a body. An agent
sends its whole conversation with each call, so texts that were searched before are recognised by
their hash and searched only once.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Final, Literal

from tierwise.context.secrets import find
from tierwise.core.dataclass import dataclass
from tierwise.gateway.message import Block, Body, blocks, messages, texts
from tierwise.gateway.refusal import Refusal

How = Literal["warn", "block", "off"]

ASIDE: Final = 50_000
"""A text with more characters than this is searched on a thread."""
REMEMBERED: Final = 50_000
"""The most texts whose number of secrets is remembered."""


@dataclass
class Leaks:
    """Searches the bodies of calls for secrets, and remembers what it has searched."""

    _known: OrderedDict[bytes, int] = field(default_factory=OrderedDict)

    async def look(self, body: Body, how: How) -> int:
        """Count the secrets that a call sends for the first time.

        `how` is the configured reaction. If it is "block" and the body has any secret, even one
        that was sent before, this raises `Refusal`. If it is "off", nothing is searched.
        """
        if how == "off":
            return 0
        fresh = held = 0
        for text in _sent(body):
            key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
            number = self._known.get(key)
            if number is None:
                number = await _count(text)
                fresh += number
                self._known[key] = number
                if len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
            else:
                self._known.move_to_end(key)
            held += number
        if held and how == "block":
            raise blocked(held)
        return fresh


def blocked(number: int) -> Refusal:
    """Make the refusal of a call that has secrets, for a configuration that blocks them."""
    what = "something that looks like a secret" if number == 1 else f"{number} secrets"
    return Refusal(
        "invalid_request_error",
        f'messages: {what} would be sent, and secrets = "block" is set in [gateway]. Take it out'
        ' of the conversation, or set secrets = "warn".',
    )


async def _count(text: str) -> int:
    if len(text) > ASIDE:
        return len(await asyncio.to_thread(find, text))
    return len(find(text))


def _sent(body: Body) -> Iterator[str]:
    """Yield the texts of a body that are searched: the system prompt, the messages, inputs and
    results of tools, and documents that are plain text. Thinking is not searched.
    """
    yield from texts(body.get("system"))
    for message in messages(body):
        for block in blocks(message.get("content")):
            yield from _of_block(block)


def _of_block(block: Block) -> Iterator[str]:
    kind = block.get("type")
    if kind == "text":
        yield from texts([block])
    elif kind == "tool_result":
        for inner in blocks(block.get("content")):
            yield from _of_block(inner)
    elif kind == "tool_use":
        given = block.get("input")
        if isinstance(given, Mapping):
            whole = {name: v for name, v in given.items() if isinstance(v, str) and "\n" in v}
            yield from whole.values()
            yield json.dumps({name: v for name, v in given.items() if name not in whole})
    elif kind == "document":
        source = block.get("source")
        if isinstance(source, Mapping) and source.get("type") == "text":
            data = source.get("data")
            if isinstance(data, str):
                yield data
