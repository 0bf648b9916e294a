"""The gateway that the commands of jobs call: one that runs already, or the worker's own."""

from __future__ import annotations

import asyncio
import ctypes
import json
import logging
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Final

from tierwise.core.dataclass import dataclass

log = logging.getLogger(__name__)

STARTS_WITHIN: Final = 60.0
"""Seconds that a gateway may take to say where it listens."""
ENDS_WITHIN: Final = 10.0
_PARENT_DEATH_SIGNAL: Final = 1
"""The option of `prctl` that sets the signal a process gets when its parent ends."""


@dataclass
class OwnGateway:
    """Finds or starts a gateway for the commands of jobs.

    `running` returns the URL of a gateway that runs on this state folder, or None.
    """

    env: Mapping[str, str]
    running: Callable[[], str | None] = lambda: None
    _process: asyncio.subprocess.Process | None = None
    _url: str | None = None
    _starting: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def url(self) -> str | None:
        """The URL of a gateway. Starts one if none runs. None if that fails."""
        async with self._starting:
            if self._process is not None and self._process.returncode is None:
                return self._url
            found = await asyncio.to_thread(self.running)
            return found if found is not None else await self._start()

    async def stop(self) -> None:
        """End the gateway that this worker started."""
        process, self._process, self._url = self._process, None, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), ENDS_WITHIN)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _start(self) -> str | None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tierwise", "gateway", "--json", "--port", "0",
            env=dict(self.env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )  # fmt: skip
        assert self._process.stdout is not None
        try:
            said = await asyncio.wait_for(self._process.stdout.readline(), STARTS_WITHIN)
            self._url = str(json.loads(said)["url"])
        except (TimeoutError, ValueError, KeyError):
            log.warning("no gateway could be started")
            await self.stop()
        return self._url


def _end_with_parent() -> None:
    """Make a new process end when the worker is gone, however the worker ended."""
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM, 0, 0, 0)
