"""Real Claude Code, driven headless: its settings are those of our set-up."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tierwise.gateway.serve import Listening
from tierwise.gateway.setups import setups

CLIENTS: Final = Path(__file__).parents[2] / ".tools" / "clients"
VERSIONS: Final = sorted(CLIENTS.glob("claude-code-*/node_modules/.bin/claude"))
TAKES: Final = 150.0
"""Seconds after which a run of a client is given up."""


@dataclass(frozen=True, slots=True)
class Said:
    """How a run of the client ended."""

    code: int | None
    text: str
    prompts: tuple[str, ...]


def version_of(client: Path) -> str:
    """The name of a version, for the names of tests."""
    return client.parts[-4]


async def ask(
    client: Path,
    listening: Listening,
    home: Path,
    wish: str,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    hooks: Mapping[str, Sequence[Any]] | None = None,
    meanwhile: Callable[[], Awaitable[None]] | None = None,
) -> Said:
    """Run the client headless, with a hook that keeps the prompt beside those that are given.

    Once `meanwhile` has returned, the client is interrupted.
    """
    setup = setups(listening.url, listening.gateway.tokens.models)["claude-code"]
    prompts = home / "prompts.jsonl"
    prompts.unlink(missing_ok=True)
    kept = {"hooks": [{"type": "command", "command": f"cat >> {prompts}; echo >> {prompts}"}]}
    given = {event: list(entries) for event, entries in (hooks or {}).items()}
    given["UserPromptSubmit"] = [kept, *given.get("UserPromptSubmit", ())]
    folder = home / ".claude"
    folder.mkdir(exist_ok=True)
    (folder / "settings.json").write_text(json.dumps({**setup.merge, "hooks": given}))
    process = await asyncio.create_subprocess_exec(
        str(client), "-p", wish, "--permission-mode", "acceptEdits",
        "--allowedTools", "Read", "Edit", "Bash", "Task", "Agent", *arguments,
        cwd=home / "work", stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={
            "PATH": os.environ["PATH"], "HOME": str(home), "DISABLE_AUTOUPDATER": "1",
            **(env or {}),
        },
    )  # fmt: skip
    ended = asyncio.create_task(process.communicate())
    if meanwhile is not None:
        await asyncio.wait_for(meanwhile(), TAKES)
        process.send_signal(signal.SIGINT)
    try:
        out, _ = await asyncio.wait_for(ended, TAKES)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    lines = prompts.read_text().splitlines() if prompts.exists() else []
    told = tuple(json.loads(line)["prompt"] for line in lines if line.strip())
    return Said(process.returncode, out.decode(), told)


def workplace(folder: Path) -> Path:
    """A home with a folder to work in, and a file with a mistake in it."""
    home = folder / "home"
    (home / "work").mkdir(parents=True)
    (home / "work" / "calc.py").write_text("def add(a, b):\n    return a - b\n")
    return home
