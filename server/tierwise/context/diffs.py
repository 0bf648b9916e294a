"""Takes the changes of files that must not be sent out of diffs, because diffs quote files.

A commit message is asked for with a diff, and people paste diffs into chats. What a diff
shows of an ignored file is that file's text, whatever the document it is in is called.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tierwise.core.dataclass import dataclass

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
_FENCED: Final = re.compile(
    r"^(?P<mark>`{3,})(?:diff|patch)?\n(?P<diff>.*)^(?P=mark)`*[ \t]*$", re.M | re.S
)
_HUNK: Final = re.compile(r"^[ \t>#]*@@", re.MULTILINE)
_OCTAL: Final = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Hidden:
    """A section of a diff that must not be shown: its offsets, and the ignored path."""

    start: int
    end: int
    path: str

    @property
    def note(self) -> str:
        """The sentence that replaces the section."""
        return f"(changes of {self.path} left out: it is ignored)\n"


def hidden(text: str, ignored: Callable[[str], bool]) -> tuple[Hidden, ...]:
    """The sections of ignored files in the diffs that a text contains, in order. They must not be
    sent. `ignored` says whether a path is ignored.

    A section runs from its header to the next one, or to the end of the text.
    """
    if "\n+++ " not in text and "diff --" not in text:
        return ()
    starts = _starts(text)
    found = []
    for start, end in zip(starts, [*starts[1:], len(text)], strict=bool(starts)):
        name = next((name for name in sorted(paths(text[start:end])) if ignored(name)), None)
        if name is not None:
            found.append(Hidden(start, end, name))
    return tuple(found)


def without(text: str, ignored: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """A text in whose diffs a note replaces each section of an ignored file, and the paths of these
    files.
    """
    parts, last = [], 0
    sections = hidden(text, ignored)
    for section in sections:
        parts += [text[last : section.start], section.note]
        last = section.end
    parts.append(text[last:])
    return "".join(parts), tuple(dict.fromkeys(section.path for section in sections))


def parted(text: str) -> tuple[str, str]:
    """Split a pasted diff off a text. Returns the text without the diff, and the diff, "" if there
    is none.
    """
    fenced = _FENCED.search(text)
    if fenced is not None and _HEADER.search(fenced["diff"]):
        return f"{text[: fenced.start()]}{text[fenced.end() :]}".strip(), fenced["diff"]
    header = _HEADER.search(text)
    if header is None:
        return text, ""
    return text[: header.start()].rstrip(), text[header.start() :]


def shortened(diff: str, most: int) -> str:
    """A diff, cut at the end of a line after at most `most` characters. Below the cut a note names
    the files whose changes are missing.
    """
    if len(diff) <= most:
        return diff
    end = diff.rfind("\n", 0, most) + 1
    names = [
        match["b"] for match in _NAMES[0].finditer(diff, max(0, diff.rfind("\ndiff --git", 0, end)))
    ]
    named = ", ".join(name.removeprefix("b/") for name in names[:60])
    return f"{diff[:end]}(cut here; the rest is in: {named or 'the same file'})\n"


def paths(section: str) -> set[str]:
    """The paths that a section of a diff names: each as it is written, and without a prefix such as
    `a/`.
    """
    found = set()
    for pattern in _NAMES:
        for match in pattern.finditer(section):
            for name in match.groupdict().values():
                plain = _plain(name)
                if plain:
                    found |= {plain, re.sub(r"^[abciow]/", "", plain)}
    return found


def _starts(text: str) -> list[int]:
    """The offsets at which sections begin. A `---` line below a `diff` line begins none."""
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
