"""Kills child processes of an index and switches git branches under it, at random.

A short test and the soak use it. After each step it checks that the database is sound, that no
process is left behind, and that every served row belongs to the text that is on disk.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
from pathlib import Path

from tierwise.index.content import content_hash
from tierwise.index.project import ProjectIndex

NAMES = [f"name_{n}" for n in range(30)]


def write(root: Path, rng: random.Random, files: int) -> None:
    """Another branch: some files new, some gone, most with other texts."""
    for number in range(files):
        path = root / f"part{number % 7}" / f"m{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        if rng.random() < 0.1:
            path.unlink(missing_ok=True)
            continue
        names = rng.sample(NAMES, 5)
        body = "".join(f"def {name}_{number}():\n    return {name}\n\n\n" for name in names)
        path.write_text(body, encoding="utf-8")


async def kill(index: ProjectIndex) -> bool:
    """Kill the child where there is one."""
    pid = index._child.pid
    if pid is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return True


def sound(database: Path) -> bool:
    """Whether the database is one."""
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))


async def stale(index: ProjectIndex, root: Path) -> list[str]:
    """Rows served whose text is another one than they were made from."""
    wrong = []
    for name in NAMES:
        found = await index.uses(name)
        for file in found.files:
            path = root / file.path
            if not path.exists() or content_hash(path.read_bytes()) != file.hash:
                wrong.append(file.path)
    return wrong


def children(parent: int | None = None) -> list[int]:
    """Children of a process, by default this one, that are left, ended ones that nobody waited for
    among them."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                command = (entry / "cmdline").read_bytes()
                if int(fields[1]) == (parent or os.getpid()) and (
                    b"tierwise.index" in command or not command
                ):
                    found.append(int(entry.name))
    return found
