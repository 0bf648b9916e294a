"""Starts gateways as separate processes, which tests may kill."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.support.bound import bound

STARTS: Final = 20
"""Starts of a gateway whose ledger may be away meanwhile."""


class DidNotStart(Exception):
    """The process ended before it said where it listens."""


@dataclass
class GatewayProcess:
    """A gateway in a process of its own."""

    process: asyncio.subprocess.Process
    url: str
    token: str

    @classmethod
    async def start(cls, env: Mapping[str, str], *options: str) -> GatewayProcess:
        """Start one with these options and wait until it listens. Raises `DidNotStart`."""
        process = await asyncio.create_subprocess_exec(
            *bound(sys.executable, "-m", "tierwise", "gateway", "--json", "--port", "0", *options),
            env={**os.environ, **env}, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert process.stdout is not None
            line = await process.stdout.readline()
            if not line:
                raise DidNotStart(f"exit {await process.wait()}")
            said = json.loads(line)
        except BaseException:
            if process.returncode is None:
                process.kill()
                await process.wait()
            raise
        return cls(process, said["url"], Path(said["tokenFile"]).read_text().strip())

    async def end(self, number: int) -> int:
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()


@dataclass
class GatewayPool:
    """Two gateways that clients ask, and a third that is started before it is needed."""

    env: Mapping[str, str]
    options: tuple[str, ...]
    at: list[GatewayProcess]
    spare: asyncio.Task[GatewayProcess]

    @classmethod
    async def start(cls, env: Mapping[str, str], *options: str) -> GatewayPool:
        both = [await _started(env, options), await _started(env, options)]
        return cls(env, options, both, asyncio.create_task(_started(env, options)))

    async def kill(self, number: int) -> None:
        """Kill one; the spare takes its place."""
        await self.at[number].end(signal.SIGKILL)
        self.at[number] = await self.spare
        self.spare = asyncio.create_task(_started(self.env, self.options))

    async def back(self, number: int, gone: GatewayProcess) -> None:
        """Wait until another stands in the place of one that was killed."""
        while self.at[number] is gone and gone.process.returncode is not None:
            await asyncio.sleep(0.02)

    async def close(self) -> list[int]:
        """End all; their exit codes."""
        return [await at.end(signal.SIGTERM) for at in (*self.at, await self.spare)]


async def _started(env: Mapping[str, str], options: tuple[str, ...]) -> GatewayProcess:
    """A gateway; one whose database was away as it started is started again."""
    for _ in range(STARTS):
        try:
            return await GatewayProcess.start(env, *options)
        except DidNotStart:
            await asyncio.sleep(0.2)
    return await GatewayProcess.start(env, *options)
