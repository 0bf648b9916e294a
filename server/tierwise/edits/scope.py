"""Whether a proposal stays within what was asked for.

With a selection, an edit belongs to the selection and the definition around it. Beyond that
it may touch what the change itself needs: imports, new helpers, and lines that use a name
which the change or the instruction is about. The same is true for other files, unless the
operator attached them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from itertools import islice
from typing import Final

from tierwise.core.dataclass import dataclass
from tierwise.edits.asked import AskedEdit
from tierwise.edits.indent import indent_of
from tierwise.edits.proposal import FileEdit, Hunk, Proposal
from tierwise.syntax.around import enclosing
from tierwise.syntax.positions import split_lines
from tierwise.syntax.symbols import Symbol, definitions, words
from tierwise.syntax.tokens import code
from tierwise.syntax.touched import touched

_IMPORT: Final = re.compile(
    r"^\s*(?:import\b|from\s+\S+\s+import\b|use\b|#\s*include\b|using\b|package\b|require|extern\b"
    r"|(?:const|let|var|local)\s.*=\s*require|source\s|export\s.*\bfrom\b|mod\s|@import|\}\s*from\b)"
)
_OVERLOADS: Final = frozenset(("java", "c", "cpp", "kotlin", "typescript", "typescriptreact"))
"""Languages in which one name often has two definitions."""
_ECHO: Final = 3
"""How many repeated lines from around the selection are no coincidence."""


def beyond(proposal: Proposal, asked: AskedEdit) -> bool:
    """Whether some change was not asked for."""
    in_play = cache(partial(_in_play, proposal, asked))
    return any(_strays(file, asked, in_play, proposal.files) for file in proposal.files)


def repeats(file: FileEdit, asked: AskedEdit) -> bool:
    """Whether an edit makes a file have something twice: a definition, or the lines right above or
    below the selection.
    """
    if file.kind != "text":
        return False
    if file.language not in _OVERLOADS and _doubled(file):
        return True
    if asked.span is None or file.uri != asked.focus or len(file.hunks) > 2:
        return False
    lines = file.before.split("\n")
    added = [line.strip() for hunk in file.hunks for line in hunk.lines if line.strip()]
    above = _full(reversed(lines[: asked.span.start.line]))[::-1]
    below = _full(lines[asked.span.end.line + 1 :])
    return any(
        len(around) == _ECHO and len("".join(around)) > 20 and _within(around, added)
        and not _within(around, [x.strip() for h in file.hunks
                                 for x in lines[h.start : h.end] if x.strip()])
        for around in (above, below)
    )  # fmt: skip


def _full(lines: Iterable[str]) -> list[str]:
    """The first `_ECHO` lines that are not blank, without blanks at their ends."""
    return list(islice((full for line in lines if (full := line.strip())), _ECHO))


def changes_code(file: FileEdit) -> bool:
    """Whether more than comments and documentation changed. False if a text cannot be parsed."""
    before, after = code(file.before, file.language), code(file.after, file.language)
    return before is not None and after is not None and before != after


def _strays(
    file: FileEdit, asked: AskedEdit, in_play: Callable[[], InPlay], every: Sequence[FileEdit]
) -> bool:
    name = file.path.rsplit("/", 1)[-1]
    mentioned = any(part in asked.instruction for part in (name, file.path)) or asked.names(
        name.split(".")[0]
    )
    known = file.uri in (asked.focus, *asked.attached)
    if file.kind == "rename":
        new = (file.to_path or "").rsplit("/", 1)[-1]
        same = new.split(".")[0] == name.split(".")[0]
        return not (mentioned or asked.names(new.split(".")[0]) or (known and same))
    if file.kind == "delete":
        return not (mentioned or (known and _came_up(file.before, file, every)))
    if file.kind == "create":
        return not (mentioned or asked.kind.may_create or _is_needed(file, every))
    if file.uri == asked.focus:
        return _strays_in_focus(file, asked, in_play)
    if file.uri in asked.attached or mentioned or asked.kind.elsewhere:
        return False
    return any(not _needed(file, hunk, in_play) for hunk in file.hunks)


def _is_needed(file: FileEdit, every: Sequence[FileEdit]) -> bool:
    """Whether a new file holds what other files lose, or is one that they now refer to."""
    stem = file.path.rsplit("/", 1)[-1].split(".")[0]
    added = "".join(x for f in every if f is not file for h in f.hunks for x in h.lines)
    return stem in words(added) or _came_up(file.after, file, every, removed=True)


def _came_up(
    text: str, file: FileEdit, every: Sequence[FileEdit], *, removed: bool = False
) -> bool:
    """Whether at least half of a text's lines are among those that other files gain, or lose if
    `removed` is set.
    """
    lines = {x.strip() for x in text.split("\n") if sum(c.isalnum() for c in x) > 2}
    others = [f for f in every if f is not file and f.kind in ("text", "create")]
    moved = set()
    for other in others:
        old = split_lines(other.before)
        for hunk in other.hunks:
            moved |= {x.strip() for x in (old[hunk.start : hunk.end] if removed else hunk.lines)}
    return bool(lines) and 2 * len(lines & moved) >= len(lines)


def _strays_in_focus(file: FileEdit, asked: AskedEdit, in_play: Callable[[], InPlay]) -> bool:
    if asked.span is None or asked.span.start == asked.span.end:
        return False
    first, last = _zone(file, asked)
    return any(
        not (hunk.start <= last and hunk.end >= first)
        and not any(n in range(hunk.start - 2, hunk.end + 2) for n in asked.diagnostics)
        and not _needed(file, hunk, in_play)
        for hunk in file.hunks
    )


def _zone(file: FileEdit, asked: AskedEdit) -> tuple[int, int]:
    """The first and last line that may be changed freely: those of the selection, and of the
    definition it starts in, else of the entry around it (`_entry`).
    """
    assert asked.span is not None
    first, last = asked.span.start.line, asked.span.end.line
    around = _around(file, asked)
    if around is not None:
        return min(first, around.range.start.line), max(last, around.range.end.line)
    return _entry(file.before.split("\n"), first, last)


def _entry(lines: Sequence[str], first: int, last: int) -> tuple[int, int]:
    """The lines of the entry around some lines, found by indentation, for languages without a
    grammar.
    """
    if first >= len(lines) or not indent_of(lines[first]):
        return first, last
    depth = len(indent_of(lines[first]))
    above = (n for n in range(first - 1, -1, -1) if lines[n].strip())
    top = next((n for n in above if len(indent_of(lines[n])) < depth), first)
    end = last
    for number in range(last + 1, len(lines)):
        if lines[number].strip() and len(indent_of(lines[number])) <= len(indent_of(lines[top])):
            break
        end = number
    return top, end


def _around(file: FileEdit, asked: AskedEdit) -> Symbol | None:
    if asked.span is None:
        return None
    lines = file.before.split("\n")
    at = asked.span.start
    if at.line < len(lines):
        line = lines[at.line]
        lead = len(line) - len(line.lstrip())
        at = type(at)(at.line, max(at.character, lead))
    return enclosing(file.before, file.language, at)


def _needed(file: FileEdit, hunk: Hunk, in_play: Callable[[], InPlay]) -> bool:
    """Whether the change at the selection needs this change, which is away from it."""
    lines = split_lines(file.before)
    removed = lines[hunk.start : hunk.end]
    own = [line for line in (*removed, *hunk.lines) if line.strip()]
    if not own or all(_IMPORT.match(line) or _in_list(line) for line in own):
        return True
    if not [line for line in removed if line.strip()] and _defines(hunk.lines):
        return True
    around = lines[max(0, hunk.start - 1) : hunk.end + 1]
    about = in_play()
    return bool(words("".join(own)) & about.names or words("".join(around)) & about.defined)


def _in_list(line: str) -> bool:
    """Whether a line belongs to an import over several lines."""
    return (
        re.match(r"^\s*(?:[\w.*\"'/]+(?:\s+as\s+\w+)?,?|[(){}]|\}\s*from.*)\s*$", line) is not None
    )


def _defines(lines: Sequence[str]) -> bool:
    return any(
        re.match(
            r"^\s*(?:export\s+|pub(?:\([^)]*\))?\s+|public\s+|private\s+|protected\s+|static\s+|async\s+"
            r"|local\s+|default\s+|final\s+|abstract\s+|@)*(?:def|class|function|func|fn|struct|enum|trait"
            r"|impl|interface|type|const|let|var|static|macro_rules!|[A-Z]\w*\s*=|[A-Z_]{3,}\b|\w+\(\)\s*\{)",
            line,
        )
        or re.match(r"^\s*(?:[\w<>\[\],*&:]+\s+)+\w+\s*\([^;]*\)\s*(?:throws\s+\w+\s*)?\{", line)
        for line in lines
    )


@dataclass(frozen=True, slots=True)
class InPlay:
    """The names that may change along with the selection: `defined` are those that the selected
    code defines, `names` these and all that the request or the new lines mention.
    """

    defined: frozenset[str]
    names: frozenset[str]


def _in_play(proposal: Proposal, asked: AskedEdit) -> InPlay:
    """The names that the request and the change at its place are about."""
    names, defined = set(words(asked.instruction) - _PLAIN), set()
    for file in proposal.files:
        if file.uri != asked.focus or file.kind != "text":
            continue
        around = _around(file, asked)
        defined |= {around.name} if around is not None else set()
        first, last = _zone(file, asked) if asked.span is not None else (0, 10**9)
        if asked.span is not None:
            defined |= {
                s.name
                for s in definitions(file.before, file.language)
                if asked.span.start.line <= s.at.line <= asked.span.end.line
            }
        known = words(file.before) | _PLAIN
        for hunk in file.hunks:
            if hunk.start <= last and hunk.end >= first:
                names |= words("".join(hunk.lines)) - known
    return InPlay(frozenset(defined), frozenset(names | defined))


def _doubled(file: FileEdit) -> bool:
    """Whether the new text defines some name several times in one place, and more often than the
    old text.
    """
    part = touched(file.before, file.after, file.language)
    if part is not None and not _defined(part.after, file.language) - _defined(
        part.before, file.language
    ):
        return False
    before, after = _defined(file.before, file.language), _defined(file.after, file.language)
    return any(n > 1 and before[key] < n for key, n in after.items())


def _defined(text: str, language: str | None) -> Counter[str]:
    """How often each definition is in a text, by its name and the names around it.

    Definitions under a decorator are left out: a setter has the name of its getter.
    """
    lines = text.split("\n")
    found: Counter[str] = Counter()
    around: list[Symbol] = []
    for symbol in sorted(definitions(text, language), key=lambda s: (s.range.start, s.depth)):
        while around and around[-1].range.end <= symbol.range.start:
            around.pop()
        above = lines[symbol.range.start.line : symbol.at.line + 1]
        decorated = any(line.lstrip().startswith("@") for line in above)
        if not decorated and symbol.kind != "impl_item":
            found["/".join(s.name for s in (*around, symbol))] += 1
        around.append(symbol)
    return found


def _within(part: Sequence[str], whole: Sequence[str]) -> bool:
    size = len(part)
    return any(list(whole[n : n + size]) == list(part) for n in range(len(whole) - size + 1))


_PLAIN: Final = frozenset(
    (
        "the", "this", "that", "and", "with", "from", "into", "for", "add", "make", "use", "code",
        "function", "method", "class", "file", "variable", "parameter", "argument", "return",
        "type", "value", "name", "list", "string", "number", "test", "tests", "all", "any",
        "should", "when", "where", "which", "what", "instead", "also", "only", "every", "each",
        "fix", "change", "remove", "rename", "handle", "using", "have", "has", "are", "was",
        "were", "will", "can", "its", "new", "old", "one", "two", "error", "errors", "line",
        "lines", "import", "const", "let", "var", "def", "self", "none", "null", "true", "false",
        "int", "str", "bool", "data", "not", "but", "out", "they", "them", "than", "then", "does",
    )
)  # fmt: skip
"""Common words of instructions and of code. They count as no name."""
