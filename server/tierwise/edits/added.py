"""Code that is added to a file: where the cursor is, or below what a test file holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tierwise.core.document import Position
from tierwise.edits import imports
from tierwise.edits.align import squeezed
from tierwise.edits.fit import Place, bare, end_of, fitted, trimmed, usual_end
from tierwise.edits.indent import in_unit, indent_of, moved, unit_of
from tierwise.edits.trial import reading
from tierwise.edits.whole import is_whole_file, own_part
from tierwise.syntax.bound import bound
from tierwise.syntax.literals import literal_lines
from tierwise.syntax.positions import split_lines
from tierwise.syntax.symbols import Symbol, definitions


def generated(text: str, at: Position, answer: str, language: str | None = None) -> str:
    """The text with code where the cursor is: in place of an empty line, else on lines of
    its own, else, where only that reads as code, within its line."""
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
    if not own.strip():
        first, last, blanks = number, number + 1, before
    else:
        put = number if not before.strip() else number + 1
        first, last, blanks = put, put, None
    fresh = own_part(lines, first, last, fresh)
    inline = f"{before}{fresh[0].lstrip()}{own[at.character :]}" if len(fresh) == 1 else None
    if inline is not None and before.strip() and _within(lines, number, inline, fresh, language):
        made = [*lines[:number], inline + end_of(lines[number]), *lines[number + 1 :]]
        return _with_imports(made, taken)
    put_in = _new_lines(lines, first, last, fresh, language, blanks)
    if bound("\n".join(fresh), language) and not indent_of(put_in[0]):
        put_in = _apart(lines, first, last, put_in, language)
    return _with_imports(_inserted(lines, first, last, put_in), taken)


def joined(text: str, answer: str, language: str | None = None) -> str:
    """The text with an answer added below it, as far apart as its definitions are.

    Imports go to the head, and what the file has already does not come a second time.
    """
    lines = split_lines(text)
    fresh = _core(answer)
    if not text.strip():
        return "\n".join(fresh).replace("\n", usual_end(lines)) + usual_end(lines)
    if is_whole_file(lines, fresh):
        return "".join(fitted(fresh, Place(lines, lines, language)))
    taken, fresh = _news(text, fresh, language)
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
    gap = [end] * max(1, _distance(text, language) or (2 if language == "python" else 1))
    return _with_imports([*lines[:first], *kept, *gap, *(x + end for x in fresh)], taken)


def _core(answer: str) -> list[str]:
    fresh = answer.replace("\r\n", "\n").split("\n")
    first, last = trimmed(fresh)
    return fresh[first:last]


def _with_imports(lines: Sequence[str], taken: Sequence[str]) -> str:
    made = imports.brought(lines, taken)
    if made is None:
        end = usual_end(lines)
        made = [*(line.rstrip() + end for line in taken), end, *lines]
    return "".join(made)


def _news(text: str, fresh: list[str], language: str | None) -> tuple[list[str], list[str]]:
    """The imports of an answer, and its lines but for those the file has already: its head
    and definitions that are the same."""
    there = {squeezed(line) for line in text.split("\n") if line.strip()}
    known = {s.name: _said(text, s) for s in definitions(text, language) if not s.depth}
    gone: set[int] = set()
    for symbol in definitions("\n".join(fresh), language):
        if not symbol.depth and known.get(symbol.name) == _said("\n".join(fresh), symbol):
            gone.update(range(symbol.range.start.line, symbol.range.end.line + 1))
    taken = []
    for number, line in enumerate(fresh):
        if number in gone or not line.strip():
            continue
        alone, rest = imports.split([line, "x"])
        if alone and rest == ["x"]:
            taken.append(line)
            gone.add(number)
        elif squeezed(line) in there and not bound("\n".join(fresh[number:]), language)[:0]:
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


def _said(text: str, symbol: Symbol) -> list[str]:
    lines = text.split("\n")[symbol.range.start.line : symbol.range.end.line + 1]
    return [squeezed(line) for line in lines if line.strip()]


def _distance(text: str, language: str | None) -> int:
    """How many empty lines usually stand between the definitions of a file, 0 if unknown."""
    lines = text.splitlines()
    found: Counter[int] = Counter()
    for symbol in definitions(text, language):
        at = symbol.range.start.line
        blank = 0
        while at - blank - 1 >= 0 and not lines[at - blank - 1].strip():
            blank += 1
        if not symbol.depth and blank and at - blank > 0:
            found[blank] += 1
    return found.most_common(1)[0][0] if found else 0


def _apart(
    lines: Sequence[str], first: int, last: int, fresh: list[str], language: str | None
) -> list[str]:
    """A definition with the empty lines around it that the file has between its own."""
    gap = _distance("".join(lines), language) or (2 if language == "python" else 1)
    above = below = 0
    while first - above > 0 and not lines[first - above - 1].strip():
        above += 1
    while last + below < len(lines) and not lines[last + below].strip():
        below += 1
    has_above, has_below = first - above > 0, last + below < len(lines)
    head = [""] * max(0, gap - above) if has_above else []
    tail = [""] * max(0, gap - below) if has_below else []
    return [*head, *fresh, *tail]


def _inserted(lines: Sequence[str], first: int, last: int, fresh: Sequence[str]) -> list[str]:
    """The lines of a file with others in place of [first, last)."""
    usual = usual_end(lines)
    made = [line + usual for line in fresh]
    head = list(lines[:first])
    open_end = last >= len(lines) or (last == len(lines) - 1 and not lines[last])
    if head and not end_of(head[-1]):
        head[-1] += usual
        made[-1] = fresh[-1]
    elif open_end and last and last <= len(lines) and not end_of(lines[last - 1]) and last > first:
        made[-1] = fresh[-1]
    return [*head, *made, *lines[last:]]


def _new_lines(
    lines: Sequence[str], first: int, last: int, fresh: Sequence[str], language: str | None,
    blanks: str | None,
) -> list[str]:  # fmt: skip
    """Lines that replace none, with the indentation of their place if they have none."""
    fixed = literal_lines("\n".join(fresh), language)
    unit = unit_of([bare(line) for line in lines])
    fresh = (in_unit(fresh, unit, fixed) if unit is not None else None) or list(fresh)
    ways = [list(fresh)]
    have = indent_of(fresh[0])
    if blanks and not have:
        return moved(fresh, have, blanks, fixed)
    beside = (*lines[last : last + 1], *lines[max(0, first - 1) : first])
    for want in (indent_of(bare(x)) for x in beside):
        if want and not have:
            ways.append(moved(fresh, have, want, fixed))
    reads = reading(lines, first, last, language)
    if reads is None or len(ways) == 1:
        return ways[0]
    broken = [reads(way) for way in ways]
    return ways[broken.index(min(broken))]


def _within(
    lines: Sequence[str], number: int, inline: str, fresh: Sequence[str], language: str | None
) -> bool:
    """Whether code reads better within a line than on lines of its own."""
    reads = reading(lines, number, number + 1, language)
    own = bare(lines[number])
    behind = not inline.startswith(own)
    if reads is None:
        return behind
    within, below = reads([inline]), reads([own, *fresh])
    return behind if within == below else within < below
