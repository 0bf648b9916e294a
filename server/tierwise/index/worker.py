"""The child process of one root: it reads changed files and writes the index.

`python -P -m tierwise.index.worker` takes one JSON object per line on stdin and answers with lines
on stdout. It ends when its stdin ends. It is a process of its own because the parser holds the
interpreter for as long as it runs. With `yields` it runs at a low priority.

Input: first `{"do": "open", "root", "database", "exclude", "max_files", "max_mb", "yields"}`, then
`{"do": "sweep", "id", "near": [paths]}`, `{"do": "file", "path"}`, `{"do": "rebuild"}`.

Output: `{"swept": id, ...}` and `{"at": {...}}`, both with the fields files, indexed and left. If
the disk refuses, the last line is `{"failed": why}` and the exit code is 1.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any, Final

from tierwise.index import machine, schema
from tierwise.index.builder import Builder, TurnedOff

IDLE_S: Final = 600.0
"""Seconds without a message after which the process ends. The next message starts it again."""
BATTERY_S: Final = 30.0
"""Seconds between looks at the power supply while files wait for it."""
ON_BATTERY: Final = 200
"""Files that are read after a sweep while the machine runs on battery. Those near open files are
read first.
"""
LARGEST: Final = 400 * 2**20
"""Bytes of memory above which the process asks to be replaced by a new one."""
REPLACE_ME: Final = 75
RETRY_S: Final = 0.5
"""Seconds between tries while another window's child process reads the files."""
PRIORITY: Final = 15


def main() -> None:
    """Serve until stdin ends, or until no message came for ten minutes."""
    inbox: queue.Queue[dict[str, Any] | None] = queue.Queue()
    threading.Thread(target=_listen, args=(inbox,), daemon=True).start()
    first = inbox.get()
    if first is None:
        return
    if first.get("yields", True):
        _yield_to_others()
    try:
        with contextlib.closing(_builder(first)) as builder:
            _serve(builder, inbox)
    except TurnedOff:
        return
    except (OSError, sqlite3.Error) as error:
        _say({"failed": f"{type(error).__name__}: {error}"})
        sys.exit(1)


def _builder(opening: dict[str, Any]) -> Builder:
    """Make the builder from the first message. Raises `OSError` if its folder cannot be made."""
    return Builder(
        Path(opening["root"]),
        Path(opening["database"]),
        tuple(opening.get("exclude", ())),
        int(opening["max_files"]),
        int(opening["max_mb"]) * 2**20,
    )


def _serve(builder: Builder, inbox: queue.Queue[dict[str, Any] | None]) -> None:
    """Handle messages. A damaged database is created again, once."""
    made_anew = False
    while True:
        try:
            message = inbox.get(timeout=_patience(builder))
        except queue.Empty:
            if not builder.busy:
                return
            message = {"do": "work"}
        if message is None:
            return
        try:
            _do(message, builder, inbox)
        except sqlite3.DatabaseError as error:
            if made_anew or not schema.damaged(error):
                raise
            made_anew = True
            builder.forget()
            _do(message, builder, inbox)


def _do(
    message: dict[str, Any], builder: Builder, inbox: queue.Queue[dict[str, Any] | None]
) -> None:
    match message.get("do"):
        case "sweep":
            builder.sweep(message.get("near") or ())
            _say({"swept": message.get("id"), **builder.progress()})
        case "file":
            builder.look_at(str(message.get("path")))
        case "rebuild":
            builder.forget()
            builder.sweep(())
    if builder.busy and not _rests(builder):
        builder.work(lambda: not inbox.empty())
        _say({"at": builder.progress()})
        if machine.resident() > LARGEST:
            builder.close()
            os._exit(REPLACE_ME)


def _rests(builder: Builder) -> bool:
    return builder.read >= ON_BATTERY and machine.on_battery()


def _patience(builder: Builder) -> float:
    if not builder.busy:
        return IDLE_S
    if _rests(builder):
        return BATTERY_S
    return 0.0 if builder.mine else RETRY_S


def _listen(inbox: queue.Queue[dict[str, Any] | None]) -> None:
    for line in sys.stdin:
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if isinstance(message, dict):
            inbox.put(message)
    inbox.put(None)


def _say(message: dict[str, Any]) -> None:
    try:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()
    except (OSError, ValueError):
        # The server is gone, so there is nobody to report to.
        os._exit(0)


def _yield_to_others() -> None:
    try:
        os.nice(PRIORITY)
    except (AttributeError, OSError):
        return


if __name__ == "__main__":
    main()
