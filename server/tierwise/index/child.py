"""The server's side of the index's child process: starts it when needed, talks to it, ends it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

log = logging.getLogger(__name__)

FAILURES: Final = 5
"""The child process may fail this often in a row. Then it is not started for `GIVEN_UP_S`."""
PAUSE_S: Final = 1.0
"""Seconds before the second start. Each further start waits twice as long."""
GIVEN_UP_S: Final = 600.0
"""Seconds before a child that kept failing is started again. A full disk may have room by then."""
REPLACE_ME: Final = 75
"""Exit code of a child that asks for another one in its place (`worker.REPLACE_ME`)."""
ENDS_WITHIN_S: Final = 1.0
LONGEST_LINE: Final = 2**20


class IndexChild:
    """One child process that writes an index. `last` is its latest report: how many files it knows
    and has read.

    `failed` is the error it reported, empty if there is none. `news` is set when a report came.
    """

    def __init__(self, opening: Mapping[str, Any], home: Path) -> None:
        self._opening = {"do": "open", **opening}
        self._home = home
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._asked: dict[int, asyncio.Future[None]] = {}
        self._number = 0
        self._failures = 0
        self._not_before = 0.0
        self._starting = asyncio.Lock()
        self._closed = False
        self.last: Mapping[str, Any] = {}
        self.failed = ""
        self.news = asyncio.Event()

    @property
    def given_up(self) -> bool:
        """Whether the process failed so often that it is not started for a while."""
        return self._failures >= FAILURES and time.monotonic() < self._not_before

    @property
    def pid(self) -> int | None:
        """The id of the child process. None while none runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def sweep(self, near: list[str]) -> asyncio.Future[None] | None:
        """Ask for a sweep (a look for changed files). Returns a future that is done when the sweep
        ends.

        The future is cancelled if the process ends first. Returns None if there is no process.
        """
        self._number += 1
        number = self._number
        swept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked[number] = swept
        if not await self.tell({"do": "sweep", "id": number, "near": near}):
            self._asked.pop(number, None)
            return None
        return swept

    async def tell(self, message: Mapping[str, Any]) -> bool:
        """Send a message and start the process if there is none.

        False if it cannot be started, or ended before it got the message.
        """
        async with self._starting:
            if self.pid is None and not await self._start():
                return False
        process = self._process
        if process is None or process.stdin is None:
            return False
        with contextlib.suppress(ConnectionError, RuntimeError):
            process.stdin.write(json.dumps(message).encode() + b"\n")
            await process.stdin.drain()
            return True
        return False

    async def close(self) -> None:
        """End the process: close its stdin, and kill it if that does not end it."""
        self._closed = True
        # A start may be under way. Wait for it, so that its process is known here.
        async with self._starting:
            process, reading = self._process, self._reading
        if process is not None and process.returncode is None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                await asyncio.wait_for(process.wait(), ENDS_WITHIN_S)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if reading is not None:
            await asyncio.gather(reading, return_exceptions=True)

    async def _start(self) -> bool:
        if self._closed or time.monotonic() < self._not_before:
            return False
        # With `-P` and a folder of our own as working directory, nothing of the workspace is
        # imported.
        try:
            self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-P", "-m", "tierwise.index.worker",
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL, cwd=self._home, limit=LONGEST_LINE,
                env=_environment(),
            )  # fmt: skip
        except OSError as error:
            self._failed_with(f"{type(error).__name__}: {error}")
            self._count_failure(FAILURES)
            return False
        self._reading = asyncio.get_running_loop().create_task(self._listen(self._process))
        if self._process.stdin is not None:
            self._process.stdin.write(json.dumps(self._opening).encode() + b"\n")
        return True

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        answered = failed = False
        assert process.stdout is not None
        with contextlib.suppress(ValueError, ConnectionError):
            async for line in process.stdout:
                message = json.loads(line)
                failed = "failed" in message
                answered = answered or not failed
                self._heard(message)
        code = await process.wait()
        if self._process is process:
            self._process = None
        for asked in self._asked.values():
            if not asked.done():
                asked.cancel()
        self._asked.clear()
        self.news.set()
        if not self._closed and code == REPLACE_ME:
            await self.tell({"do": "sweep", "id": 0, "near": []})
        elif not self._closed and code != 0:
            # If a process did some work before it was killed, that says nothing against the next
            # one.
            self._count_failure(1 if answered and not failed else self._failures + 1)
            log.warning("the index's process ended (%s)", code)
        elif answered:
            self._failures = 0

    def _count_failure(self, failures: int) -> None:
        """Set how many starts failed in a row, and with it how long the next start has to wait."""
        self._failures = failures
        given_up = failures >= FAILURES
        pause = GIVEN_UP_S if given_up else PAUSE_S * 2 ** (failures - 1)
        self._not_before = time.monotonic() + pause

    def _failed_with(self, why: str) -> None:
        self.failed = why
        log.warning("index: %s", why)
        self.news.set()

    def _heard(self, message: Mapping[str, Any]) -> None:
        if "failed" in message:
            self._failed_with(str(message["failed"]))
            return
        self.failed = ""
        self.last = message.get("at") or message
        asked = self._asked.pop(message.get("swept", -1), None)
        if asked is not None and not asked.done():
            asked.set_result(None)
        self.news.set()


def _environment() -> dict[str, str]:
    """The environment for the child, without API keys: it needs none."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONHOME", "SYSTEMROOT", "TEMP",
            "TMP", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "USERPROFILE", "APPDATA",
            "LOCALAPPDATA")  # fmt: skip
    return {name: os.environ[name] for name in kept if name in os.environ}
