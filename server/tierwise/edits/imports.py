"""Import lines that an answer has above its code: they belong at the top of the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from tierwise.edits.align import squeezed
from tierwise.edits.fit import bare, usual_end
from tierwise.syntax.parse import parse, walk

IMPORT: Final = re.compile(
    r"^\s*(?:import\b|from\s+\S+\s+import\b|use\b|#\s*include\b|using\b|package\b|require|extern\b"
    r"|(?:const|let|var|local)\s.*=\s*require|source\s|export\s.*\bfrom\b|mod\s|@import|\}\s*from\b)"
)
"""An import line, in any of many languages."""
_ALONE: Final = re.compile(
    r"^(?:import\s+[\w.*]+(?:\s+as\s+\w+)?(?:\s*,\s*[\w.]+)*;?"
    r"|import\s+static\s+[\w.*]+;|from\s+\S+\s+import\s+[\w*, ]+"
    r"|import\s+(?:type\s+)?[\w*{},\s$]+\s+from\s+['\"][^'\"]+['\"];?|import\s+['\"][^'\"]+['\"];?"
    r"|(?:pub\s+)?use\s+[\w:{}*, ]+;|#\s*include\s+[<\"][^>\"]+[>\"]|using\s+[\w.]+;"
    r"|(?:const|let|var|local)\s+[\w{}, ]+\s*=\s*require\s*\(?\s*['\"][^'\"]+['\"]\)?;?"
    r"|require(?:_relative)?\s+['\"][^'\"]+['\"]|use\s+[\w\\]+;)\s*$"
)
"""An import that is complete on its line."""
_NAMES: Final = re.compile(
    r"^from \S+ import (?P<python>[\w, ]+)$|^import (?:type )?\{(?P<script>[^}]*)\} from .+$"
    r"|^use [\w:]+::\{(?P<rust>[^}]*)\}$"
)
_GO: Final = re.compile(r'^import\s+(?:[\w.]+\s+)?"[^"]+"$')
_HEAD: Final = 400
"""Lines of a file searched for its imports."""


def split(fresh: Sequence[str]) -> tuple[list[str], list[str]]:
    """The import lines at the beginning of an answer, and the rest of it.

    Only imports that are complete on a line are taken off, and only if code follows.
    """
    taken: list[str] = []
    for number, line in enumerate(fresh):
        if _ALONE.match(line):
            taken.append(line)
        elif line.strip():
            return (taken, list(fresh[number:])) if taken else ([], list(fresh))
    return [], list(fresh)


def head_of(fresh: Sequence[str]) -> tuple[list[str], list[str]]:
    """Take the package line and the imports off the beginning of a Go answer.

    Returns the imports, one `import` line each, and the lines below them. The package line and all
    comments above the last import are dropped.
    """
    tree = parse("\n".join(fresh), "go")
    taken: list[str] = []
    first = 0
    for node in tree.root_node.named_children if tree is not None else ():
        if node.type == "import_declaration":
            specs = (one for one in walk(node) if one.type == "import_spec")
            taken += [f"import {(one.text or b'').decode('utf-8', 'replace')}" for one in specs]
        elif node.type == "comment":
            continue
        elif node.type != "package_clause":
            if node.start_point[0] < first:
                return [], list(fresh)
            break
        first = node.end_point[0] + 1
    rest = list(fresh[first:])
    while rest and not rest[0].strip():
        del rest[0]
    return taken, rest


def _into_group(lines: list[str], wanted: str) -> bool:
    """Put an import of Go into the import group of a file. Returns whether the file has a group."""
    start = next((n for n, x in enumerate(lines[:_HEAD]) if x.strip() == "import ("), None)
    if start is None:
        return False
    end = next((n for n in range(start, len(lines)) if lines[n].strip() == ")"), None)
    if end is None:
        return False
    spec = wanted.strip().removeprefix("import ").strip()
    group = [x.strip() for x in lines[start + 1 : end]]
    if spec in group:
        return True
    path = spec.split()[-1]
    above = next((n for n, x in enumerate(group) if x and x.split()[-1] > path), len(group))
    lines.insert(start + 1 + above, f"\t{spec}{usual_end(lines)}")
    return True


def brought(lines: Sequence[str], wanted: Sequence[str], head: int = 0) -> list[str] | None:
    """The lines of a file with imports added among its own; None if it has none to put them beside.

    An import whose names the file imports already is not added again. The first `head` lines of the
    file are its head, in which a line that reads like an import is none.
    """
    made = list(lines)
    for line in wanted:
        if any(_brings(x, line) for x in made[head : head + _HEAD]):
            continue
        if _GO.match(line.strip()) and _into_group(made, line):
            continue
        at = _place(made, line, head)
        if at is None:
            return None
        made.insert(at, line.rstrip() + usual_end(lines))
    return made


def replaces(lines: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether one of the imports has only some of the names of an existing one. Then the answer
    meant to shorten that line, which adding imports cannot do.
    """
    there = [squeezed(x).rstrip(";") for x in lines[:_HEAD]]
    return any(
        squeezed(line).rstrip(";") not in there and any(_brings(x, line) for x in lines[:_HEAD])
        for line in wanted
    )


def _brings(there: str, wanted: str) -> bool:
    """Whether an existing import brings all that another one would."""
    a, b = squeezed(there).rstrip(";"), squeezed(wanted).rstrip(";")
    if a == b:
        return True
    one, other = _NAMES.match(a), _NAMES.match(b)
    if one is None or other is None or one.lastgroup != other.lastgroup:
        return False
    kind = one.lastgroup or ""
    source = [x.replace(m.group(kind), "") for x, m in ((a, one), (b, other))]
    return source[0] == source[1] and _listed(other.group(kind)) <= _listed(one.group(kind))


def _listed(names: str) -> set[str]:
    return {squeezed(name) for name in names.split(",")}


def _place(lines: Sequence[str], line: str, head: int) -> int | None:
    """The line where an import belongs: sorted into the last group of its kind, else below all
    imports. `head` is where the imports can begin.
    """
    own = [n for n, x in enumerate(lines[: head + _HEAD]) if n >= head and _ALONE.match(bare(x))]
    if not own:
        return None
    same = [n for n in own if _kind(lines[n]) == _kind(line)]
    if not same:
        return own[-1] + 1
    group = [same[-1]]
    while group[0] - 1 in same:
        group.insert(0, group[0] - 1)
    said = [squeezed(lines[n]) for n in group]
    if said != sorted(said):
        return group[-1] + 1
    return next((n for n in group if squeezed(lines[n]) > squeezed(line)), group[-1] + 1)


def _kind(line: str) -> str:
    found = re.match(r"#?\s*\w+", line)
    return found.group(0) if found is not None else ""
