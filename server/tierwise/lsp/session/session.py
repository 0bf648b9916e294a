"""The session of one connected editor. Every handler gets it."""

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
"""The most seconds for which a request waits until the engine is built."""

SETTINGS_WITHIN: Final = 1.0
"""The most seconds for which titles wait for the client's settings, and the start for titles."""


class Session:
    """One editor with its documents and the engine behind it.

    After the client's `initialized`, `build` makes the engine in the background. The first request
    that needs the engine waits for it. Titles (of code actions, with their forecast) do not need
    all of it: `build` calls `can_title` as soon as they can be made.
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
        """Set once the client's settings are in force, or the client is not asked for any."""

    def start_engine(self) -> asyncio.Future[TaskEngine]:
        """Build the engine in the background. A second call returns the same future."""
        if self._engine is None:
            self._titles = asyncio.get_running_loop().create_future()
            self._engine = asyncio.ensure_future(self._build(self))
            self._engine.add_done_callback(self._built)
        return self._engine

    async def can_title(self, known: Known) -> None:
        """Release the requests that wait to make titles of code actions. `known` has all that the
        titles are made from.

        Returns once these requests are answered, or after `SETTINGS_WITHIN` seconds. The rest of
        the start comes after them, because it would delay them.
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
            self._titles.exception()  # Marks it as seen: whoever awaits the engine gets it too.

    async def known(self, within: float = BUILD_WITHIN) -> Known:
        """Wait for what titles of code actions are made from, such as the prices and the budget.

        Raises `TimeoutError` after `within` seconds.
        """
        self.start_engine()
        assert self._titles is not None
        async with asyncio.timeout(within):
            return await asyncio.shield(self._titles)

    @asynccontextmanager
    async def titles(self, within: float = BUILD_WITHIN) -> AsyncIterator[Known | None]:
        """Wait for what titles of code actions are made from, and for the client's settings.

        Gives None if what titles are made from is not there after `within` seconds. It waits for
        the settings at most `SETTINGS_WITHIN` seconds. The start goes on when the block ends.
        """
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
        """Wait for the engine. Raises `TimeoutError` after `BUILD_WITHIN` seconds."""
        async with asyncio.timeout(BUILD_WITHIN):
            return await asyncio.shield(self.start_engine())

    @property
    def ready(self) -> TaskEngine | None:
        """The engine, or None if it is not built yet. For callers that must not wait.

        Raises the error of the build if that failed.
        """
        done = self._engine is not None and self._engine.done()
        return self._engine.result() if done and self._engine is not None else None

    def leave(self, code: int) -> None:
        """End the connection with this exit code."""
        self.exit_code = code
        self.over.set()

    async def close(self, seconds: float) -> None:
        """Close the engine: it cancels and books whatever runs. Raises what the engine raises.

        An engine that is still being built is cancelled, and `seconds` is the limit for that.
        """
        if self._engine is None:
            return
        if self._engine.done():
            await self._engine.result().close()
            return
        # An engine that is not built yet has run no task, so there is nothing to book.
        self._engine.cancel()
        await asyncio.wait([self._engine], timeout=seconds)
