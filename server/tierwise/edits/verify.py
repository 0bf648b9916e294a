"""Runs the operator's own check on a proposal, in a shadow copy, before it is shown.

The command comes from the operator's configuration and runs without a shell, in a process
group of its own that is killed when its time is up, with an environment that holds no keys.
Its complaints about the old text are compared with those about the new one: only a new complaint
counts.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from tierwise.core.dataclass import dataclass

OUTPUT: Final = 64_000
"""Bytes of a command's output that are read."""
_PASSED_ON: Final = re.compile(
    r"^(?:PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|SYSTEMROOT|USERPROFILE|APPDATA|LOCALAPPDATA"
    r"|COMSPEC|PATHEXT|VIRTUAL_ENV|CONDA_PREFIX|PYTHONPATH|NODE_PATH|GOPATH|GOROOT|GOCACHE|GOFLAGS"
    r"|CARGO_HOME|RUSTUP_HOME|JAVA_HOME|GEM_HOME|GEM_PATH|XDG_.*)$",
    re.IGNORECASE,
)
_COMPLAINT: Final = re.compile(r":\d+(?::\d+)?:?\s+(\S.*)$|^\s*([A-Z]{1,4}\d{2,}\b.*)$")


@dataclass(frozen=True, slots=True)
class Subject:
    """One file of a proposal: its path, its old text (None if it is new) and its new text."""

    path: Path
    inside: str
    """Its path within the workspace folder."""
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """How the operator's command judged a file. Only `refused` fails the proposal. `missing` (no
    such command) and `slow` (its time ran out, or it did not start) say nothing about the file.

    `detail` is the first complaint of a command that refuses.
    """

    kind: Literal["passed", "refused", "missing", "slow"]
    detail: str = ""


async def verify(
    command: Sequence[str],
    subject: Subject,
    others: Sequence[Subject],
    root: Path,
    *,
    seconds: float,
    env: Mapping[str, str] = os.environ,
) -> CheckVerdict:
    """Run a command on the new text of a file, and on the old text if that fails.

    In `command`, `{path}` stands for the file's real path (its new text comes on stdin),
    `{file}` for a copy with the new text, `{shadow}` for the folder with the copies of all files
    of the proposal, by their paths within the workspace. `seconds` bounds both runs together.
    """
    program = _program(command[0], env)
    if program is None:
        return CheckVerdict("missing")
    until = time.monotonic() + seconds
    after = await _run(program, command, subject, others, root, env, until, new=True)
    if after is None:
        return CheckVerdict("slow")
    code, output = after
    if code == 0:
        return CheckVerdict("passed")
    if subject.before is None:
        return CheckVerdict("refused", _first(output))
    before = await _run(program, command, subject, others, root, env, until, new=False)
    if before is None:
        return CheckVerdict("slow")
    if before[0] == 0:
        return CheckVerdict("refused", _first(output))
    fresh = _complaints(output) - _complaints(before[1])
    return CheckVerdict("refused", next(iter(fresh))) if fresh else CheckVerdict("passed")


async def _run(
    program: str,
    command: Sequence[str],
    subject: Subject,
    others: Sequence[Subject],
    root: Path,
    env: Mapping[str, str],
    until: float,
    *,
    new: bool,
) -> tuple[int, str] | None:
    """Exit code and output of one run; None if time ran out or it could not start."""
    shadow = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="tierwise-verify-"))
    try:
        await asyncio.to_thread(_fill, shadow, (subject, *others), new)
        places = {
            "{path}": str(subject.path),
            "{file}": str(shadow / subject.inside),
            "{shadow}": str(shadow),
        }
        text = subject.after if new else subject.before or ""
        arguments = [_put(argument, places) for argument in command[1:]]
        return await _process([program, *arguments], text, root, env, until - time.monotonic())
    finally:
        await asyncio.to_thread(shutil.rmtree, shadow, ignore_errors=True)


async def _process(
    arguments: Sequence[str], text: str, root: Path, env: Mapping[str, str], seconds: float
) -> tuple[int, str] | None:
    if seconds <= 0:
        return None
    try:
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=root,
            env={k: v for k, v in env.items() if _PASSED_ON.match(k)},
            start_new_session=True,
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(seconds):
            output, _ = await asyncio.gather(_read(process), _write(process, text))
            return await process.wait(), output
    except TimeoutError:
        return None
    finally:
        _kill(process)


async def _read(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    kept = bytearray()
    while piece := await process.stdout.read(16_384):
        kept += piece[: max(0, OUTPUT - len(kept))]
    return kept.decode("utf-8", "replace")


async def _write(process: asyncio.subprocess.Process, text: str) -> None:
    assert process.stdin is not None
    try:
        process.stdin.write(text.encode("utf-8", "surrogatepass"))
        await process.stdin.drain()
    except (BrokenPipeError, ConnectionResetError):
        pass
    finally:
        process.stdin.close()


def _kill(process: asyncio.subprocess.Process) -> None:
    """End a command and all its child processes. Does nothing if it has ended already."""
    if process.returncode is not None:
        return
    try:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    except (ProcessLookupError, PermissionError):
        pass


def _fill(shadow: Path, subjects: Sequence[Subject], new: bool) -> None:
    for subject in subjects:
        text = subject.after if new else subject.before
        if text is None:
            continue
        copy = shadow / subject.inside
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8", errors="surrogatepass", newline="")


def _program(name: str, env: Mapping[str, str]) -> str | None:
    """The path of a program: from the operator's `PATH` or an absolute path.

    A relative path is not accepted, since it could lead into the workspace.
    """
    if os.path.dirname(name) and not os.path.isabs(name):
        return None
    return shutil.which(name, path=env.get("PATH"))


def _put(argument: str, places: Mapping[str, str]) -> str:
    return re.sub(r"\{(?:path|file|shadow)\}", lambda found: places[found.group(0)], argument)


def _complaints(output: str) -> Counter[str]:
    """How often a tool made each complaint. Numbers become "#", since an edit moves lines."""
    found: Counter[str] = Counter()
    for line in output.splitlines():
        if (match := _COMPLAINT.search(line)) is not None:
            found[re.sub(r"\d+", "#", match.group(1) or match.group(2)).strip()] += 1
    return found


def _first(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    told = [line for line in lines if _COMPLAINT.search(line)]
    return (told or lines or [""])[0][:200]
