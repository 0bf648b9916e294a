"""A raw JSON-RPC client over the server's stdio. It reads every byte itself, without a library."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.support.environment import kept

WAIT = 30.0
"""Seconds a test waits for what must come; a bound for failures, never a bar."""


class RpcError(Exception):
    """The server answered with an error."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(f"{error['code']}: {error['message']}")
        self.code: int = error["code"]
        self.name: str | None = (error.get("data") or {}).get("name")
        self.error = error


class Rpc:
    """One server process. `answers` maps a method of the server's to what this client says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.received: list[dict[str, Any]] = []
        self.responses: dict[Any, list[dict[str, Any]]] = {}
        self.answers: dict[str, Callable[[Any], Any]] = {}
        self.silent: set[str] = set()
        self.held: set[str] = set()
        """Methods that are answered once `release` is called."""
        self._waiting: list[dict[str, Any]] = []
        self.within = WAIT
        self._changed = asyncio.Condition()
        self._next = 0
        self._reader = asyncio.ensure_future(self._read())

    @classmethod
    async def start(
        cls, env: Mapping[str, str], *args: str, stderr: int = asyncio.subprocess.DEVNULL
    ) -> Self:
        """Start `tierwise serve` with nothing of this machine's configuration in sight."""
        command = (sys.executable, "-m", "tierwise", "serve", *args)
        return await cls.start_program(command, env, stderr=stderr)

    @classmethod
    async def start_program(
        cls,
        command: Sequence[str],
        env: Mapping[str, str],
        stderr: int = asyncio.subprocess.DEVNULL,
    ) -> Self:
        """Start any server that speaks on stdio."""
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            env={**_clean(), **env},
            limit=64 * 1024 * 1024,
        )
        return cls(process)

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)

    def send(self, message: Any) -> None:
        """Send a message with its header."""
        body = json.dumps(message).encode()
        self.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        message = {"jsonrpc": "2.0", "method": method}
        self.send(message if params is None else {**message, "params": params})

    def post(self, method: str, params: Any = None) -> int:
        """Send a request without waiting; its id."""
        self._next += 1
        message = {"jsonrpc": "2.0", "id": self._next, "method": method}
        self.send(message if params is None else {**message, "params": params})
        return self._next

    async def response(self, msg_id: Any) -> Any:
        """The result of a request. Raises `RpcError`."""
        await self.until(lambda: msg_id in self.responses)
        message = self.responses[msg_id][0]
        if "error" in message:
            raise RpcError(message["error"])
        return message.get("result")

    async def request(self, method: str, params: Any = None) -> Any:
        """Send a request and wait for its result. Raises `RpcError`."""
        return await self.response(self.post(method, params))

    async def until(self, holds: Callable[[], Any]) -> Any:
        """Wait until something holds; what it returned."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(holds), self.within)
        return holds()

    def of(self, method: str) -> list[Any]:
        """Params of all notifications and requests of a method so far."""
        return [m.get("params") for m in self.received if m.get("method") == method]

    async def initialize(self, **params: Any) -> Any:
        """Shake hands; the server's answer."""
        given = {"processId": os.getpid(), "rootUri": None, "capabilities": {}, **params}
        result = await self.request("initialize", given)
        self.notify("initialized", {})
        return result

    async def stop(self) -> int:
        """Leave as a client should; the exit code."""
        if self.process.returncode is None:
            await self.request("shutdown")
            self.notify("exit")
        return await asyncio.wait_for(self.process.wait(), WAIT)

    def release(self) -> None:
        """Send the answers that were held."""
        self.held = set()
        for reply in self._waiting:
            self.send(reply)
        self._waiting = []

    async def kill(self) -> None:
        """End the process, if it is still there."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        self._reader.cancel()

    async def _read(self) -> None:
        stdout = self.process.stdout
        assert stdout is not None
        try:
            while True:
                head = await stdout.readuntil(b"\r\n\r\n")
                length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                message = json.loads(await stdout.readexactly(length))
                async with self._changed:
                    self._take(message)
                    self._changed.notify_all()
        except asyncio.IncompleteReadError:
            async with self._changed:
                self._changed.notify_all()

    def _take(self, message: dict[str, Any]) -> None:
        method = message.get("method")
        if method is None:
            self.responses.setdefault(message.get("id"), []).append(message)
            return
        self.received.append(message)
        if "id" in message and method not in self.silent:
            answer = self.answers.get(method, _default)
            result = answer(message.get("params"))
            reply = {"jsonrpc": "2.0", "id": message["id"], "result": result}
            if method in self.held:
                self._waiting.append(reply)
            else:
                self.send(reply)


def _default(params: Any) -> Any:
    return None


def _clean() -> dict[str, str]:
    server = str(Path(__file__).parents[2] / "server")
    return kept("LANG", "VIRTUAL_ENV", "TMPDIR") | {"PYTHONPATH": server}
