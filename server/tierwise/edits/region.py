"""Which lines of a file an answer stands for: those selected, or more where it repeats some."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Final

from tierwise.edits.align import ALIKE, align, alike, squeezed
from tierwise.edits.indent import indent_of
from tierwise.edits.trial import reading

_FEWEST: Final = 4
"""Lines a file must have for an answer to be told from a selection as the whole of it."""
_SHARE: Final = 0.8
"""Share of its lines an answer must have to be the whole of a file."""
_NEARLY: Final = 0.95
"""The same for an answer that does not begin and end exactly as the file does."""
_ENDS: Final = 3
"""Lines of an answer among which the first and the last line of the file must be."""
_MOST: Final = 0.7
"""Share of the lines around a selection an answer must have to stand for them too."""
_CLEARLY: Final = 0.1
"""By how much more an answer must resemble a larger part of a file to stand for that."""
_TRIED: Final = 8
"""Places above and below that are tried as the ends of what an answer stands for."""
_LARGEST: Final = 400
"""Lines of an answer up to which they are tried."""
_CLOSER: Final = re.compile(r"^(?:end|fi|done|esac|</?[\w-]+>|[\W_]*)[;,)\s]*$", re.IGNORECASE)
"""A line that only closes something: it stands everywhere."""


def is_whole_file(lines: Sequence[str], fresh: Sequence[str]) -> bool:
    """Whether an answer is a whole file: it begins and ends as the file does, and has nearly
    all of its lines."""
    was = [squeezed(line) for line in lines if line.strip()]
    now = [squeezed(line) for line in fresh if line.strip()]
    if len(was) < _FEWEST or len(now) < _SHARE * len(was):
        return False
    if was[0] not in now[:_ENDS] or was[-1] not in now[-_ENDS:]:
        return False
    share = _SHARE if was[0] == now[0] and was[-1] == now[-1] else _NEARLY
    kept = (Counter(was) & Counter(now)).total()
    return kept >= share * len(was)


def spread(lines: Sequence[str], first: int, last: int, fresh: Sequence[str]) -> tuple[int, int]:
    """The lines an answer stands for: [first, last), or more of the file where it begins or
    ends with lines from further up or down and has nearly all that lies between."""
    now = [squeezed(line) for line in fresh if line.strip()]
    if not now or len(now) > _LARGEST:
        return first, last
    above = [n for n in range(first) if squeezed(lines[n]) == now[0]][-_TRIED:]
    below = [n + 1 for n in range(last, len(lines)) if squeezed(lines[n]) == now[-1]][:_TRIED]
    near = range(last, min(len(lines), last + len(now)))
    below += [n + 1 for n in near if n + 1 not in below and alike(lines[n], now[-1]) >= ALIKE]
    best, chosen = _resembles(lines, first, last, now, (first, last)), (first, last)
    for a in [first, *above]:
        for b in [last, *below]:
            if (a, b) == (first, last) or b - a > 2 * len(now) + _LARGEST // 4:
                continue
            found = _resembles(lines, a, b, now, (first, last))
            if found > best + _CLEARLY:
                best, chosen = found, (a, b)
    return chosen


def _resembles(
    lines: Sequence[str], first: int, last: int, now: Sequence[str], own: tuple[int, int]
) -> float:
    """The share of lines that an answer and a part of a file have in common; 0 where the answer
    lacks much of what lies outside of the selection."""
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
    """An answer without the lines around [first, last) that it repeats at its ends."""
    old = {squeezed(line) for line in lines[first:last] if line.strip()}
    above = [squeezed(line) for line in lines[:first] if line.strip()]
    below = [squeezed(line) for line in lines[last:] if line.strip()]
    full = [n for n, line in enumerate(fresh) if line.strip()]
    if not full:
        return list(fresh)
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
    it replaces do not have it. The file would then have that line twice."""
    old = {squeezed(line) for line in lines[first:last] if line.strip()}
    above = next((squeezed(x) for x in reversed(lines[:first]) if x.strip()), "")
    below = next((squeezed(x) for x in lines[last:] if x.strip()), "")
    now = {squeezed(line) for line in fresh}
    return any(line in now and _telling([line], old) for line in (above, below) if line)


def _telling(said: Sequence[str], old: Collection[str]) -> bool:
    """Whether lines that are like those around a selection are a repetition of them, and not
    lines that close something or that the selection has too."""
    return any(
        line not in old and sum(c.isalnum() for c in line) >= 2 and not _CLOSER.match(line)
        for line in said
    )


def _too_many(
    lines: Sequence[str], first: int, last: int, part: Sequence[str], shorter: Sequence[str],
    language: str | None,
) -> bool:  # fmt: skip
    """Whether a line at the end of an answer closes what the selection does not open."""
    reads = reading(lines, first, last, language)
    if reads is not None and (more := reads(part) - reads(shorter)):
        return more > 0
    closing, head = indent_of(part[-1]), indent_of(part[0])
    return len(closing) < len(head)
