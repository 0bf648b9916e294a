"""Finds secrets, replaces them by placeholders before anything is sent, and puts them back into the
edit that comes back.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from tierwise.context.secret_kinds import KINDS
from tierwise.core.dataclass import dataclass

_ASSIGNED: Final = re.compile(
    r"(?i)(?:secret|passw(?:or)?d|passphrase|pwd|api[_-]?key|apikey|access[_-]?key|account[_-]?key|"
    r"private[_-]?key|signing[_-]?key|encryption[_-]?key|credential|token)"
    r"[\w-]{0,30}[\"']?\]?\s{0,4}(?::|=|:=|=>)\s{0,4}[bru]?[\"'`]([^\s\"'`]{8,512})[\"'`]"
)
_BARE: Final = re.compile(
    r"(?im)^[ \t]{0,40}(?:-[ \t]|export[ \t]|set[ \t])?[\w.-]{0,60}"
    r"(?:secret|passw(?:or)?d|passphrase|pwd|api[_-]?key|apikey|access[_-]?key|account[_-]?key|"
    r"private[_-]?key|token)[\w-]{0,30}[ \t]{0,4}(?:=|:[ \t])[ \t]{0,4}"
    r"([^\s\"'`#(){}\[\],;<>]{8,512})[ \t]*\r?$"
)
_WORDS: Final = (
    "secret", "passw", "passphrase", "pwd", "api", "access", "account", "private", "signing",
    "encryption", "credential", "token",
)  # fmt: skip
"""Beginnings of the words that the two patterns above look for, in lower case."""
_STAND_IN: Final = re.compile(
    r"(?i)^(?:[\w.\[\]-]{0,60}(?:example|changeme|placeholder|your[_-]|dummy|xxx|fake|sample|"
    r"redacted)[\w.-]{0,60}|\$?\{.*|<.*>|%\w+%?|\*+|\$\w+|my?pass\w*|(?:pass|passwd|password|pwd|pw|"
    r"secret|token|user|pass123)\d{0,3})$"
)
"""What documentation writes in the place of a secret."""
_NAME: Final = re.compile(
    r"^(?:[a-z_ -]+|[A-Z_]+|[a-z_-]+[\d.]{1,4}|\w+(?:\.[A-Za-z_]\w*)+|[a-z+]+://.*"
    r"|[.~]{0,2}/[\w.-]+(?:/[\w.-]+)*/?|%.*|.*\\[wdsSWDbB].*)$"
)
"""Names, paths, addresses, formats and expressions. Code assigns them to variables such as
`token`, but they are no secrets."""
_LEAST_ENTROPY: Final = 3.0
"""Bits per character from which an assigned string counts as random; words have fewer."""
_LETTERS_ENTROPY: Final = 3.5
"""The bits for strings of letters alone: names in camel case come close to being random."""
_LETTERS: Final = 16
"""Characters a string of letters alone must have to count as random."""
_PLACEHOLDER: Final = re.compile(r"\{\{SECRET_\d+\}\}")
_BENT: Final = re.compile(r"(?i)\{\s*secret[\s_-]*\d+|\bsecret[\s_-]*\d+\s*\}|\bsecret_(\d+)\b")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text without its secrets, and what each placeholder stands for."""

    text: str
    secrets: tuple[tuple[str, str], ...] = ()


def find(text: str) -> list[tuple[int, int]]:
    """The offsets [start, end) of everything in a text that looks like a secret, in order and
    without overlaps.
    """
    lowered = text.lower()
    spans = [
        m.span(kind.group)
        for kind in KINDS
        if any(hint in lowered for hint in kind.hints)
        for m in kind.pattern.finditer(text)
        if kind.group == 0 or not _STAND_IN.match(m.group(kind.group))
    ]
    spans += [m.span(1) for m in _assigned(text, lowered) if _random(m.group(1))]
    spans += [m.span(1) for m in _bare(text, lowered) if _mixed(m.group(1)) and _random(m.group(1))]
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


@lru_cache(maxsize=16)
def spans_in(text: str) -> tuple[tuple[int, int], ...]:
    """The offsets [start, end) of everything in a text that looks like a secret. They are cached,
    because several pieces of the same document need them.
    """
    return tuple(find(text))


