"""The server: one connection, from `initialize` to the last byte.

Before `initialize` is answered, only the protocol library and light modules are imported. After
the client's `initialized` the engine is built, with its imports on a thread. The first request
that needs the engine waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import stat
import sys
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from tierwise import __version__
from tierwise.lsp import dispatch
from tierwise.lsp.session.editor import Editor
from tierwise.lsp.session.session import Session
from tierwise.lsp.wire.framing import Ahead, Frame, Stream, read_frames
from tierwise.lsp.wire.memory import Returning
from tierwise.lsp.wire.protocol import Protocol
from tierwise.lsp.wire.watchdog import Watchdog
from tierwise.lsp.wire.writer import Writer

if TYPE_CHECKING:
    from tierwise.tasks.api import Listener
    from tierwise.tasks.engine import TaskEngine

log = logging.getLogger(__name__)

SWITCH: Final = 0.001
"""Seconds after which an importing thread lets the event loop run. Python's default is 0.005."""

CLOSE_WITHIN: Final = 5.0
"""The most seconds to wait for the end of an engine that is cancelled while it is built."""


class Server(LanguageServer):
    """The language server of one client."""

    protocol: Protocol

    def __init__(self, env: Mapping[str, str]) -> None:
        super().__init__(
            "tierwise",
            __version__,
            protocol_cls=Protocol,
            text_document_sync_kind=types.TextDocumentSyncKind.Incremental,
        )
        self.editor = Editor(self, self.protocol.tell)
        self.session = Session(env, self.editor, build)
        self.protocol.tiers = lambda: self.session.tiers
        dispatch.register(self, self.session)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log an error. The protocol library would show a popup here."""
        log.info("%s: %s", getattr(source, "__name__", source), type(error).__name__)

    async def run(self, stdin: Stream, writer: Writer) -> int:
        """Serve until the client leaves. Returns the exit code."""
        session = self.session
        self.editor.congested = lambda: writer.congested
        self.editor.wait_until_written = writer.wait_until_written
        self.protocol.set_writer(writer)
        loop = asyncio.get_running_loop()
        ahead, returning = Ahead(), Returning()

        def deliver(frame: Frame | None) -> None:
            if frame is None:
                watchdog.gone()
                return
            writer.wait_for_room()
            ahead.enter(len(frame.body))
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(take, frame)

        def leave() -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(session.over.set)

        descriptor = _descriptor(stdin)
        watchdog = Watchdog(leave, descriptor)
        watchdog.parent = lambda: self.process_id

        def take(frame: Frame) -> None:
            size = len(frame.body)
            ahead.leave(size)
            if not session.over.is_set():
                self.protocol.feed(frame)
            returning.handled(size)

        threading.Thread(
            target=read_frames, args=(stdin, deliver), name="lsp-reader", daemon=True
        ).start()
        watchdog.start()
        await session.over.wait()
        watchdog.gone()
        await self._settle()
        await asyncio.to_thread(writer.close)
        watchdog.settled(session.exit_code)
        if descriptor is None:
            watchdog.stop()
        return session.exit_code

    async def _settle(self) -> None:
        """Cancel and book whatever runs. An error of the engine is logged and ends here."""
        try:
            await self.session.close(CLOSE_WITHIN)
        except Exception:
            log.exception("the engine did not close as it should")


class LateListener:
    """Stands in for `EditorListener`, which is imported when the engine first reports something."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._listener: Listener | None = None

    def __getattr__(self, name: str) -> Any:
        if self._listener is None:
            from tierwise.lsp.session.listener import EditorListener

            self._listener = EditorListener(self._session)
        return getattr(self._listener, name)


async def build(session: Session) -> TaskEngine:
    """Build and start the engine of a session. Code actions get their titles before it is ready.

    Imports run on threads, and those that titles need come first. The garbage collector is off
    meanwhile: it would walk imported modules, which stay in memory anyway. The event loop gets
    its turn more often than usual, because editors ask for titles during the start.
    """
    switch = sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(SWITCH)
    try:
        return await _build(session)
    finally:
        sys.setswitchinterval(switch)
        _keep()
        gc.enable()


def _keep() -> None:
    """Collect garbage once, then exempt all that is left from later garbage collections.

    The protocol library alone leaves ten megabytes of garbage from class decorators. The next
    imports can use that memory.
    """
    gc.collect()
    gc.freeze()


async def _build(session: Session) -> TaskEngine:
    await asyncio.to_thread(_import_titles)
    from tierwise.first import know

    options = session.client.options
    known = know(
        session.env,
        session.docs,
        cast("Listener", LateListener(session)),
        trusted=options.trusted,
        session=options.session_id,
        settings=options.settings,
        client=session.client.name,
    )
    told = known.glance()
    if told:
        await session.can_title(known)
        # Collecting garbage stops all threads, so the first titles are written out before.
        await asyncio.to_thread(session.editor.wait_until_written)
        _keep()
    await asyncio.to_thread(_import_engine)
    from tierwise import app

    engine = app.around(known, session.env)
    try:
        await engine.started()
    except BaseException:
        await engine.close()
        raise
    if not told:
        await session.can_title(known)
    engine.warm_up()
    return engine


def serve_stdio(env: Mapping[str, str]) -> NoReturn:
    """Serve on stdin and stdout, then end the process. Stray prints go to stderr.

    At the end the reader thread may still wait in a read that only the client can end, and a
    normal interpreter exit would then abort. So the process ends with `os._exit`, after
    everything is settled and written.
    """
    stdin: Any = sys.stdin.buffer
    stdout = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    code = asyncio.run(_serve(env, stdin, stdout))
    logging.shutdown()
    os._exit(code)


async def _serve(env: Mapping[str, str], stdin: Stream, stdout: Any) -> int:
    return await Server(env).run(stdin, Writer(stdout))


def serve_tcp(env: Mapping[str, str], host: str, port: int) -> int:
    """Serve one client on a TCP port, until it leaves. Returns the exit code."""
    import socket

    with socket.create_server((host, port)) as listening:
        print(f"tierwise: listening on {host}:{listening.getsockname()[1]}", file=sys.stderr)
        connection, _ = listening.accept()
        with connection, connection.makefile("rb") as reader, connection.makefile("wb") as out:
            return asyncio.run(_serve(env, reader, out))


def _import_titles() -> None:
    """Import and load what titles need. This runs on a thread, so that the loop stays free."""
    dispatch.import_titles()
    import tierwise.first  # noqa: F401  # imported here so that the loop need not
    from tierwise.routing import weights

    weights.load()


def _import_engine() -> None:
    """Import everything else. This runs on a thread, so that the loop stays free."""
    dispatch.import_all()
    import tierwise.app
    import tierwise.lsp.session.listener  # noqa: F401  # imported here so that the loop need not


def _descriptor(stream: Stream) -> int | None:
    """The file descriptor of a stream. None if it has none or is a socket."""
    try:
        number = stream.fileno()  # type: ignore[attr-defined]
        return None if stat.S_ISSOCK(os.fstat(number).st_mode) else int(number)
    except (AttributeError, OSError, ValueError):
        return None
