"""Runs a command in a cell (cut off from the rest of the machine), and ends all it started.

On Linux the cell has namespaces of its own. Unless the operator allowed the network, its only
network is a loopback of its own. When the command is ended, all processes that it started end too,
even outside its process group. Its home is an empty folder. If the machine cannot make a cell, the
command runs only if the operator allowed it the network.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from tierwise.core.dataclass import dataclass

OUTPUT: Final = 64_000
"""How many bytes of a command's output are kept, from its end."""
MOST_MEMORY: Final = 4_000_000_000
"""The most bytes of memory of all processes of a command together."""
MOST_PROCESSES: Final = 512
_PASSED_ON: Final = re.compile(
    r"^(?:PATH|LANG|LC_.*|TZ|SYSTEMROOT|PATHEXT|COMSPEC|VIRTUAL_ENV|CONDA_PREFIX|PYTHONPATH"
    r"|NODE_PATH|GOPATH|GOROOT|GOCACHE|GOFLAGS|CARGO_HOME|RUSTUP_HOME|JAVA_HOME|GEM_HOME|GEM_PATH)$"
)
_CELL: Final = ("unshare", "--user", "--map-current-user", "--pid", "--fork", "--kill-child",
                "--mount-proc")  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellRun:
    """How a command ended.

    `code` is None if it took too long, used too much, or could not start. `ran` is False if it did
    not run at all.
    """

    code: int | None
    output: str
    ran: bool = True


NOT_RUN: Final = CellRun(None, "", ran=False)


@cache
def cuts_off() -> bool:
    """Whether this machine can cut a command off from the network."""
    if not sys.platform.startswith("linux") or shutil.which("unshare") is None:
        return False
    try:
        done = subprocess.run(
            [*_CELL, "--net", "--", "true"], capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@cache
def has_loopback() -> bool:
    """Whether a command that is cut off can have a loopback network of its own."""
    if not cuts_off():
        return False
    try:
        probe = [*_CELL, "--keep-caps", "--net", "--", "true"]
        done = subprocess.run(probe, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


async def run(
    command: Sequence[str],
    folder: Path,
    *,
    seconds: float,
    network: bool,
    env: Mapping[str, str],
    more: Mapping[str, str] | None = None,
    memory: int = MOST_MEMORY,
    rights: bool = False,
) -> CellRun:
    """Run a command in a folder, in a cell of its own if the machine can make one.

    With `network` it can reach the network. Of `env` it gets only variables such as `PATH`, and
    `more` is added to them. `memory` is the most bytes that it may use. With `rights` it keeps the
    capabilities over its cell, which it needs to bring up its loopback.
    """
    cell = await asyncio.to_thread(cuts_off)
    if not cell and not network:
        return NOT_RUN
    home = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="tierwise-home-"))
    keep = ("--keep-caps",) if rights else ()
    prefix = [*_CELL, *keep, *(() if network else ("--net",)), "--"] if cell else []
    passed = {k: v for k, v in env.items() if _PASSED_ON.match(k)}
    try:
        process = await asyncio.create_subprocess_exec(
            *prefix,
            *command,
            cwd=folder,
            env={**passed, "HOME": str(home), "TMPDIR": str(home), "CI": "1", **(more or {})},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError:
        await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)
        return NOT_RUN
    watch = asyncio.create_task(_watch(process.pid, memory))
    reading = asyncio.create_task(_read(process))
    waiting = asyncio.create_task(process.wait())
    try:
        await asyncio.wait({waiting, watch}, timeout=seconds, return_when="FIRST_COMPLETED")
        code = process.returncode
    finally:
        watch.cancel()
        _kill(process)
        await process.wait()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(reading), 2.0)
        output = reading.result() if reading.done() else ""
        reading.cancel()
        await asyncio.to_thread(shutil.rmtree, home, ignore_errors=True)
    return CellRun(code, output)


async def _read(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    kept = bytearray()
    while piece := await process.stdout.read(16_384):
        kept += piece
        del kept[:-OUTPUT]
    return kept.decode("utf-8", "replace")


async def _watch(pid: int, memory: int) -> None:
    """Wait until the processes below `pid` use too much memory or are too many."""
    while True:
        await asyncio.sleep(0.5)
        held, count = await asyncio.to_thread(_below, pid)
        if held > memory or count > MOST_PROCESSES:
            return


def _below(pid: int) -> tuple[int, int]:
    """Memory in bytes and number of the processes below one, itself included. Only Linux knows
    that.
    """
    children: dict[int, list[int]] = {}
    pages: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        own = int(entry.parent.name)
        children.setdefault(int(fields[1]), []).append(own)
        pages[own] = int(fields[21])
    ahead, held, count = [pid], 0, 0
    while ahead:
        each = ahead.pop()
        held, count = held + pages.get(each, 0), count + 1
        ahead += children.get(each, [])
    return held * os.sysconf("SC_PAGE_SIZE"), count


def _kill(process: asyncio.subprocess.Process) -> None:
    """End a command and all it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        elif process.returncode is None:
            process.kill()
