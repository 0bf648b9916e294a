"""Runs the operator's tests on proposals: on each alone, and on those that are to be applied
together also together.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Final

from tierwise.config.model import QueueTest
from tierwise.core.dataclass import dataclass
from tierwise.core.jobs import TestsSaid
from tierwise.syntax import encoding
from tierwise.tasks.testing import cell, copies
from tierwise.tasks.testing.cell import CellRun
from tierwise.tasks.testing.copies import NoCopy, TreeCopy
from tierwise.tasks.testing.verdict import verdict
from tierwise.tasks.window.disk import path_of
from tierwise.tasks.window.window import Window

OVERLAP: Final = "overlap"
"""The code for proposals that cannot be tested together because they change the same lines."""


@dataclass(frozen=True, slots=True)
class TestsReport:
    """What the tests said about some proposals. `network` says whether the tests could use the
    network, `output` is the end of what their last run printed.
    """

    said: TestsSaid
    network: bool | None = None
    output: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """A job's proposal to be tested.

    For each URI it has the text that the proposal was made for (None for a new file) and the new
    text.
    """

    job: str
    texts: Mapping[str, tuple[str | None, str]]


@dataclass
class Tests:
    """Runs the tests of one workspace folder (`root`) in a copy of it. One run at a time, because
    tests share ports and files.

    `number` distinguishes copies of the same folder that are used at the same time.
    """

    window: Window
    state: Path
    root: Path
    number: int = 0
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _before: dict[str, CellRun] = field(default_factory=dict)
    """Runs without any change, by the content of the tree and the command."""

    async def of(self, proposals: Sequence[Tried]) -> TestsReport:
        """The result of the tests on the present tree with some proposals applied.

        It is red if two of them change the same lines.
        """
        wanted = self.window.config.queue.test
        if not wanted.command:
            return TestsReport("none")
        if not self.window.trust.trusted:
            return TestsReport("notRun")
        async with self._one:
            try:
                return await self._of(proposals, wanted)
            except NoCopy as error:
                return TestsReport("red" if error.args == (OVERLAP,) else "notRun")

    async def passing(
        self, proposals: Sequence[Tried], beside: Sequence[Tried] = ()
    ) -> Sequence[Tried] | None:
        """The proposals with which the tests do not turn red, together and with those in `beside`.

        If the tests turn red, the proposals are split in halves to find those that fail. None if
        the tests cannot run now.
        """
        if not proposals:
            return ()
        found = await self.of([*beside, *proposals])
        if found.said == "notRun":
            return None
        if found.said != "red":
            return proposals
        if len(proposals) == 1:
            return ()
        middle = len(proposals) // 2
        first = await self.passing(proposals[:middle], beside)
        if first is None:
            return None
        second = await self.passing(proposals[middle:], [*beside, *first])
        return None if second is None else [*first, *second]

    async def _of(self, proposals: Sequence[Tried], wanted: QueueTest) -> TestsReport:
        made = await asyncio.to_thread(self._copied)
        base = await asyncio.to_thread(self._texts, proposals, made.folder, changed=False)
        await asyncio.to_thread(copies.write, made.folder, base)
        key = f"{made.tree}:{_digest(base)}:{json.dumps(wanted.command)}"
        before = self._before.get(key) if made.tree else None
        if before is None:
            before = await self._run(made, wanted)
            self._before[key] = before
        if not before.ran:
            return TestsReport("notRun")
        after = await self._with(proposals, wanted)
        again = None
        if after.code not in (0, None):
            again = await self._with(proposals, wanted)
        return TestsReport(verdict(before, after, again), wanted.network, after.output)

    async def _with(self, proposals: Sequence[Tried], wanted: QueueTest) -> CellRun:
        """Run the tests with the change, in a fresh copy without leftovers of an earlier run."""
        made = await asyncio.to_thread(self._copied)
        new = await asyncio.to_thread(self._texts, proposals, made.folder, changed=True)
        await asyncio.to_thread(copies.write, made.folder, new)
        return await self._run(made, wanted)

    async def _run(self, made: TreeCopy, wanted: QueueTest) -> CellRun:
        return await cell.run(
            wanted.command,
            made.folder,
            seconds=wanted.timeout,
            network=wanted.network,
            env=self.window.settings.env,
        )

    def _copied(self) -> TreeCopy:
        settings = self.window.config.queue
        place = copies.place_of(self.state, self.root, self.number)
        return copies.copy(self.root, place, settings.link, settings.copies, self.window.ignore)

    def _texts(
        self, proposals: Sequence[Tried], folder: Path, *, changed: bool
    ) -> Mapping[str, bytes]:
        """The files of proposals by their paths below the folder: the old texts, or with `changed`
        the new.
        """
        found: dict[str, str] = {}
        for uri, (before, after) in (item for one in proposals for item in one.texts.items()):
            path = path_of(uri)
            if path is None or not Path(path).is_relative_to(self.root):
                raise NoCopy("outside")
            inside = Path(path).relative_to(self.root).as_posix()
            if not changed:
                if before is not None:
                    found[inside] = before
            elif inside in found and before is not None:
                found[inside] = _merged(found[inside], before, after)
            else:
                found[inside] = after
        return {name: _encoded(text, folder / name) for name, text in found.items()}


def _encoded(text: str, like: Path) -> bytes:
    """A text in the encoding of the file that it replaces."""
    return encoding.encode(text, like.read_bytes()) if like.exists() else text.encode("utf-8")


def _merged(one: str, base: str, other: str) -> str:
    """Two changes of one text combined. Raises `NoCopy` if they change the same lines."""
    with tempfile.TemporaryDirectory(prefix="tierwise-merge-") as folder:
        names = []
        for name, text in (("one", one), ("base", base), ("other", other)):
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")
            names.append(str(path))
        done = subprocess.run(
            ["git", "merge-file", "-p", *names], capture_output=True, timeout=60, check=False
        )
        if done.returncode:
            raise NoCopy(OVERLAP)
        return done.stdout.decode("utf-8", "surrogatepass")


def _digest(texts: Mapping[str, bytes]) -> str:
    found = hashlib.blake2b(digest_size=16)
    for name in sorted(texts):
        found.update(name.encode("utf-8", "surrogatepass") + b"\0" + texts[name] + b"\0")
    return found.hexdigest()
