"""Logging: ids, sizes, tiers and times; never code, prompts or keys."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final

from tierwise.core.redact import hide, redact

LOG: Final = "tierwise.log"
"""The file name of the log in the state folder."""
LARGEST: Final = 1_000_000
"""A log with more bytes than this is set aside when the next server starts."""


class Redact(logging.Filter):
    """Blanks keys in every record, whoever wrote it."""

    def __init__(self, keys: Iterable[str]) -> None:
        super().__init__()
        for key in keys:
            hide(key)

    def filter(self, record: logging.LogRecord) -> bool:
        message = redact(record.getMessage())
        if record.exc_info:
            text = logging.Formatter().formatException(record.exc_info)
            record.exc_text = redact(text)
            record.exc_info = None
        if record.stack_info:
            record.stack_info = redact(record.stack_info)
        record.msg, record.args = message, ()
        return True


def _fresh(path: Path) -> Path:
    """The path of the log file. If it has more than `LARGEST` bytes, it is first set aside."""
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_suffix(".log.1"))
    return path


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log an error that nobody caught. A plain traceback on stderr would show the keys in it."""
    logging.getLogger("tierwise").critical("crashed", exc_info=(kind, error, trace))


def setup(level: str, folder: Path | None, keys: Iterable[str] = ()) -> None:
    """Log to stderr, and to a file in `folder` if it can be written. `keys` are blanked everywhere.

    The protocol libraries log whole messages at INFO, so they are kept at WARNING whatever
    the level.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handlers.append(logging.FileHandler(_fresh(folder / LOG), encoding="utf-8"))
        except OSError:
            pass
    guard = Redact(list(keys))
    for handler in handlers:
        handler.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)s %(name)s %(process)d %(message)s")
        )
        handler.addFilter(guard)
    logging.basicConfig(level=level.upper(), handlers=handlers, force=True)
    sys.excepthook = _crashed
    threading.excepthook = lambda args: _crashed(
        args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
    )
    for name in ("pygls", "anthropic", "httpx2", "httpcore2", "asyncio", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)