def _assigned(text: str, lowered: str) -> Iterator[re.Match[str]]:
    """The assignments of quoted values.

    `_ASSIGNED` is tried only where one of its words begins. Text search finds these places far
    quicker than the pattern does.
    """
    if not _searchable(text, lowered):
        yield from _ASSIGNED.finditer(text)
        return
    last = 0
    for start in _words(lowered):
        found = _ASSIGNED.match(text, start) if start >= last else None
        if found is not None:
            last = found.end()
            yield found


def _bare(text: str, lowered: str) -> Iterator[re.Match[str]]:
    """The assignments of values without quotes, at most one per line.

    Only lines with a word for a secret, such as `password`, are tried.
    """
    if not _searchable(text, lowered):
        yield from _BARE.finditer(text)
        return
    for start in dict.fromkeys(text.rfind("\n", 0, at) + 1 for at in _words(lowered)):
        found = _BARE.match(text, start)
        if found is not None:
            yield found


def _words(lowered: str) -> list[int]:
    """The offsets at which one of the words begins that secrets are assigned to."""
    found = []
    for word in _WORDS:
        at = lowered.find(word)
        while at >= 0:
            found.append(at)
            at = lowered.find(word, at + 1)
    return sorted(found)


def _searchable(text: str, lowered: str) -> bool:
    """Whether text search in `lowered` finds what the patterns find in `text`.

    Some letters change their length in lower case, which moves all offsets. And a pattern that
    ignores case takes U+017F (the long s) for an s.
    """
    return len(lowered) == len(text) and "\u017f" not in text


def redact(text: str, known: tuple[tuple[str, str], ...] = ()) -> Redacted:
    """The text with each secret replaced by a placeholder.

    `known` are placeholders of earlier texts, with what they stand for. A secret that is in them
    gets its placeholder from there.
    """
    return redact_spans(text, find(text), known)


def redact_spans(
    text: str, spans: list[tuple[int, int]], known: tuple[tuple[str, str], ...] = ()
) -> Redacted:
    """The text with these spans replaced by placeholders. It is for a piece whose secrets were
    found in its whole document.

    `known` are placeholders of earlier texts, with what they stand for.
    """
    names = {secret: name for name, secret in known}
    parts, last, number = [], 0, max((_number_of(name) for name, _ in known), default=0)
    for start, end in spans:
        secret = text[start:end]
        if secret not in names:
            number += 1
            while f"SECRET_{number}" in text:
                number += 1
            names[secret] = f"{{{{SECRET_{number}}}}}"
        parts += [text[last:start], names[secret]]
        last = end
    parts.append(text[last:])
    return Redacted("".join(parts), tuple((name, secret) for secret, name in names.items()))


def _number_of(name: str) -> int:
    """The number in a placeholder."""
    return int("".join(c for c in name if c.isdecimal()) or 0)


def restore(text: str, secrets: tuple[tuple[str, str], ...], own: str = "") -> str | None:
    """The text with every placeholder replaced by its secret. It is None if the model altered or
    invented a placeholder. Without `secrets` the text is returned as it is.

    `own` is the text of the file that the answer is for. If it contains a placeholder itself, but
    not the placeholder's secret, the placeholder stays as it is.
    """
    if not secrets:
        return text
    known = {
        name: secret for name, secret in secrets if name not in own or (secret and secret in own)
    }
    rest = _PLACEHOLDER.sub(lambda m: "" if m.group() in known else m.group(), text)
    for match in _BENT.finditer(rest):
        number = match.group(1)
        if _around(rest, match) in own:
            continue
        if number is None or f"{{{{SECRET_{number}}}}}" in known:
            return None
    return _PLACEHOLDER.sub(lambda m: known.get(m.group(), m.group()), text)


def _around(text: str, match: re.Match[str]) -> str:
    """The text that looks like a placeholder, with the braces around it."""
    start, end = match.span()
    while start and text[start - 1] in "{ ":
        start -= 1
    while end < len(text) and text[end] in "} ":
        end += 1
    return text[start:end].strip()


def _random(value: str) -> bool:
    """Whether an assigned value looks generated rather than named."""
    if _STAND_IN.match(value) or _NAME.match(value):
        return False
    bits = _entropy(value)
    if value.isalpha():
        return len(value) >= _LETTERS and bits >= _LETTERS_ENTROPY
    return bits >= _LEAST_ENTROPY or (len(value) <= 10 and bits >= 2.5 and _mixed(value))


def _mixed(value: str) -> bool:
    """Whether a value has letters as well as digits, as a short password has."""
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)


def _entropy(text: str) -> float:
    counts, total = Counter(text), len(text)
    return -sum(n / total * math.log2(n / total) for n in counts.values())
