"""What is shown of the project index: how far it is, why there is none, why a file was found."""

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


def progress(state: str, indexed: int, files: int, why: str = "", left: int = 0) -> str:
    """How far an index is: "1,203 of 1,848 files, catching up". `left` files are beyond the
    limits."""
    if state == "off":
        return f"off: {_WHY[why]}" if why else "off"
    said = [f"{indexed:,} of {files:,} files" if indexed < files else f"{files:,} files"]
    if state != "ready":
        said.append(state)
    if left:
        said.append(f"{left:,} more are beyond the limits")
    if why:
        said.append(_WHY[why])
    return ", ".join(said)


def found(defines: Sequence[str], words: Sequence[str], called: Sequence[str],
          has: Sequence[str]) -> str:  # fmt: skip
    """Why a file was found: names of the question that it defines, words of the question in its
    definitions, in its path and in its text."""
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
