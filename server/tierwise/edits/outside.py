"""Whether a fence changes more of a file than what was selected."""

from __future__ import annotations

from difflib import SequenceMatcher

from tierwise.core.check import CheckCode
from tierwise.core.document import Range, Snapshot
from tierwise.edits.imports import IMPORT
from tierwise.edits.region import is_doubled, own_part
from tierwise.edits.whole import lines_of
from tierwise.syntax.common import prefix, suffix
from tierwise.syntax.positions import split_lines


def doubt_of(focus: Snapshot, after: str, answer: str, span: Range) -> CheckCode | None:
    """Check a fenced block as the new text of a selection: it must change nothing outside, and
    repeat no line from there. Returns the code of the failed check, None if it passes.
    """
    here, lines = lines_of(focus.text, span), split_lines(focus.text)
    if changes_outside(focus.text, after, here.first, here.last):
        return "beyond_selection"
    fresh = own_part(lines, here.first, here.last, answer.split("\n"), focus.language)
    doubled = not here.part and is_doubled(lines, here.first, here.last, fresh)
    longer = after.count("\n") > focus.text.count("\n")
    return "repeats_around" if doubled and longer else None


def changes_outside(before: str, after: str, first: int, last: int, *, adds: bool = False) -> bool:
    """Whether lines outside of [first, last) change, other than imports.

    With `adds` lines may be added anywhere, and only the existing ones must stay.
    """
    old, new = split_lines(before), split_lines(after)
    while first > 0 and not old[first - 1].strip():
        first -= 1
    while last < len(old) and not old[last].strip():
        last += 1
    head = prefix(old, new)
    tail = suffix(old, new, head)
    if head >= first and len(old) - tail <= last:
        return False
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    junk = max(len(a), len(b)) > 1_500
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=junk).get_opcodes():
        start, end = head + i1, head + i2
        if tag == "equal" or (first <= start and end <= last):
            continue
        removed = [x for n, x in enumerate(a[i1:i2], start) if not first <= n < last and x.strip()]
        added = [x for x in b[j1:j2] if x.strip()]
        if any(not IMPORT.match(line) for line in removed):
            return True
        touches = start <= last and end >= first
        if not adds and not touches and any(not IMPORT.match(line) for line in added):
            return True
    return False
