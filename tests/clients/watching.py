"""What the tests of every client share: a wish, its plan of calls, what the gateway tells."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.plan_server import Call
from tierwise.gateway.serve import Listening

WISH: Final = "fix the bug in calc.py"
matrix = pytest.mark.skipif(
    os.environ.get("TIERWISE_CLIENTS") != "all",
    reason="make test-clients installs and drives the whole matrix",
)


@asynccontextmanager
async def watched(listening: Listening) -> AsyncIterator[list[Mapping[str, Any]]]:
    """The calls that the gateway tells of meanwhile, in their order."""
    calls: list[Mapping[str, Any]] = []

    async def hear() -> None:
        with listening.gateway.events.listen() as news:
            while True:
                event = await news.get()
                if event["event"] == "call":
                    calls.append(event)

    job = asyncio.create_task(hear())
    await asyncio.sleep(0)
    try:
        yield calls
    finally:
        await asyncio.sleep(0)
        job.cancel()
        with suppress(asyncio.CancelledError):
            await job


def fixing(home: Path) -> list[Call]:
    file = str(home / "work" / "calc.py")
    edit = {"file_path": file, "old_string": "a - b", "new_string": "a + b"}
    return [Call("Read", {"file_path": file}), Call("Edit", edit)]
