"""The server is gone when its client is, though its event loop never comes back, and so are its
children."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

BUSY = """
    import asyncio, subprocess, sys
    sys.path.insert(0, {server!r})
    from tierwise.lsp.features.text_document import sync
    from tierwise.lsp.server import serve_stdio

    def spin(session, params):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
        print(child.pid, file=sys.stderr, flush=True)
        while True:
            pass

    from tierwise.lsp import method_table
    sync.did_open = spin
    serve_stdio({{"TIERWISE_STATE_DIR": {state!r}, "TIERWISE_CONFIG": {state!r} + "/none.toml"}})
"""
"""The real server, whose event loop a document keeps busy for ever."""


def gone(pid: int) -> bool:
    """Whether a process is there no more; one that nobody waited for counts as gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] in ("Z", "X")


def frame(text: str) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(text), text.encode())


@pytest.mark.skipif(sys.platform != "linux", reason="children are found by /proc")
@pytest.mark.parametrize("way", ["stdin ends", "the parent dies", "SIGTERM"])
def test_a_busy_server_is_gone_when_its_client_is(way: str, tmp_path: Path) -> None:
    script = textwrap.dedent(BUSY).format(
        server=str(Path(__file__).parents[2] / "server"), state=str(tmp_path)
    )
    parent = subprocess.Popen(["sleep", "1000"])
    server = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert server.stdin is not None
    assert server.stderr is not None
    try:
        server.stdin.write(
            frame(
                '{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params":'
                f'{{"processId": {parent.pid}, "rootUri": null, "capabilities": {{}}}}}}'
            )
        )
        server.stdin.write(
            frame(
                '{"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument":'
                '{"uri": "file:///a.py", "languageId": "python", "version": 1, "text": ""}}}'
            )
        )
        server.stdin.flush()
        child = next(int(line) for line in server.stderr if line.strip().isdigit())
        if way == "stdin ends":
            server.stdin.close()
        elif way == "the parent dies":
            parent.kill()
            parent.wait()
        else:
            server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)
        assert gone(child)
    finally:
        for process in (server, parent):
            process.kill()
            process.wait()
        server.stderr.close()
        if not server.stdin.closed:
            os.close(server.stdin.fileno())
