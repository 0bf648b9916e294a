"""Coalescing: the first delta at once, then pieces every few tens of milliseconds.

An editor that gets one message per token spends its time on messages; one that waits for
half a second feels dead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final

from tierwise.models.call import Delta, Event

INTERVAL: Final = 0.04
"""Seconds between two pieces."""
LARGEST: Final = 16_384
"""Characters of a piece at most, so that a message stays below a pipe's buffer."""


async def coalesced(
    events: AsyncGenerator[Event, None], interval: float = INTERVAL
) -> AsyncGenerator[Event, None]:
    """The same events with deltas joined; the text is the same, byte for byte."""
    queue: asyncio.Queue[Event | BaseException | None] = asyncio.Queue(maxsize=256)

    async def pump() -> None:
        try:
            async with aclosing(events):
                async for event in events:
                    await queue.put(event)
            await queue.put(None)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            await queue.put(error)

    loop = asyncio.get_running_loop()
    pumping = loop.create_task(pump())
    held: list[str] = []
    due = 0.0
    try:
        while True:
            try:
                if held:
                    async with asyncio.timeout(max(0.0, due - loop.time())):
                        item = await queue.get()
                else:
                    item = await queue.get()
            except TimeoutError:
                yield Delta("".join(held))
                held.clear()
                due = loop.time() + interval
                continue
            if isinstance(item, Delta):
                held.append(item.text)
                if loop.time() >= due or sum(map(len, held)) >= LARGEST:
                    yield Delta("".join(held))
                    held.clear()
                    due = loop.time() + interval
                continue
            if held:
                yield Delta("".join(held))
                held.clear()
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        pumping.cancel()
        await asyncio.gather(pumping, return_exceptions=True)
