"""Ends a PostgreSQL server of a test once the test process is gone, however that ended.

`python postgres_end.py FOLDER` reads from a pipe that the test process alone holds. The pipe ends
with that process, also where it was killed: then the server of FOLDER is stopped and FOLDER
removed. Where the test process has done both itself, nothing is left to do.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Final

PATIENCE_S: Final = 30.0
"""Seconds for which something may still be writing into the folder."""


def main() -> None:
    folder = Path(sys.argv[1])
    while sys.stdin.buffer.read(1):
        pass
    until = time.monotonic() + PATIENCE_S
    # A start that was under way goes on without the test process, so one look is not enough.
    while folder.exists() and time.monotonic() < until:
        stop(folder / "data" / "postmaster.pid")
        shutil.rmtree(folder, ignore_errors=True)


def stop(lock: Path) -> None:
    """Stop the server that wrote this lock file, and wait until it has ended."""
    try:
        pid = int(lock.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGQUIT)
        while True:
            os.kill(pid, 0)
            time.sleep(0.02)


if __name__ == "__main__":
    main()
