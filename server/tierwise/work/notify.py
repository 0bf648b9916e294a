"""Tells the operator what happened at night, by a command of their own and on the desktop."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final, Literal

from tierwise.core.dataclass import dataclass
from tierwise.present import night as words
from tierwise.store.content import Content
from tierwise.store.jobs import GroupRow
from tierwise.store.ledger import Ledger
from tierwise.tasks.queue import reporting
from tierwise.tasks.window.settings import configuration

log = logging.getLogger(__name__)

TAKES: Final = 30.0
"""Seconds a command may take before it is ended."""
DESKTOP: Final = "notify-send"


@dataclass
class Teller:
    """Runs `notify_command`, and shows a desktop message if there is a desktop.

    It says each sentence of the engine once.
    """

    env: Mapping[str, str]
    ledger: Ledger
    _said: set[str] = field(default_factory=set)
    _jobs: set[asyncio.Task[None]] = field(default_factory=set)

    def tell(self, level: Literal["info", "warning", "error"], text: str) -> None:
        """Pass on a warning or an error of the engine. Mere information is left to the report."""
        if level != "info" and text not in self._said:
            self._said.add(text)
            self._say(text)

    async def ended(self, group: GroupRow) -> None:
        """Say in one line what became of a group that has ended."""
        content = Content(self.ledger.folder)
        found = await self.ledger.read(
            lambda conn: reporting.reports(conn, content, group=group.id)
        )
        config = configuration(self.env, {}, [], True).config
        baseline = config.baseline or config.ladder().top
        for report in found:
            line = words.line(
                report.title, group.fan, report.counts, report.cost, group.baseline, baseline,
                rehearsal=group.rehearsal,
            )  # fmt: skip
            self._say(words.group_over(line))

    async def close(self) -> None:
        """Wait for the commands that still run, at most `TAKES` seconds."""
        if self._jobs:
            await asyncio.wait(self._jobs, timeout=TAKES)

    def _say(self, text: str) -> None:
        command = configuration(self.env, {}, [], True).config.notify_command
        if command:
            self._start([*command, text])
        if self.env.get("DISPLAY") or self.env.get("WAYLAND_DISPLAY"):
            desktop = shutil.which(DESKTOP, path=self.env.get("PATH"))
            if desktop is not None:
                self._start([desktop, "--app-name=Tierwise", "--", text])

    def _start(self, command: Sequence[str]) -> None:
        job = asyncio.get_running_loop().create_task(_run(command))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)


async def _run(command: Sequence[str]) -> None:
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        log.warning("%s could not be run (%s)", command[0], type(error).__name__)
        return
    try:
        await asyncio.wait_for(process.wait(), TAKES)
    except TimeoutError:
        process.kill()
        log.warning("%s took longer than %g s and was ended", command[0], TAKES)
