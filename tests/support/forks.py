"""Starts servers quickly, by forking a process that has already imported all modules.

Starting a server takes about two seconds, nearly all of it for imports. `Forks` keeps one process
that has imported everything but has run nothing. A test's editor starts a relay (`relay.py`)
instead of the server. The fork runs the real console script on the editor's own pipes, in its own
environment and folder. Tests of starting and ending a server use the plain command.

Linux only, as the editors that the tests install are.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from importlib import import_module
from pathlib import Path
from types import TracebackType

from tests.support.bound import bound

ROOT = Path(__file__).parents[2]
RELAY = Path(__file__).parent / "relay.py"
LEFT_OUT = (
    "tierwise.__main__",
    "tierwise.routing.fit",
    "tierwise.cli",
    "tierwise.models.rehearsal",
)
LATER = (
    "anthropic", "httpx2", "sqlalchemy.dialects.sqlite", "tree_sitter", "tree_sitter_python",
    "tierwise.cli.main", "tierwise.cli.serve",
)  # fmt: skip
"""What a server imports by name, or on first use."""


class Forks:
    """A context manager around the forking process; `command` is what an editor starts."""

    def __enter__(self) -> Forks:
        self._folder = tempfile.TemporaryDirectory(prefix="forks-")
        path = str(Path(self._folder.name) / "socket")
        self._process = subprocess.Popen(
            bound(sys.executable, "-m", "tests.support.forks", path),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT / 'server'}{os.pathsep}{ROOT}"},
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        self.command = [sys.executable, "-I", "-S", str(RELAY), path]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # It ends with its input, and takes what it forked with it.
        self._process.communicate(timeout=30)
        self._folder.cleanup()


def main() -> None:
    """Import, then fork for whoever connects, until the input ends."""
    import tierwise

    for module in pkgutil.walk_packages(tierwise.__path__, "tierwise."):
        if not module.name.startswith(LEFT_OUT):
            import_module(module.name)
    for name in LATER:
        import_module(name)
    gc.freeze()
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(sys.argv[1])
    listening.listen(16)
    print("ready", flush=True)
    asked = Forker(listening).run()
    if asked is not None:
        serve(asked)


class Forker:
    """Forks for each relay, and joins the end of the one to that of the other."""

    def __init__(self, listening: socket.socket) -> None:
        self.listening = listening
        self.events = selectors.DefaultSelector()
        self.events.register(sys.stdin.fileno(), selectors.EVENT_READ, None)
        self.events.register(listening, selectors.EVENT_READ, None)
        self.relays: dict[socket.socket, int] = {}

    def run(self) -> dict[str, object] | None:
        """What a fork was asked for, in that fork; None in this process, when the input ends."""
        while True:
            for key, _ in self.events.select():
                if key.fileobj is self.listening:
                    asked = self._fork(self.listening.accept()[0])
                    if asked is not None:
                        return asked
                elif key.data is None:
                    for pid in self.relays.values():
                        os.kill(pid, signal.SIGKILL)
                    return None
                elif not isinstance(key.fileobj, socket.socket):
                    self._ended(key.fileobj, *key.data)
                elif key.fileobj in self.relays:
                    # The relay was killed, and so is what it stands for.
                    self.events.unregister(key.fileobj)
                    os.kill(key.data, signal.SIGKILL)

    def _fork(self, link: socket.socket) -> dict[str, object] | None:
        size, pipes, _, _ = socket.recv_fds(link, 4, 3)
        text = link.recv(int.from_bytes(size, "big"), socket.MSG_WAITALL)
        pid = os.fork()
        if pid == 0:
            for number, pipe in enumerate(pipes):
                os.dup2(pipe, number)
                os.close(pipe)
            self.events.close()
            for held in (self.listening, link, *self.relays):
                held.close()
            asked: dict[str, object] = json.loads(text)
            return asked
        for pipe in pipes:
            os.close(pipe)
        self.relays[link] = pid
        self.events.register(link, selectors.EVENT_READ, pid)
        self.events.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, link))
        link.sendall(pid.to_bytes(4, "big"))
        return None

    def _ended(self, handle: object, pid: int, link: socket.socket) -> None:
        assert isinstance(handle, int)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        self.events.unregister(handle)
        os.close(handle)
        with contextlib.suppress(KeyError):
            self.events.unregister(link)
        with contextlib.suppress(OSError):
            link.sendall(bytes([code & 255]))
        link.close()
        del self.relays[link]


def serve(asked: dict[str, object]) -> None:
    """Run the console script as the relay was asked to, and end as it ends."""
    code: object = 1
    try:
        os.chdir(str(asked["folder"]))
        os.environ.clear()
        os.environ.update(asked["env"])  # type: ignore[call-overload]
        sys.argv = ["tierwise", *asked["arguments"]]  # type: ignore[misc]
        import_module("tierwise.cli.main").main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    main()
