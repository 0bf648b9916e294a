"""Kept content: prompts sent, answers, proposals and chats, as files only the operator can read.

They are in `content/` of the state folder, one folder per task, and are removed after
`content_keep_days`. The ledger holds none of it.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

ANSWER: Final = "answer.md"
"""The file name of a task's last answer."""

_SAFE: Final = re.compile(r"[^A-Za-z0-9._-]")


class Content:
    """The folder of kept content: prompts, answers, proposals and chats.

    It needs no ledger, and nothing fails on a read-only disk.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "content"

    def put(self, task_id: str, name: str, text: str, *, durable: bool = False) -> Path | None:
        """Keep a text. Returns the path, or None where it could not be written.

        With `durable` it waits until the text is on the disk, so that it survives a power cut.
        """
        path = self._path(task_id, name)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.parent.mkdir(exist_ok=True, mode=0o700)
            temporary = path.with_name(path.name + ".part")
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            with open(os.open(temporary, flags, 0o600), "w", encoding="utf-8", newline="") as file:
                file.write(text)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.replace(path)
        except (OSError, UnicodeEncodeError):
            return None
        return path

    def get(self, task_id: str, name: str) -> str | None:
        """The text that a task kept under this name, or None."""
        try:
            with self._path(task_id, name).open(encoding="utf-8", newline="") as file:
                return file.read()
        except (OSError, UnicodeDecodeError):
            return None

    def take(self, task_id: str, name: str) -> Path | None:
        """Claim a kept text by renaming it.

        Returns its new path; None if there is no such text or another process was first.
        """
        path = self._path(task_id, name)
        try:
            return path.rename(path.with_name(f"{path.name}.taken"))
        except OSError:
            return None

    def give_back(self, task_id: str, name: str) -> None:
        """Give up the claim to a kept text, so that it can be claimed again."""
        path = self._path(task_id, name)
        with suppress(OSError):
            path.with_name(f"{path.name}.taken").rename(path)

    def drop(self, task_id: str, name: str) -> None:
        """Remove a kept text, and its folder if that is empty then."""
        path = self._path(task_id, name)
        try:
            path.unlink(missing_ok=True)
            path.parent.rmdir()
        except OSError:
            return

    def tasks_with(self, name: str) -> list[str]:
        """The tasks that have a kept text of this name."""
        try:
            return sorted(path.parent.name for path in self.folder.glob(f"*/{_safe(name)}"))
        except OSError:
            return []

    def purge(self, older_than_days: float = 0.0) -> int:
        """Remove the content of tasks older than `older_than_days`; 0 removes all.

        Returns how many tasks that were.
        """
        limit, removed = time.time() - older_than_days * 86_400, 0
        try:
            folders = list(self.folder.iterdir())
        except OSError:
            return 0
        for folder in folders:
            try:
                old = older_than_days == 0 or folder.stat().st_mtime < limit
            except OSError:
                continue
            if old:
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
        return removed

    def _path(self, task_id: str, name: str) -> Path:
        return self.folder / _safe(task_id) / _safe(name)


def _safe(name: str) -> str:
    """A file name that stays in its folder, whatever a client chose as an id."""
    return _SAFE.sub("_", name)[:80].lstrip(".") or "_"
