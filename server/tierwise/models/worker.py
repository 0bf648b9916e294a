"""The model process: makes the calls it is told to, and hands on what comes back.

It is started by the server (`models/apart.py`) and ends when its input does. It knows no tiers,
no money and no tasks; a key is in it for as long as the call that brought it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import sys
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from tierwise.core.errors import ModelError
from tierwise.models import frames
from tierwise.models.client import SdkTransport
from tierwise.models.failure import failure
from tierwise.models.transport import CallPlace

log = logging.getLogger(__name__)


class CallWorker:
    """The calls that run. `send` takes a frame and returns at once."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._sdk = SdkTransport()
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._room: dict[int, asyncio.Semaphore] = {}
        self.importing = asyncio.get_running_loop().create_task(self._import())

    def take(self, number: int, kind: str, *more: Any) -> None:
        """A frame of the server's."""
        if kind == "stop":
            if (running := self._calls.get(number)) is not None:
                running.cancel()
        elif kind == "more":
            if (room := self._room.get(number)) is not None:
                for _ in range(more[0]):
                    room.release()
        else:
            given = more[0]
            place = frames.place(given["place"])
            work = self._stream(number, given) if kind == "call" else self._list(number, given)
            call = asyncio.get_running_loop().create_task(self._reported(number, place, work))
            self._calls[number] = call
            call.add_done_callback(lambda _: self._over(number))

    def _over(self, number: int) -> None:
        self._calls.pop(number, None)
        self._room.pop(number, None)

    async def _import(self) -> None:
        # What is imported stays for good; nothing need look through it for garbage.
        gc.disable()
        await self._sdk.ready()
        gc.collect()
        gc.freeze()
        gc.enable()
        self._send(frames.line(0, "ready"))

    async def _reported(self, number: int, place: CallPlace, work: Any) -> None:
        """Do it, and say how it ended."""
        try:
            await work
        except ModelError as error:
            self._send(frames.line(number, "failed", frames.of_error(error)))
        except Exception as error:
            log.warning("a call ended unexpectedly: %s", type(error).__name__)
            broken = failure("bad_stream", place.tier, sent=True)
            self._send(frames.line(number, "failed", frames.of_error(broken)))

    async def _stream(self, number: int, given: Any) -> None:
        room = self._room[number] = asyncio.Semaphore(frames.AHEAD)
        async with self._sdk.opened(frames.wanted(given)) as answer:
            self._send(frames.line(number, "head", answer.request_id, answer.content_type))
            async for event in answer.events:
                await room.acquire()
                self._send(frames.line(number, "event", event.name, event.data))
        self._send(frames.line(number, "end"))

    async def _list(self, number: int, given: Any) -> None:
        found = await self._sdk.listed(frames.place(given["place"]), given["within"])
        self._send(frames.line(number, "models", found))


def _write(queue: SimpleQueue[bytes], out: BinaryIO) -> None:
    """Write what is queued, as much at once as there is."""
    while True:
        data = queue.get()
        while not queue.empty():
            data += queue.get()
        out.write(data)


async def serve(lines: BinaryIO, out: BinaryIO) -> None:
    """Serve until the input ends. Both pipes have a thread, for no loop waits for them alike
    on every system."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    queue: SimpleQueue[bytes] = SimpleQueue()
    worker = CallWorker(queue.put)

    def read() -> None:
        for line in lines:
            loop.call_soon_threadsafe(worker.take, *json.loads(line))
        loop.call_soon_threadsafe(over.set)

    Thread(target=read, daemon=True).start()
    Thread(target=_write, args=(queue, out), daemon=True).start()
    await over.wait()


def main() -> None:
    """Serve the process that started this one. Stray prints go to stderr."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    asyncio.run(serve(sys.stdin.buffer, out))
    os._exit(0)


if __name__ == "__main__":
    main()
