"""Writes one top-level setting into the operator's own file and leaves the rest as it is."""

from __future__ import annotations

import codecs
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from tierwise.config.model import Preference, Shadow
from tierwise.core.error_reason import ErrorReason
from tierwise.core.errors import BadRequest

_TABLE: Final = re.compile(r"^(?:[ \t]*#[^\n]*\n)*[ \t]*\[", re.MULTILINE)
"""The first table, with the comments directly above it: they are about the table."""
_WORD: Final = r"""^([ \t]*{key}[ \t]*=[ \t]*)(?:"[^"\n]*"|'[^'\n]*')"""
"""A line that sets a key to a string."""
_AMOUNT: Final = re.compile(r"^(?=[ \t]*redo_cost_usd[ \t]*=)", re.MULTILINE)


def with_preference(text: str, preference: Preference) -> str:
    """A configuration file's text with this preference. Pure.

    `redo_cost_usd` would overrule the preference, so its line becomes a comment. Raises
    `BadRequest` where the file is no TOML, or where the change could not be made without
    touching something else.
    """
    return _with(text, "preference", preference, instead_of="redo_cost_usd")


def with_shadow(text: str, shadow: Shadow) -> str:
    """A configuration file's text with a new value of `shadow`: when shadow answers are fetched.

    A shadow answer is the cheapest tier's answer to a task of a dearer one, for comparison. Pure;
    raises like `with_preference`.
    """
    return _with(text, "shadow", shadow)


def _with(text: str, key: str, word: str, instead_of: str | None = None) -> str:
    """The text with a key set to a string. The line of `instead_of` becomes a comment."""
    before = _parsed(text)
    if before is None:
        raise BadRequest(ErrorReason.of("config_no_toml"))
    wanted = {**before, key: word}
    if instead_of is not None:
        wanted.pop(instead_of, None)
    if wanted == before:
        return text
    end = "\r\n" if "\r\n" in text else "\n"
    freed = _AMOUNT.sub("# ", text, count=1) if instead_of in before else text
    for made in _placed(freed, key, word, end):
        if _parsed(made) == wanted:
            return made
    raise BadRequest(ErrorReason.of("config_by_hand", key=key, word=word))


def _placed(text: str, key: str, word: str, end: str) -> Iterator[str]:
    """Texts that may be right, in order: with the value replaced where the key is, with a line
    added above the first table, with a line added on top. The caller parses each and takes the
    first that means what is wanted.
    """
    there = re.compile(_WORD.format(key=key), re.MULTILINE)
    if there.search(text):
        yield there.sub(rf'\g<1>"{word}"', text, count=1)
    line = f'{key} = "{word}"{end}'
    table = _TABLE.search(text)
    head, rest = (text[: table.start()], text[table.start() :]) if table else (text, "")
    gap = end if head and not head.endswith("\n") else ""
    yield head + gap + line + (end + rest if rest else "")
    yield line + text


def write_preference(path: Path, preference: Preference) -> None:
    """Set the preference in a file.

    Raises `BadRequest` if that fails; the file is then as it was.
    """
    _write(path, "preference", partial(with_preference, preference=preference))


def write_shadow(path: Path, shadow: Shadow) -> None:
    """Set the key `shadow` in a configuration file: when shadow answers are fetched.

    Raises `BadRequest` if that fails; the file is then as it was.
    """
    _write(path, "shadow", partial(with_shadow, shadow=shadow))


def _write(path: Path, key: str, change: Callable[[str], str]) -> None:
    """Change a file in one step, so that no reader sees half of it.

    A symbolic link stays a link.
    """
    real = Path(os.path.realpath(path))
    try:
        raw = real.read_bytes() if real.exists() else b""
        mark = "\ufeff" if raw.startswith(codecs.BOM_UTF8) else ""
        text = raw.decode("utf-8-sig")
        made = mark + change(text)
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
        reason = ErrorReason.of("config_unwritable", file=str(path), why=str(error), key=key)
        raise BadRequest(reason) from error


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
