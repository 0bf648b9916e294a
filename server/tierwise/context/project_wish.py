"""What the operator's words (a wish) say about the project, found in these words alone. Pure.

A wish that speaks of every caller needs every file that uses the name. A question gets files of the
project only if it names something in the project, or if the operator asked for them (`@project`).
"""

from __future__ import annotations

import re
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.syntax.symbols import words

_EVERYWHERE: Final = re.compile(
    r"\b(?:everywhere|throughout|project-?wide|repo-?wide"
    r"|(?:its|the|all(?: the)?|every|each)\s+(?:other\s+)?"
    r"(?:callers?|call[ -]?sites?|usages?|uses|references|importers?)|(?:all|every|each)\s+imports?"
    r"|(?:all|every|each)\s+(?:of\s+)?(?:the\s+)?(?:files?|places|modules?)"
    r"|(?:in|across|over|through)\s+(?:the|this|my|our)?\s*(?:whole|entire|complete)?\s*"
    r"(?:project|code ?base|repo(?:sitory)?|workspace))\b",
    re.IGNORECASE,
)
_PROJECT: Final = re.compile(r"(?<![\w@])@(?:project|workspace)(?![\w./-])[,:;]?", re.IGNORECASE)
_QUOTED: Final = re.compile(r"`([A-Za-z_$][\w$]*)(?:\(\))?`|\b([A-Za-z_]\w+)\(\)")
_CODE_LIKE: Final = re.compile(r"[a-z0-9][A-Z]|[A-Za-z]_|_[A-Za-z]|[A-Za-z]\d")
_FILE: Final = re.compile(r"(?<![\w/.-])(?:[\w.-]+/)*[\w-]+\.[A-Za-z]\w{0,5}(?![\w/])")
_PLAIN: Final = re.compile(
    r"about|add|all|also|and|any|are|argument|been|being|bool|but|call|called|"
    r"caller|callers|calls|can|change|class|classes|close|code|codebase|const|could|"
    r"data|def|default|delete|describe|docs|documentation|does|each|entire|error|"
    r"errors|every|everywhere|explain|false|few|file|files|find|fix|for|from|function|"
    r"functions|get|handle|has|have|hello|here|how|import|imports|instead|int|into|"
    r"its|just|keep|less|let|like|line|lines|list|main|make|many|may|method|methods|"
    r"might|mine|module|more|most|move|much|must|name|names|need|needs|new|none|not|"
    r"null|number|old|one|only|open|our|ours|out|parameter|please|project|put|read|"
    r"really|remove|rename|repository|return|returns|run|self|set|shall|should|show|"
    r"signature|some|start|stop|str|string|test|tests|than|thanks|that|the|them|then|"
    r"there|these|they|this|those|throughout|too|true|two|type|types|update|usage|"
    r"usages|use|uses|using|value|values|var|variable|very|want|was|were|what|when|"
    r"where|which|who|whole|why|will|with|work|works|workspace|would|write|you|your|"
    r"yours"
)
"""Common words of instructions. They count as no name, even if some code defines them."""


@dataclass(frozen=True, slots=True)
class ProjectWish:
    """What the operator's words (a wish) say about the project.

    `certain` are names that they write as code. `perhaps` are plain words, which are taken for
    names if the project defines them. `files` are file names that they mention. `everywhere` says
    that every use of a name is meant.
    """

    everywhere: bool = False
    certain: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()


def of_words(wish: str) -> ProjectWish:
    """The names and files that the operator's words mention, and whether they want a change
    everywhere.
    """
    quoted = {a or b for a, b in _QUOTED.findall(wish)}
    named = words(wish) | quoted
    files = frozenset(_FILE.findall(wish))
    of_files = {part for name in files for part in re.split(r"[/.]", name)}
    certain = {n for n in named if n in quoted or _CODE_LIKE.search(n)} - of_files
    perhaps = {n for n in named if not _PLAIN.fullmatch(n.lower())} - certain - of_files
    everywhere = _EVERYWHERE.search(wish) is not None
    return ProjectWish(everywhere, frozenset(certain), frozenset(perhaps), files)


def split_project_word(wish: str) -> tuple[bool, str]:
    """Whether the operator's words contain `@project` (or `@workspace`), and the other words."""
    found = _PROJECT.search(wish)
    if found is None:
        return False, wish
    return True, f"{wish[: found.start()]}{wish[found.end() :].lstrip(' ')}".strip()
