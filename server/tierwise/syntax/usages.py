"""Which files belong together: what a text imports, and by which name others import a file.

Import lines are read by pattern rather than by tree: it must cost a fraction of a millisecond
over every open file, and work in languages without a grammar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.core.document import Snapshot
from tierwise.syntax.per_document import per_document

HEAD: Final = 20_000
"""Characters of a file searched for imports; they are at its top."""

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
"""Names that many files share. Such a file is named after its folder."""


@dataclass(frozen=True, slots=True)
class Naming:
    """How a file takes part in imports: the name others import it by, and the names it imports."""

    module: str
    imports: frozenset[str]


def naming(path: str, text: str) -> Naming:
    """How a text takes part in imports, if it is the file at this path."""
    return Naming(module(path), imported(text))


def naming_of(path: str, doc: Snapshot) -> Naming:
    """How a document takes part in imports, if it is the file at this path."""
    return Naming(module(path), _imports(doc))


@per_document
def _imports(doc: Snapshot) -> frozenset[str]:
    return imported(doc.text)


def imported(text: str) -> frozenset[str]:
    """Names of the modules and files a text imports, in lower case, without folders and suffix."""
    return _imported(text[:HEAD])


@lru_cache(maxsize=4)
def _imported(head: str) -> frozenset[str]:
    """The names that the head of a file imports, cached: typing below it does not change it."""
    found: set[str] = set()
    for match in _IMPORT.finditer(head):
        for part in match.groups():
            if part:
                bare = re.sub(r"\.\w{1,4}$", "", part) if "/" in part or '"' in part else part
                found.update(name.lower() for name in _NAME.findall(bare))
    return frozenset(found)


def module(path: str) -> str:
    """The name a file is imported by: its stem, or its folder where the stem says nothing."""
    folder, _, name = path.replace("\\", "/").rpartition("/")
    stem, parent = name.partition(".")[0].lower(), folder.rpartition("/")[2].lower()
    return parent if stem in _PLAIN and parent else stem


def related(path: str, own: Naming, anchors: Iterable[Naming], words: str) -> bool:
    """Whether an open file belongs to a request: by imports, or because `words` names it.

    `own` says how the file takes part in imports, `anchors` how the selection's file and the
    attached ones do.
    """
    return mentioned(path, words) or any(linked(own, anchor) for anchor in anchors)


def linked(one: Naming, other: Naming) -> bool:
    """Whether one of two files imports the other."""
    return other.module in one.imports or one.module in other.imports


def mentioned(path: str, words: str) -> bool:
    """Whether a text names a file, by its name or its stem."""
    if not words:
        return False
    name = path.replace("\\", "/").rpartition("/")[2].lower()
    stem = name.partition(".")[0]
    return name in words.lower() or (
        len(stem) > 3 and re.search(rf"\b{re.escape(stem)}\b", words.lower()) is not None
    )
