"""The change that a commit message is to describe: the one that was given, else git's.

Git runs in the workspace folder, reports only on files inside it, and starts no program that the
repository names: no external diff, no text conversion, no file system monitor.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Final

from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest

MOST: Final = 60_000
"""The most characters of a diff that are sent. Of the rest only the file names are sent."""
READ: Final = 4_000_000
"""The most bytes of git's output that are read."""
WITHIN: Final = 15.0
"""Seconds that git may take."""
_GIT: Final = (
    "git", "--no-pager", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false", "-c",
    "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false", "diff", "--no-color",
    "--no-ext-diff", "--no-textconv", "--relative",
)  # fmt: skip
NO_GIT: Final = ErrorReason("no_repository")


async def of_git(root: Path) -> str:
    """The staged changes of a folder as a diff, or else the unstaged ones.

    Raises `BadRequest` if there are none, and if git cannot tell: without git, without a
    repository, or after `WITHIN` seconds.
    """
    for staged in (("--cached",), ()):
        diff = await _git(root, staged)
        if diff.strip():
            return diff
    raise BadRequest(ErrorReason("nothing_to_commit"))


async def _git(root: Path, more: tuple[str, ...]) -> str:
    env = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        process = await asyncio.create_subprocess_exec(
            *_GIT,
            *more,
            cwd=root,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        raise BadRequest(ErrorReason("git_missing")) from None
    assert process.stdout is not None
    said = bytearray()
    try:
        async with asyncio.timeout(WITHIN):
            while len(said) < READ and (part := await process.stdout.read(65_536)):
                said += part
            if len(said) < READ and await process.wait():
                raise BadRequest(NO_GIT)
    except TimeoutError:
        raise BadRequest(ErrorReason.of("git_slow", seconds=WITHIN)) from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return said.decode("utf-8", "replace")
