"""`python -m tests.editors.vscode.rig.tap FILE COMMAND...`: a server's stdio, overheard.

Appends to FILE the UTC milliseconds at which the bytes of each answer's delta left the server.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO


def main() -> None:
    target, *command = sys.argv[1:]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
    assert child.stdin is not None
    assert child.stdout is not None
    threading.Thread(target=_pump, args=(sys.stdin.buffer, child.stdin), daemon=True).start()
    out = sys.stdout.buffer
    while data := child.stdout.read(65536):
        if b'"delta"' in data:
            with Path(target).open("a", encoding="utf-8") as file:
                file.write(f"{time.time() * 1000:.1f}\n")
        out.write(data)
        out.flush()
    sys.exit(child.wait())


def _pump(source: IO[bytes], sink: IO[bytes]) -> None:
    while data := source.read1(65536):  # type: ignore[attr-defined]
        sink.write(data)
        sink.flush()
    sink.close()


if __name__ == "__main__":
    main()
