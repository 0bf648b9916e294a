"""Runs a server as a child process and talks to it as a client. `tierwise try` uses it."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import TierwiseError

Handler = Callable[[Any], Any]


class ChildError(TierwiseError):
    """The server answered a request with an error; `name` is its name."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(str(error.get("message", "the server failed")))
        self.name = str((error.get("data") or {}).get("name", "Internal"))


class Child:
    """A real server over stdio. `handlers` maps a method of the server to its handler here."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.handlers: dict[str, Handler] = {}
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._next = 0
        self._jobs: set[asyncio.Task[None]] = set()
        self._reading = asyncio.ensure_future(self._read())

    @classmethod
    async def start(cls, env: Mapping[str, str]) -> Child:
        """Start `tierwise serve` with this environment."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tierwise", "serve",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, env=dict(env), limit=2**26,
        )  # fmt: skip
        return cls(process)

    async def request(self, method: str, params: Any = None) -> Any:
        """Send a request and return its result.

        Raises `ChildError` if the server answers with an error, and `TierwiseError` if it is gone.
        """
        self._next += 1
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[self._next] = future
        self._send({"id": self._next, "method": method, "params": params})
        return await future

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification to the server."""
        self._send({"method": method, "params": params})

    async def stop(self) -> None:
        """End the server with `shutdown` and `exit`, as the protocol asks."""
        await self.request("shutdown")
        self.notify("exit")
        await self.process.wait()
        self._reading.cancel()

    def _send(self, message: Mapping[str, Any]) -> None:
        full = {"jsonrpc": "2.0", **{k: v for k, v in message.items() if v is not None}}
        body = json.dumps(full).encode()
        stdin = self.process.stdin
        if stdin is None or stdin.is_closing():
            raise TierwiseError(ErrorReason("server_gone"))
        stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    async def _read(self) -> None:
        stdout = self.process.stdout
        if stdout is None:
            return
        try:
            while True:
                head = await stdout.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                await self._take(json.loads(await stdout.readexactly(length)))
        except (asyncio.IncompleteReadError, ConnectionError):
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(TierwiseError(ErrorReason("server_ended")))

    async def _take(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            future = self._waiting.pop(message["id"], None)
            if future is None or future.done():
                return
            if "error" in message:
                future.set_exception(ChildError(message["error"]))
            else:
                future.set_result(message.get("result"))
            return
        handler = self.handlers.get(method)
        if "id" not in message:
            if handler is not None:
                handler(message.get("params"))
            return
        job = asyncio.ensure_future(self._answer(handler, message))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)

    async def _answer(self, handler: Handler | None, message: dict[str, Any]) -> None:
        result = handler(message.get("params")) if handler is not None else None
        if asyncio.iscoroutine(result):
            result = await cast(Awaitable[Any], result)
        body = {"jsonrpc": "2.0", "id": message["id"], "result": result}
        raw = json.dumps(body).encode()
        stdin = self.process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(b"Content-Length: %d\r\n\r\n" % len(raw) + raw)
