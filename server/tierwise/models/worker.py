"""The model process: makes the calls that the server sends it, and returns what the models answer.

The server starts it (`models/apart.py`), and it ends when its input ends. It knows no tiers,
no money and no tasks. A key is in it only during the call that brought it.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from tierwise.core.errors import ModelError
from tierwise.core.redact import hidden
from tierwise.models import frames
from tierwise.models.failure import failure
from tierwise.models.sdk import SdkTransport
from tierwise.models.transport import CallPlace, PlainQuestion, WantedCall

log = logging.getLogger(__name__)


class CallWorker:
    """Makes the calls that the server asks for, and sends back what comes of them, line by line.

    `send` takes such a line and returns at once. `give_up` is called if no call can ever be made
    here. Then the process ends, which tells the server.
    """

    def __init__(self, send: Callable[[bytes], None], give_up: Callable[[], None]) -> None:
        self._send = send
        self._give_up = give_up
        self._sdk = SdkTransport()
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._room: dict[int, asyncio.Semaphore] = {}
        self.importing = asyncio.get_running_loop().create_task(self._import())

    def take(self, line: bytes) -> None:
        """Start what a line from the server asks for.

        A call that cannot be read is reported as not made.
        """
        number = 0
        try:
            number, kind, *more = json.loads(line)
            self._obey(number, kind, *more)
        except Exception as error:
            # Only the class of the error is logged: its text may repeat the line, and so a key.
            log.warning("a line of the server cannot be read: %s", type(error).__name__)
            self._send(frames.line(number, "unread"))

    def _obey(self, number: int, kind: str, *more: Any) -> None:
        if kind == "stop":
            if (running := self._calls.get(number)) is not None:
                running.cancel()
        elif kind == "more":
            if (room := self._room.get(number)) is not None:
                for _ in range(more[0]):
                    room.release()
        elif kind == "call":
            wanted = frames.wanted(more[0])
            self._begin(number, wanted.place, self._stream(number, wanted))
        else:
            place, question = frames.question(more[0])
            self._begin(number, place, self._ask(number, place, question))

    def _begin(self, number: int, place: CallPlace, work: Coroutine[Any, Any, None]) -> None:
        call = asyncio.get_running_loop().create_task(self._reported(number, place, work))
        self._calls[number] = call
        call.add_done_callback(lambda _: self._over(number))

    def _over(self, number: int) -> None:
        self._calls.pop(number, None)
        self._room.pop(number, None)

    async def _import(self) -> None:
        # What is imported is never freed, so the collector need not search it.
        gc.disable()
        try:
            await self._sdk.ready()
        except Exception as error:
            log.error("the library that makes calls cannot be loaded: %s", type(error).__name__)
            self._give_up()
            return
        gc.collect()
        gc.freeze()
        gc.enable()
        self._send(frames.line(0, "ready"))

    async def _reported(
        self, number: int, place: CallPlace, work: Coroutine[Any, Any, None]
    ) -> None:
        """Run a call and report how it ended.

        A server may repeat the key in an error: that is blanked too.
        """
        try:
            with hidden(place.key):
                await work
        except ModelError as error:
            self._send(frames.line(number, "failed", frames.of_error(error)))
        except Exception as error:
            log.warning("a call ended unexpectedly: %s", type(error).__name__)
            broken = failure("bad_stream", place.tier, sent=True)
            self._send(frames.line(number, "failed", frames.of_error(broken)))

    async def _stream(self, number: int, wanted: WantedCall) -> None:
        room = self._room[number] = asyncio.Semaphore(frames.AHEAD)
        async with self._sdk.opened(wanted) as answer:
            head = (answer.request_id, answer.content_type, answer.team, answer.model)
            self._send(frames.line(number, "head", *head))
            async for event in answer.events:
                await room.acquire()
                self._send(frames.line(number, "event", event.name, event.data))
        self._send(frames.line(number, "end"))

    async def _ask(self, number: int, place: CallPlace, question: PlainQuestion) -> None:
        found = await self._sdk.asked(place, question)
        self._send(frames.line(number, "told", found))


def _write(queue: SimpleQueue[bytes], out: BinaryIO) -> None:
    """Write what is queued to the pipe, all of it at once, until the process ends."""
    while True:
        data = queue.get()
        while not queue.empty():
            data += queue.get()
        out.write(data)


async def serve(lines: BinaryIO, out: BinaryIO) -> None:
    """Serve until the input ends, or until no call can be made.

    Each pipe has a thread, because no event loop waits for both in the same way on every system.
    """
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    queue: SimpleQueue[bytes] = SimpleQueue()
    worker = CallWorker(queue.put, over.set)

    def read() -> None:
        for line in lines:
            loop.call_soon_threadsafe(worker.take, line)
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
