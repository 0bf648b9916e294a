"""The child process of one root: it reads what changed and writes the index.

`python -P -m tierwise.index.worker` takes one JSON object per line on stdin and answers with lines
on stdout; it ends with its stdin. It is a process because the parser holds the interpreter for as
long as it runs. Where it `yields`, it runs at a low priority: nobody waits for it.

In: `{"do": "open", "root", "database", "exclude", "max_files", "max_mb", "yields"}`
first, then `{"do": "sweep", "id", "near": [paths]}`, `{"do": "file", "path"}`,
`{"do": "rebuild"}`.
Out: `{"swept": id, ...}` and `{"at": {...}}`, both with files, indexed and left; `{"failed": why}`
last, where the disk refuses: then it ends with code 1.
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
"""Seconds without a wish after which the process ends; the next one starts it again."""
BATTERY_S: Final = 30.0
"""Seconds between looks at the power supply while the rest waits for it."""
ON_BATTERY: Final = 200
"""Files read after a sweep while the machine runs on battery: those near the open ones."""
LARGEST: Final = 400 * 2**20
"""Bytes of memory from which another process takes over."""
REPLACE_ME: Final = 75
RETRY_S: Final = 0.5
"""Seconds between tries while another window's child does the work."""
PRIORITY: Final = 15


def main() -> None:
    """Serve until stdin ends, or until nobody asked for ten minutes."""
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
    """The builder of the first message. Raises `OSError` where its folder cannot be made."""
    return Builder(
        Path(opening["root"]),
        Path(opening["database"]),
        tuple(opening.get("exclude", ())),
        int(opening["max_files"]),
        int(opening["max_mb"]) * 2**20,
    )


def _serve(builder: Builder, inbox: queue.Queue[dict[str, Any] | None]) -> None:
    """Do what is asked; a damaged database is created again, once."""
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
        # The server is gone, and with it whoever would hear of that.
        os._exit(0)


def _yield_to_others() -> None:
    try:
        os.nice(PRIORITY)
    except (AttributeError, OSError):
        return


if __name__ == "__main__":
    main()
