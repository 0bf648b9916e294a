"""A team with its ledger on one PostgreSQL server: runs commands, gateways and members' calls.

Each gateway has a state folder of its own, as if it ran on a machine of its own.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.bound import bound
from tests.support.gateways import GatewayProcess


class CommandFailed(Exception):
    """A command of `tierwise` ended with an error; the text is what it said."""


@dataclass(frozen=True)
class TeamDesk:
    """Where a team is run from. `url` is the ledger's address, `model` the model server's."""

    folder: Path
    url: str
    model: str

    def env(self, machine: str) -> dict[str, str]:
        """The environment of one machine: no key but one that nobody's server knows."""
        return {
            "TIERWISE_STATE_DIR": str(self.folder / machine),
            "TIERWISE_CONFIG": str(self.folder / "config.toml"),
            "TIERWISE_STORE_URL": self.url,
            "ANTHROPIC_API_KEY": "upstream-key-of-nobody",
            "ANTHROPIC_BASE_URL": self.model,
        }

    async def command(self, *words: str) -> Any:
        """What `tierwise WORDS --json` prints. Raises `CommandFailed`."""
        process = await asyncio.create_subprocess_exec(
            *bound(sys.executable, "-m", "tierwise", *words, "--json"),
            env={**os.environ, **self.env("owner")},
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            out, err = await process.communicate()
        except BaseException:
            process.kill()
            await process.wait()
            raise
        if process.returncode:
            raise CommandFailed(err.decode().strip())
        return json.loads(out)

    async def gateway(self, machine: str) -> GatewayProcess:
        """Start `tierwise gateway --team` on that machine. Raises `DidNotStart`."""
        return await GatewayProcess.start(self.env(machine), "--team")


async def ask(
    http: aiohttp.ClientSession, at: GatewayProcess, token: str, body: Mapping[str, Any]
) -> tuple[int, Any]:
    """Send a Messages body as the member of that token; the status and the answer."""
    headers = {"authorization": f"Bearer {token}"}
    async with http.post(f"{at.url}/v1/messages", json=body, headers=headers) as answer:
        return answer.status, await answer.json()
