"""Logging: ids, sizes, tiers and times; never code, prompts or keys."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_SECRET: Final = re.compile(
    r"sk-[A-Za-z0-9_-]{8,}|(?i:bearer)\s+[A-Za-z0-9._~+/=-]{8,}"
    r"|(?i:x-api-key|authorization|api[_-]?key)[\"']?\s{0,4}[:=]\s{0,4}b?[\"']?"
    r"(?i:(?:bearer|basic|token)\s+)?[^\s\"',;}]{6,}"
    r"|://[^\s/@:]{1,100}:[^\s/@]{1,200}@"
)
LARGEST: Final = 1_000_000
"""Bytes from which a log is set aside when the next server starts."""
_SHORTEST_KEY: Final = 6
"""Characters a configured key must have to be blanked wherever it appears."""


class Redact(logging.Filter):
    """Blanks keys in every record, whoever wrote it."""

    def __init__(self, keys: Iterable[str]) -> None:
        super().__init__()
        self.keys = [key for key in keys if len(key) >= _SHORTEST_KEY]

    def filter(self, record: logging.LogRecord) -> bool:
        message = redact(record.getMessage(), self.keys)
        if record.exc_info:
            text = logging.Formatter().formatException(record.exc_info)
            record.exc_text = redact(text, self.keys)
            record.exc_info = None
        record.msg, record.args = message, ()
        return True


def redact(text: str, keys: Iterable[str] = ()) -> str:
    """`text` with everything that looks like a key, and every named key, blanked."""
    for key in keys:
        text = text.replace(key, "[key]")
    return _SECRET.sub("[key]", text)


def _fresh(path: Path) -> Path:
    """The log file, the old one set aside when it has grown: at start, where it costs nothing."""
    if path.exists() and path.stat().st_size > LARGEST:
        path.replace(path.with_suffix(".log.1"))
    return path


def setup(level: str, folder: Path | None, keys: Iterable[str] = ()) -> None:
    """Log to stderr, and to a file in the state folder where it can be written.

    The protocol libraries log whole messages at INFO, so they are kept at WARNING whatever
    the level.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handlers.append(logging.FileHandler(_fresh(folder / "tierwise.log"), encoding="utf-8"))
        except OSError:
            pass
    guard = Redact(list(keys))
    for handler in handlers:
        handler.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)s %(name)s %(process)d %(message)s")
        )
        handler.addFilter(guard)
    logging.basicConfig(level=level.upper(), handlers=handlers, force=True)
    for name in ("pygls", "anthropic", "httpx2", "httpcore2", "asyncio", "sqlalchemy"):
        logging.getLogger(name).setLevel(logging.WARNING)
