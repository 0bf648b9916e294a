"""Sends generated messages to one server, and counts which responses are missing afterwards."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import SAMPLE
from tests.support.editor import PROFILES
from tests.support.generated import LEAVES, Generator
from tests.support.rpc import Rpc

STUCK = 60.0
"""Seconds without the answer to a plain request after which a server counts as stuck."""
CHECKED = 250
"""Messages after which the server must answer a plain request."""


@dataclass
class Verdict:
    """What became of one server: `lost` and `doubled` are ids, `..._after` messages sent.

    `internal` holds errors that nobody foresaw: answers, but not the ones they should be.
    """

    sent: int = 0
    died_after: int | None = None
    stuck_after: int | None = None
    lost: list[Any] = field(default_factory=list)
    doubled: list[Any] = field(default_factory=list)
    internal: list[str] = field(default_factory=list)
    kilobytes: list[int] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        dead = self.died_after is not None or self.stuck_after is not None
        return not (dead or self.lost or self.doubled or self.internal)


class Odd(Rpc):
    """A client that answers the server's requests badly, wrongly, late or not at all."""

    chance = random.Random(0)
    counts: Counter[Any]
    internal: list[str]

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") is None:
            self.counts[_hashable(message.get("id"))] += 1
            error = message.get("error")
            if error is not None and (error["code"] == -32603 or "Traceback" in str(error)):
                self.internal.append(str(error))
            self.responses.setdefault(_hashable(message.get("id")), [message])
            return
        if "id" not in message or self.chance.random() < 0.3:
            return
        key = "result" if self.chance.random() < 0.8 else "error"
        answer = self.chance.choice([None, *LEAVES])
        self.send({"jsonrpc": "2.0", "id": message["id"], key: answer})


async def fuzz(env: Mapping[str, str], root: Path, seed: int, messages: int) -> Verdict:
    """Send that many generated messages to a fresh server and see what is owed at the end."""
    (root / "sample.py").write_text(SAMPLE, encoding="utf-8")
    uri = (root / "sample.py").as_uri()
    client = await Odd.start(env)
    client.counts, client.internal = Counter(), []
    client.chance = random.Random(seed)
    verdict, owed, made = Verdict(), Counter[Any](), Generator(seed, uri)
    try:
        await client.initialize(capabilities=PROFILES["vscode"], rootUri=root.as_uri())
        opened = {"uri": uri, "languageId": "python", "version": 1, "text": SAMPLE}
        client.notify("textDocument/didOpen", {"textDocument": opened})
        await client.request("tierwise/status")
        for number in range(messages):
            message = made.make()
            client.raw(message.data)
            owed.update(message.owed)
            if number % CHECKED == CHECKED - 1 or number == messages - 1:
                verdict.sent = number + 1
                verdict.kilobytes.append(resident(client.process.pid))
                try:
                    await asyncio.wait_for(client.request("tierwise/status"), STUCK)
                except TimeoutError:
                    verdict.stuck_after = verdict.sent
                    return verdict
                if client.process.returncode is not None:
                    verdict.died_after = verdict.sent
                    return verdict
        try:
            await asyncio.wait_for(client.until(lambda: not owed - client.counts), STUCK)
        except TimeoutError:
            pass
        verdict.lost = list(owed - client.counts)
        verdict.doubled = [i for i, n in client.counts.items() if i in owed and n > owed[i]]
        verdict.internal = client.internal
        if await client.stop() != 0:
            verdict.died_after = verdict.sent
    except (ConnectionError, TimeoutError):
        verdict.died_after = verdict.sent
    finally:
        await client.kill()
    return verdict


async def rested(pid: int) -> None:
    """Wait until a process did nothing for a second: what it imports beside its work is there."""

    def used() -> tuple[int, int]:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0, 0
        return int(fields[11]), int(fields[12])

    async with asyncio.timeout(300):
        before = None
        while (spent := used()) != before:
            before = spent
            await asyncio.sleep(1)


def resident(pid: int) -> int:
    """Resident kilobytes of a process; 0 where the system does not say."""
    return field_of(pid, "VmRSS")


def field_of(pid: int, name: str) -> int:
    """A figure of `/proc/PID/status` in kilobytes; 0 where there is none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name + ":")), 0)


def _hashable(value: Any) -> Any:
    return value if isinstance(value, int | str) or value is None else str(value)
