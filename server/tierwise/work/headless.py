"""Runs the engine of an editor window without an editor: it works on the files of a folder and
nobody watches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from tierwise.app import build
from tierwise.core.dataclass import dataclass
from tierwise.core.views import FileChange
from tierwise.tasks.api import ApplyReply
from tierwise.tasks.engine import TaskEngine
from tierwise.tasks.window.unheard import Unheard
from tierwise.work import disk
from tierwise.work.disk import DiskDocuments

Ask = Callable[[str, Sequence[str]], str | None]


def nobody(question: str, options: Sequence[str]) -> str | None:
    """Answer a question with None: nobody watches, and consent is never assumed."""
    return None


@dataclass
class Unattended(Unheard):
    """The listener of a window without an editor.

    `answer` answers the engine's questions if there is a terminal. `told` gets each notice.
    """

    root: Path
    answer: Ask = nobody
    told: Callable[[Literal["info", "warning", "error"], str], None] = lambda level, text: None

    def notice(self, level: Literal["info", "warning", "error"], text: str) -> None:
        super().notice(level, text)
        self.told(level, text)

    async def ask(self, question: str, options: Sequence[str]) -> str | None:
        return await asyncio.to_thread(self.answer, question, options)

    async def apply(self, changes: Sequence[FileChange], label: str) -> ApplyReply:
        try:
            await asyncio.to_thread(disk.write, changes, self.root)
        except OSError as error:
            return ApplyReply(False, f"The file could not be written ({error.strerror or error}).")
        return ApplyReply(True)


@dataclass(frozen=True)
class Headless:
    """An engine that works on a folder without an editor, with its documents and the listener that
    answers in place of an editor.
    """

    engine: TaskEngine
    documents: DiskDocuments
    listener: Unattended


def headless(env: Mapping[str, str], root: Path, *, answer: Ask = nobody) -> Headless:
    """Build the engine of a folder. It is not started yet."""
    documents, listener = DiskDocuments((root,)), Unattended(root, answer)
    return Headless(build(env, documents, listener, night=True), documents, listener)
