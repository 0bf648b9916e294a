"""Writing one top-level word into the operator's own file, and nothing else of it."""

from __future__ import annotations

import codecs
import os
import re
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tierwise.config.model import Preference
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest

_TABLE: Final = re.compile(r"^\s*\[", re.MULTILINE)
_KEY: Final = r"^[ \t]*{key}[ \t]*=[^\n]*(?:\n|\Z)"


def with_preference(text: str, preference: Preference) -> str:
    """A configuration file's text with this preference. Pure.

    `redo_cost_usd` goes, as it would overrule the preference. Raises `BadRequest` where the file
    is no TOML, or where the change could not be made without touching something else.
    """
    before = _parsed(text)
    if before is None:
        raise BadRequest(ErrorReason.of("config_no_toml"))
    wanted = {**before, "preference": preference}
    wanted.pop("redo_cost_usd", None)
    if wanted == before:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    line = f'preference = "{preference}"{end}'
    for made in _placed(_without(text, "redo_cost_usd"), line, end):
        if _parsed(made) == wanted:
            return made
    raise BadRequest(ErrorReason.of("config_by_hand", preference=preference))


def _placed(text: str, line: str, end: str) -> Iterator[str]:
    """The text with the line where the key stands, else above the first table, else on top."""
    key = re.compile(_KEY.format(key="preference"), re.MULTILINE)
    if key.search(text):
        yield key.sub(lambda _: line, text, count=1)
    table = _TABLE.search(text)
    head, rest = (text[: table.start()], text[table.start() :]) if table else (text, "")
    gap = end if head and not head.endswith("\n") else ""
    yield head + gap + line + (end + rest if rest else "")
    yield line + text


def write_preference(path: Path, preference: Preference) -> None:
    """Set the preference in a file, in one step: no reader ever sees half of it.

    A file that is a link stays one. Raises `BadRequest`; the file is then as it was.
    """
    real = Path(os.path.realpath(path))
    try:
        raw = real.read_bytes() if real.exists() else b""
        mark = "\ufeff" if raw.startswith(codecs.BOM_UTF8) else ""
        text = raw.decode("utf-8-sig")
        made = mark + with_preference(text, preference)
        real.parent.mkdir(parents=True, exist_ok=True)
        mode = real.stat().st_mode & 0o777 if real.exists() else 0o600
        number, name = tempfile.mkstemp(dir=real.parent, prefix=f".{real.name}.")
        try:
            with open(number, "w", encoding="utf-8", newline="") as file:
                file.write(made)
            os.chmod(name, mode)
            os.replace(name, real)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except (OSError, UnicodeDecodeError) as error:
        reason = ErrorReason.of("config_unwritable", file=str(path), why=str(error))
        raise BadRequest(reason) from error


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _without(text: str, key: str) -> str:
    """The text without the first line that sets a key; whether that was the right one is judged
    by what the whole then says."""
    return re.sub(_KEY.format(key=key), "", text, count=1, flags=re.MULTILINE)
