"""Windows without a process around them, on a model of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest_asyncio
from tests.support.window import Window

from tierwise.models.rehearsal.server import RehearsalServer

Open = Callable[..., Awaitable[Window]]
"""Opens a window with some configuration; it is closed after the test."""


@pytest_asyncio.fixture
async def model() -> AsyncIterator[RehearsalServer]:
    server = await RehearsalServer().start()
    yield server
    await server.close()


@pytest_asyncio.fixture
async def window(tmp_path: Path, model: RehearsalServer) -> AsyncIterator[Open]:
    """Opens windows on one state folder."""
    opened: list[Window] = []

    async def start(config: str = "") -> Window:
        opened.append(await Window.open(tmp_path, model, config))
        return opened[-1]

    yield start
    for one in opened:
        await one.close()
