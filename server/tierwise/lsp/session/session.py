"""The session of one connected editor: what every handler works with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from tierwise.lsp.documents.store import DocumentStore
from tierwise.lsp.session.client import Client
from tierwise.lsp.session.editor import Editor

if TYPE_CHECKING:
    from tierwise.tasks.engine import TaskEngine

BUILD_WITHIN: Final = 30.0
"""Seconds the engine may take to be built."""


class Session:
    """One editor with its documents and the engine behind it.

    The engine is built by `build` in the background once the client said `initialized`; the
    first request that needs it waits for it.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        editor: Editor,
        build: Callable[[Session], Awaitable[TaskEngine]],
    ) -> None:
        self.env = env
        self.editor = editor
        self.docs = DocumentStore()
        self.client = Client.of(types.InitializeParams(capabilities=types.ClientCapabilities()))
        self.tiers: tuple[str, ...] = ()
        """Names of the configured tiers, cheapest first, as told at `initialize`."""
        self.over = asyncio.Event()
        """Set when the connection ends."""
        self.exit_code = 1
        self._build = build
        self._engine: asyncio.Future[TaskEngine] | None = None

    def start_engine(self) -> asyncio.Future[TaskEngine]:
        """Build the engine in the background; harmless to call twice."""
        if self._engine is None:
            self._engine = asyncio.ensure_future(self._build(self))
        return self._engine

    async def engine(self) -> TaskEngine:
        """The engine, once it is built."""
        async with asyncio.timeout(BUILD_WITHIN):
            return await asyncio.shield(self.start_engine())

    @property
    def ready(self) -> TaskEngine | None:
        """The engine if it is built already; for what must answer at once."""
        done = self._engine is not None and self._engine.done()
        return self._engine.result() if done and self._engine is not None else None

    def leave(self, code: int) -> None:
        """End the connection with this exit code."""
        self.exit_code = code
        self.over.set()

    async def close(self, seconds: float) -> None:
        """Cancel and book whatever runs, within some seconds. Raises what the engine raises."""
        if self._engine is not None:
            engine = await asyncio.wait_for(asyncio.shield(self._engine), seconds)
            await engine.close()
