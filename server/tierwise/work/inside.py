"""The program that runs a job's command inside its cell (a sandbox without a network).

Inside the cell there is only a loopback network. This program listens on it and passes every
connection through a socket in the file system to the worker, which leads it only to the gateway.
When the worker is gone the command ends too. This file imports nothing of Tierwise.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

CALLS: Final = "calls"
"""The name of the socket that leads to the gateway."""
LINE: Final = "line"
"""The name of the socket that is open as long as the worker lives."""
WORKER_GONE: Final = 70
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1
_AMBIENT, _CLEAR_ALL = 47, 4
_PIECE: Final = 65_536


def main(args: Sequence[str]) -> int:
    """Run `FOLDER COMMAND...` and return the command's exit code. The sockets are in
    that folder.
    """
    folder, command = Path(args[0]), list(args[1:])
    with contextlib.suppress(OSError):
        _loopback()
    _give_up_rights()
    line = _to(folder / LINE)
    threading.Thread(target=_ends_with, args=(line,), daemon=True).start()
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    calls = folder / CALLS
    threading.Thread(target=_serve, args=(listening, calls), daemon=True).start()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        code = subprocess.call(command, env={**os.environ, "ANTHROPIC_BASE_URL": url})
    except OSError as error:
        print(f"{command[0]} could not be run: {error.strerror}", file=sys.stderr)
        return 127
    return code if code >= 0 else 128 - code


def _loopback() -> None:
    """Bring up the loopback interface of this cell. Only Linux has what that needs."""
    import fcntl

    with socket.socket() as any_socket:
        asked = struct.pack("16sh", b"lo", 0)
        _, flags = struct.unpack("16sh", fcntl.ioctl(any_socket, _GET_FLAGS, asked))
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh", b"lo", flags | _UP))


def _give_up_rights() -> None:
    """Drop the capabilities that the cell has, so that the command does not inherit them."""
    ctypes.CDLL(None).prctl(_AMBIENT, _CLEAR_ALL, 0, 0, 0)


def _ends_with(line: socket.socket) -> None:
    """Wait until the worker is gone, then exit. The cell ends with its first process."""
    with contextlib.suppress(OSError):
        while line.recv(1):
            pass
    os._exit(WORKER_GONE)


def _serve(listening: socket.socket, calls: Path) -> None:
    while True:
        caller, _ = listening.accept()
        try:
            way = _to(calls)
        except OSError:
            caller.close()
            continue
        for one, other in ((caller, way), (way, caller)):
            threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _to(place: Path) -> socket.socket:
    found = socket.socket(socket.AF_UNIX)
    found.connect(str(place))
    return found


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    """Copy bytes from one socket to another until there are no more."""
    with contextlib.suppress(OSError):
        while piece := one.recv(_PIECE):
            other.sendall(piece)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
