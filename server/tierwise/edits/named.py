"""Which file a line above a block names: a path, or a sentence that contains one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tierwise.edits.forms import Known
from tierwise.syntax.languages import of_path

_LABEL: Final = re.compile(
    r"^(?:(?://|\#+|>|[*+-]|--|\d{1,2}[.)])\s+|//|\#(?=\w)|--|/\*\s*|<!--\s*)?"
    r"(?:(?:in\s+)?(?:new\s+)?(?:file(?:name)?|path|datei|fichier|archivo)\s*:\s*)?",
    re.IGNORECASE,
)
_AFTER: Final = re.compile(r"\s*(?:\*/|-->)\s*$|\s*\([^()]*\)\s*:?\s*$")
_QUOTED: Final = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+)\*\*|\"([^\"\n]+)\"")
_SUFFIX: Final = re.compile(r"[^\s/]\.[A-Za-z][A-Za-z0-9_+-]{0,9}$")
_BARE: Final = frozenset(
    ("makefile", "dockerfile", "jenkinsfile", "gemfile", "rakefile", "procfile", "license",
     "readme", "changelog", "cmakelists.txt", "justfile", "vagrantfile", "containerfile")
)  # fmt: skip
"""Names of files that have no suffix."""
_SIGNS: Final = "*_`'\":,;()[]"


def path_in(line: str, known: Known | None = None, *, creates: bool = False) -> str:
    """The path that a line names, "" if it names none.

    A line that is nothing but a path names it, even if no such file exists: an edit of a missing
    file has to fail and must not go to another file. In a sentence only a `known` path counts, or a
    quoted one with a slash. For a new file (`creates`) a word counts that can only be a path.
    """
    alone = alone_in(line)
    if alone and known is not None and known(alone):
        return alone
    if alone and ("/" in alone or looks(alone)):
        return alone
    found = [name for name in _within(line) if known is not None and known(name)]
    if found:
        return found[-1]
    likely = [name for name in _within(line) if "/" in name and looks(name)]
    quoted = [
        name
        for name in _quoted(line)
        if looks(name) and ("/" in name or of_path(name) or name.lower() in _BARE)
    ]
    if creates and (likely or quoted):
        return (likely or quoted)[-1]
    in_quotes = [name for name in quoted if "/" in name]
    return in_quotes[-1] if in_quotes else ""


def file_in(line: str, known: Known | None = None) -> str:
    """The file that a sentence names, whether it exists or not; "" if it names none."""
    found = [
        name
        for name in _within(line)
        if (known is not None and known(name))
        or ("/" in name and looks(name))
        or (name in list(_quoted(line)) and of_path(name) is not None)
    ]
    return found[-1] if found else ""


def is_path_line(line: str, known: Known | None = None) -> bool:
    """Whether a line is nothing but a path."""
    alone = alone_in(line)
    likely = "/" in alone or looks(alone)
    return bool(alone) and (likely or (known is not None and known(alone)))


def alone_in(line: str) -> str:
    """A line without the marks around a path, such as numbers, quotes and a colon; "" if it is no
    path.
    """
    name = _AFTER.sub("", line.strip())
    labelled = _LABEL.match(name)
    bare = name[labelled.end() :] if labelled is not None else name
    explicit = bare != name or name[:1] in "*`"
    bare = bare.strip().strip(_SIGNS).strip()
    if not bare or re.search(r"[<>|`*?]", bare):
        return ""
    if " " in bare and not (explicit and _SUFFIX.search(bare) and "/" in bare):
        return ""
    return bare


def looks(name: str) -> bool:
    """Whether a name has the form of a file name."""
    if not name or "\n" in name or name.startswith(("-", "@@")):
        return False
    if re.search(r"[(){};=]|://", name.replace("(", "", 1) if re.search(r"/\(\w", name) else name):
        return False
    if name.rsplit("/", 1)[-1].lower() in _BARE:
        return True
    base = name.rsplit("/", 1)[-1]
    if "/" in name:
        return bool(_SUFFIX.search(base)) or base.startswith(".")
    return bool(_SUFFIX.search(base)) or (base.startswith(".") and len(base) > 2)


def _within(line: str) -> Iterator[str]:
    """Everything in a sentence that may be a path, in order."""
    yield from _quoted(line)
    for word in line.split():
        if word.strip(_SIGNS + ".!?"):
            yield word.strip(_SIGNS + "!?").rstrip(".")


def _quoted(line: str) -> Iterator[str]:
    for found in _QUOTED.finditer(line):
        yield next(group for group in found.groups() if group is not None).strip().rstrip(":")
