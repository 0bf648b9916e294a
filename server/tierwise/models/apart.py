"""The SDK in a process of its own: started on first use, kept while it is used, ended when idle.

Its output is read here, on the event loop. What is known of a call (its text so far, its usage,
whether it was sent) is kept here as well. So if the process dies, each of its calls ends with a
`ModelError` like any other, and is booked and tried again like any other.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, cast

from tierwise.core.errors import ModelError
from tierwise.core.tiers import Tier
from tierwise.models import frames
from tierwise.models.failure import failure
from tierwise.models.sse import ServerEvent
from tierwise.models.transport import AnswerStream, CallPlace, PlainQuestion, WantedCall

log = logging.getLogger(__name__)

IDLE_S: Final = 300.0
"""Seconds without a call after which the process is ended: the prompt cache is cold then, too."""
STARTS_WITHIN_S: Final = 60.0
"""Seconds the process may take to start; on an idle machine the import takes 2."""
ENDS_WITHIN_S: Final = 2.0
"""Seconds the process may take to end before it is killed."""
TOLD: Final = frames.AHEAD // 2
"""How many events of a call are taken before the process is told that it may send as many more."""
SECRET: Final = ("_KEY", "_TOKEN", "_SECRET", "_PASSWORD")
"""Endings of the names of variables that hold secrets. The process gets none of them."""


class _Call:
    """The frames of one call that have arrived and were not taken yet. Failures of the call name
    `tier`.
    """

    def __init__(self, tier: Tier) -> None:
        self.tier = tier
        self._frames: deque[Any] = deque()
        self._waiting: asyncio.Future[None] | None = None

    def put(self, frame: Any) -> None:
        """Add a frame that arrived, and wake the reader."""
        self._frames.append(frame)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def get(self) -> Any:
        """Wait for the next frame."""
        while not self._frames:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        return self._frames.popleft()


class _Pipes(asyncio.SubprocessProtocol):
    """The pipes of one process.

    The future `ready` is done once the process can make calls. It fails if the process ends before.
    """

    def __init__(self) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.gone, self.exited = asyncio.Event(), asyncio.Event()
        self.calls: dict[int, _Call] = {}
        self._rest: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.process = cast(asyncio.SubprocessTransport, transport)
        self.input = cast(asyncio.WriteTransport, self.process.get_pipe_transport(0))

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        first, *others = data.split(b"\n")
        self._rest.append(first)
        for more in others:
            self._heard(json.loads(b"".join(self._rest)))
            self._rest = [more]

    def _heard(self, frame: Any) -> None:
        number, kind, *_ = frame
        if kind == "ready":
            self.ready.set_result(None)
        elif (call := self.calls.get(number)) is not None:
            call.put(frame)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 1:
            self._lost()

    def process_exited(self) -> None:
        self._lost()
        self.process.close()
        self.exited.set()

    def _lost(self) -> None:
        if self.gone.is_set():
            return
        self.gone.set()
        if not self.ready.done():
            self.ready.set_exception(ConnectionResetError())
            self.ready.exception()
        if self.calls:
            log.warning("the model process ended with %d calls in it", len(self.calls))
        for call in self.calls.values():
            lost = failure("lost", call.tier, sent=True)
            call.put((0, "failed", frames.of_error(lost)))

    def kill(self) -> None:
        """End the process at once."""
        with suppress(ProcessLookupError):
            self.process.kill()

    def send(self, *frame: Any) -> None:
        """Send a frame. If the process is gone nothing is sent; its calls have failed already."""
        if not self.gone.is_set():
            self.input.write(frames.line(*frame))


class ModelProcess:
    """A `Transport` that makes each model call in a second process, so that the SDK stays out of
    here.
    """

    def __init__(self, key_names: Callable[[], Collection[str]] = tuple) -> None:
        """`key_names` returns the names of the configured variables that hold a key."""
        self._key_names = key_names
        self._pipes: _Pipes | None = None
        self._starting = asyncio.Lock()
        self._next = 0
        self._idle: asyncio.TimerHandle | None = None
        self._jobs: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """The id of the running process; None if none runs."""
        running = self._pipes is not None and not self._pipes.gone.is_set()
        return self._pipes.process.get_pid() if running and self._pipes is not None else None

    def warm_up(self) -> None:
        """Start the process in the background. A second call does nothing."""
        self._spawn(self._warm())

    async def ready(self) -> None:
        """Wait until calls can be made. Raises `OSError` if the process cannot be started."""
        pipes = await self._running()
        try:
            async with asyncio.timeout(STARTS_WITHIN_S):
                await asyncio.shield(pipes.ready)
        except TimeoutError:
            # A process that hangs would delay every later call as well.
            pipes.kill()
            raise

    @asynccontextmanager
    async def opened(self, wanted: WantedCall) -> AsyncIterator[AnswerStream]:
        """Make a call. The connection closes with the context. Raises `ModelError`."""
        place = wanted.place
        async with self._asked(place, "call", frames.of_wanted(wanted)) as (number, call, pipes):
            _, kind, *head = await call.get()
            if kind != "head":
                raise _failed(kind, head, place)
            events = self._events(number, call, pipes, place)
            yield AnswerStream(head[0], head[1], events, *head[2:])

    async def asked(self, place: CallPlace, question: PlainQuestion) -> Any:
        """The JSON with which a server answers a question that is no model call. Raises
        `ModelError`.
        """
        data = frames.of_question(place, question)
        async with self._asked(place, "ask", data) as (_, call, _):
            _, kind, *found = await call.get()
            if kind != "told":
                raise _failed(kind, found, place)
            return found[0]

    async def close(self) -> None:
        """End the process."""
        self._closed = True
        for job in list(self._jobs):
            job.cancel()
        await self._end()

    @asynccontextmanager
    async def _asked(
        self, place: CallPlace, kind: str, data: Any
    ) -> AsyncIterator[tuple[int, _Call, _Pipes]]:
        pipes = await self._running()
        self._next += 1
        number, call = self._next, _Call(place.tier)
        pipes.calls[number] = call
        if pipes.gone.is_set():
            call.put((0, "failed", frames.of_error(failure("lost", place.tier, sent=False))))
        pipes.send(number, kind, data)
        try:
            yield number, call, pipes
        finally:
            pipes.calls.pop(number, None)
            pipes.send(number, "stop")
            self._rest()

    async def _events(
        self, number: int, call: _Call, pipes: _Pipes, place: CallPlace
    ) -> AsyncIterator[ServerEvent]:
        taken = 0
        while True:
            _, kind, *more = await call.get()
            if kind == "end":
                return
            if kind != "event":
                raise _failed(kind, more, place)
            taken += 1
            if taken % TOLD == 0:
                pipes.send(number, "more", TOLD)
            yield ServerEvent(more[0], more[1])

    async def _running(self) -> _Pipes:
        """The running process, which is started if there is none."""
        async with self._starting:
            if self._pipes is None or self._pipes.gone.is_set():
                self._pipes = await self._start()
            self._rest()
            return self._pipes

    async def _start(self) -> _Pipes:
        loop = asyncio.get_running_loop()
        # `-P`: no module is imported from the folder that the editor was started in.
        _, pipes = await loop.subprocess_exec(
            _Pipes, sys.executable, "-P", "-m", "tierwise.models.worker",
            stdin=-1, stdout=-1, stderr=None, env=_environment(self._key_names()),
        )  # fmt: skip
        return pipes

    def _rest(self) -> None:
        """End the process after `IDLE_S` without a call, counted from now."""
        if self._idle is not None:
            self._idle.cancel()
        loop = asyncio.get_running_loop()
        self._idle = loop.call_later(IDLE_S, self._rested)

    def _rested(self) -> None:
        if self._pipes is not None and self._pipes.calls:
            self._rest()
        else:
            self._spawn(self._end())

    async def _end(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
        pipes, self._pipes = self._pipes, None
        if pipes is None or pipes.gone.is_set():
            return
        pipes.input.close()
        try:
            async with asyncio.timeout(ENDS_WITHIN_S):
                await pipes.exited.wait()
        except TimeoutError:
            pipes.kill()
            await pipes.exited.wait()

    async def _warm(self) -> None:
        with suppress(OSError, TimeoutError):
            await self.ready()

    def _spawn(self, work: Any) -> None:
        if self._closed:
            work.close()
            return
        job = asyncio.get_running_loop().create_task(work)
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)


def _failed(kind: str, more: Any, place: CallPlace) -> ModelError:
    if kind == "failed":
        return frames.error(more[0])
    return failure("lost", place.tier, sent=kind != "unread")


def _environment(key_names: Collection[str]) -> dict[str, str]:
    """The environment for the model process: that of this process without variables that hold
    secrets. Each call brings the key it needs.
    """
    named = {name.upper() for name in key_names}
    return {
        name: value
        for name, value in os.environ.items()
        if name.upper() not in named and not name.upper().endswith(SECRET)
    }
