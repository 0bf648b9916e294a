"""Texts about the project index: its progress, why there is none, and why a file was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

_WHY: Final[Mapping[str, str]] = {
    "disabled": "index.enabled is false in the configuration",
    "turned_off": "it was turned off; `tierwise index rebuild` turns it on",
    "network": "the folder lies on a network file system",
    "ended": "its process ended again and again; the log says more",
    "refused": "its file cannot be written; the log says more",
}

_KEPT: Final[Mapping[str, str]] = {
    "missing": "there is no such file",
    "outside": "it lies outside the folder",
    "link": "it is a link, or lies behind one; inside the folder a file is found by its own name",
    "vendored": "its folder holds other people's code, a cache or build results",
    "special": "it is no regular file",
    "keys": "it may hold keys",
    "unread": "the folder was not read since it is there, or it is beyond the limits",
}


def of_file(known: str, kept: str | None, why: str) -> str:
    """Whether a file is indexed, and if not, why, from the fields of `FileState`."""
    if known == "indexed":
        return "indexed"
    if known == "named":
        return f"known by its path alone: {_WHAT.get(why, why)}"
    if known == "waiting":
        return "it changed and is not read again yet"
    return (
        f"not indexed: {f'{why} keeps it back' if kept == 'ignored' else _KEPT[kept or 'unread']}"
    )


_WHAT: Final[Mapping[str, str]] = {
    "large": "it has more than 512 KB",
    "binary": "it is no text",
    "minified": "it is minified",
    "generated": "it is generated",
    "a lock file": "it is a lock file",
}


def unready(state: str, why: str) -> str:
    """What may be missing because an index is not complete. Empty if the index is complete."""
    if state == "off":
        return f"The index of this folder is off: {_WHY[why]}." if why else "There is no index."
    if why:
        return f"The index of this folder is not up to date: {_WHY[why]}."
    if state == "cold":
        return "This folder was not read to its end yet; --wait reads it first."
    if state == "catching up":
        return "Some files changed and are not read again yet; --wait reads them first."
    return ""


def refused(why: str) -> str:
    """The sentence for an index that somebody waits for and that cannot be written."""
    return f"The index of this folder cannot be written: {why or 'its process ended too often'}."


def progress(state: str, indexed: int, files: int, why: str = "", left: int = 0) -> str:
    """The progress of an index: "1,203 of 1,848 files read, some changed and are read again".

    `left` is how many files are beyond the limits.
    """
    if state == "off":
        return f"off: {_WHY[why]}" if why else "off"
    said = [f"{indexed:,} of {files:,} files read" if indexed < files else f"{files:,} files read"]
    if state == "cold":
        said.append("more to come; until then answers may miss files that are not open")
    elif state != "ready":
        said.append("some changed and are read again")
    if left:
        said.append(f"{left:,} more are beyond the limits")
    if why:
        said.append(_WHY[why])
    return ", ".join(said)


def found(defines: Sequence[str], words: Sequence[str], called: Sequence[str],
          has: Sequence[str]) -> str:  # fmt: skip
    """Why a file was found, in words.

    `defines` are names of the question that the file defines. `words`, `called` and `has` are words
    of the question in its definitions, its path and its text.
    """
    said = []
    if defines:
        said.append(f"defines {_listed(defines)}")
    elif words:
        said.append(f"defines names with {_listed(words)}")
    if called:
        said.append(f"is called {_listed(called)}")
    if has:
        said.append(f"has {_listed(has)}")
    return "; ".join(said) or "belongs to a file that was found"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(list(dict.fromkeys(names))[:4])
