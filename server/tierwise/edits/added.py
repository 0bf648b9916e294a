"""Adds code to a file: at the cursor, or below the tests that a file has already."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from tierwise.core.document import Position
from tierwise.edits import imports
from tierwise.edits.align import squeezed
from tierwise.edits.file_head import head_end
from tierwise.edits.fit import Place, bare, end_of, fitted, trimmed, usual_end
from tierwise.edits.indent import USUAL, in_unit, indent_of, moved, unit_of
from tierwise.edits.region import is_whole_file, own_part
from tierwise.edits.trial import reading
from tierwise.syntax.bound import bound
from tierwise.syntax.literals import literal_lines
from tierwise.syntax.positions import split_lines
from tierwise.syntax.symbols import PROSE, Symbol, definitions

_UNFINISHED: Final = re.compile(r"(?:[=(\[,+*/&|<?.-]|\breturn)\s*$")
"""The end of a line that the next line continues."""


def generated(
    text: str, at: Position, answer: str, language: str | None = None, brought: Sequence[str] = ()
) -> str:
    """The text of a file with an answer's code added at the cursor.

    The code replaces an empty line, else it gets lines of its own. It goes inside the cursor's line
    only if that line is unfinished or the file parses better that way. An answer that is the whole
    file replaces the file. `brought` are import lines to add at the file's head.
    """
    lines = split_lines(text)
    fresh = _core(answer)
    if not fresh:
        return text
    if is_whole_file(lines, fresh):
        return "".join(fitted(fresh, Place(lines, lines, language)))
    number = min(at.line, len(lines) - 1)
    own = bare(lines[number])
    before = own[: at.character]
    taken, fresh = imports.split(fresh) if number > 0 else ([], fresh)
    taken = [*brought, *taken]
    if not own.strip():
        first, last, blanks = number, number + 1, before
    else:
        put = number if not before.strip() else number + 1
        first, last, blanks = put, put, None
    fresh = own_part(lines, first, last, fresh)
    inline = f"{before}{fresh[0].lstrip()}{own[at.character :]}" if len(fresh) == 1 else None
    if inline is not None and before.strip() and _within(lines, number, inline, fresh, language):
        made = [*lines[:number], inline + end_of(lines[number]), *lines[number + 1 :]]
        return with_imports_of(made, taken, language)
    fresh = _without_headers(lines, first, fresh)
    put_in = _new_lines(lines, first, last, fresh, language, blanks)
    if _is_unit(put_in, language):
        put_in = _apart(lines, first, last, put_in, language)
    return with_imports_of(_inserted(lines, first, last, put_in), taken, language)


def joined(text: str, answer: str, language: str | None = None, brought: Sequence[str] = ()) -> str:
    """The text with an answer's code added at its end, with as many empty lines before it as
    between the file's own definitions.

    Imports go to the head, also those in `brought`. What the file has already is not added a second
    time. An answer that is the whole file replaces the file.
    """
    lines = split_lines(text)
    fresh = _core(answer)
    if not text.strip():
        return usual_end(lines).join([*brought, *fresh]) + usual_end(lines)
    if is_whole_file(lines, fresh):
        return "".join(fitted(fresh, Place(lines, lines, language)))
    taken, fresh = _news(text, fresh, language)
    taken = [*brought, *taken]
    if not fresh:
        return text
    unit = unit_of([bare(line) for line in lines])
    fixed = literal_lines("\n".join(fresh), language)
    fresh = (in_unit(fresh, unit, fixed) if unit is not None else None) or fresh
    end = usual_end(lines)
    first, last = trimmed(lines)
    kept = list(lines[first:last])
    if kept and not end_of(kept[-1]):
        kept[-1] += end
    known = _distance(kept, "")
    gap = [end] * (max(1, known) if known is not None else 2 if language == "python" else 1)
    return with_imports_of(
        [*lines[:first], *kept, *gap, *(x + end for x in fresh)], taken, language
    )


def _core(answer: str) -> list[str]:
    fresh = answer.replace("\r\n", "\n").split("\n")
    first, last = trimmed(fresh)
    return fresh[first:last]


def with_imports(text: str, taken: Sequence[str], language: str | None = None) -> str:
    """The text of a file with imports at its head. They are left out if no place for them is
    clear.
    """
    return with_imports_of(split_lines(text), taken, language) if taken else text


def with_imports_of(lines: Sequence[str], taken: Sequence[str], language: str | None = None) -> str:
    """The text of a file, given as its lines, with imports at its head."""
    head = head_end(lines, language) if taken else 0
    made = imports.brought(lines, taken, head or 0)
    if made is None:
        made = list(lines) if head is None else _with_first_imports(lines, taken, head)
    return "".join(made)


def _with_first_imports(lines: Sequence[str], taken: Sequence[str], put: int) -> list[str]:
    """The lines of a file that has no imports yet, with some below its first `put` lines, which
    are its head. An empty line stands on either side of them.
    """
    end = usual_end(lines)
    head, rest = list(lines[:put]), lines[put:]
    if head:
        head[-1] = bare(head[-1]) + end
        head.append(end)
    apart = [end] if rest and bare(rest[0]).strip() else []
    return [*head, *(line.rstrip() + end for line in taken), *apart, *rest]


def _news(text: str, fresh: list[str], language: str | None) -> tuple[list[str], list[str]]:
    """The imports of an answer, and the lines of it that are to be added.

    Left out are definitions that the file has in the same form, and lines of the file that the
    answer begins with. A Go answer loses only its package line and its imports.
    """
    if language == "go":
        return imports.head_of(fresh)
    there = {squeezed(line) for line in text.split("\n") if line.strip()}
    known = {s.name: _said(text, s) for s in definitions(text, language) if not s.depth}
    gone: set[int] = set()
    for symbol in definitions("\n".join(fresh), language):
        if not symbol.depth and known.get(symbol.name) == _said("\n".join(fresh), symbol):
            gone.update(range(symbol.range.start.line, symbol.range.end.line + 1))
    defining = {
        n
        for symbol in definitions("\n".join(fresh), language)
        for n in range(symbol.range.start.line, symbol.range.end.line + 1)
    }
    taken = []
    for number, line in enumerate(fresh):
        if number in gone or not line.strip():
            continue
        alone, rest = imports.split([line, "x"])
        if alone and rest == ["x"]:
            taken.append(line)
            gone.add(number)
        elif squeezed(line) in there and number not in defining and _is_complete(line):
            head = all(n in gone or not x.strip() for n, x in enumerate(fresh[:number]))
            if head:
                gone.add(number)
                continue
            break
        else:
            break
    kept = [line for number, line in enumerate(fresh) if number not in gone]
    first, last = trimmed(kept)
    return taken, kept[first:last]


def _is_complete(line: str) -> bool:
    """Whether a line is a complete statement that no later line continues."""
    opened = sum(line.count(c) for c in "([{") - sum(line.count(c) for c in ")]}")
    return opened == 0 and not line.rstrip().endswith((":", ",", "=", "\\"))


def _said(text: str, symbol: Symbol) -> list[str]:
    lines = text.split("\n")[symbol.range.start.line : symbol.range.end.line + 1]
    return [squeezed(line) for line in lines if line.strip()]


def _distance(lines: Sequence[str], indent: str) -> int | None:
    """How many empty lines usually separate units of a file with this indentation.

    It is None if the file has fewer than two such units.
    """
    found: Counter[int] = Counter()
    above, blank = "", 0
    for line in (bare(x) for x in lines):
        if not line.strip():
            blank += 1
            continue
        ends = bool(above) and (len(indent_of(above)) > len(indent) or _closes(above))
        if ends and indent_of(line) == indent and not _closes(line):
            found[blank] += 1
        above, blank = line, 0
    return found.most_common(1)[0][0] if found else None


def _is_unit(fresh: Sequence[str], language: str | None) -> bool:
    """Whether code is a unit by itself: a definition, an entry, or a paragraph."""
    if bound("\n".join(fresh), language):
        return True
    deeper = any(len(indent_of(x)) > len(indent_of(fresh[0])) for x in fresh[1:] if x.strip())
    return language in PROSE and (deeper or language in ("markdown", "css", "scss"))


def _without_headers(lines: Sequence[str], first: int, fresh: list[str]) -> list[str]:
    """The code without headers of enclosing blocks.

    An answer repeats them to show where it belongs.
    """
    while len(fresh) > 1:
        head, indent = squeezed(fresh[0]), indent_of(fresh[0])
        deeper = all(len(indent_of(x)) > len(indent) for x in fresh[1:] if x.strip())
        inner = len(indent)
        above = None
        for number in range(first - 1, -1, -1):
            line = bare(lines[number])
            if line.strip() and len(indent_of(line)) <= inner:
                above = line
                break
        if not deeper or above is None or squeezed(above) != head:
            return fresh
        start, end = trimmed(fresh[1:])
        fresh = fresh[1:][start:end]
    return fresh


def _apart(
    lines: Sequence[str], first: int, last: int, fresh: list[str], language: str | None
) -> list[str]:
    """A definition with empty lines around it, as many as the file has between its
    own definitions.
    """
    top = not indent_of(fresh[0])
    known = _distance(lines, indent_of(fresh[0]))
    gap = known if known is not None else 2 if language == "python" and top else 1
    gap = max(gap, 1) if language == "markdown" else gap
    above = below = 0
    while first - above > 0 and not lines[first - above - 1].strip():
        above += 1
    while last + below < len(lines) and not lines[last + below].strip():
        below += 1
    has_above = first - above > 0 and not _opens(lines[first - above - 1], fresh[0])
    rest = [x for x in lines[last + below :] if x.strip()]
    has_below = bool(rest) and (
        not _closes(rest[0]) or len(indent_of(rest[0])) >= len(indent_of(fresh[0]))
    )
    head = [""] * max(0, gap - above) if has_above else []
    tail = [""] * max(0, gap - below) if has_below else []
    return [*head, *fresh, *tail]


def _opens(line: str, fresh: str) -> bool:
    """Whether a line is less indented than the code, so that it begins the block around it."""
    return len(indent_of(bare(line))) < len(indent_of(fresh))


def _closes(line: str) -> bool:
    return not any(c.isalnum() for c in line) or line.strip().startswith("end")


def _inserted(lines: Sequence[str], first: int, last: int, fresh: Sequence[str]) -> list[str]:
    """The lines of a file in which others replace [first, last)."""
    usual = usual_end(lines)
    made = [line + usual for line in fresh]
    head = list(lines[:first])
    if head and not end_of(head[-1]):
        head[-1] += usual
        made[-1] = fresh[-1]
    return [*head, *made, *lines[last:]]


def _new_lines(
    lines: Sequence[str], first: int, last: int, fresh: Sequence[str], language: str | None,
    blanks: str | None,
) -> list[str]:  # fmt: skip
    """New lines with the indentation of their place, unless the first has an indentation already.

    Of several ways to indent them the one with the fewest syntax errors is taken.
    """
    fixed = literal_lines("\n".join(fresh), language)
    unit = unit_of([bare(line) for line in lines])
    fresh = (in_unit(fresh, unit, fixed) if unit is not None else None) or list(fresh)
    ways = [list(fresh)]
    have = indent_of(fresh[0])
    level = _beside(lines, first, last)
    if not have and level and language not in PROSE:
        ways.insert(0, moved(fresh, have, level, fixed))
    if blanks and not have:
        return moved(fresh, have, blanks, fixed)
    if not have and language == "yaml" and (level := _level(lines, first, fresh)):
        return moved(fresh, have, level, fixed)
    beside = (*lines[last : last + 1], *lines[max(0, first - 1) : first])
    for want in (indent_of(bare(x)) for x in beside):
        if want and not have:
            ways.append(moved(fresh, have, want, fixed))
    reads = reading(lines, first, last, language)
    if reads is None or len(ways) == 1:
        return ways[0]
    broken = [reads(way) for way in ways]
    return ways[broken.index(min(broken))]


def _beside(lines: Sequence[str], first: int, last: int) -> str:
    """The indentation at a place: that of the line below.

    If that line closes the block around the place, it is that of the last line in the block.
    """
    below = next((bare(x) for x in lines[last:] if x.strip()), "")
    above = next((bare(x) for x in reversed(lines[:first]) if x.strip()), "")
    if not below or not _closes(below):
        return indent_of(below)
    if len(indent_of(above)) > len(indent_of(below)):
        return indent_of(above)
    return indent_of(below) + (unit_of([bare(x) for x in lines]) or USUAL)


def _level(lines: Sequence[str], first: int, fresh: Sequence[str]) -> str:
    """The indentation of existing entries that have the same keys as a new one."""
    own = {x.split(":")[0].strip() for x in fresh[1:] if ":" in x}
    best, chosen, seen = 0, "", len(indent_of(fresh[0])) + 100
    for number in range(first - 1, -1, -1):
        line = bare(lines[number])
        indent = indent_of(line)
        if not line.strip() or len(indent) >= seen:
            continue
        seen = len(indent)
        keys = {
            bare(x).split(":")[0].strip()
            for x in lines
            if ":" in x and len(indent_of(bare(x))) > len(indent)
            and len(indent_of(bare(x))) <= len(indent) + 4
        }  # fmt: skip
        if bare(line).rstrip().endswith(":") and len(own & keys) > best:
            best, chosen = len(own & keys), indent
    return chosen


def _within(
    lines: Sequence[str], number: int, inline: str, fresh: Sequence[str], language: str | None
) -> bool:
    """Whether code reads better inside a line than on lines of its own."""
    reads = reading(lines, number, number + 1, language)
    own = bare(lines[number])
    if _UNFINISHED.search(own) and inline.startswith(own):
        return True
    behind = not inline.startswith(own)
    if reads is None:
        return behind
    within, below = reads([inline]), reads([own, *fresh])
    return behind if within == below else within < below
