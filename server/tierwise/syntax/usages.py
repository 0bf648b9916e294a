"""Which files hang together: what a text imports, and who is meant by it.

Import lines are read by pattern rather than by tree: it must cost a fraction of a millisecond
over every open file, and work in languages without a grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Final

HEAD: Final = 20_000
"""Characters of a file searched for imports; they stand at its top."""

_IMPORT: Final = re.compile(
    r"""^\s*(?:
        from\s+([\w.]+)\s+import\s+([\w, ()]*)
      | import\s+(?:static\s+)?([\w.,* ]+);?\s*$
      | (?:import|export)\b[^'"\n]*['"]([^'"\n]+)['"]
      | .*?\brequire(?:_relative)?\s*\(?\s*['"]([^'"\n]+)['"]
      | \#\s*include\s*[<"]([^>"\n]+)[>"]
      | (?:pub\s+)?(?:use|mod)\s+([\w:{}, *]+);
      | "([\w./-]+)"\s*$
      | (?:source|\.)\s+['"]?([\w./$-]+)
      | @(?:import|use)\s+['"]([^'"\n]+)['"]
    )""",
    re.MULTILINE | re.VERBOSE,
)
_NAME: Final = re.compile(r"[A-Za-z_][\w-]*")
_PLAIN: Final = frozenset(("index", "init", "__init__", "main", "mod", "lib", "src", "test"))
"""File names that many files share; they stand for their folder."""


def imported(text: str) -> frozenset[str]:
    """Names of the modules and files a text imports, in lower case, without folders and suffix."""
    return _imported(text[:HEAD])


@lru_cache(maxsize=64)
def _imported(head: str) -> frozenset[str]:
    found: set[str] = set()
    for match in _IMPORT.finditer(head):
        for part in match.groups():
            if part:
                bare = re.sub(r"\.\w{1,4}$", "", part) if "/" in part or '"' in part else part
                found.update(name.lower() for name in _NAME.findall(bare))
    return frozenset(found)


def module(path: str) -> str:
    """The name a file is imported by: its stem, or its folder where the stem says nothing."""
    pure = PurePosixPath(path.replace("\\", "/"))
    stem = pure.name.partition(".")[0].lower()
    return pure.parent.name.lower() if stem in _PLAIN and pure.parent.name else stem


def related(path: str, text: str, anchors: Iterable[tuple[str, str]], words: str) -> bool:
    """Whether a file belongs to a request: linked to one of its files, or named by its words.

    `anchors` are path and text of the selection's file and of the attached ones.
    """
    return mentioned(path, words) or any(linked(path, text, *anchor) for anchor in anchors)


def linked(path: str, text: str, other_path: str, other_text: str) -> bool:
    """Whether one of two files imports the other."""
    return module(other_path) in imported(text) or module(path) in imported(other_text)


def mentioned(path: str, words: str) -> bool:
    """Whether a text names a file, by its name or its stem."""
    name = PurePosixPath(path.replace("\\", "/")).name.lower()
    stem = name.partition(".")[0]
    return name in words.lower() or (
        len(stem) > 3 and re.search(rf"\b{re.escape(stem)}\b", words.lower()) is not None
    )
