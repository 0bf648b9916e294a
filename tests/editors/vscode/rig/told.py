"""`python -m tests.editors.vscode.rig.told FILE tierwise serve`: the server, overheard.

Appends to FILE a line for every change of a task that the client is told of: its id, its state and
what it cost in dollars. It is the server's own process, so that whoever looks for that finds it.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

CHANGED: Final = b'"tierwise/task/didChange"'
PATIENCE: Final = 2.0
"""Seconds in which the last bytes go out; a child that keeps the pipe open is not waited for."""


def main() -> None:
    target, program, *rest = sys.argv[1:]
    reader, writer = os.pipe()
    out = os.dup(1)
    os.dup2(writer, 1)
    os.close(writer)
    pump = threading.Thread(target=_pump, args=(reader, out, Path(target)), daemon=True)
    pump.start()
    sys.argv = [program, *rest]
    try:
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    finally:
        sys.stdout.flush()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        pump.join(PATIENCE)


def _pump(reader: int, out: int, target: Path) -> None:
    held = b""
    while data := os.read(reader, 65536):
        sent = memoryview(data)
        while sent:
            sent = sent[os.write(out, sent) :]
        held += data
        bodies = Frames(held)
        lines = [line for body in bodies for line in _lines(body)]
        held = bodies.rest
        if lines:
            with target.open("a", encoding="utf-8") as file:
                file.write("".join(lines))
    os.close(out)


class Frames:
    """The whole messages at the beginning of some bytes; `rest` is what is left of them."""

    def __init__(self, data: bytes) -> None:
        self.rest = data

    def __iter__(self) -> Iterator[bytes]:
        while (end := self.rest.find(b"\r\n\r\n")) >= 0:
            fields = (line.split(b":", 1) for line in self.rest[:end].split(b"\r\n"))
            length = next(int(value) for name, value in fields if name.lower() == b"content-length")
            stop = end + 4 + length
            if len(self.rest) < stop:
                return
            body, self.rest = self.rest[end + 4 : stop], self.rest[stop:]
            yield body


def _lines(body: bytes) -> Iterator[str]:
    if CHANGED in body:
        task = json.loads(body)["params"]
        yield f"{task['taskId']} {task['state']} {task.get('costUsd', 0)}\n"


if __name__ == "__main__":
    main()
