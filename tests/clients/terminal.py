"""A client in a terminal: what is typed into it, and what its screen shows."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tierwise.gateway.serve import Listening
from tierwise.gateway.setups import setups

SHOWS_WITHIN: Final = 60.0
"""Seconds after which a screen is given up."""


@dataclass
class Terminal:
    """A terminal of tmux, on a server of its own."""

    socket: str

    async def tmux(self, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            "tmux", "-L", self.socket, *arguments,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await process.communicate()
        return out.decode(errors="replace")

    async def screen(self) -> str:
        return await self.tmux("capture-pane", "-p")

    async def press(self, *keys: str) -> None:
        await self.tmux("send-keys", *keys)

    async def type(self, words: str) -> None:
        """Type words, wait until they stand there, and send them."""
        await self.tmux("send-keys", "-l", words)
        await self.shows(words)
        await self.press("Enter")

    async def shows(self, *texts: str) -> str:
        """Wait until one of these texts is on the screen; the screen."""
        found = await self.until(lambda screen: any(text in screen for text in texts))
        assert any(text in found for text in texts), found
        return found

    async def until(self, fits: Callable[[str], bool]) -> str:
        """Wait until the screen is as wanted; the last screen, whether it came to that or not."""
        screen = ""
        try:
            async with asyncio.timeout(SHOWS_WITHIN):
                while not fits(screen):
                    screen = await self.screen()
                    await asyncio.sleep(0.1)
        except TimeoutError:
            pass
        return screen


@asynccontextmanager
async def claude_code(
    client: Path, listening: Listening, home: Path, state: str
) -> AsyncIterator[Terminal]:
    """Claude Code in a terminal, beyond its first questions."""
    setup = setups(listening.url, listening.gateway.tokens.models)["claude-code"]
    allowed = {"allow": ["Read", "Edit", "Bash"], "defaultMode": "acceptEdits"}
    (home / ".claude").mkdir(exist_ok=True)
    settings = {**setup.merge, "permissions": allowed, "theme": "dark"}
    (home / ".claude" / "settings.json").write_text(json.dumps(settings))
    trusted = {"hasTrustDialogAccepted": True, "hasCompletedProjectOnboarding": True}
    known = {"hasCompletedOnboarding": True, "theme": "dark", "numStartups": 5}
    (home / ".claude.json").write_text(
        json.dumps({**known, "projects": {str(home / "work"): trusted}})
    )
    terminal = Terminal(f"tierwise-{uuid.uuid4().hex[:8]}")
    await terminal.tmux(
        "new-session", "-d", "-x", "150", "-y", "45", "-c", str(home / "work"), "env", "-i",
        f"PATH={Path(sys.executable).parent}:{os.environ['PATH']}", f"HOME={home}",
        "TERM=xterm-256color", "LANG=C.UTF-8", f"TIERWISE_STATE_DIR={state}",
        "DISABLE_AUTOUPDATER=1", str(client),
    )  # fmt: skip
    try:
        if "auto mode" in await terminal.shows("auto mode", "accept edits"):
            await terminal.press("Down", "Enter")
        await terminal.shows("accept edits on")
        yield terminal
    finally:
        await terminal.tmux("kill-server")
