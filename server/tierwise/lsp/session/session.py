"""The session of one connected editor: what every handler works with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Final

from lsprotocol import types

from tierwise.lsp.documents.store import DocumentStore
from tierwise.lsp.session.client import Client
from tierwise.lsp.session.editor import Editor

if TYPE_CHECKING:
    from tierwise.tasks.engine import TaskEngine
    from tierwise.tasks.known import Known

BUILD_WITHIN: Final = 30.0
"""Seconds the engine may take to be built."""

SETTINGS_WITHIN: Final = 1.0
"""Seconds for which a title waits for the settings of a client that was asked for them."""


class Session:
    """One editor with its documents and the engine behind it.

    The engine is built by `build` in the background once the client said `initialized`; the
    first request that needs it waits for it. Titles are told before all of it is there: `build`
    calls `can_title` as soon as they can be.
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
        self._titles: asyncio.Future[Known] | None = None
        self._waiting = 0
        self._answered = asyncio.Event()
        self.settings_known = asyncio.Event()
        """Set once the settings of a client that is asked for them are in force, or nobody asks."""

    def start_engine(self) -> asyncio.Future[TaskEngine]:
        """Build the engine in the background; harmless to call twice."""
        if self._engine is None:
            self._titles = asyncio.get_running_loop().create_future()
            self._engine = asyncio.ensure_future(self._build(self))
            self._engine.add_done_callback(self._built)
        return self._engine

    async def can_title(self, known: Known) -> None:
        """Tell whoever waits for titles that all they are made from is known.

        Returns once these requests have their answers, or after `SETTINGS_WITHIN` seconds: what
        else a start has to do would delay them.
        """
        if self._titles is not None and not self._titles.done():
            self._titles.set_result(known)
        with suppress(TimeoutError):
            async with asyncio.timeout(SETTINGS_WITHIN):
                while self._waiting:
                    self._answered.clear()
                    await self._answered.wait()
        await asyncio.sleep(0)

    def _built(self, built: asyncio.Future[TaskEngine]) -> None:
        if self._titles is None or self._titles.done():
            return
        error = None if built.cancelled() else built.exception()
        if built.cancelled():
            self._titles.cancel()
        elif error is not None:
            self._titles.set_exception(error)
            self._titles.exception()  # It is raised by the engine itself as well.

    async def known(self, within: float = BUILD_WITHIN) -> Known:
        """What titles are made from, as soon as it is there. Raises `TimeoutError`."""
        self.start_engine()
        assert self._titles is not None
        async with asyncio.timeout(within):
            return await asyncio.shield(self._titles)

    @asynccontextmanager
    async def titles(self, within: float = BUILD_WITHIN) -> AsyncIterator[Known | None]:
        """What titles are made from, once they are true; None where that takes more seconds."""
        self._waiting += 1
        try:
            yield await self._titling(within)
        finally:
            self._waiting -= 1
            self._answered.set()

    async def _titling(self, within: float) -> Known | None:
        try:
            known = await self.known(within)
        except TimeoutError:
            return None
        with suppress(TimeoutError):
            async with asyncio.timeout(min(within, SETTINGS_WITHIN)):
                await self.settings_known.wait()
        return known

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
        if self._engine is None:
            return
        if self._engine.done():
            await self._engine.result().close()
            return
        # Nothing was asked of an engine that is not built yet, so nothing is there to be booked.
        self._engine.cancel()
        await asyncio.wait([self._engine], timeout=seconds)
