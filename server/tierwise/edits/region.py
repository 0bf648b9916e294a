"""Which lines of a file an answer replaces: the selected ones, or more if it repeats some."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from tierwise.edits.align import ALIKE, align, alike, squeezed
from tierwise.edits.indent import indent_of
from tierwise.edits.trial import reading

_FEWEST: Final = 4
"""The least lines of a file for which an answer can be recognized as the whole file."""
_SHARE: Final = 0.8
"""Share of a file's lines that an answer must have to be the whole file."""
_NEARLY: Final = 0.95
"""Share of the lines if the answer does not begin and end exactly as the file does."""
_ENDS: Final = 3
"""The first line of the file must be among so many first lines of the answer, the last line among
so many last ones."""
_MOST: Final = 0.7
"""Share of the lines around a selection that an answer must have to replace them as well."""
_CLEARLY: Final = 0.1
"""By how much more an answer must resemble a larger part of a file to replace that part."""
_TRIED: Final = 8
"""How many places above and below are tried as the ends of the replaced lines."""
_LARGEST: Final = 400
"""The most lines of an answer for which other ends are tried."""
_CLOSER: Final = re.compile(r"^(?:end|fi|done|esac|</?[\w-]+>|[\W_]*)[;,)\s]*$", re.IGNORECASE)
"""A line that only closes something. Such lines are everywhere."""


def is_whole_file(lines: Sequence[str], fresh: Sequence[str]) -> bool:
    """Whether an answer is the whole file: it begins and ends as the file does, and has nearly all
    of its lines.
    """
    now = [squeezed(line) for line in fresh if line.strip()]
    too_many = int(len(now) / _SHARE) + 1
    was = [squeezed(line) for line in _full(lines, too_many)]
    if len(was) < _FEWEST or len(now) < _SHARE * len(was):
        return False
    if was[0] not in now[:_ENDS] or was[-1] not in now[-_ENDS:]:
        return False
    share = _SHARE if was[0] == now[0] and was[-1] == now[-1] else _NEARLY
    kept = (Counter(was) & Counter(now)).total()
    return kept >= share * len(was)


def spread(lines: Sequence[str], first: int, last: int, fresh: Sequence[str]) -> tuple[int, int]:
    """The lines of the file that an answer replaces, as [start, end).

    They are [first, last), or more if the answer begins or ends with lines from further up or down
    and has most of the lines between.
    """
    now = [squeezed(line) for line in fresh if line.strip()]
    if not now or len(now) > _LARGEST:
        return first, last
    reach = 2 * len(now) + _LARGEST // 4
    over, under = range(max(0, last - reach), first), range(last, min(len(lines), first + reach))
    above = [n for n in over if squeezed(lines[n]) == now[0]][-_TRIED:]
    below = [n + 1 for n in under if squeezed(lines[n]) == now[-1]][:_TRIED]
    near = range(last, min(len(lines), last + len(now)))
    below += [n + 1 for n in near if n + 1 not in below and alike(lines[n], now[-1]) >= ALIKE]
    best, chosen = _resembles(lines, first, last, now, (first, last)), (first, last)
    for a in [first, *above]:
        for b in [last, *below]:
            if (a, b) == (first, last) or b - a > reach:
                continue
            found = _resembles(lines, a, b, now, (first, last))
            if found > best + _CLEARLY:
                best, chosen = found, (a, b)
    return chosen


def _resembles(
    lines: Sequence[str], first: int, last: int, now: Sequence[str], own: tuple[int, int]
) -> float:
    """The share of lines that an answer and a part of a file have in common.

    It is 0 if the answer lacks many of the part's lines outside of the selection.
    """
    numbers = [n for n in range(first, last) if lines[n].strip()]
    pairs = align([lines[n] for n in numbers], now)
    kept = {numbers[p.old] for p in pairs}
    for outside in ([n for n in numbers if n < own[0]], [n for n in numbers if n >= own[1]]):
        if outside and sum(n in kept for n in outside) < _MOST * len(outside):
            return 0.0
    beyond = [lines[n] for n in numbers if not own[0] <= n < own[1]]
    if beyond and all(_CLOSER.match(squeezed(line)) for line in beyond):
        return 0.0
    return 2 * sum(p.same for p in pairs) / max(1, len(numbers) + len(now))


def own_part(
    lines: Sequence[str], first: int, last: int, fresh: Sequence[str], language: str | None = None
) -> list[str]:
    """An answer without the lines at its ends that repeat the lines around [first, last)."""
    old = {squeezed(line) for line in lines[first:last] if line.strip()}
    full = [n for n, line in enumerate(fresh) if line.strip()]
    if not full:
        return list(fresh)
    above = [squeezed(line) for line in _full(reversed(lines[:first]), len(full))][::-1]
    below = [squeezed(line) for line in _full(lines[last:], len(full))]
    said = [squeezed(fresh[n]) for n in full]
    start, end = 0, len(said)
    for count in range(min(len(above), len(said) - 1), 0, -1):
        if above[-count:] == said[:count] and _telling(said[:count], old):
            start = count
            break
    for count in range(min(len(below), end - start - 1), 0, -1):
        tail = said[end - count : end]
        if below[:count] != tail:
            continue
        part = list(fresh[full[start] : full[end - 1] + 1])
        shorter = list(fresh[full[start] : full[end - count - 1] + 1])
        if _telling(tail, old) or _too_many(lines, first, last, part, shorter, language):
            end -= count
            break
    return list(fresh[full[start] : full[end - 1] + 1])


def is_doubled(lines: Sequence[str], first: int, last: int, fresh: Sequence[str]) -> bool:
    """Whether an answer repeats the line right above or below [first, last), although the lines
    it replaces do not have it. The file would then have that line twice.
    """
    old = {squeezed(line) for line in lines[first:last] if line.strip()}
    above = next((squeezed(x) for x in reversed(lines[:first]) if x.strip()), "")
    below = next((squeezed(x) for x in lines[last:] if x.strip()), "")
    now = {squeezed(line) for line in fresh}
    return any(line in now and _telling([line], old) for line in (above, below) if line)


def _full(lines: Iterable[str], most: int) -> Iterator[str]:
    """The first lines that are not blank, at most `most` of them."""
    return islice((line for line in lines if line.strip()), most)


def _telling(said: Sequence[str], old: Collection[str]) -> bool:
    """Whether lines equal to those around a selection really repeat them.

    Lines that only close something and lines that the selection has as well do not count.
    """
    return any(
        line not in old and sum(c.isalnum() for c in line) >= 2 and not _CLOSER.match(line)
        for line in said
    )


def _too_many(
    lines: Sequence[str], first: int, last: int, part: Sequence[str], shorter: Sequence[str],
    language: str | None,
) -> bool:  # fmt: skip
    """Whether a line at the end of an answer closes a block that the selection does not open."""
    reads = reading(lines, first, last, language)
    if reads is not None and (more := reads(part) - reads(shorter)):
        return more > 0
    closing, head = indent_of(part[-1]), indent_of(part[0])
    return len(closing) < len(head)
