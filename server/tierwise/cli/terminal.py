"""What a terminal cannot show is written in its letters: `12c` where it has no `¢`."""

from __future__ import annotations

import codecs
import io
import sys
from typing import Final

SPARE: Final = {
    "¢": "c", "·": "-", "←": "<-", "→": "->", "…": "...", "–": "-", "—": "-", "×": "x",
    "≤": "<=", "≥": ">=", "“": '"', "”": '"', "’": "'",
}  # fmt: skip
"""What stands for the signs we write, where an encoding lacks them."""

ERRORS: Final = "tierwise-spare"


def _spare(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(SPARE.get(char, "?") for char in missing), error.end


def prepare() -> None:
    """Let output go on where the terminal's encoding lacks a sign. UTF-8 lacks none."""
    codecs.register_error(ERRORS, _spare)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and codecs.lookup(stream.encoding).name != "utf-8":
            stream.reconfigure(errors=ERRORS)
