"""What is left of an agent's edits: the gateway looks at the files itself, for fifteen minutes.

Of an edit that passed in a tool call only hashes of its lines are kept. Only files of the task's
own project are looked at, since a body may name any path.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tierwise.gateway import outcomes
from tierwise.gateway.evidence import ToolCall
from tierwise.gateway.office import Office
from tierwise.gateway.strands import RunningTask
from tierwise.learning.survival import CHECKS_MS

log = logging.getLogger(__name__)

LARGEST: Final = 1_000_000
"""Bytes of a file that is looked at."""
MOST_EDITS: Final = 100
"""Edits of one task that are followed."""
MOST_TASKS: Final = 500
"""Tasks whose edits are followed at once."""

_PATHS: Final = ("file_path", "path", "filePath", "filename")
_OLD: Final = ("old_string", "oldString", "old_str", "old_text")
_NEW: Final = ("new_string", "newString", "new_str", "new_text", "content", "contents", "file_text")


@dataclass(frozen=True, slots=True)
class PassedEdit:
    """An edit as hashes of its lines: those it put there, and those it took away."""

    path: str
    added: Counter[bytes]
    removed: Counter[bytes]


@dataclass
class EditsWatch:
    """Follows the edits of running tasks."""

    office: Office
    _edits: dict[str, list[PassedEdit]] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)
    _timers: set[asyncio.TimerHandle] = field(default_factory=set)
    _jobs: set[asyncio.Task[None]] = field(default_factory=set)

    def passed(self, task: RunningTask, done: Sequence[ToolCall]) -> None:
        """Take note of the edits among a task's finished calls; those known already are passed."""
        if not os.path.isabs(task.project):
            return
        known = self._seen.get(task.task_id, 0)
        fresh = [edit for call in done[known:] if (edit := edit_of(call)) is not None]
        self._seen[task.task_id] = len(done)
        if not fresh:
            return
        first = task.task_id not in self._edits
        if first and len(self._edits) >= MOST_TASKS:
            return
        kept = self._edits.setdefault(task.task_id, [])
        kept.extend(fresh[: MOST_EDITS - len(kept)])
        if first:
            for after in CHECKS_MS:
                self._later(task, after)

    def close(self) -> None:
        """Look no more."""
        for timer in self._timers:
            timer.cancel()
        for job in self._jobs:
            job.cancel()

    def _later(self, task: RunningTask, after_ms: int) -> None:
        loop = asyncio.get_running_loop()

        def look() -> None:
            self._timers.discard(timer)
            job = loop.create_task(self._look(task, after_ms))
            self._jobs.add(job)
            job.add_done_callback(self._jobs.discard)

        timer = loop.call_later(after_ms / 1000, look)
        self._timers.add(timer)

    async def _look(self, task: RunningTask, after_ms: int) -> None:
        edits = self._edits.get(task.task_id, [])
        value = await asyncio.to_thread(survival, edits, Path(task.project))
        if value is not None:
            outcomes.record(self.office, task, "survived", value, after_ms)
        if after_ms == CHECKS_MS[-1]:
            self._edits.pop(task.task_id, None)
            self._seen.pop(task.task_id, None)


def edit_of(call: ToolCall) -> PassedEdit | None:
    """The edit of a tool call that did not fail; None where it is none."""
    if call.failed or not call.edits:
        return None
    path = _text(call.input, _PATHS)
    if not path:
        return None
    changes = call.input.get("edits")
    parts = (
        [call.input, *(c for c in changes if isinstance(c, Mapping))]
        if isinstance(changes, list)
        else [call.input]
    )
    old: Counter[bytes] = Counter()
    new: Counter[bytes] = Counter()
    for part in parts:
        old += hashes(_text(part, _OLD).splitlines())
        new += hashes(_text(part, _NEW).splitlines())
    if not old and not new:
        return None
    return PassedEdit(path, new - old, old - new)


def survival(edits: Sequence[PassedEdit], root: Path) -> str | None:
    """The shares of lines that are still there, and of lines that did not come back; None where
    there is nothing to compare."""
    now: dict[str, Counter[bytes]] = {}
    kept = added = back = removed = 0
    for edit in edits:
        if edit.path not in now:
            now[edit.path] = _file(edit.path, root)
        there = now[edit.path]
        kept += (edit.added & there).total()
        added += edit.added.total()
        back += (edit.removed & there).total()
        removed += edit.removed.total()
    if not added and not removed:
        return None
    stands = round(kept / added, 3) if added else 1.0
    away = round(1 - back / removed, 3) if removed else 1.0
    return f"{stands}/{away}"


def hashes(lines: Iterable[str]) -> Counter[bytes]:
    """The lines of a text as short hashes, white space and blank lines left out."""
    bare = ("".join(line.split()) for line in lines)
    return Counter(
        hashlib.blake2b(line.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for line in bare
        if line
    )


def _file(name: str, root: Path) -> Counter[bytes]:
    """The lines of a file of the project as hashes; none where it is gone or is no such file."""
    try:
        path = (root / name).resolve()
        if not path.is_relative_to(root.resolve()):
            return Counter()
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            return Counter()
        return hashes(path.read_text(encoding="utf-8", errors="replace").splitlines())
    except (OSError, ValueError):
        return Counter()


def _text(data: Mapping[str, Any], names: Sequence[str]) -> str:
    value = next((data[name] for name in names if isinstance(data.get(name), str)), "")
    return str(value)
