"""The one connection out of a command's cell: from a socket in the file system to the gateway."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tierwise.work import inside

_PIECE: Final = 65_536


@asynccontextmanager
async def way_out(url: str) -> AsyncIterator[Path]:
    """Let a command in a cell reach the gateway at `url`. Yields the folder with the sockets."""
    at = urlsplit(url)
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="tierwise-way-"))
    over = asyncio.Event()

    async def call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there = await asyncio.open_connection(at.hostname, at.port)
        except OSError:
            writer.close()
            return
        try:
            await asyncio.gather(_pass_on(reader, there[1]), _pass_on(there[0], writer))
        finally:
            there[1].close()
            writer.close()

    async def line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    calls = await asyncio.start_unix_server(call, folder / inside.CALLS)
    lines = await asyncio.start_unix_server(line, folder / inside.LINE)
    try:
        yield folder
    finally:
        over.set()
        calls.close()
        lines.close()
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def within(folder: Path, command: Sequence[str]) -> list[str]:
    """The command line that runs a command in a cell. The sockets are in `folder`."""
    return [sys.executable, "-I", str(Path(inside.__file__).resolve()), str(folder), *command]


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
