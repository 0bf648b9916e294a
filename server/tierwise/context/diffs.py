"""Diffs quote files: the changes of a file that must not be sent are taken out of them.

A commit message is asked for with a diff, and people paste diffs into chats. What a diff
shows of an ignored file is that file's text, whatever the document it stands in is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_HEADER: Final = re.compile(
    r"^(?P<quote>[ \t>#]*)(?:diff --(?:git|cc|combined) |--- (?=\S[^\n]*\n[ \t>#]*\+\+\+ ))",
    re.MULTILINE,
)
_QUOTED: Final = r"\"(?:[^\"\\]|\\.)+\""
_NAMES: Final = tuple(
    re.compile(r"^[ \t>#]*" + pattern, re.MULTILINE)
    for pattern in (
        rf"diff --git (?P<a>{_QUOTED}|\S+) (?P<b>{_QUOTED}|.+)$",
        r"diff --git a/(?P<a>.+) b/(?P=a)$",
        r"diff --(?:cc|combined) (?P<a>.+)$",
        r"(?:---|\+\+\+|(?:rename|copy) (?:from|to)) (?P<a>[^\t\n]+)",
    )
)
_HUNK: Final = re.compile(r"^[ \t>#]*@@", re.MULTILINE)
_OCTAL: Final = re.compile(r"\\([0-7]{3})")


def without(text: str, ignored: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """A text with the sections of ignored files cut out of its diffs, and their paths.

    A section runs from its header to the next one, or to the end of the text.
    """
    if "\n+++ " not in text and "diff --" not in text:
        return text, ()
    starts = _starts(text)
    if not starts:
        return text, ()
    parts, gone = [text[: starts[0]]], []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        section = text[start:end]
        names = sorted(paths(section))
        hidden = next((name for name in names if ignored(name)), None)
        if hidden is None:
            parts.append(section)
        else:
            gone.append(hidden)
            parts.append(f"(changes of {hidden} left out: it is ignored)\n")
    return "".join(parts), tuple(dict.fromkeys(gone))


def paths(section: str) -> set[str]:
    """The paths a section of a diff names, without the `a/` and `b/` in front."""
    found = set()
    for pattern in _NAMES:
        for match in pattern.finditer(section):
            for name in match.groupdict().values():
                plain = _plain(name)
                if plain:
                    found |= {plain, re.sub(r"^[abciow]/", "", plain)}
    return found


def _starts(text: str) -> list[int]:
    """Where sections begin; the `---` below a `diff` line belongs to the section above it."""
    starts: list[int] = []
    for match in _HEADER.finditer(text):
        plain = match.group().lstrip(" \t>#").startswith("---")
        if plain and starts and _same_section(text[starts[-1] : match.start()]):
            continue
        starts.append(match.start())
    return starts


def _same_section(between: str) -> bool:
    return between.lstrip(" \t>#").startswith("diff --") and not _HUNK.search(between)


def _plain(name: str) -> str:
    name = name.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        raw = _OCTAL.sub(lambda m: chr(int(m.group(1), 8)), name[1:-1])
        name = raw.encode("latin-1", "replace").decode("utf-8", "replace")
    return "" if name == "/dev/null" else name
