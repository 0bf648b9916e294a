"""Replaces characters that a terminal's encoding lacks: without a `¢` it prints `12c`."""

from __future__ import annotations

import codecs
import io
import sys
from typing import Final

SPARE: Final = {
    "¢": "c", "·": "-", "←": "<-", "→": "->", "…": "...", "–": "-", "—": "-", "×": "x",
    "≤": "<=", "≥": ">=", "“": '"', "”": '"', "’": "'",
}  # fmt: skip
"""The replacements for the characters that we print, for an encoding that lacks them."""

ERRORS: Final = "tierwise-spare"


def _spare(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(SPARE.get(char, "?") for char in missing), error.end


def prepare() -> None:
    """Make stdout and stderr replace a character that their encoding lacks, instead of failing."""
    codecs.register_error(ERRORS, _spare)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
            stream.reconfigure(errors=ERRORS)
