"""Whether a definition was removed that nobody asked to remove.

A definition that is gone under its name may live on: under another name, in another file, in
the code that called it. A definition that the request names may be removed. None of this reads the
meaning of the request, so it works in every language people write in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from tierwise.edits.align import alike, squeezed
from tierwise.edits.asked import AskedEdit
from tierwise.edits.proposal import FileEdit
from tierwise.syntax.bound import bound
from tierwise.syntax.symbols import Symbol, definitions
from tierwise.syntax.touched import touched

_LIVES_ON: Final = 0.5
"""Share of the lines of a definition that must appear elsewhere for it to live on."""
_LIKE: Final = 0.7
"""Share of words and signs that a moved and adapted line must keep to count as the same."""


def loses(file: FileEdit, asked: AskedEdit, every: Sequence[FileEdit] = ()) -> bool:
    """Whether an edit removes a definition from a file although nobody asked for that.

    A definition that the request names, or that a diagnostic is about, may go. One that lives on
    elsewhere in the proposal is not lost. `every` is all files of the proposal.
    """
    if file.kind != "text":
        return False
    part = touched(file.before, file.after, file.language)
    if part is not None and not _names(part.before, file) - _names(part.after, file):
        return False
    before = definitions(file.before, file.language)
    there = {s.name for s in definitions(file.after, file.language)}
    there |= set(bound(file.after, file.language))
    gone = [s for s in before if s.name not in there]
    if not gone:
        return False
    fresh = _added(file, every)
    outer = [s for s in gone if not any(_inside(s, o) for o in gone if o is not s)]
    return any(
        not asked.names(s.name)
        and not _complained(s, asked, file)
        and not _lives_on(s, file, fresh)
        for s in outer
    )


def _names(text: str, file: FileEdit) -> set[str]:
    return {symbol.name for symbol in definitions(text, file.language)}


def _inside(inner: Symbol, outer: Symbol) -> bool:
    return outer.range.start <= inner.range.start and inner.range.end <= outer.range.end


def _complained(symbol: Symbol, asked: AskedEdit, file: FileEdit) -> bool:
    """Whether a diagnostic is on a line of the definition, for example that nobody uses it."""
    lines = range(symbol.range.start.line, symbol.range.end.line + 1)
    return file.uri == asked.focus and any(n in lines for n in asked.diagnostics)


def _lives_on(symbol: Symbol, file: FileEdit, fresh: Sequence[str]) -> bool:
    """Whether at least half of a definition's lines, or of its words, are among the lines that were
    added.
    """
    first, last = symbol.at.line, symbol.range.end.line
    body = [squeezed(x) for x in file.before.split("\n")[first : last + 1]]
    body = [line for line in body if sum(c.isalnum() for c in line) > 2]
    if not body:
        return False
    found = sum(any(line == x or alike(line, x) >= _LIKE for x in fresh) for line in body)
    words = Counter(w for line in body[1:] or body for w in line.split())
    said = Counter(w for line in fresh for w in line.split())
    return found >= _LIVES_ON * len(body) or (
        (words & said).total() >= _LIVES_ON * words.total() and found > 0
    )


def _added(file: FileEdit, every: Sequence[FileEdit]) -> list[str]:
    """The lines that the proposal adds to any of its files."""
    files = {id(f): f for f in (file, *every)}.values()
    return [squeezed(x) for f in files for h in f.hunks for x in h.lines if x.strip()]
