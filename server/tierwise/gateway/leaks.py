"""Secrets in what an agent sends: looked for, told or refused, never rewritten.

A body is not changed, since signatures and caches hang on its bytes. Only what is new in a call is
read: the newest message, and all of them where the strand is new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

from tierwise.context.secrets import find
from tierwise.gateway.message import Body, blocks, last_of_user, messages, texts
from tierwise.gateway.refusal import Refusal

ASIDE: Final = 50_000
"""Characters from which a text is read in a thread."""


async def count(body: Body, *, whole: bool) -> int:
    """How many secrets a call would send for the first time."""
    text = "\n".join(_new(body, whole=whole))
    if len(text) > ASIDE:
        return len(await asyncio.to_thread(find, text))
    return len(find(text))


def blocked(number: int) -> Refusal:
    """The answer to a call that holds secrets, where they are to be blocked."""
    what = "something that looks like a secret" if number == 1 else f"{number} secrets"
    return Refusal(
        "invalid_request_error",
        f'messages: {what} would be sent, and secrets = "block" is set in [gateway]. Take it out'
        ' of the conversation, or set secrets = "warn".',
    )


def _new(body: Body, *, whole: bool) -> Iterator[str]:
    last = last_of_user(body)
    for message in messages(body) if whole else [last] if last is not None else []:
        yield from texts(message.get("content"))
        for block in blocks(message.get("content")):
            if block.get("type") == "tool_result":
                yield from texts(block.get("content"))
